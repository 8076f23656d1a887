//! A million rows of 30 columns profiled on one thread: seconds in all, and the longest slice.

use std::fmt::Write as _;
use std::time::Instant;

use kubecast::protocol::{Event, FileHead, Request};
use kubecast::session::Session;

const ROWS: usize = 1_000_000;
const PODS: usize = 200;
const NUMBERS: usize = 25;
const REPEATS: usize = 3;

#[expect(clippy::print_stdout, reason = "a benchmark prints")]
fn main() {
    let text = table();
    let mut session = Session::in_place();
    let files = vec![FileHead {
        name: "table.csv".to_owned(),
        bytes: text.len() as u64,
        modified_secs: None,
    }];
    let request = Request::Load {
        files,
        reading: None,
    };
    let (loaded, event, _) = ask(&mut session, request, vec![text.into_bytes()]);
    println!("read and shown in {loaded:.2} s");
    assert!(matches!(event, Event::Data(_)));
    for _ in 0..REPEATS {
        let request = Request::Profile {
            target: "issue".to_owned(),
        };
        let (secs, event, slices) = ask(&mut session, request, Vec::new());
        let Event::Profiled(profile) = event else {
            return println!("no profile");
        };
        let entities = profile.series.map_or(0, |s| s.entities);
        let longest = slices.iter().copied().fold(0.0, f64::max);
        println!(
            "{secs:.3} s in {} slices, the longest {longest:.3} s; {entities} entities",
            slices.len()
        );
        let told: Vec<String> = slices.iter().map(|s| format!("{:.0}", s * 1e3)).collect();
        println!("    ms: {}", told.join(" "));
    }
}

/// Seconds, the answer, and the seconds of each slice.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn ask(session: &mut Session, request: Request, files: Vec<Vec<u8>>) -> (f64, Event, Vec<f64>) {
    session.submit(1, request, files);
    let begun = Instant::now();
    let mut slices = Vec::new();
    loop {
        let slice = Instant::now();
        let replies = session.work(begun.elapsed().as_secs_f64());
        slices.push(slice.elapsed().as_secs_f64());
        for reply in replies {
            if !matches!(reply.event, Event::Progress { .. }) {
                return (begun.elapsed().as_secs_f64(), reply.event, slices);
            }
        }
    }
}

/// Time, pod, a counter, measurements of which some are missing, and a target; the same each time.
fn table() -> String {
    let mut text = String::with_capacity(ROWS * 250);
    text.push_str("timestamp,namespace,pod,restarts_total");
    for column in 0..NUMBERS {
        write!(text, ",m{column}").unwrap_or_default();
    }
    text.push_str(",issue\n");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 40
    };
    for row in 0..ROWS {
        let (tick, pod) = (row / PODS, row % PODS);
        let secs = 1_709_251_200 + tick * 30;
        write!(text, "{secs},ns-{},pod-{pod},{}", pod % 9, tick % 900).unwrap_or_default();
        for column in 0..NUMBERS {
            let x = next();
            if column % 5 == 4 && x % 20 == 0 {
                text.push(',');
            } else {
                write!(text, ",{}.{:04}", x % 977, x % 9973).unwrap_or_default();
            }
        }
        let issue = match next() % 50 {
            0 => "oom",
            1 => "disk",
            2 => "network",
            _ => "None",
        };
        text.push(',');
        text.push_str(issue);
        text.push('\n');
    }
    text
}
