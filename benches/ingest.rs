//! A CSV of 25 numeric columns read on one thread, beside polars and pandas where KUBECAST_PYTHON names a Python with them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use kubecast::ingest::Reader;

const ROWS: usize = 410_000;
const COLUMNS: usize = 25;
const REPEATS: usize = 3;
/// As the page's session takes them.
const PIECE_BYTES: usize = 1 << 20;

/// One peer: reads the file that it is given and prints the seconds of CPU that it took.
const PEERS: [(&str, &str); 2] = [
    (
        "polars, 1 thread",
        "import os,sys,time\nos.environ['POLARS_MAX_THREADS']='1'\nimport polars as m\nc=time.process_time();m.read_csv(sys.argv[1]);print(time.process_time()-c)",
    ),
    (
        "pandas",
        "import sys,time\nimport pandas as m\nc=time.process_time();m.read_csv(sys.argv[1]);print(time.process_time()-c)",
    ),
];

#[expect(clippy::print_stdout, reason = "a benchmark prints")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = table();
    let path = std::env::temp_dir().join("kubecast-ingest.csv");
    std::fs::File::create(&path)?.write_all(text.as_bytes())?;
    let megabytes = text.len() as f64 / 1e6;
    println!("{megabytes:.0} MB, {ROWS} rows of {COLUMNS} numbers; medians of {REPEATS}, in turns");
    let python = std::env::var_os("KUBECAST_PYTHON");
    let mut secs = vec![Vec::new(); 1 + PEERS.len()];
    for _ in 0..REPEATS {
        let begun = cpu_secs()?;
        let mut reader = Reader::new("table.csv");
        for piece in text.as_bytes().chunks(PIECE_BYTES) {
            reader.push(piece)?;
        }
        let table = reader.finish()?;
        secs[0].push(cpu_secs()? - begun);
        assert_eq!(
            (table.rows, table.frame.columns().len()),
            (ROWS as u64, COLUMNS)
        );
        for (at, (_, script)) in PEERS.iter().enumerate() {
            if let Some(taken) = python
                .as_ref()
                .and_then(|p| peer(Path::new(p), script, &path))
            {
                secs[at + 1].push(taken);
            }
        }
    }
    let names = std::iter::once("Kubecast").chain(PEERS.iter().map(|(name, _)| *name));
    let ours = median(&mut secs[0]).unwrap_or(f64::NAN);
    for (name, secs) in names.zip(&mut secs) {
        match median(secs) {
            Some(taken) => println!(
                "{name:<20} {taken:>7.3} CPU-s {:>7.0} MB/CPU-s   ours is {:.2} of it",
                megabytes / taken,
                taken / ours
            ),
            None => {
                println!("{name:<20} not measured: set KUBECAST_PYTHON to a Python that has it")
            }
        }
    }
    std::fs::remove_file(&path)?;
    Ok(())
}

/// Numbers of four decimals and whole ones, as telemetry has them; the same ones each time.
fn table() -> String {
    let mut text = String::with_capacity(ROWS * COLUMNS * 9);
    for column in 0..COLUMNS {
        let end = if column + 1 == COLUMNS { '\n' } else { ',' };
        let _ = write!(text, "m{column}{end}");
    }
    let mut state = 3_u64;
    for _ in 0..ROWS {
        for column in 0..COLUMNS {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let drawn = (state >> 33) as f64 / f64::from(1_u32 << 31);
            let _ = if (10..15).contains(&column) {
                write!(text, "{:.1}", (drawn * 1e7).round())
            } else {
                write!(text, "{:.4}", drawn * 100.0)
            };
            text.push(if column + 1 == COLUMNS { '\n' } else { ',' });
        }
    }
    text
}

fn peer(python: &Path, script: &str, file: &Path) -> Option<f64> {
    let output = Command::new(python)
        .arg("-c")
        .arg(script)
        .arg(file)
        .output()
        .ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

fn median(secs: &mut [f64]) -> Option<f64> {
    secs.sort_by(f64::total_cmp);
    secs.get(secs.len() / 2).copied()
}

/// CPU seconds of this thread (Linux).
fn cpu_secs() -> Result<f64, Box<dyn std::error::Error>> {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos: f64 = line.split(' ').next().unwrap_or_default().parse()?;
    Ok(nanos / 1e9)
}
