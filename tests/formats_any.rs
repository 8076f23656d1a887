//! Exports of any content: the pieces and the order of files change nothing, and hostile ones are bounded.

use std::borrow::Cow;
use std::time::Instant;

use kubecast::ingest::{
    FilesReader, IngestError, InputFile, JoinOptions, TableRead, read_files, recognise,
};
use proptest::prelude::*;

fn file(name: &str, text: &str) -> InputFile<'static> {
    InputFile {
        name: name.to_owned(),
        bytes: Cow::Owned(text.as_bytes().to_vec()),
        modified_secs: Some(1_709_541_000.0),
    }
}

fn in_pieces(files: Vec<InputFile<'_>>, size: usize) -> Result<TableRead, IngestError> {
    let mut reader = FilesReader::new(files, JoinOptions::default());
    while reader.work(size)? {}
    reader.finish()
}

/// As text: a missing number is not equal to itself.
fn shown(read: &Result<TableRead, IngestError>) -> String {
    match read {
        Ok(read) => format!(
            "{:?} {:?} {:?}",
            read.table.frame, read.table.notices, read.join
        ),
        Err(error) => format!("{error:?}"),
    }
}

/// One small file of each format.
fn samples() -> Vec<(&'static str, String)> {
    let prometheus = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"a","pod":"\u00e9\"x"},"values":[[1709541000,"0.5"],[1709541060.25,"NaN"], [1709541120, "1e3"]]},{"metric":{"__name__":"b","pod":"y"},"values":[[1709541000,"7"]]}]},"warnings":["w"]}"#;
    vec![
        ("prometheus.json", prometheus.to_owned()),
        ("victoria.jsonl", "{\"metric\":{\"__name__\":\"up\",\"job\":\"n\"},\"values\":[1,null],\"timestamps\":[1709541000000,1709541060000]}\n{\"metric\":{\"__name__\":\"up\",\"job\":\"m\"},\"values\":[2],\"timestamps\":[1709541000000]}\n".to_owned()),
        ("datadog.json", r#"{"status":"ok","series":[{"metric":"m","scope":"host:a,env:p","pointlist":[[1709541000000,3.5],[1709541060000,null]]}]}"#.to_owned()),
        ("dump.om", "# TYPE x counter\r\nx_total{node=\"a\\\\b\"} 1 1709541000\r\nx_total{node=\"a\\\\b\"} 4 1709541060\r\n# EOF\r\n".to_owned()),
        ("dump.prom", "{__name__=\"up\", job=\"n\"} 1 1709541000000\nbad line\n{__name__=\"up\", job=\"m\"} 0 1709541000000\n".to_owned()),
        ("scrape.txt", "# HELP up Up.\nup{a=\"\u{e9}\"} 1\nup{a=\"b\"} 2\n".to_owned()),
        ("top.txt", "NAME CPU(cores) CPU(%) MEMORY(bytes) MEMORY(%)\nn1 412m 10% 5321Mi 34%\nn2 <unknown> <unknown> <unknown> <unknown>\n".to_owned()),
        ("events.txt", "LAST SEEN TYPE REASON OBJECT MESSAGE\n3m12s (x9 over 40m) Warning BackOff Pod/api Back-off\n".to_owned()),
        ("events.json", r#"{"apiVersion":"v1","items":[{"involvedObject":{"kind":"Pod","name":"a","namespace":"s"},"reason":"R","type":"Normal","count":2,"lastTimestamp":"2024-03-04T08:30:00Z"}]}"#.to_owned()),
        ("CPU-data-2024-03-04 10_00_00.csv", "\u{feff}\"Time\",\"{pod=\"\"a\"\"}\",\"{pod=\"\"b\"\"}\"\r\n1709541000000,31.2%,\r\n1709541060000,5%,7%\r\n".to_owned()),
        ("victoria.csv", "up,n1,1,1709541000\nup,n2,0,1709541000\n".to_owned()),
        ("datadog.csv", "date,metric,host:a\n2024-03-04 08:30:00,cpu,1\n".to_owned()),
        ("plain.csv", "a,b\n1,x\n2,\"y\nz\"\n".to_owned()),
    ]
}

#[test]
fn pieces_of_every_size_give_the_same_table() {
    for (name, text) in samples() {
        let whole = read_files(vec![file(name, &text)], &JoinOptions::default());
        assert!(whole.is_ok(), "{name}: {whole:?}");
        for size in 1..=63 {
            let pieces = in_pieces(vec![file(name, &text)], size);
            assert_eq!(shown(&pieces), shown(&whole), "{name} cut by {size}");
        }
    }
}

#[test]
fn cut_and_damaged_files_are_tables_or_errors() {
    for (name, text) in samples() {
        let mut bytes = text.into_bytes();
        for len in 0..bytes.len() {
            let file = InputFile {
                name: name.to_owned(),
                bytes: Cow::Borrowed(&bytes[..len]),
                modified_secs: None,
            };
            if let Err(error) = read_files(vec![file], &JoinOptions::default()) {
                assert!(error.hint().ends_with('.'), "{name} at {len}: {error}");
            }
        }
        for at in 0..bytes.len() {
            for value in [0, b'"', b'}', b'\n', 0xff] {
                let before = std::mem::replace(&mut bytes[at], value);
                let file = InputFile {
                    name: name.to_owned(),
                    bytes: Cow::Borrowed(&bytes),
                    modified_secs: None,
                };
                drop(read_files(vec![file], &JoinOptions::default()));
                bytes[at] = before;
            }
        }
    }
}

/// A metric, a pod, a code, and points of seconds and values.
type Drawn = (u8, u8, u8, Vec<(u16, i16)>);

/// Series of three metrics over a few pods, at jittering times.
fn series() -> impl Strategy<Value = Vec<Drawn>> {
    let points = prop::collection::vec((0u16..2000, -50i16..50), 0..12);
    prop::collection::vec((0u8..3, 0u8..3, 0u8..2, points), 1..10)
}

fn answer(series: &[Drawn]) -> String {
    let series: Vec<String> = series
        .iter()
        .map(|(metric, pod, code, points)| {
            let points: Vec<String> = points.iter().map(|(t, v)| format!("[{}.{},\"{v}\"]", 1_709_541_000 + u64::from(*t), t % 7)).collect();
            let name = ["load", "requests_total", "ALERTS"][usize::from(*metric)];
            format!("{{\"metric\":{{\"__name__\":\"{name}\",\"pod\":\"p{pod}\",\"code\":\"{code}\",\"alertname\":\"A{code}\",\"alertstate\":\"firing\"}},\"values\":[{}]}}", points.join(","))
        })
        .collect();
    format!(
        "{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{}]}}}}",
        series.join(",")
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_files_series_and_samples_is_nothing(a in series(), b in series(), seed in any::<u64>()) {
        let one = read_files(vec![file("a.json", &answer(&a)), file("b.json", &answer(&b))], &JoinOptions::default());
        // The same, all of it in another order.
        let shuffled = |list: &[Drawn]| {
            let mut list = list.to_vec();
            let key = |n: usize| (n as u64 + 1).wrapping_mul(seed | 1).rotate_left(17);
            let mut order: Vec<usize> = (0..list.len()).collect();
            order.sort_by_key(|&n| key(n));
            list = order.iter().map(|&n| list[n].clone()).collect();
            list.iter_mut().for_each(|s| if seed % 2 == 0 { s.3.reverse() });
            list
        };
        let two = read_files(vec![file("b.json", &answer(&shuffled(&b))), file("a.json", &answer(&shuffled(&a)))], &JoinOptions::default());
        match (&one, &two) {
            (Ok(_), Ok(_)) => prop_assert_eq!(shown(&one), shown(&two)),
            (Err(_), Err(_)) => {}
            _ => prop_assert!(false, "{:?} {:?}", one, two),
        }
    }

    #[test]
    fn a_cell_is_a_sample_of_its_own_step(points in prop::collection::btree_map(0u32..5000, 0u32..1000, 2..40)) {
        let list: Vec<String> = points.iter().map(|(t, v)| format!("[{},\"{v}\"]", 1_709_541_000 + t)).collect();
        let text = format!("[{{\"metric\":{{\"__name__\":\"m\"}},\"values\":[{}]}}]", list.join(","));
        let read = read_files(vec![file("m.json", &text)], &JoinOptions::default()).expect("a table");
        let step = read.join.expect("a report").step_secs;
        let frame = &read.table.frame;
        for row in 0..frame.rows() {
            let kubecast::data::Values::Time(times) = &frame.columns()[0].values else { panic!("times") };
            let kubecast::data::Values::Number(values) = &frame.columns()[1].values else { panic!("numbers") };
            let at = times[row] as f64 / 1e6 - 1_709_541_000.0;
            let near = points.iter().any(|(t, v)| f64::from(*v) == values[row] && (f64::from(*t) - at).abs() <= step);
            prop_assert!(near, "{at} {}", values[row]);
        }
    }

    #[test]
    fn any_text_is_a_table_or_an_error(text in "[-{}\\[\\]\",:.a-c0-9 \n#=_%]{0,80}", which in 0usize..13, size in 1usize..40) {
        // Anything after a beginning that is recognised.
        let (name, sample) = &samples()[which];
        let cut = sample.char_indices().nth(60).map_or(sample.len(), |c| c.0);
        let text = format!("{}{text}", &sample[..cut]);
        let whole = read_files(vec![file(name, &text)], &JoinOptions::default());
        prop_assert_eq!(shown(&in_pieces(vec![file(name, &text)], size)), shown(&whole));
    }

    #[test]
    fn any_bytes_are_recognised_as_something(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let sure = recognise("any", &bytes).sure;
        prop_assert!((0.0..=1.0).contains(&sure));
    }
}

#[test]
fn hostile_exports_are_bounded() {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long it takes is what is tested"
    )]
    let begun = Instant::now();
    let deep = "[".repeat(5_000_000);
    let matrix = |inner: &str| {
        format!(
            "{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{inner}]}}}}"
        )
    };
    let labels: Vec<String> = (0..100_000).map(|n| format!("\"l{n}\":\"v\"")).collect();
    let long = "x".repeat(40 << 20);
    let series: Vec<String> = (0..200_000)
        .map(|n| format!("{{\"metric\":{{\"a{n}\":\"{n}\"}},\"values\":[[1,\"1\"]]}}"))
        .collect();
    let far = matrix(
        "{\"metric\":{\"__name__\":\"m\"},\"values\":[[1,\"1\"],[1.001,\"2\"],[99999999999,\"3\"]]}",
    );
    let exposition_labels: Vec<String> = (0..2_000).map(|n| format!("l{n}=\"v\"")).collect();
    let mut results = Vec::new();
    for (name, text) in [
        ("deep.json", format!("{{\"status\":\"success\",\"data\":{deep}")),
        ("labels.json", matrix(&format!("{{\"metric\":{{{}}},\"values\":[[1,\"1\"]]}}", labels.join(",")))),
        ("long.json", matrix(&format!("{{\"metric\":{{\"a\":\"{long}\"}},\"values\":[[1,\"1\"]]}}"))),
        ("series.json", matrix(&series.join(","))),
        ("far.json", far),
        ("labels.prom", format!("up{{{}}} 1\n", exposition_labels.join(","))),
        ("line.prom", format!("# TYPE a gauge\na{{b=\"{long}\"}} 1\n")),
        ("blank.prom", format!("# TYPE a gauge\na 1\n{}", "\n".repeat(10_000_000))),
        ("types.prom", (0..1_000_000).map(|n| format!("# TYPE a{n} gauge\n")).collect()),
        ("top.txt", format!("NAME CPU(cores) MEMORY(bytes)\n{}", "a 1m 1Mi\n".repeat(1_500_000))),
        ("events.txt", "LAST SEEN TYPE REASON OBJECT MESSAGE\n99999999999999y (x1000000000 over 99999999999d) Warning R Pod/a m\n".to_owned()),
        ("events.json", "{\"apiVersion\":\"v1\",\"items\":[{\"involvedObject\":{\"kind\":\"Pod\",\"name\":\"a\"},\"reason\":\"R\",\"count\":1e300,\"lastTimestamp\":\"9999-99-99T99:99:99Z\"}]}".to_owned()),
    ] {
        let read = read_files(vec![file(name, &text)], &JoinOptions::default());
        results.push((name, read.map(|r| (r.table.frame.rows(), r.table.frame.columns().len())).map_err(|e| e.to_string())));
    }
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    let of = |name: &str| {
        results
            .iter()
            .find(|r| r.0 == name)
            .map(|r| r.1.clone())
            .expect("a result")
    };
    assert!(of("deep.json").is_err_and(|e| e.contains("recursion limit")));
    assert!(of("labels.json").is_err_and(|e| e.contains("labels of one series")));
    assert!(of("long.json").is_err_and(|e| e.contains("more than 32 MiB")));
    assert!(of("labels.prom").is_err_and(|e| e.contains("labels of one series")));
    assert!(of("line.prom").is_err_and(|e| e.contains("more than 32 MiB")));
    assert!(of("blank.prom").is_ok_and(|size| size == (1, 2)));
    assert!(of("series.json").is_err_and(|e| e.contains("labels of more than")));
    assert!(of("far.json").is_err_and(|e| e.contains("rows")));
    assert!(of("types.prom").is_err_and(|e| e.contains("no samples")));
    assert!(of("events.txt").is_ok_and(|size| size.0 == 1));
    assert!(of("events.json").is_ok_and(|size| size.0 == 1));
    for (name, result) in results {
        if let Err(words) = result {
            assert!(words.len() < 500, "{name}: {words}");
        }
    }
}
