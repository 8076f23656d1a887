//! Which instants and how many entities a scenario spans, and what the calendar says (specification, 1).

use super::scenario::ValidScenario;

/// The first instant unless another is asked for: Monday 2025-03-03, half a minute past 00:07 (UTC). A scrape does
/// not fall on the full hour.
pub(super) const START_MICROS: i64 = 1_740_960_450_000_000;

/// Seconds between scrapes among which the grid chooses where none is asked for.
const STEPS_SECS: [u32; 7] = [60, 120, 300, 600, 900, 1_800, 3_600];
/// As many entities as are aimed at before scrapes get closer than once an hour.
const ENTITIES_AIM: u64 = 8;
const ENTITIES_LEAST: u64 = 4;
/// A run of which only the number of rows is known spans about this long.
const USUAL_SPAN_SECS: u64 = 48 * 3_600;
/// Simulated before the first row, so that nothing starts from a made-up state.
const BURN_IN_SECS: u32 = 6 * 3_600;
/// The longest step of the model.
const LONGEST_STEP_SECS: u32 = 60;

/// The table's shape: every entity is scraped at every tick, and [`Grid::slots`] minus the rows asked for are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    /// Seconds between scrapes.
    pub(super) scrape_secs: u32,
    /// Seconds of one step of the model; the scrape is a multiple of it.
    pub(super) step_secs: u32,
    /// Scrapes.
    pub(super) ticks: usize,
    /// Entities scraped at each.
    pub(super) entities: usize,
    /// Steps of the model before the first scrape.
    pub(super) burn_in: usize,
    /// The first scrape, microseconds since 1970 (UTC).
    pub(super) start_micros: i64,
}

impl Grid {
    /// With hours given: the longest scrape interval at which [`ENTITIES_AIM`] entities give enough rows (a minute
    /// where none does), then as many entities as that needs: a run spans all the time asked for, and few rows are
    /// lost. Without: as many entities as give a run of two days, within what the clusters hold.
    pub(super) fn new(scenario: &ValidScenario) -> Self {
        let rows = (f64::from(scenario.num_samples) / (1.0 - scenario.row_drop)).ceil() as u64;
        let given = scenario.scrape_secs;
        let (scrape_secs, ticks, entities) = match scenario.hours {
            Some(hours) => {
                let span = u64::from(hours) * 3_600;
                let ticks_of = |step: u32| span / u64::from(step);
                let scrape = given.unwrap_or_else(|| {
                    STEPS_SECS
                        .into_iter()
                        .rev()
                        .find(|&step| ENTITIES_AIM * ticks_of(step) >= rows)
                        .unwrap_or(STEPS_SECS[0])
                });
                let ticks = ticks_of(scrape).max(1);
                (scrape, ticks, rows.div_ceil(ticks).max(ENTITIES_LEAST))
            }
            None => {
                let scrape = given.unwrap_or(STEPS_SECS[0]);
                let held =
                    u64::from(scenario.clusters) * u64::from(scenario.placements_per_cluster());
                let aim = rows * u64::from(scrape) / USUAL_SPAN_SECS;
                let entities = aim.clamp(ENTITIES_LEAST, held.max(ENTITIES_LEAST));
                (scrape, rows.div_ceil(entities).max(1), entities)
            }
        };
        let step_secs = scrape_secs.min(LONGEST_STEP_SECS);
        Self {
            scrape_secs,
            step_secs,
            ticks: ticks as usize,
            entities: entities as usize,
            burn_in: (BURN_IN_SECS / step_secs) as usize,
            start_micros: scenario.start_micros,
        }
    }

    /// Rows before the surplus is lost.
    pub(super) fn slots(&self) -> usize {
        self.ticks * self.entities
    }

    /// Steps of the model from one scrape to the next.
    pub(super) fn steps_per_tick(&self) -> usize {
        (self.scrape_secs / self.step_secs) as usize
    }

    /// Steps of the model in all: the last one is the last scrape.
    pub(super) fn steps(&self) -> usize {
        self.burn_in + (self.ticks - 1) * self.steps_per_tick() + 1
    }

    /// The scrape that falls on a step, if one does.
    pub(super) fn tick_of(&self, step: usize) -> Option<usize> {
        let since = step.checked_sub(self.burn_in)?;
        since
            .is_multiple_of(self.steps_per_tick())
            .then(|| since / self.steps_per_tick())
    }

    /// The tick's instant, in seconds from the first scrape.
    pub(super) fn tick_secs(&self, tick: usize) -> f64 {
        tick as f64 * f64::from(self.scrape_secs)
    }

    /// The step's instant and its place in the calendar.
    pub(super) fn moment(&self, step: usize) -> Moment {
        let secs = (step as f64 - self.burn_in as f64) * f64::from(self.step_secs);
        let micros = self.start_micros
            + (step as i64 - self.burn_in as i64) * i64::from(self.step_secs) * 1_000_000;
        let day_micros = 86_400_000_000;
        // 1970-01-01 was a Thursday, and 0 is Monday.
        let day_of_week = (micros.div_euclid(day_micros) + 3).rem_euclid(7) as u8;
        Moment {
            step: step as u64,
            secs,
            step_secs: f64::from(self.step_secs),
            hour: micros.rem_euclid(day_micros) as f64 / 3.6e9,
            day_of_week,
            is_weekend: day_of_week >= 5,
        }
    }
}

/// A step's instant and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moment {
    /// Its number, from 0 at the start of the burn-in.
    pub(super) step: u64,
    /// Seconds from the first scrape; negative in the burn-in.
    pub(super) secs: f64,
    /// Seconds to the next step.
    pub(super) step_secs: f64,
    /// Hour of the day with its fraction, 0 to 24.
    pub(super) hour: f64,
    /// 0 is Monday.
    pub(super) day_of_week: u8,
    /// Saturday or Sunday.
    pub(super) is_weekend: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::{Preset, Scenario};

    fn grid(num_samples: u32, hours: Option<u32>, preset: Preset) -> Grid {
        let scenario = Scenario {
            num_samples,
            time_periods_hours: hours,
            ..Scenario::of(preset)
        };
        Grid::new(&scenario.check().unwrap())
    }

    #[test]
    fn a_grid_holds_the_rows_and_spans_the_time() {
        let shape = |g: Grid| (g.scrape_secs, g.ticks, g.entities);
        let seed = |rows, hours| grid(rows, Some(hours), Preset::Seed);
        assert_eq!(shape(seed(5_000, 168)), (900, 672, 8));
        assert_eq!(shape(seed(10_000, 168)), (300, 2_016, 5));
        assert_eq!(shape(seed(1_000_000, 168)), (60, 10_080, 100));
        let open = grid(1_000_000, None, Preset::Default);
        assert_eq!(shape(open), (60, 4_167, 240));
        for rows in [1, 7, 100, 4_999, 123_456, 5_000_000] {
            for hours in [1, 5, 24, 8_784] {
                let g = seed(rows, hours);
                assert!(g.slots() >= rows as usize);
                assert_eq!(
                    g.ticks as u64 * u64::from(g.scrape_secs),
                    u64::from(hours) * 3_600
                );
                assert_eq!(g.tick_of(g.steps() - 1), Some(g.ticks - 1));
            }
        }
    }

    #[test]
    fn the_calendar_agrees_with_a_calendar_library() {
        let g = grid(1_000_000, Some(168), Preset::Seed);
        for step in (0..g.steps()).step_by(7) {
            let c = g.moment(step);
            let micros = g.start_micros + (c.secs * 1e6) as i64;
            let civil = jiff::Timestamp::from_microsecond(micros)
                .unwrap()
                .to_zoned(jiff::tz::TimeZone::UTC);
            assert_eq!(civil.weekday().to_monday_zero_offset(), c.day_of_week as i8);
            let hour = f64::from(civil.hour())
                + f64::from(civil.minute()) / 60.0
                + f64::from(civil.second()) / 3_600.0;
            assert!((hour - c.hour).abs() < 1e-9);
        }
    }
}
