//! Charts: every kind draws at every size, says what it shows, and points back at what was drawn.

use kubecast::app::plot::{
    self, Chart, Layout, Raster, Step, Theme, csv, estimate, items, preferred_height, sentence,
    svg, table, text,
};
use kubecast::protocol::{
    Baseline, ClassCount, ClassScore, Curve, Importance, Interval, Options, PredictionSummary,
    Report, RowsPage, TargetSummary,
};
use proptest::prelude::*;

const KINDS: [&str; 10] = [
    "None",
    "api_server_latency",
    "cpu_throttling",
    "disk_pressure",
    "etcd_high_latency",
    "memory_pressure",
    "network_latency",
    "node_failure",
    "pod_crash_loop",
    "scheduler_failure",
];
const SIZES: [(u32, u32); 3] = [(390, 300), (720, 360), (1_200, 640)];
const TINY: [(u32, u32); 6] = [(0, 0), (1, 1), (23, 300), (30, 20), (60, 40), (300, 17)];

/// A report of these classes with a confusion matrix, curves and importances drawn from a seed.
fn report(classes: &[String], columns: usize, seed: u64) -> Report {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f64 / (1_u64 << 24) as f64
    };
    let n = classes.len();
    let confusion: Vec<Vec<u64>> = (0..n)
        .map(|i| {
            (0..n)
                .map(|j| {
                    if i == j {
                        60 + (next() * 40.0) as u64 + if i == 0 { 1_600 } else { 0 }
                    } else if next() < 0.25 {
                        (next() * next() * 30.0) as u64
                    } else {
                        0
                    }
                })
                .collect()
        })
        .collect();
    let per_class = classes
        .iter()
        .enumerate()
        .map(|(i, class)| ClassScore {
            class: class.clone(),
            precision: Some(0.55 + 0.45 * next()),
            recall: Some(0.6 + 0.4 * next()),
            f1: Some(0.6 + 0.4 * next()),
            support: confusion[i].iter().sum(),
            roc_auc: Some(0.9),
            average_precision: Some(0.8),
        })
        .collect();
    let mut curve = |class: &String, rising: bool| {
        let bend = 0.04 + 0.3 * next();
        let points: Vec<(f64, f64)> = (0..=40)
            .map(|i| {
                let x = f64::from(i) / 40.0;
                let y = libm::pow(x, bend);
                if rising {
                    (x, y)
                } else {
                    (x, 1.0 - 0.9 * libm::pow(x, 1.0 / bend))
                }
            })
            .collect();
        Curve {
            class: class.clone(),
            thresholds: (0..=40).map(|i| 1.0 - f64::from(i) / 40.0).collect(),
            points,
            area: 1.0 / (1.0 + bend),
        }
    };
    Report {
        roc: classes.iter().map(|class| curve(class, true)).collect(),
        precision_recall: classes.iter().map(|class| curve(class, false)).collect(),
        importance: (0..columns)
            .map(|i| {
                let mean = 0.21 / (1.0 + i as f64) - 0.004;
                Importance {
                    column: format!("memory_usage_percent_{i}"),
                    mean,
                    std: 0.004 + mean.abs() * 0.1,
                    repeats: vec![mean; 5],
                    impurity: 0.25 / (1.0 + i as f64 * 0.7),
                }
            })
            .collect(),
        per_class,
        confusion,
        ..empty_report(classes)
    }
}

fn empty_report(classes: &[String]) -> Report {
    let interval = Interval {
        low: 0.8,
        high: 0.9,
    };
    Report {
        out_of_bag: None,
        rounds: None,
        accuracy: 0.9,
        accuracy_interval: interval,
        balanced_accuracy: 0.9,
        macro_precision: 0.9,
        macro_recall: 0.9,
        macro_f1: 0.9,
        macro_f1_interval: interval,
        weighted_precision: 0.9,
        weighted_recall: 0.9,
        weighted_f1: 0.9,
        mcc: 0.8,
        log_loss: 0.3,
        roc_auc_ovr: Some(0.95),
        average_precision: Some(0.8),
        classes: classes.to_vec(),
        confusion: Vec::new(),
        per_class: Vec::new(),
        roc: Vec::new(),
        precision_recall: Vec::new(),
        importance: Vec::new(),
        baseline: Baseline {
            class: "None".into(),
            accuracy: 0.7,
            balanced_accuracy: 0.1,
            macro_f1: 0.08,
            weighted_f1: 0.6,
            log_loss: 1.2,
        },
        beats_baseline: true,
        rows_train: 7_500,
        rows_test: 2_500,
        fit_secs: 1.0,
        options: Options::default(),
        data_fingerprint: "0".repeat(16),
        data_name: "a".into(),
        undefined: Vec::new(),
        unfamiliar: None,
        notices: Vec::new(),
    }
}

fn counted(classes: &[String], rows: impl Fn(usize) -> u64) -> Vec<ClassCount> {
    classes
        .iter()
        .enumerate()
        .map(|(i, class)| ClassCount {
            class: class.clone(),
            rows: rows(i),
            healthy: class == "None",
        })
        .collect()
}

fn target(classes: &[String]) -> TargetSummary {
    TargetSummary {
        column: "issue_type".into(),
        classes: counted(classes, |i| if i == 0 { 6_978 } else { 361 - i as u64 }),
        missing: 3,
        why_not: String::new(),
        notices: Vec::new(),
        features: Vec::new(),
    }
}

fn predictions(classes: &[String]) -> PredictionSummary {
    PredictionSummary {
        data_name: "b".into(),
        rows: 1_000,
        totals: counted(classes, |i| (i as u64) * 3),
        unfamiliar: None,
        page: RowsPage::default(),
        report: None,
        notices: Vec::new(),
        secs: 0.1,
    }
}

fn names(classes: &[&str]) -> Vec<String> {
    classes.iter().map(|&class| class.to_owned()).collect()
}

fn charts(report: &Report) -> Vec<(&'static str, Chart)> {
    vec![
        ("confusion", Chart::confusion(report)),
        ("roc", Chart::roc(report)),
        ("precision-recall", Chart::precision_recall(report)),
        ("importance", Chart::importance(report)),
        ("scores", Chart::class_scores(report)),
        ("counts", Chart::class_counts(&target(&report.classes))),
        (
            "totals",
            Chart::prediction_totals(&predictions(&report.classes)),
        ),
    ]
}

fn drawn(chart: &Chart, size: (u32, u32)) -> String {
    svg(chart, size, &Theme::light(), &estimate).expect("SVG never refuses")
}

#[test]
fn every_chart_draws_its_labels_at_every_size() {
    let report = report(&names(&KINDS), 22, 7);
    for (name, chart) in charts(&report) {
        for size in SIZES.into_iter().chain(TINY) {
            let document = drawn(&chart, size);
            assert!(document.starts_with("<svg "), "{name} {size:?}");
            assert!(document.trim_end().ends_with("</svg>"), "{name} {size:?}");
        }
        let document = drawn(&chart, (1_200, 640));
        let labels: &[&str] = match name {
            "importance" => &[
                "memory_usage_percent_0",
                "memory_usage_percent_14",
                "biased",
            ],
            "confusion" => &["etcd_high_latency", "predicted as", "actual"],
            "roc" => &["etcd_high_latency", "false positive rate, %", "no skill"],
            "precision-recall" => &["etcd_high_latency", "recall, %", "precision, %"],
            _ => &["etcd_high_latency", "node_failure"],
        };
        for label in labels {
            assert!(document.contains(label), "{name} lacks {label}");
        }
        assert!(!document.contains("NaN"), "{name}");
        // Nothing hard-coded: the dark theme draws other colours.
        let dark = svg(&chart, (1_200, 640), &Theme::dark(), &estimate).unwrap();
        assert!(dark.contains(&Theme::dark().surface.css().to_uppercase()));
        assert_ne!(dark, document);
    }
}

#[test]
fn a_narrow_chart_is_laid_out_anew() {
    let report = report(&names(&KINDS), 22, 7);
    let chart = Chart::roc(&report);
    let at = |width: f64, height: f64| match Layout::new(&chart, (width, height), &estimate) {
        Layout::Curves(at) => at,
        other => panic!("{other:?}"),
    };
    let (wide, narrow) = (at(720.0, 360.0), at(390.0, 500.0));
    assert!(wide.legend[0].rect.x > wide.plot.x + wide.plot.w);
    assert!(narrow.legend[0].rect.y > narrow.plot.y + narrow.plot.h);
    for layout in [&wide, &narrow] {
        for entry in &layout.legend {
            assert!(entry.rect.x + entry.rect.w <= layout.size.0 + 0.5);
            assert!(entry.rect.y + entry.rect.h <= layout.size.1 + 0.5);
        }
    }
    let long = names(&[&"a_very_long_kind_of_issue".repeat(4), "b"]);
    let chart = Chart::class_counts(&target(&long));
    assert!(drawn(&chart, (390, 120)).contains('\u{2026}'));
}

#[test]
fn hostile_names_come_out_escaped() {
    let hostile = names(&["<script>&\"'", "a\u{0}b\u{8}", "=1+1", "", "\u{202e}x\nyz"]);
    for (name, chart) in charts(&report(&hostile, 3, 1)) {
        let document = drawn(&chart, (900, 500));
        assert!(!document.contains("<script"), "{name}");
        assert!(!document.contains(['\u{0}', '\u{8}', '\u{202e}']), "{name}");
        if name != "importance" {
            assert!(document.contains("&lt;script&gt;&amp;"), "{name}");
        }
        let sheet = csv(&chart);
        assert!(!sheet.contains("\n=") && !sheet.contains(",="), "{name}");
    }
}

#[test]
fn pointing_finds_what_was_drawn() {
    let report = report(&names(&KINDS), 22, 3);
    for (name, chart) in charts(&report) {
        for size in [(720.0, 360.0), (390.0, 500.0)] {
            let layout = Layout::new(&chart, size, &estimate);
            let count = items(&layout);
            assert!(count >= 10, "{name}");
            for item in 0..count {
                let rect = plot::rect(&layout, item).expect("a place");
                let (x, y) = rect.center();
                let found = plot::hit(&layout, x, y).expect("something there");
                if name == "roc" || name == "precision-recall" {
                    // Curves cross: what is found is at the same place, if not of the same class.
                    let (u, v) = plot::rect(&layout, found).expect("a place").center();
                    assert!(
                        (u - x).abs() < 0.01 && (v - y).abs() < 0.01,
                        "{name} {item}"
                    );
                } else {
                    assert_eq!(found, item, "{name}");
                }
                assert!(text(&chart, item).is_some_and(|text| !text.is_empty()));
            }
            assert_eq!(text(&chart, usize::MAX), None, "{name}");
            assert_eq!(plot::rect(&layout, usize::MAX), None, "{name}");
            assert_eq!(plot::hit(&layout, -50.0, -50.0), None, "{name}");
            assert_eq!(plot::hit(&layout, f64::NAN, 10.0), None, "{name}");
        }
    }
}

#[test]
fn keys_walk_through_a_matrix() {
    let report = report(&names(&KINDS), 3, 3);
    let layout = Layout::new(&Chart::confusion(&report), (720.0, 480.0), &estimate);
    let walk = |item, key| plot::step(&layout, item, key);
    assert_eq!(walk(None, Step::Right), Some(0));
    assert_eq!(walk(Some(0), Step::Right), Some(1));
    assert_eq!(walk(Some(1), Step::Down), Some(11));
    assert_eq!(walk(Some(11), Step::Left), Some(10));
    assert_eq!(walk(Some(10), Step::Left), Some(10));
    assert_eq!(walk(Some(10), Step::Up), Some(0));
    assert_eq!(walk(Some(3), Step::Last), Some(99));
    assert_eq!(walk(Some(99), Step::Down), Some(99));
    assert_eq!(walk(Some(3), Step::First), Some(0));
}

#[test]
fn items_say_what_they_show() {
    let classes = names(&["None", "memory_pressure", "node_failure"]);
    let mut report = empty_report(&classes);
    report.confusion = vec![vec![700, 1, 0], vec![0, 278, 12], vec![0, 0, 0]];
    let chart = Chart::confusion(&report);
    let says = |item| text(&chart, item).unwrap();
    assert_eq!(
        says(5),
        "memory_pressure predicted as node_failure: 12 rows, 4.14 % of its 290"
    );
    assert_eq!(
        says(4),
        "memory_pressure predicted right: 278 rows, 95.9 % of its 290"
    );
    assert!(says(8).ends_with("the class has no held-out rows"));
    assert_eq!(
        sentence(&chart),
        "Confusion matrix of 3 classes over 991 rows: 98.7 % predicted right; the most frequent error is \
         memory_pressure predicted as node_failure, 12 rows."
    );
    let twin = table(&chart);
    assert_eq!(twin.headers.len(), 5);
    assert_eq!(twin.rows[1], ["memory_pressure", "290", "0", "278", "12"]);
    assert_eq!(
        csv(&chart),
        "actual,None,memory_pressure,node_failure\r\nNone,700,1,0\r\nmemory_pressure,0,278,12\r\n\
         node_failure,0,0,0\r\n"
    );
}

#[test]
fn the_table_has_what_the_chart_leaves_out() {
    let many: Vec<String> = (0..40).map(|i| format!("kind_{i:02}")).collect();
    let report = report(&many, 60, 5);
    let importance = Chart::importance(&report);
    let layout = Layout::new(&importance, (720.0, 500.0), &estimate);
    assert_eq!(items(&layout), plot::IMPORTANCE_ROWS);
    assert_eq!(table(&importance).rows.len(), 60);
    let scores = Chart::class_scores(&report);
    assert!(drawn(&scores, (720, 700)).contains("16 more classes"));
    assert_eq!(table(&scores).rows.len(), 40);
    assert_eq!(csv(&scores).lines().count(), 41);
    let roc = Chart::roc(&report);
    assert_eq!(csv(&roc).lines().count(), 1 + 40 * 41);
    // A large matrix is listed cell by cell.
    let rows: usize = report
        .confusion
        .iter()
        .flatten()
        .filter(|&&n| n > 0)
        .count();
    assert_eq!(table(&Chart::confusion(&report)).rows.len(), rows);
}

#[test]
fn undefined_is_said_and_never_drawn_as_zero() {
    let classes = names(&["a", "b"]);
    let mut report = report(&classes, 2, 1);
    report.per_class[0].precision = None;
    report.per_class[0].recall = None;
    report.per_class[0].f1 = None;
    report.roc.clear();
    report.precision_recall[0].area = f64::NAN;
    let scores = Chart::class_scores(&report);
    assert!(drawn(&scores, (500, 200)).contains("undefined"));
    assert_eq!(
        text(&scores, 1).unwrap().split(';').next().unwrap(),
        "a: precision undefined, recall undefined, F1 undefined"
    );
    assert_eq!(table(&scores).rows[1][1], "undefined");
    assert!(Chart::roc(&report).is_empty());
    assert!(drawn(&Chart::roc(&report), (500, 200)).contains("Nothing to draw"));
    drawn(&Chart::precision_recall(&report), (500, 300));
}

#[test]
fn straight_edges_lie_on_the_device_pixels() {
    let report = report(&names(&KINDS), 3, 3);
    let chart = Chart::confusion(&report);
    let layout = Layout::new(&chart, (721.3, 433.7), &estimate);
    let raster = Raster::finer(1.5, 4);
    let mut text = String::new();
    {
        let mut backend = plotters::backend::SVGBackend::with_string(&mut text, (4_400, 2_700));
        plot::paint(
            &chart,
            &layout,
            &mut backend,
            &Theme::light(),
            raster,
            Some(12),
        )
        .unwrap();
    }
    let mut seen = 0;
    for line in text.lines().filter(|line| line.starts_with("<rect ")) {
        for side in ["x=\"", " y=\"", "width=\"", "height=\""] {
            let (_, rest) = line.split_once(side).expect("a side");
            let (value, _) = rest.split_once('"').expect("its end");
            assert_eq!(value.parse::<i64>().expect("a number") % 4, 0, "{line}");
            seen += 1;
        }
    }
    assert!(seen >= 20);
}

fn anything() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -0.5..1.5_f64,
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(f64::NEG_INFINITY),
        1 => Just(1e308),
        1 => Just(5e-324),
    ]
}

prop_compose! {
    fn any_report()(
        classes in prop::collection::vec(".{0,12}", 0..40),
        cells in prop::collection::vec(
            prop::collection::vec(prop_oneof![3 => 0..50_u64, 1 => any::<u64>()], 0..45), 0..45),
        curves in prop::collection::vec(
            (".{0,6}", prop::collection::vec((anything(), anything()), 0..12),
             prop::collection::vec(anything(), 0..12), anything()), 0..12),
        importance in prop::collection::vec((".{0,9}", anything(), anything(), anything()), 0..20),
        scores in prop::collection::vec(
            (".{0,9}", prop::option::of(anything()), prop::option::of(anything()),
             prop::option::of(anything()), any::<u64>()), 0..40),
        means in (prop::option::of(anything()), prop::option::of(anything())),
    ) -> Report {
        let curves: Vec<Curve> = curves.into_iter().map(|(class, points, thresholds, area)| Curve {
            class, points, thresholds, area,
        }).collect();
        Report {
            confusion: cells,
            roc: curves.clone(),
            precision_recall: curves,
            roc_auc_ovr: means.0,
            average_precision: means.1,
            importance: importance.into_iter().map(|(column, mean, std, impurity)| Importance {
                column, mean, std, repeats: Vec::new(), impurity,
            }).collect(),
            per_class: scores.into_iter().map(|(class, precision, recall, f1, support)| ClassScore {
                class, precision, recall, f1, support, roc_auc: None, average_precision: None,
            }).collect(),
            ..empty_report(&classes)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_report_and_no_size_panics(
        report in any_report(),
        width in 0..1_300_u32,
        height in 0..800_u32,
        at in (-50.0..1_400.0_f64, -50.0..900.0_f64),
        item in 0..2_000_usize,
    ) {
        for (name, chart) in charts(&report) {
            let document = drawn(&chart, (width, height));
            prop_assert!(!document.contains("NaN"), "{}", name);
            let layout = Layout::new(&chart, (f64::from(width), f64::from(height)), &estimate);
            if let Some(found) = plot::hit(&layout, at.0, at.1) {
                prop_assert!(found < items(&layout));
                prop_assert!(text(&chart, found).is_some());
                prop_assert!(plot::rect(&layout, found).is_some());
            }
            for key in [Step::Left, Step::Right, Step::Up, Step::Down, Step::First, Step::Last] {
                if let Some(next) = plot::step(&layout, Some(item), key) {
                    prop_assert!(next < items(&layout));
                }
            }
            let twin = table(&chart);
            for row in &twin.rows {
                prop_assert_eq!(row.len(), twin.headers.len());
            }
            csv(&chart);
            sentence(&chart);
            prop_assert!(preferred_height(&chart, f64::from(width)).is_finite());
            let mut sheet = String::new();
            let backend = plotters::backend::SVGBackend::with_string(&mut sheet, (width, height));
            plot::draw(&chart, backend, (width, height), &Theme::dark(), 1.0, Some(item)).unwrap();
        }
    }
}

/// Not a check: writes the charts as files, to be looked at, into the folder that `KUBECAST_GALLERY` names.
#[test]
fn gallery() {
    let Ok(folder) = std::env::var("KUBECAST_GALLERY") else {
        return;
    };
    let many: Vec<String> = (0..40).map(|i| format!("kind_{i:02}")).collect();
    let huge: Vec<String> = (0..255).map(|i| format!("kind_{i:03}")).collect();
    for (set, report) in [
        ("ten", report(&names(&KINDS), 22, 7)),
        (
            "three",
            report(&names(&["normal", "memory_leak", "oom"]), 4, 2),
        ),
        ("many", report(&many, 22, 7)),
        ("huge", report(&huge, 22, 7)),
    ] {
        for (name, chart) in charts(&report) {
            for width in [350_u32, 640] {
                let height = preferred_height(&chart, f64::from(width)) as u32;
                for theme in [Theme::light(), Theme::dark()] {
                    let shade = if theme.dark { "dark" } else { "light" };
                    let file = format!("{folder}/{set}-{shade}-{width}-{name}.svg");
                    let document = svg(&chart, (width, height), &theme, &estimate).unwrap();
                    std::fs::write(file, document).unwrap();
                }
            }
        }
    }
}

#[test]
fn charts_have_the_colours_of_the_page() {
    let css = include_str!("../static/app.css");
    // The first block of each theme.
    let (_, light) = css.split_once(":root {").expect("the light tokens");
    let (_, dark) = css
        .split_once(":root[data-theme=\"dark\"] {")
        .expect("the dark tokens");
    for (block, theme) in [(light, Theme::light()), (dark, Theme::dark())] {
        let (block, _) = block.split_once('}').expect("its end");
        for (name, color) in [
            ("surface", theme.surface),
            ("sunken", theme.sunken),
            ("line", theme.line),
            ("text", theme.text),
            ("muted", theme.muted),
            ("accent", theme.accent),
            ("accent-ink", theme.accent_ink),
        ] {
            let (_, rest) = block.split_once(&format!("--{name}:")).expect("the token");
            let value = rest.split(';').next().unwrap_or("").trim();
            let long = match value.len() {
                // `#fff`
                4 => value
                    .chars()
                    .skip(1)
                    .fold(String::from("#"), |long, c| format!("{long}{c}{c}")),
                _ => value.to_owned(),
            };
            assert_eq!(long, color.css(), "--{name}, dark: {}", theme.dark);
        }
    }
}
