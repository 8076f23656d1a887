//! Incidents marked by hand: what is typed and drawn, what the table of marks says, and the file that keeps them.

use super::engine::Step;
use super::form::{AheadForm, Field, Settings};
use super::{Async, Attachment, Effect, FileRef, Handle, Pending, Purpose, State, ahead, format};
use crate::data::time_text;
use crate::json;
use crate::protocol::{ForecastTrack, Mark, Request, SeriesSummary, TrackIncident};

/// Pixels that a pointer is drawn at least to mark anything.
const LEAST_DRAWN: f64 = 3.0;

/// What a person does to marks.
#[derive(Clone, Debug, PartialEq)]
pub enum Marking {
    /// What stands in the fields is a mark.
    Add,
    /// The mark of this place is none.
    Remove(usize),
    /// The pointer is on the chart.
    Drag(Drag),
    /// This entity and column are to be seen; an empty entity: marks are of all of them.
    Show(String, String),
    /// Another time of it; none for all.
    Sight(Option<(f64, f64)>),
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

/// What the marks come to, as a finding.
pub fn title(state: &State) -> String {
    match state.settings.ahead.marks.len() as u64 {
        0 => "Mark when something was wrong".to_owned(),
        n => format!("{} marked by hand", format::plural(n, "incident")),
    }
}

/// The rows of a mark and what is wrong with it; empty until it is known.
pub fn known(state: &State, mark: usize) -> (String, &str) {
    let (Async::Ready(series), marks) = (&state.series, &state.settings.ahead.marks) else {
        return Default::default();
    };
    match (series.mark_rows.get(mark), series.mark_problems.get(mark)) {
        (Some(&rows), Some(problem)) if series.marks.len() == marks.len() => {
            (format::count(rows), problem)
        }
        _ => Default::default(),
    }
}

/// The column in sight with what is marked on it, and with what is being drawn; none where none is in sight.
pub fn seen(state: &State) -> Option<ForecastTrack> {
    let mut track = (**state.marking.as_ref()?).clone();
    let start = track.start_secs as f64;
    let mut shade = |kind: &str, from: f64, until: f64| {
        track.incidents.push(TrackIncident {
            kind: kind.to_owned(),
            start_secs: from,
            end_secs: until,
            counts: true,
        });
    };
    let secs = state.series.value().map_or(&[][..], |s| &s.mark_secs);
    for (mark, secs) in state.settings.ahead.marks.iter().zip(secs.chunks_exact(2)) {
        let is_here = mark.entity.is_empty() || mark.entity == track.name;
        if let (true, &[Some(from), Some(until)]) = (is_here, secs) {
            shade(&mark.kind, from - start, until - start);
        }
    }
    if let Some((a, b)) = *state.drag {
        shade(&typed(&state.settings, Field::MarkKind), a.min(b), a.max(b));
    }
    Some(track)
}

/// What stands in a field, or what it means where it is empty.
fn typed(settings: &Settings, field: Field) -> String {
    let text = settings.text(field);
    match text.trim() {
        "" => field.rule().empty.unwrap_or_default().to_owned(),
        text => text.to_owned(),
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
            Marking::Add => {
                let fields = [Field::MarkFrom, Field::MarkUntil];
                let [from, until] = fields.map(|field| typed(&self.state.settings, field));
                let is_blank = [from.is_empty(), until.is_empty()];
                match fields.into_iter().zip(is_blank).find(|(_, blank)| *blank) {
                    Some((field, _)) => self.effects.push(Effect::Focus(field)),
                    None => self.add(from, until),
                }
            }
            Marking::Remove(at) => {
                self.form(&mut |form| {
                    if *at < form.marks.len() {
                        form.marks.remove(*at);
                    }
                });
                self.say("Removed.");
                self.marks_changed();
            }
            Marking::Drag(drag) => self.drag(drag),
            Marking::Show(entity, column) => {
                let of_all = entity.is_empty();
                self.form(&mut |form| form.of_all = of_all);
                let series = self.state.series.value();
                let place = series.and_then(|s| s.names.iter().position(|n| n == entity));
                let seen = self.state.marking.as_ref().map_or(0, |track| track.entity);
                self.ask_metric(place.map_or(seen, |place| place as u32), column, None);
            }
            Marking::Sight(secs) => self.see_metric(*secs),
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
                let (by_hand, marks): (bool, Vec<Mark>) =
                    json::of_text(text.as_bytes()).unwrap_or_default();
                self.form(&mut |form| form.by_hand = by_hand);
                self.take_marks(&marks);
            }
        }
    }

    fn form(&mut self, change: &mut dyn FnMut(&mut AheadForm)) {
        let mut settings = (*self.state.settings).clone();
        change(&mut settings.ahead);
        self.state.settings = Handle::new(settings);
    }

    /// Takes up marks, each once.
    fn take_marks(&mut self, marks: &[Mark]) {
        self.form(&mut |form| {
            for mark in marks {
                if !form.marks.contains(mark) {
                    form.marks.push(mark.clone());
                }
            }
        });
    }

    /// A column says what was wrong, or nobody but the person at the screen.
    pub(super) fn by_hand(&mut self, by_hand: bool) {
        if self.state.settings.ahead.by_hand != by_hand {
            self.form(&mut |form| form.by_hand = by_hand);
            self.keep_marks();
        }
        if by_hand {
            self.forget_forecast();
        }
    }

    fn add(&mut self, from: String, until: String) {
        let settings = &self.state.settings;
        let entity = match (settings.ahead.of_all, &self.state.marking) {
            (false, Some(track)) => track.name.clone(),
            _ => String::new(),
        };
        let kind = typed(settings, Field::MarkKind);
        self.say("Marked.");
        let mark = Mark {
            entity,
            from,
            until,
            kind,
        };
        self.take_marks(&[mark]);
        let mut settings = (*self.state.settings).clone();
        let times = [Field::MarkFrom, Field::MarkUntil];
        settings.texts.retain(|field| !times.contains(field));
        self.state.settings = Handle::new(settings);
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
        self.take_marks(marks);
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
            self.form(&mut |form| form.marks.clone_from(&found.marks));
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
        if is_by_hand(&self.state) && self.state.marking.is_none() {
            self.ask_metric(0, "", None);
        }
    }

    fn see_metric(&mut self, secs: Option<(f64, f64)>) {
        if let Some(track) = self.state.marking.clone() {
            let column = track.kinds.first().map_or("", |kind| kind.name.as_str());
            self.ask_metric(track.entity, column, secs);
        }
    }

    pub(super) fn metric_came(&mut self, track: &ForecastTrack) {
        self.state.marking = Some(Handle::new(track.clone()));
        self.state.drag = Handle::default();
    }

    fn drag(&mut self, drag: &Drag) {
        let Some(track) = self.state.marking.clone() else {
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
