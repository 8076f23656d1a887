//! What a look at a scenario says, computed from it.

use super::format;
use super::plot::{self, Timeline};
use super::select::capital;
use super::verdict::Sentence;
use crate::protocol::ScenarioPreview;

/// What strikes in a scenario, in one sentence, and how large it is.
pub fn finding(preview: Option<&ScenarioPreview>) -> (Sentence, String) {
    let Some(preview) = preview else {
        return (
            Sentence::of(["A small cluster, simulated, in which known faults strike."]),
            "Choose what it is to be like. What strikes is shown as you choose.".to_owned(),
        );
    };
    let hours = |secs: f64| match secs / 3_600.0 {
        h if h < 1.5 => format::plural(libm::round(secs / 60.0) as u64, "minute"),
        h => format::plural(libm::round(h) as u64, "hour"),
    };
    let seen = hours(preview.seen_secs);
    let when = if preview.seen_secs < preview.span_secs {
        format!("In the first {seen} ")
    } else {
        format!("In {seen} ")
    };
    let found = u64::from(preview.episodes_found);
    let sudden = preview.episodes.iter().filter(|e| !e.announced).count();
    let sentence = match found {
        0 => Sentence::of([&*when, "no fault", " strikes."]),
        _ if preview.episodes.len() < found as usize => {
            Sentence::of([&*when, &format::plural(found, "fault"), " strike."])
        }
        n => Sentence::of([
            &*when,
            &format::plural(n, "fault"),
            if n == 1 { " strikes, " } else { " strike, " },
            &format!("{} without a sign before.", format::count(sudden as u64)),
        ]),
    };
    let sub = format!(
        "{}, {} over {}: {} in {}, scraped every {}.",
        format::plural(preview.rows, "row"),
        format::plural(u64::from(preview.columns), "column"),
        hours(preview.span_secs),
        format_args!(
            "{} workloads on nodes",
            format::count(u64::from(preview.entities))
        ),
        format::plural(u64::from(preview.clusters), "cluster"),
        match preview.scrape_secs {
            secs if secs % 60 == 0 && secs > 60 => format::plural(u64::from(secs / 60), "minute"),
            secs => format::plural(u64::from(secs), "second"),
        },
    );
    (sentence, sub)
}

/// What a preview's chart shows, as a finding.
pub fn title(preview: &ScenarioPreview) -> String {
    let timeline = Timeline::new(preview);
    let chosen = timeline.chosen.and_then(|i| timeline.episodes.get(i));
    let Some(episode) = chosen else {
        return format!("{}: nothing strikes", preview.entity);
    };
    let kind = capital(&format::class_name(&episode.kind));
    let minutes = |secs: f64| format::plural(libm::round(secs.abs() / 60.0) as u64, "minute");
    let after = match (timeline.alert(), episode.impact_secs) {
        _ if episode.near_miss => "it heals before harm".to_owned(),
        (None, _) => "no alert would have fired".to_owned(),
        (Some(alert), Some(impact)) if alert.from_secs - impact >= 30.0 => {
            format!(
                "the alert comes {} after the harm",
                minutes(alert.from_secs - impact)
            )
        }
        (Some(alert), Some(impact)) if alert.from_secs - impact <= -30.0 => {
            format!(
                "the alert comes {} before the harm",
                minutes(alert.from_secs - impact)
            )
        }
        _ => "the alert comes with the harm".to_owned(),
    };
    format!("{kind} on {}: {after}", episode.place)
}

/// The kinds that a preview lists, for their colours.
pub fn kinds(preview: &ScenarioPreview) -> Vec<String> {
    Timeline::new(preview).kinds
}

/// An instant of a preview: month, day, hour and minute (UTC).
pub fn instant(preview: &ScenarioPreview, secs: f64) -> String {
    plot::clock(preview.start_secs, secs)
}
