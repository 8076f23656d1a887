//! Which instants and how many entities a scenario spans, and what the calendar says.

use super::scenario::ValidScenario;

/// The first instant: Monday 2025-03-03, half a minute past 00:07 (UTC). A scrape does not fall on the full hour.
pub(super) const START_MICROS: i64 = 1_740_960_450_000_000;
const START_OF_DAY_SECS: u64 = 450;

/// Steps between scrapes that a scenario may take.
const STEPS_SECS: [u32; 7] = [60, 120, 300, 600, 900, 1_800, 3_600];
/// As many entities as are aimed at before scrapes get closer than once an hour.
const ENTITIES_AIM: u64 = 8;
const ENTITIES_LEAST: u64 = 4;

/// The table's shape: every entity is scraped at every tick, and [`Grid::slots`] minus the rows asked for are lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    /// Seconds between scrapes.
    pub(super) step_secs: u32,
    /// Scrapes.
    pub(super) ticks: usize,
    /// Entities scraped at each.
    pub(super) entities: usize,
}

impl Grid {
    /// The longest step at which [`ENTITIES_AIM`] entities give enough rows (a minute where none does), then as many
    /// entities as that step needs: a run spans the whole time asked for, and few rows are lost.
    pub(super) fn new(scenario: &ValidScenario) -> Self {
        let rows = u64::from(scenario.num_samples);
        let span_secs = u64::from(scenario.hours) * 3_600;
        let ticks_of = |step: u32| span_secs / u64::from(step);
        let step_secs = STEPS_SECS
            .into_iter()
            .rev()
            .find(|&step| ENTITIES_AIM * ticks_of(step) >= rows)
            .unwrap_or(STEPS_SECS[0]);
        let ticks = ticks_of(step_secs).max(1);
        let entities = rows.div_ceil(ticks).max(ENTITIES_LEAST);
        Self {
            step_secs,
            ticks: ticks as usize,
            entities: entities as usize,
        }
    }

    /// Rows before the surplus is lost. At most 5,000,000 and one tick's entities: it fits 32 bits.
    pub(super) fn slots(&self) -> usize {
        self.ticks * self.entities
    }

    /// The tick's instant, in seconds from the start.
    pub(super) fn secs(&self, tick: usize) -> f64 {
        tick as f64 * f64::from(self.step_secs)
    }

    /// The tick's instant and its place in the calendar.
    pub(super) fn moment(&self, tick: usize) -> Moment {
        let secs = tick as u64 * u64::from(self.step_secs);
        let of_day = secs + START_OF_DAY_SECS;
        let day_of_week = (of_day / 86_400 % 7) as u8;
        Moment {
            tick: tick as u64,
            secs: self.secs(tick),
            step_secs: f64::from(self.step_secs),
            micros: START_MICROS + (secs * 1_000_000) as i64,
            hour: (of_day % 86_400) as f64 / 3_600.0,
            day_of_week,
            is_weekend: day_of_week >= 5,
        }
    }
}

/// A tick's instant and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moment {
    /// Its number, from 0.
    pub(super) tick: u64,
    /// Seconds from the first.
    pub(super) secs: f64,
    /// Seconds to the next.
    pub(super) step_secs: f64,
    /// Microseconds since 1970 (UTC).
    pub(super) micros: i64,
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
    use crate::simulate::Scenario;

    fn grid(num_samples: u32, time_periods_hours: u32) -> Grid {
        let scenario = Scenario {
            num_samples,
            time_periods_hours,
            issue_types: Vec::new(),
            issue_probability: 0.0,
            seed: 0,
        };
        Grid::new(&scenario.check().unwrap())
    }

    #[test]
    fn a_grid_holds_the_rows_and_spans_the_time() {
        let shape = |g: Grid| (g.step_secs, g.ticks, g.entities);
        assert_eq!(shape(grid(5_000, 168)), (900, 672, 8));
        assert_eq!(shape(grid(10_000, 168)), (300, 2_016, 5));
        assert_eq!(shape(grid(1_000_000, 168)), (60, 10_080, 100));
        for rows in [1, 7, 100, 4_999, 123_456, 5_000_000] {
            for hours in [1, 5, 24, 8_784] {
                let g = grid(rows, hours);
                assert!(g.slots() >= rows as usize);
                assert_eq!(
                    g.ticks as u64 * u64::from(g.step_secs),
                    u64::from(hours) * 3_600
                );
            }
        }
    }

    #[test]
    fn the_calendar_agrees_with_a_calendar_library() {
        let g = grid(1_000_000, 168);
        for tick in (0..g.ticks).step_by(7) {
            let c = g.moment(tick);
            let civil = jiff::Timestamp::from_microsecond(c.micros)
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
