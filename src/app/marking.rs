//! Incidents marked by hand: what is typed and drawn, what the table of marks says, and the file that keeps them.

use super::ahead::Nudge;
use super::engine::Step;
use super::form::Settings;
use super::{Async, Attachment, Effect, FileRef, Handle, Pending, Purpose, State, ahead, format};
use crate::data::time_text;
use crate::json;
use crate::protocol::{ForecastTrack, Mark, MarkRead, Request, SeriesSummary};

/// The kind of a mark of which nothing is said.
pub const KIND: &str = "incident";
/// Pixels that a pointer is drawn at least to mark anything.
const LEAST_DRAWN: f64 = 3.0;

/// What a person does to marks.
#[derive(Clone, Debug, PartialEq)]
pub enum Marking {
    /// This stands in the fields. Its entity is empty where marks are of all of them.
    Draft(Mark),
    /// What stands in the fields is a mark.
    Add,
    /// The mark of this place is none.
    Remove(usize),
    /// The pointer is on the chart.
    Drag(Drag),
    /// Another entity by its number, or another column, is to be seen.
    Show(u32, String),
    /// Another time of it; none for all.
    Sight(Option<(f64, f64)>),
    /// The time in sight is drawn along, or made wider or closer.
    Nudge(Nudge),
    /// The marks are wanted as a file.
    Save,
    /// Files of marks were chosen.
    Open(Vec<FileRef>),
    /// This was kept from the last visit, as [`Effect::KeepMarks`] had it.
    Kept(String),
}

/// Where the pointer is on a chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drag {
    /// CSS pixels from the left.
    pub x: f64,
    /// The chart's width in CSS pixels.
    pub width: f64,
    /// What it does there.
    pub step: DragStep,
}

/// What a pointer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DragStep {
    /// It is put down.
    Begin,
    /// It is drawn along.
    On,
    /// It is lifted.
    End,
    /// It is taken away from the page.
    Lost,
}

/// Whether incidents are marked by hand: it was chosen, or no column says what was wrong.
pub fn is_by_hand(state: &State) -> bool {
    state.settings.ahead.by_hand || state.target.value().is_none()
}

/// The marks, each with what is known of it.
pub fn marks(state: &State) -> Vec<MarkRead> {
    let marks = &state.settings.ahead.marks;
    let series = state.series.value();
    match series.filter(|s| s.marks.iter().map(|m| &m.mark).eq(marks)) {
        Some(series) => series.marks.clone(),
        None => marks
            .iter()
            .map(|mark| MarkRead {
                mark: mark.clone(),
                ..MarkRead::default()
            })
            .collect(),
    }
}

/// What the marks come to, as a finding.
pub fn title(state: &State) -> String {
    match state.settings.ahead.marks.len() as u64 {
        0 => "Mark when something was wrong".to_owned(),
        n => format!("{} marked by hand", format::plural(n, "incident")),
    }
}

/// The spans to be shaded on a track: the kind, from which second to which. What is being drawn comes last.
pub fn spans(state: &State, track: &ForecastTrack) -> Vec<(String, f64, f64)> {
    let start = track.start_secs as f64;
    let here = |m: &MarkRead| m.mark.entity.is_empty() || m.mark.entity == track.name;
    let mut all: Vec<(String, f64, f64)> = marks(state)
        .into_iter()
        .filter(here)
        .filter_map(|m| match m.secs.as_slice() {
            &[from, until] => Some((m.mark.kind, from - start, until - start)),
            _ => None,
        })
        .collect();
    if let Some((a, b)) = *state.drag {
        all.push((kind(&state.settings), a.min(b), a.max(b)));
    }
    all
}

fn kind(settings: &Settings) -> String {
    match settings.ahead.draft.kind.trim() {
        "" => KIND.to_owned(),
        kind => kind.to_owned(),
    }
}

/// An instant of a track as a mark has it, rounded to what a pixel is worth: a second or a minute.
fn instant(track: &ForecastTrack, secs: f64, unit: f64) -> String {
    let at = libm::round((track.start_secs as f64 + secs) / unit) * unit;
    match track.counted {
        true => (at / 60.0).to_string(),
        false => time_text((at * 1e6) as i64) + "Z",
    }
}

impl Step {
    pub(super) fn mark(&mut self, what: &Marking) {
        match what {
            Marking::Draft(draft) => self.settings(|s| s.ahead.draft = draft.clone()),
            Marking::Add => {
                let draft = self.state.settings.ahead.draft.clone();
                self.add(draft.from, draft.until);
            }
            Marking::Remove(at) => {
                self.settings(|s| {
                    if *at < s.ahead.marks.len() {
                        s.ahead.marks.remove(*at);
                    }
                });
                self.say("Removed.");
                self.marks_changed();
            }
            Marking::Drag(drag) => self.drag(drag),
            Marking::Show(entity, column) => self.ask_metric(*entity, column, None),
            Marking::Sight(secs) => self.see_metric(*secs),
            Marking::Nudge(nudge) => {
                let track = self.state.marking.value();
                let to = track.and_then(|t| ahead::nudged(t, self.state.marking_sight, nudge));
                if to.is_some() {
                    self.see_metric(to);
                }
            }
            Marking::Save => self.effects.push(Effect::Download {
                name: "marks.csv".to_owned(),
                media_type: "text/csv".to_owned(),
                bytes: Handle::new(csv(&self.state.settings.ahead.marks).into_bytes()),
            }),
            Marking::Open(files) => {
                for file in files {
                    let name = file.name.to_string();
                    self.ask(Pending {
                        purpose: Purpose::Marks,
                        request: Request::ReadMarks { name },
                        attachments: vec![Attachment::File(file.key)],
                    });
                }
            }
            Marking::Kept(text) => {
                // What cannot be read is not there.
                let kept: (bool, Vec<Mark>) = json::of_text(text.as_bytes()).unwrap_or_default();
                self.settings(|s| (s.ahead.by_hand, s.ahead.marks) = kept);
            }
        }
    }

    fn settings(&mut self, change: impl FnOnce(&mut Settings)) {
        let mut settings = (*self.state.settings).clone();
        change(&mut settings);
        self.state.settings = Handle::new(settings);
    }

    /// A column says what was wrong, or nobody but the person at the screen.
    pub(super) fn by_hand(&mut self, by_hand: bool) {
        if self.state.settings.ahead.by_hand != by_hand {
            self.settings(|s| s.ahead.by_hand = by_hand);
            self.keep_marks();
        }
        if by_hand {
            self.forget_forecast();
        }
    }

    fn add(&mut self, from: String, until: String) {
        let draft = &self.state.settings.ahead.draft;
        // Of the entity in sight.
        let entity = match (draft.entity.is_empty(), self.state.marking.value()) {
            (false, Some(track)) => track.name.clone(),
            _ => String::new(),
        };
        let mark = Mark {
            entity,
            from,
            until,
            kind: kind(&self.state.settings),
        };
        self.say(format!(
            "Marked: {}, {} to {}.",
            mark.kind, mark.from, mark.until
        ));
        self.settings(|s| {
            s.ahead.marks.push(mark);
            s.ahead.draft.from.clear();
            s.ahead.draft.until.clear();
        });
        self.marks_changed();
    }

    fn keep_marks(&mut self) {
        let form = &self.state.settings.ahead;
        let kept = (form.by_hand, form.marks.clone());
        self.effects.push(Effect::KeepMarks(json::to_text(&kept)));
    }

    fn marks_changed(&mut self) {
        self.state.drag = Handle::default();
        self.keep_marks();
        self.describe_series();
    }

    /// The file's marks join those that are there.
    pub(super) fn marks_came(&mut self, marks: &[Mark]) {
        let known = self.state.settings.ahead.marks.len();
        self.settings(|s| {
            let new = marks.iter().filter(|m| !s.ahead.marks.contains(m));
            let new: Vec<Mark> = new.cloned().collect();
            s.ahead.marks.extend(new);
        });
        let more = self.state.settings.ahead.marks.len() - known;
        self.say(format!("{} read.", format::plural(more as u64, "mark")));
        self.marks_changed();
    }

    /// What the engine says of the marks: from then on their times are in UTC.
    pub(super) fn marks_read(&mut self, found: &SeriesSummary) {
        // Others may have been asked about since.
        let is_last = !self
            .state
            .queue
            .iter()
            .any(|p| p.purpose == Purpose::Series);
        let count = self.state.settings.ahead.marks.len();
        if is_last && count > 0 && found.marks.len() == count {
            self.settings(|s| s.ahead.marks = found.marks.iter().map(|m| m.mark.clone()).collect());
        }
        self.state.drag = Handle::default();
    }

    fn ask_metric(&mut self, entity: u32, column: &str, secs: Option<(f64, f64)>) {
        self.state.marking_sight = secs;
        let target = self.target_column();
        self.ask(Pending {
            purpose: Purpose::Metric,
            request: Request::Metric {
                spec: Box::new(self.state.settings.series_spec(&target)),
                entity,
                column: column.to_owned(),
                secs,
            },
            attachments: Vec::new(),
        });
    }

    /// Has a column to mark on, where marks are asked for.
    pub(super) fn ask_first_metric(&mut self) {
        if is_by_hand(&self.state) && self.state.marking == Async::Idle {
            self.ask_metric(0, "", None);
        }
    }

    fn see_metric(&mut self, secs: Option<(f64, f64)>) {
        if let Some(track) = self.state.marking.value().cloned() {
            let column = track.kinds.first().map_or("", |kind| kind.name.as_str());
            self.ask_metric(track.entity, column, secs);
        }
    }

    pub(super) fn metric_came(&mut self, track: &ForecastTrack) {
        self.state.marking = Async::Ready(Handle::new(track.clone()));
        self.state.drag = Handle::default();
    }

    fn drag(&mut self, drag: &Drag) {
        let Some(track) = self.state.marking.value().cloned() else {
            return;
        };
        let Some((at, per_pixel)) = ahead::second_at(&track, drag.x, drag.width) else {
            return;
        };
        let begun = self.state.drag.map(|(from, _)| from);
        self.state.drag = Handle::new(match (drag.step, begun) {
            (DragStep::Begin, _) => Some((at, at)),
            (DragStep::On, Some(from)) => Some((from, at)),
            _ => None,
        });
        let far = |from: &f64| (at - from).abs() >= LEAST_DRAWN * per_pixel;
        if let (DragStep::End, Some(from)) = (drag.step, begun.filter(far)) {
            let unit = match per_pixel {
                second if second < 6.0 && !track.counted => 1.0,
                _ => 60.0,
            };
            let (first, last) = (from.min(at), from.max(at));
            let begin = instant(&track, first, unit);
            let mut end = instant(&track, last, unit);
            if end == begin {
                end = instant(&track, first + unit, unit);
            }
            self.add(begin, end);
        }
    }
}

/// The marks as a file that can be read again, here and by the command line.
fn csv(marks: &[Mark]) -> String {
    let cell = |text: &str| match text.contains(['"', ',', ';', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    };
    let mut text = "from,until,kind,entity\n".to_owned();
    for mark in marks {
        let cells = [&mark.from, &mark.until, &mark.kind, &mark.entity].map(|c| cell(c));
        text.push_str(&(cells.join(",") + "\n"));
    }
    text
}
