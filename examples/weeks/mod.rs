//! What the tables of `docs/evaluation.md` are made of: simulated weeks, the question that is asked of them, and the place that
//! the answer is written to.

use std::error::Error;
use std::path::Path;

use kubecast::data::Frame;
use kubecast::learn::Fitter;
use kubecast::session::ForecastSpec;
use kubecast::simulate::{Episode, Preset, Scenario, Simulation};

/// A number after its name on the command line, or else this.
pub fn given(name: &str, default: u64) -> Result<u64, std::num::ParseIntError> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).map_or(Ok(default), |value| value.parse())
}

/// Eight clusters for a week, and the faults behind their labels.
pub fn fleet(seed: u64, rows: u64) -> Result<(Frame, Vec<Episode>), Box<dyn Error>> {
    let scenario = Scenario {
        num_samples: u32::try_from(rows)?,
        seed,
        clusters: 8,
        time_periods_hours: Some(168),
        ..Scenario::of(Preset::Default)
    };
    let mut simulation = Simulation::new(scenario.check()?);
    simulation.find();
    let episodes = simulation.episodes().to_vec();
    Ok((simulation.finish(), episodes))
}

/// Which issue sets in within half an hour.
pub fn question() -> ForecastSpec {
    ForecastSpec {
        time: Some("timestamp".to_owned()),
        entity: vec!["entity_id".to_owned()],
        target: "issue_type".to_owned(),
        windows_minutes: vec![15, 60],
        horizon_minutes: 30,
        ..ForecastSpec::default()
    }
}

/// All units of a forest.
pub fn grow(fitter: &mut Fitter) -> Result<(), String> {
    while fitter.step().map_err(|e| e.to_string())? {}
    Ok(())
}

/// Puts lines between two marks of `docs/evaluation.md`.
pub fn write(begins: &str, ends: &str, lines: &str) -> Result<(), Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/evaluation.md");
    let text = std::fs::read_to_string(&path)?;
    let (Some(from), Some(until)) = (text.find(begins), text.find(ends)) else {
        return Err("docs/evaluation.md has no place for what was made".into());
    };
    let (before, after) = (&text[..from + begins.len()], &text[until..]);
    Ok(std::fs::write(path, format!("{before}{lines}\n{after}"))?)
}
