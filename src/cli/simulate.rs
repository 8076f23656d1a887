//! `kubecast simulate`: the table is written while it is made, and never stands in memory whole.

use std::io::Write;

use super::files::{self, Target};
use super::run::tell;
use super::simulate_args::{Form, Layout, SimulateArgs};
use crate::protocol::Failure;
use crate::session::ScenarioText;

pub(super) fn simulate(args: &SimulateArgs) -> Result<(), Failure> {
    let mut text = ScenarioText::new(&args.spec())?;
    let mut target = Target::create(&args.out)?;
    let mut lines = Vec::new();
    let more = |text: &mut ScenarioText, lines: &mut Vec<u8>| match (args.format, args.layout) {
        (Form::OpenMetrics, _) => text.more_openmetrics(lines),
        (Form::Csv, Layout::Long) => Ok(text.more_long(lines)),
        (Form::Csv, Layout::Wide) => Ok(text.more(lines)),
    };
    if args.out.to_ascii_lowercase().ends_with(".gz") {
        // No name and no time: the same table gives the same bytes.
        let mut packed = flate2::GzBuilder::new().write(Vec::new(), flate2::Compression::fast());
        while !target.is_closed() && more(&mut text, &mut lines)? {
            // A Vec takes everything.
            let _ = packed.write_all(&lines);
            target.write(packed.get_ref())?;
            packed.get_mut().clear();
            lines.clear();
        }
        target.write(&packed.finish().unwrap_or_default())?;
    } else {
        while !target.is_closed() && more(&mut text, &mut lines)? {
            target.write(&lines)?;
            lines.clear();
        }
    }
    target.finish()?;
    if let Some(path) = &args.episodes {
        files::write(path, &text.episodes_csv())?;
    }
    if let Some(path) = &args.events {
        files::write(path, &text.events_csv())?;
    }
    if let Some(path) = &args.config {
        files::write(path, &text.config_json())?;
    }
    let rare = text.rare_kinds();
    if !rare.is_empty() && args.episodes.is_some() {
        let kinds: Vec<String> = rare
            .iter()
            .map(|(kind, cases)| format!("{kind} ({cases})"))
            .collect();
        tell(&format!(
            "note: kinds that strike whole clusters have fewer than ten cases: {}. Ask for more --clusters or rows to learn \
             from them.\n",
            kinds.join(", ")
        ));
    }
    Ok(())
}
