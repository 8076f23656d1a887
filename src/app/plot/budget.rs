//! What each budget buys: incidents caught ahead and the median lead, against the false pages that they cost.

use super::chart::Chart;
use super::draw::{Ink, SMALL_SIZE, Write};
use super::label::Measure;
use super::layout::Rect;
use super::number::{figure, percent, ticks};
use super::palette::Dash;
use super::surface::DrawError;
use super::table::Table;
use super::timeline::short;
use crate::protocol::{ForecastSummary, IncidentLine};

/// Height of a panel with its title.
const PANEL: f64 = 140.0;
const TITLE: f64 = 28.0;
const FOOT: f64 = 38.0;
/// False pages per cluster-day around which the axis goes over from even to powers.
const BEND: f64 = 0.1;
const TICKS: [f64; 11] = [0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];

/// One budget.
#[derive(Clone, Debug, PartialEq)]
pub struct BudgetMark {
    /// False pages per cluster-day that it pays, where the thresholds are chosen.
    pub budget: f64,
    /// Those that it cost on the rows judged by.
    pub cost: f64,
    /// Share of incidents caught ahead, 0 to 1.
    pub recall: f64,
    /// Caught ahead, and all.
    pub caught: (u32, u32),
    /// Median lead, in minutes.
    pub lead: Option<f64>,
}

/// What each budget buys.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BudgetCurve {
    /// By budget.
    pub marks: Vec<BudgetMark>,
    /// The one that is looked at.
    pub chosen: usize,
    /// What it buys what the model has to beat: name, cost, recall, lead.
    pub rivals: Vec<(String, f64, f64, Option<f64>)>,
    /// What the time is counted in.
    pub unit: String,
}

impl BudgetCurve {
    fn new(summary: &ForecastSummary, chosen: usize, unit: String) -> Self {
        let recall = |line: &IncidentLine| f64::from(line.ahead) / f64::from(line.incidents.max(1));
        let marks: Vec<BudgetMark> = summary
            .rungs
            .iter()
            .filter_map(|rung| {
                let all = &summary.outcomes.get(rung.outcome as usize)?.all;
                Some(BudgetMark {
                    budget: rung.budget,
                    cost: all.false_per_cluster_day,
                    recall: recall(all),
                    caught: (all.ahead, all.incidents),
                    lead: all.lead_minutes,
                })
            })
            .filter(|mark| mark.cost.is_finite())
            .collect();
        let rung = summary.rungs.get(chosen);
        let rivals = rung.iter().flat_map(|rung| {
            let all = summary.rivals.iter().zip(&rung.rivals);
            all.filter_map(|(rival, &at)| {
                let line = rival.outcomes.get(at as usize)?;
                let one = (
                    rival.name.clone(),
                    line.false_per_cluster_day,
                    recall(line),
                    line.lead_minutes,
                );
                (line.ahead > 0 && one.1.is_finite()).then_some(one)
            })
        });
        Self {
            chosen: chosen.min(marks.len().saturating_sub(1)),
            rivals: rivals.collect(),
            marks,
            unit,
        }
    }
}

impl Chart {
    /// What each budget buys; `unit` is what the time is counted in.
    pub fn budgets(summary: &ForecastSummary, chosen: usize, unit: String) -> Self {
        Self::Budget(BudgetCurve::new(summary, chosen, unit))
    }
}

/// Where the two panels lie.
#[derive(Clone, Debug, PartialEq)]
pub struct BudgetLayout {
    /// Width and height.
    pub size: (f64, f64),
    /// Recall above, lead below.
    pub panels: [Rect; 2],
    titles: bool,
    most: f64,
    lead: f64,
    points: Vec<(f64, f64)>,
    labels: Vec<(String, f64, f64)>,
}

fn bent(cost: f64) -> f64 {
    libm::log1p(cost.max(0.0) / BEND)
}

impl BudgetLayout {
    pub(super) fn new(data: &BudgetCurve, size: (f64, f64), measure: Measure) -> Self {
        let (width, height) = size;
        let titles = width >= 200.0 && height >= 160.0;
        let (left, foot, title) = if titles {
            (46.0, FOOT, TITLE)
        } else {
            (2.0, 2.0, 2.0)
        };
        let each = (height - foot) / 2.0;
        let panel = |i: f64| {
            Rect::new(
                left,
                i * each + title,
                width - left - 14.0,
                each - title - 12.0,
            )
        };
        let costs = data
            .marks
            .iter()
            .map(|m| m.cost)
            .chain(data.rivals.iter().map(|r| r.1));
        let leads = data
            .marks
            .iter()
            .filter_map(|m| m.lead)
            .chain(data.rivals.iter().filter_map(|r| r.3));
        let mut this = Self {
            size,
            panels: [panel(0.0), panel(1.0)],
            titles,
            most: costs.fold(0.5, f64::max) * 1.1,
            lead: leads.fold(1.0, f64::max) * 1.15,
            points: Vec::new(),
            labels: Vec::new(),
        };
        this.points = data
            .marks
            .iter()
            .map(|m| this.place(0, m.cost, m.recall))
            .collect();
        // Each name where it meets no other.
        let mut taken: Vec<Rect> = Vec::new();
        for (name, cost, recall, _) in data.rivals.iter().filter(|_| titles) {
            let wide = measure(name, SMALL_SIZE, false);
            let (x, y) = this.place(0, *cost, *recall);
            let right = x + 9.0 + wide <= width - 4.0;
            let x = if right { x + 9.0 } else { x - 9.0 - wide };
            let box_at = Rect::new(x - 4.0, y - 8.0, wide + 8.0, 16.0);
            let meets = |o: &Rect| {
                box_at.x < o.x + o.w
                    && o.x < box_at.x + box_at.w
                    && box_at.y < o.y + o.h
                    && o.y < box_at.y + box_at.h
            };
            if !taken.iter().any(meets) {
                taken.push(box_at);
                this.labels.push((name.clone(), x, y));
            }
        }
        this
    }

    fn across(&self, cost: f64) -> f64 {
        let panel = self.panels[0];
        panel.x + panel.w * (bent(cost) / bent(self.most)).clamp(0.0, 1.0)
    }

    fn place(&self, panel: usize, cost: f64, share: f64) -> (f64, f64) {
        let rect = self.panels[panel];
        (
            self.across(cost),
            rect.y + rect.h * (1.0 - share.clamp(0.0, 1.0)),
        )
    }

    fn place_lead(&self, cost: f64, lead: f64) -> (f64, f64) {
        self.place(1, cost, lead / self.lead)
    }

    /// Budgets.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// A budget's slice of both panels.
    pub fn rect(&self, item: usize) -> Option<Rect> {
        let x = self.points.get(item)?.0;
        let [top, bottom] = self.panels;
        Some(Rect::new(x - 3.0, top.y, 6.0, bottom.y + bottom.h - top.y))
    }

    /// The nearest budget.
    pub fn hit(&self, (x, y): (f64, f64)) -> Option<usize> {
        let [top, bottom] = self.panels;
        if y < top.y - TITLE
            || y > bottom.y + bottom.h
            || x < top.x - 6.0
            || x > top.x + top.w + 6.0
        {
            return None;
        }
        let gap = |i: &usize| (self.points[*i].0 - x).abs();
        (0..self.points.len()).min_by(|a, b| gap(a).total_cmp(&gap(b)))
    }
}

/// The height at which it reads best.
pub(super) fn height() -> f64 {
    2.0 * PANEL + FOOT
}

pub(super) fn paint(
    data: &BudgetCurve,
    at: &BudgetLayout,
    ink: &Ink,
    focus: Option<usize>,
) -> Result<(), DrawError> {
    let theme = ink.theme;
    let [top, bottom] = at.panels;
    let muted = Write::small().color(theme.muted);
    for (panel, rect) in at.panels.iter().enumerate() {
        let high = if panel == 0 { 100.0 } else { at.lead };
        let marks = match panel {
            0 => ticks(0.0, 100.0, 3),
            _ => ticks(0.0, high, 4),
        };
        for (value, label) in marks {
            let y = rect.y + rect.h * (1.0 - value / high);
            ink.rule_across(rect.x, rect.x + rect.w, y, theme.line)?;
            if at.titles {
                ink.text(&label, (rect.x - 6.0, y), muted.end())?;
            }
        }
    }
    if at.titles {
        ink.text("Incidents caught ahead, %", (2.0, top.y - 16.0), muted)?;
        let lead = format!("Median lead, {}", data.unit);
        ink.text(&lead, (2.0, bottom.y - 16.0), muted)?;
        let base = bottom.y + bottom.h;
        let mut end = f64::NEG_INFINITY;
        for tick in TICKS.into_iter().filter(|t| *t <= at.most) {
            let x = at.across(tick);
            if x - end < 34.0 {
                continue;
            }
            end = x;
            ink.rule_down(x, base, base + 4.0, theme.faint)?;
            ink.text(&short(tick), (x, base + 12.0), muted.middle())?;
        }
        let across = (top.x + top.w, base + 28.0);
        ink.text("false pages per cluster-day", across, muted.end())?;
    }
    let recall: Vec<_> = at.points.clone();
    ink.path(&recall, Dash::Solid, theme.accent, 1.0, 2.0)?;
    let leads: Vec<_> = data
        .marks
        .iter()
        .filter_map(|m| Some(at.place_lead(m.cost, m.lead?)))
        .collect();
    ink.path(&leads, Dash::Solid, theme.accent, 1.0, 2.0)?;
    for &place in recall.iter().chain(&leads) {
        ink.disc(place, 2.5, theme.accent)?;
    }
    for (_, cost, recall, lead) in &data.rivals {
        ink.ring(at.place(0, *cost, *recall), 4.0, 1.5, theme.muted)?;
        if let Some(lead) = lead {
            ink.ring(at.place_lead(*cost, *lead), 4.0, 1.5, theme.muted)?;
        }
    }
    for (name, x, y) in &at.labels {
        ink.text(name, (*x, *y), muted)?;
    }
    if let Some(mark) = data.marks.get(data.chosen) {
        let x = at.across(mark.cost);
        ink.path(
            &[(x, top.y), (x, bottom.y + bottom.h)],
            Dash::Short,
            theme.accent,
            1.0,
            1.0,
        )?;
        let right = x > top.x + top.w * 0.7;
        let told = |place: (f64, f64), text: &str| -> Result<(), DrawError> {
            ink.disc(place, 6.5, theme.surface)?;
            ink.disc(place, 5.0, theme.accent)?;
            let write = Write::label().bold(true).color(theme.accent);
            // Above the upper curve, which falls to the left, and below the lower one.
            let room = bottom.y + bottom.h - place.1;
            let below = place.1 < top.y + 14.0 || place.1 > bottom.y && room > 16.0;
            let y = place.1 + if below { 14.0 } else { -13.0 };
            match right {
                true => ink.text(text, (place.0 - 8.0, y), write.end()),
                false => ink.text(text, (place.0 + 8.0, y), write),
            }
        };
        if at.titles {
            told(
                at.place(0, mark.cost, mark.recall),
                &format!("{} of {}", mark.caught.0, mark.caught.1),
            )?;
            if let Some(lead) = mark.lead {
                told(
                    at.place_lead(mark.cost, lead),
                    &format!("{} {}", short(lead), data.unit),
                )?;
            }
        }
    }
    if let Some(mark) = focus.and_then(|item| data.marks.get(item)) {
        let x = at.across(mark.cost);
        ink.rule_down(x, top.y, bottom.y + bottom.h, theme.muted)?;
        ink.disc(at.place(0, mark.cost, mark.recall), 4.0, theme.text)?;
        if let Some(lead) = mark.lead {
            ink.disc(at.place_lead(mark.cost, lead), 4.0, theme.text)?;
        }
    }
    Ok(())
}

fn lead_text(data: &BudgetCurve, lead: Option<f64>) -> String {
    lead.map_or("no lead".to_owned(), |lead| {
        format!("a median of {} {} ahead", short(lead), data.unit)
    })
}

pub(super) fn text(data: &BudgetCurve, item: usize) -> Option<String> {
    let mark = data.marks.get(item)?;
    Some(format!(
        "A budget of {} costs {} false pages per cluster-day: {} of {} incidents caught ahead, {}",
        short(mark.budget),
        short(mark.cost),
        mark.caught.0,
        mark.caught.1,
        lead_text(data, mark.lead)
    ))
}

pub(super) fn sentence(data: &BudgetCurve) -> String {
    match text(data, data.chosen) {
        Some(text) => format!("What each of {} budgets buys. {text}.", data.marks.len()),
        None => "What each budget buys: nothing.".to_owned(),
    }
}

pub(super) fn table(data: &BudgetCurve) -> Table {
    let headers = [
        "Budget",
        "False pages per cluster-day",
        "Caught ahead",
        "Incidents",
        "Share",
        "Median lead",
    ];
    let rows = data.marks.iter().map(|m| {
        vec![
            short(m.budget),
            figure(m.cost),
            m.caught.0.to_string(),
            m.caught.1.to_string(),
            percent(m.recall),
            m.lead.map_or("\u{2013}".to_owned(), |lead| {
                format!("{} {}", short(lead), data.unit)
            }),
        ]
    });
    Table {
        headers: headers.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

/// The lines of the CSV, the header first.
pub(super) fn lines(data: &BudgetCurve, number: &dyn Fn(f64) -> String) -> Vec<Vec<String>> {
    let header = [
        "budget",
        "false_per_cluster_day",
        "recall_ahead",
        "lead_median",
    ];
    let mut lines = vec![header.map(str::to_owned).to_vec()];
    lines.extend(data.marks.iter().map(|m| {
        vec![
            number(m.budget),
            number(m.cost),
            number(m.recall),
            m.lead.map_or(String::new(), number),
        ]
    }));
    lines
}
