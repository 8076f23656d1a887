//! The time in sight, drawn along or closer by wheel and pointer.

use crate::protocol::ForecastTrack;

/// Seconds in sight, at least.
const LEAST_SECS: f64 = 600.0;
/// Where a timeline's plot begins, and what is right of it, in CSS pixels.
const MARGINS: (f64, f64) = (46.0, 12.0);

/// What a wheel or a pointer did on a timeline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nudge {
    /// Where, in CSS pixels from the left.
    pub x: f64,
    /// The timeline's width in CSS pixels.
    pub width: f64,
    /// How many times as much time is to be in sight.
    pub times: f64,
    /// How far it was drawn to the right, in CSS pixels.
    pub drawn: f64,
}

/// The seconds then in sight, of those that were (none for all): what is under the pointer stays there. None where nothing
/// changes.
pub fn nudged(track: &ForecastTrack, now: Option<(f64, f64)>, nudge: &Nudge) -> Option<(f64, f64)> {
    let &[begin, end] = track.span.as_slice() else {
        return None;
    };
    let (from, until) = now.unwrap_or((begin, end));
    let (before, all) = (until - from, end - begin);
    let plot = (nudge.width - MARGINS.0 - MARGINS.1).max(1.0);
    let at = ((nudge.x - MARGINS.0) / plot).clamp(0.0, 1.0);
    let wide = (before * nudge.times).max(LEAST_SECS).min(all);
    let to = from + (before - wide) * at - nudge.drawn / plot * before;
    let to = to.max(begin).min(end - wide);
    (to != from || wide != before).then_some((to, to + wide))
}

/// The second of a timeline under a pointer at `x` of its `width` in CSS pixels, within what is in sight, and the seconds of a
/// pixel. None where nothing is in sight.
pub fn second_at(track: &ForecastTrack, x: f64, width: f64) -> Option<(f64, f64)> {
    let (from, until) = (*track.secs.first()?, *track.secs.last()?);
    let plot = (width - MARGINS.0 - MARGINS.1).max(1.0);
    let share = ((x - MARGINS.0) / plot).clamp(0.0, 1.0);
    (until > from).then(|| (from + share * (until - from), (until - from) / plot))
}
