//! Tables as they come: other columns, other kinds, several exports.

use super::*;

#[test]
fn new_rows_with_other_columns_are_named_one_by_one_before_anything_is_predicted() {
    let mut session = Session::in_place();
    let mut text = String::from("cpu,mem,issue\n");
    (0..80).for_each(|i| {
        text.push_str(&format!(
            "{}.5,{}.25,{}\n",
            i % 40 * (1 + i % 2),
            i,
            ["ok", "bad"][i % 2]
        ))
    });
    load(&mut session, "t.csv", &text).unwrap();
    train(&mut session, PrepareSpec::default(), small_forest()).unwrap();
    let predict = |session: &mut Session, text: &str| {
        let files = vec![FileHead {
            name: "n.csv".into(),
            bytes: text.len() as u64,
            modified_secs: None,
        }];
        ask(
            session,
            Request::Predict {
                files,
                reading: None,
            },
            vec![text.as_bytes().to_vec()],
        )
        .event
    };
    let Event::Failed { failure, .. } = predict(&mut session, "cpu_usage,issue\n1,ok\n2,bad\n")
    else {
        panic!()
    };
    assert_eq!(failure.code, FailureCode::Mismatch);
    assert!(
        failure.detail.contains("\"mem\"") && failure.detail.contains("\"cpu\""),
        "{failure}"
    );
    let Event::Failed { failure, .. } = predict(&mut session, "cpu,mem\nhigh,1\nlow,2\n") else {
        panic!()
    };
    assert!(failure.detail.contains("\"cpu\""), "{failure}");
    // Another order and extra columns do not matter, and are told.
    let Event::Predicted(summary) = predict(&mut session, "mem,extra,cpu\n1,x,2\n3,y,4\n") else {
        panic!()
    };
    assert_eq!((summary.rows, summary.report.is_none()), (2, true));
    assert!(summary.notices.iter().any(|n| n.title().contains("extra")));
    let Event::PredictionRows(page) = ask(
        &mut session,
        Request::PredictionRows {
            filter: PredictionFilter {
                class: Some("ok".into()),
                ..Default::default()
            },
            offset: 0,
            limit: 10,
        },
        vec![],
    )
    .event
    else {
        panic!()
    };
    assert!(page.rows.iter().all(|r| r.1[0] == "ok"));
}

#[test]
fn a_column_can_be_read_as_another_kind_and_back() {
    let mut session = Session::in_place();
    let mut text = String::from("code,v,issue\n");
    (0..60).for_each(|i| {
        text.push_str(&format!(
            "{},{}.5,{}\n",
            i % 3,
            i * 7 % 11,
            ["ok", "bad"][i % 2]
        ))
    });
    let before = load(&mut session, "t.csv", &text).unwrap();
    let set = |session: &mut Session, kind| match ask(
        session,
        Request::SetKind {
            column: "code".into(),
            kind,
        },
        vec![],
    )
    .event
    {
        Event::Data(d) => d.columns[0].clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(before.columns[0].kind, ColumnKind::Integer);
    let category = set(&mut session, ColumnKind::Category);
    assert_eq!(
        (category.kind, category.kind_set, category.distinct),
        (ColumnKind::Category, true, 3)
    );
    let report = train(&mut session, PrepareSpec::default(), small_forest()).unwrap();
    assert_eq!(
        report.options.kinds,
        [("code".to_owned(), ColumnKind::Category)]
    );
    let time = set(&mut session, ColumnKind::Timestamp);
    assert_eq!(time.kind, ColumnKind::Timestamp);
    let back = set(&mut session, ColumnKind::Integer);
    assert_eq!((back.kind_set, back.distinct, back.missing), (false, 3, 0));
}

#[test]
fn files_of_exports_become_one_table_that_says_how() {
    let mut session = Session::in_place();
    let answer = |values: [f64; 4]| {
        let series = |pod: &str, a: f64, b: f64| {
            format!(
                "{{\"metric\":{{\"pod\":\"{pod}\"}},\"values\":[[1709541000,\"{a}\"],[1709541060,\"{b}\"]]}}"
            )
        };
        let [a, b, c, d] = values;
        format!("[{},{}]", series("x", a, b), series("y", c, d))
    };
    let texts = [
        answer([0.1, 0.2, 0.3, 0.4]),
        answer([1.0, 2.0, 3.0, 4.0]),
        "NAMESPACE NAME CPU(cores) MEMORY(bytes)\nshop x 5m 1Gi\n".to_owned(),
    ];
    let heads = ["cpu.json", "load.json", "top.txt"].map(|name| FileHead {
        name: name.into(),
        bytes: 0,
        modified_secs: Some(1_709_541_065),
    });
    let request = Request::Load {
        files: heads.to_vec(),
        reading: None,
    };
    let bytes = texts.map(String::into_bytes).to_vec();
    let Event::Data(summary) = ask(&mut session, request, bytes).event else {
        panic!("no table");
    };
    let join = summary.join.expect("how it was joined");
    assert_eq!((join.series, join.step_secs), (6, 60.0));
    assert_eq!(join.entity_labels, ["pod"]);
    let names: Vec<&str> = join.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["cpu", "cpu_cores", "load", "memory_bytes"]);
    assert_eq!(summary.rows, 4);
    assert_eq!(summary.files.len(), 3);
    let told =
        |n: &kubecast::data::Notice| n.meaning().contains("one row for each instant and pod");
    assert!(summary.notices.iter().any(told), "{:#?}", summary.notices);
    // What it says survives the way to the page.
    let text = kubecast::json::to_text(&join);
    assert_eq!(kubecast::json::of_text(text.as_bytes()), Ok(join));
}
