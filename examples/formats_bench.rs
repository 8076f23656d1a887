//! How fast exports are read: `cargo run --release --example formats_bench [MEGABYTES]`.
//!
//! Texts are made from a counter, so that every run reads the same bytes.

use std::borrow::Cow;
use std::time::Instant;

use kubecast::ingest::{InputFile, JoinOptions, read_files};

fn main() {
    let megabytes: usize = std::env::args()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(100);
    let bytes = megabytes * 1_000_000;
    time(
        "Prometheus JSON, sorted series",
        "cpu.json",
        &prometheus(bytes),
    );
    time(
        "VictoriaMetrics JSON lines",
        "export.jsonl",
        &victoria(bytes),
    );
    time("OpenMetrics with times", "dump.om", &openmetrics(bytes));
}

#[expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program that measures and tells"
)]
fn time(what: &str, name: &str, text: &[u8]) {
    let mut best = f64::INFINITY;
    let mut rows = 0;
    for _ in 0..5 {
        let begun = Instant::now();
        let file = InputFile {
            name: name.to_owned(),
            bytes: Cow::Borrowed(text),
            modified_secs: None,
        };
        let read = read_files(vec![file], &JoinOptions::default()).expect("a table");
        best = best.min(begun.elapsed().as_secs_f64());
        rows = read.table.frame.rows();
    }
    let size = text.len() as f64 / 1e6;
    println!(
        "{what}: {size:.0} MB to {rows} rows in {best:.3} s, {:.0} MB/s",
        size / best
    );
}

/// A value with as many digits as a query's answer has.
fn value(n: u64) -> f64 {
    (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11) as f64 / (1_u64 << 53) as f64
}

fn prometheus(bytes: usize) -> Vec<u8> {
    let mut text =
        String::from("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[");
    let (mut n, mut series) = (0, 0);
    while text.len() < bytes {
        if series > 0 {
            text.push(',');
        }
        text.push_str(&format!("{{\"metric\":{{\"__name__\":\"cpu\",\"namespace\":\"shop\",\"pod\":\"api-{series}\"}},\"values\":["));
        for at in 0..5_000 {
            let comma = if at > 0 { "," } else { "" };
            text.push_str(&format!(
                "{comma}[{},\"{}\"]",
                1_709_541_000 + 60 * at,
                value(n)
            ));
            n += 1;
        }
        text.push_str("]}");
        series += 1;
    }
    text.push_str("]}}");
    text.into_bytes()
}

fn victoria(bytes: usize) -> Vec<u8> {
    let mut text = String::new();
    let (mut n, mut series) = (0, 0);
    while text.len() < bytes {
        let values: Vec<String> = (0..5_000).map(|at| value(n + at).to_string()).collect();
        let times: Vec<String> = (0..5_000_u64)
            .map(|at| (1_709_541_000_000 + 60_000 * at).to_string())
            .collect();
        text.push_str(&format!(
            "{{\"metric\":{{\"__name__\":\"cpu\",\"pod\":\"api-{series}\"}},\"values\":[{}],\"timestamps\":[{}]}}\n",
            values.join(","),
            times.join(",")
        ));
        n += 5_000;
        series += 1;
    }
    text.into_bytes()
}

fn openmetrics(bytes: usize) -> Vec<u8> {
    let mut text = String::new();
    let (mut n, mut series) = (0, 0);
    while text.len() < bytes {
        for at in 0..5_000_u64 {
            text.push_str(&format!(
                "cpu{{pod=\"api-{series}\"}} {} {}.000\n",
                value(n),
                1_709_541_000 + 60 * at
            ));
            n += 1;
        }
        series += 1;
    }
    text.push_str("# EOF\n");
    text.into_bytes()
}
