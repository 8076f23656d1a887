//! A visit with the sample loaded, and what the engine would say of it.

use super::*;

impl Screen {
    /// A first visit with its sample loaded.
    pub fn with_data() -> Self {
        let mut screen = Self::default();
        screen.act(Act::Started(Ok(Box::default())));
        screen.hear(Event::Data(Box::new(data("sample", "issue_type"))));
        screen
    }

    pub fn with_model() -> Self {
        let mut screen = Self::with_data();
        screen.act(Act::Train).hear(trained());
        // The model's bytes are fetched to be kept.
        let job = screen.job();
        screen.hear_of(job, file("m.kubecast"), Some(vec![1, 2, 3]));
        screen
    }
}

pub fn data(name: &str, target: &str) -> DataSummary {
    DataSummary {
        name: name.into(),
        origin: DataOrigin::Files,
        files: Vec::new(),
        rows: 5000,
        bytes: 12_400_000,
        parse_secs: 0.2,
        fingerprint: format!("{name:0>16}"),
        columns: ["cpu", "memory", "node", target]
            .map(|c| column(c, c != "node" && c != target))
            .into(),
        notices: Vec::new(),
        preview: RowsPage::default(),
        target: Some(target_of(target)),
        join: None,
        readings: Vec::new(),
    }
}

pub fn column(name: &str, used: bool) -> ColumnSummary {
    ColumnSummary {
        name: name.into(),
        kind: ColumnKind::Number,
        kind_set: false,
        missing: 0,
        distinct: 9,
        mean: None,
        profile: Profile::Empty,
        used,
        why_not: String::new(),
        target_why_not: String::new(),
    }
}

pub fn class(name: &str, rows: u64, healthy: bool) -> ClassCount {
    ClassCount {
        class: name.into(),
        rows,
        healthy,
    }
}

pub fn target_of(column: &str) -> TargetSummary {
    TargetSummary {
        column: column.into(),
        classes: vec![
            class("None", 3500, true),
            class("disk_pressure", 500, false),
            class("memory_pressure", 1000, false),
        ],
        missing: 0,
        why_not: String::new(),
        notices: Vec::new(),
        features: vec!["cpu".into(), "memory".into()],
    }
}

pub fn report() -> Report {
    Report {
        out_of_bag: None,
        rounds: None,
        unfamiliar: None,
        accuracy: 0.973,
        accuracy_interval: Interval {
            low: 0.966,
            high: 0.979,
        },
        balanced_accuracy: 0.91,
        macro_precision: 0.9,
        macro_recall: 0.91,
        macro_f1: 0.9,
        macro_f1_interval: Interval {
            low: 0.88,
            high: 0.92,
        },
        weighted_precision: 0.97,
        weighted_recall: 0.97,
        weighted_f1: 0.97,
        mcc: 0.95,
        log_loss: 0.11,
        roc_auc_ovr: Some(0.99),
        average_precision: None,
        classes: vec!["None".into(), "disk_pressure".into()],
        confusion: vec![vec![1700, 45], vec![23, 732]],
        per_class: Vec::new(),
        roc: Vec::new(),
        precision_recall: Vec::new(),
        importance: Vec::new(),
        baseline: Baseline {
            class: "None".into(),
            accuracy: 0.698,
            balanced_accuracy: 0.5,
            macro_f1: 0.41,
            weighted_f1: 0.57,
            log_loss: 0.9,
        },
        beats_baseline: true,
        rows_train: 7500,
        rows_test: 2500,
        fit_secs: 3.1,
        options: Options::default(),
        data_fingerprint: "f".into(),
        data_name: "sample".into(),
        undefined: vec![kubecast::protocol::Undefined {
            figure: "average_precision".into(),
            why: "One class has no rows.".into(),
        }],
        notices: Vec::new(),
    }
}

pub fn model() -> ModelSummary {
    ModelSummary {
        kind: "random forest".into(),
        target: "issue_type".into(),
        classes: vec!["None".into(), "disk_pressure".into()],
        columns: vec![("cpu".into(), ColumnKind::Number)],
        features: 2,
        trees: 100,
        nodes: 900,
        bytes: 40_000,
        id: "0123".into(),
        options: Options::default(),
        data_name: "sample".into(),
        data_fingerprint: "f".into(),
        text: None,
    }
}

pub fn trained() -> Event {
    Event::Trained {
        model: Box::new(model()),
        report: Box::new(report()),
        run: None,
    }
}

pub fn file(name: &str) -> Event {
    Event::File {
        name: name.into(),
        media_type: "application/octet-stream".into(),
    }
}

pub fn failure(title: &str) -> Event {
    Event::Failed {
        failure: Failure {
            code: FailureCode::Input,
            title: title.into(),
            detail: "It has 0 bytes.".into(),
            hint: "Choose another file.".into(),
            place: Place::default(),
        },
        notices: Vec::new(),
    }
}

pub fn csv(key: u32, name: &str) -> FileRef {
    FileRef {
        key,
        name: name.into(),
        bytes: 10,
        modified_secs: None,
    }
}
