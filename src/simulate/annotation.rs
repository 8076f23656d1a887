//! What a row's labels say (specification, 7): the issue now, whose it is, and what is about to happen.

use super::alerts::Alerts;
use super::cluster::Topology;
use super::faults::{Episode, IssueKind};
use super::grid::Grid;
use super::labels::{HEALTHY, Interval, Truth, covers, label_code};
use super::random::{Draws, Stream};
use super::scenario::{LabelMode, Scenario};
use super::schedule::{TEST_FROM, held_out_cluster};
use super::table::{Col, FIXED_COLUMNS, MISSING, Row, put};
use super::world::Setting;

/// Harm that is further away than this is not told, seconds.
const FORESEEN_SECS: f64 = 7_200.0;
/// Rows this soon after harm are no example of anything, seconds.
const MASKED_SECS: f64 = 600.0;
/// Rows this near to where training rows end are in neither part, seconds.
const EMBARGO_SECS: f64 = 7_200.0;
/// Where training rows end, as a share of the time; then come those for validation, then the test's.
const VALIDATION_FROM: f64 = 0.6;

/// Phases and roles by code.
pub(super) const PHASES: [&str; 4] = ["healthy", "precursor", "active", "recovering"];
pub(super) const ROLES: [&str; 2] = ["root", "victim"];
pub(super) const SPLITS: [&str; 4] = ["train", "val", "test", "embargo"];

/// Writes labels, row by row in order of time.
#[derive(Debug)]
pub(super) struct Annotator {
    pub(super) episodes: Vec<Episode>,
    pub(super) truth: Truth,
    /// By cluster: the episodes that push or ebb now, by onset.
    current: Vec<Vec<u32>>,
    next: usize,
    /// By row: the first interval that is not over.
    cursors: Vec<u32>,
    draws: Draws,
}

impl Annotator {
    pub(super) fn new(setting: &Setting, episodes: Vec<Episode>, truth: Truth) -> Self {
        Self {
            episodes,
            truth,
            current: vec![Vec::new(); setting.topology.clusters.len()],
            next: 0,
            cursors: vec![0; setting.grid.entities],
            draws: Draws::new(setting.scenario.seed, Stream::Label, 0),
        }
    }

    /// Goes to an instant, seconds from the first scrape.
    pub(super) fn go_to(&mut self, secs: f64, topology: &Topology) {
        let episodes = &self.episodes;
        for list in &mut self.current {
            list.retain(|&i| episodes[i as usize].recovered_secs > secs);
        }
        while let Some(episode) = episodes.get(self.next) {
            if episode.onset_secs > secs {
                break;
            }
            if episode.recovered_secs > secs
                && let Some(&e) = super::schedule::members(topology, episode.target).first()
            {
                self.current[topology.cluster_of(e as usize)].push(self.next as u32);
            }
            self.next += 1;
        }
    }

    /// Fills a row's labels at a step; `alerts` only where all columns are wanted.
    pub(super) fn annotate(
        &mut self,
        (row_number, e): (usize, usize),
        (step, tick): (usize, usize),
        setting: &Setting,
        alerts: Option<&Alerts>,
        row: &mut Row,
    ) {
        let scenario = &setting.scenario.asked;
        let step_secs = f64::from(setting.grid.step_secs);
        let list = &self.truth.intervals[row_number];
        let mut cursor = self.cursors[row_number] as usize;
        while list.get(cursor).is_some_and(|i| i.until as usize <= step) {
            cursor += 1;
        }
        self.cursors[row_number] = cursor as u32;
        let now = list.get(cursor).filter(|i| i.from as usize <= step);
        let next = list.get(cursor + usize::from(now.is_some()));
        let label = now.map_or(HEALTHY, |i| label_code(i.blame.kind));

        let secs = setting.grid.tick_secs(tick);
        let c = setting.topology.cluster_of(e);
        // What covers the row, the latest first.
        let around = self.current[c]
            .iter()
            .rev()
            .map(|&i| (i, &self.episodes[i as usize]))
            .find(|(_, episode)| covers(episode.target, e, &setting.topology));
        let to_next = next.map_or(f64::INFINITY, |i| {
            (i.from as usize - step) as f64 * step_secs
        });

        let shown = match scenario.label_mode {
            LabelMode::Impact => label,
            LabelMode::Onset => match around {
                Some((_, episode))
                    if now.is_none() && episode.struck && secs < episode.end_secs =>
                {
                    label_code(episode.kind)
                }
                _ => label,
            },
            LabelMode::Horizon => {
                let within = f64::from(scenario.horizons_mins[0]) * 60.0;
                match next {
                    Some(i) if now.is_none() && to_next <= within => label_code(i.blame.kind),
                    _ => label,
                }
            }
        };
        let noisy = if scenario.label_noise > 0.0 {
            self.as_people_label(row_number, cursor, (step, tick), shown, scenario, step_secs)
        } else {
            shown
        };
        row[Col::IssueType as usize] = noisy as i32;
        let Some(alerts) = alerts else { return };
        row[Col::IssueTrue as usize] = label as i32;

        let (mut phase, mut episode_number, mut root, mut near_miss) =
            (0, MISSING, HEALTHY as i32, 0);
        row[Col::Role as usize] = MISSING;
        if let Some(interval) = now {
            let cause = &self.episodes[interval.blame.episode as usize];
            phase = 2;
            episode_number = interval.blame.episode as i32;
            root = label_code(cause.kind) as i32;
            row[Col::Role as usize] = i32::from(interval.blame.victim);
        } else if let Some((i, episode)) = around {
            phase = if secs >= episode.end_secs {
                3
            } else if episode.struck && secs >= episode.impact_secs {
                2
            } else {
                1
            };
            episode_number = i as i32;
            root = label_code(episode.kind) as i32;
            near_miss = i32::from(!episode.struck);
            row[Col::Role as usize] = 0;
        }
        row[Col::Phase as usize] = phase;
        row[Col::EpisodeId as usize] = episode_number;
        row[Col::RootCause as usize] = root;
        row[Col::NearMiss as usize] = near_miss;

        let told = if now.is_none() && to_next <= FORESEEN_SECS {
            to_next
        } else {
            f64::NAN
        };
        put(row, Col::TimeToImpact, told);
        let alert = alerts.of(e, setting.topology.placements[e].node, c);
        row[Col::AlertFiring as usize] = i32::from(alert.is_some());
        row[Col::AlertName as usize] = alert.map_or(MISSING, |code| code as i32);
        let blamed = now.map(|i| i.blame.episode).or(around.map(|(i, _)| i));
        row[Col::Split as usize] = self.split(secs, c, blamed, &setting.grid, &setting.topology);

        let before = cursor.checked_sub(1).and_then(|i| list.get(i));
        let since = before.map_or(f64::INFINITY, |i| {
            (step - i.until as usize) as f64 * step_secs
        });
        let masked = now.is_some() || since < MASKED_SECS;
        for (i, &horizon) in scenario.horizons_mins.iter().enumerate() {
            let begins = to_next <= f64::from(horizon) * 60.0;
            let (y, kind) = match (masked, next) {
                (true, _) => (-1, MISSING),
                (false, Some(next)) if begins => (1, label_code(next.blame.kind) as i32),
                (false, _) => (0, HEALTHY as i32),
            };
            row[FIXED_COLUMNS + 2 * i] = y;
            row[FIXED_COLUMNS + 2 * i + 1] = kind;
        }
    }

    /// Part of the data, by time and by episode: an episode's rows stand in one part, that of its harm.
    fn split(
        &self,
        secs: f64,
        c: usize,
        blamed: Option<u32>,
        grid: &Grid,
        topology: &Topology,
    ) -> i32 {
        if Some(c) == held_out_cluster(topology) {
            return 2;
        }
        let span = grid.tick_secs(grid.ticks);
        let episode = blamed.map(|i| &self.episodes[i as usize]);
        if episode.is_some_and(|episode| !episode.kind.is_known()) {
            return 2;
        }
        let at = episode.map_or(secs, |episode| episode.impact_secs.clamp(0.0, span));
        let bounds = [VALIDATION_FROM * span, TEST_FROM * span];
        // A short run has no room for an embargo.
        let embargo = EMBARGO_SECS.min(0.05 * span);
        if episode.is_none()
            && bounds
                .iter()
                .any(|bound| (0.0..embargo).contains(&(bound - secs)))
        {
            return 3;
        }
        bounds.iter().filter(|&&bound| at >= bound).count() as i32
    }

    /// The label with what goes wrong when people label: late, at jittered bounds, the wrong kind, not at all.
    fn as_people_label(
        &self,
        row: usize,
        cursor: usize,
        (step, tick): (usize, usize),
        shown: usize,
        scenario: &Scenario,
        step_secs: f64,
    ) -> usize {
        let list = &self.truth.intervals[row];
        let noticed = |interval: &&Interval| {
            let draw = self.draws.at(u64::from(interval.from) << 32 | row as u64);
            let from = f64::from(interval.from) * step_secs
                + 120.0 * draw.noise(0)
                + 360.0 * super::curve::exp(0.8 * draw.noise(1));
            let until = f64::from(interval.until) * step_secs + 120.0 * draw.noise(2);
            let at = step as f64 * step_secs;
            from <= at && at < until
        };
        let near = cursor.saturating_sub(1)..list.len().min(cursor + 1);
        let label = if scenario.label_mode == LabelMode::Impact {
            list[near]
                .iter()
                .find(noticed)
                .map_or(HEALTHY, |i| label_code(i.blame.kind))
        } else {
            shown
        };
        if label == HEALTHY {
            return label;
        }
        let draw = self.draws.at(1 << 63 | (tick as u64) << 24 | row as u64);
        if draw.uniform(0) < 0.5 * scenario.label_noise {
            return HEALTHY;
        }
        if draw.uniform(1) < scenario.label_noise {
            // Another of the kinds that are asked for.
            let count = IssueKind::ALL.iter().filter(|k| k.is_known()).count();
            return (label + 1 + (draw.bits(2) % (count as u64 - 1)) as usize) % count;
        }
        label
    }
}
