//! A column's values in the order of its series, and which of them are known.

use std::ops::Range;

use super::blocks::Run;
use super::look_back::LookBack;
use super::series::Series;

/// A column in the order of its series.
pub(super) struct Known<'a> {
    back: &'a LookBack,
    starts: &'a [u32],
    pub(super) values: Vec<f64>,
    /// Where values are missing: how many of a series are known up to each place, and minute and value of those.
    partly: Option<Partly>,
}

/// Values that are known, of series after series.
struct Partly {
    /// How many of its series up to each place.
    known: Vec<u32>,
    /// Where each series' begin.
    from: Vec<u32>,
    t: Vec<f64>,
    x: Vec<f64>,
}

impl<'a> Known<'a> {
    pub(super) fn new(back: &'a LookBack, series: &'a Series, of_rows: &[f64]) -> Self {
        let mut values = vec![f64::NAN; series.order.len()];
        for (&value, &place) in of_rows.iter().zip(&back.place_of_row) {
            if let Some(at) = values.get_mut(place as usize) {
                *at = value;
            }
        }
        let is_whole = values.iter().all(|x| x.is_finite());
        Self {
            back,
            starts: &series.starts,
            partly: (!is_whole).then(|| Partly::new(&back.minutes, &values, &series.starts)),
            values,
        }
    }

    pub(super) fn run(&self, series: usize, places: Range<usize>) -> Run<'_> {
        let minutes = &self.back.minutes[places.clone()];
        match &self.partly {
            None => Run {
                minutes,
                known: &self.back.counts[..places.len()],
                t: minutes,
                x: &self.values[places],
            },
            Some(partly) => {
                let of = partly.from[series] as usize..partly.from[series + 1] as usize;
                Run {
                    minutes,
                    known: &partly.known[places],
                    t: &partly.t[of.clone()],
                    x: &partly.x[of],
                }
            }
        }
    }

    /// Each series' places, and those of them that are asked, where any are.
    pub(super) fn each(&self) -> impl Iterator<Item = (usize, Range<usize>, &'a [u32])> {
        let back = self.back;
        let series = self.starts.windows(2).zip(back.places_from.windows(2));
        series.enumerate().filter_map(|(at, (ends, from))| {
            let asked = &back.places[from[0] as usize..from[1] as usize];
            let places = ends[0] as usize..ends[1] as usize;
            (!asked.is_empty()).then_some((at, places, asked))
        })
    }
}

impl Partly {
    fn new(minutes: &[f64], values: &[f64], starts: &[u32]) -> Self {
        let mut out = Self {
            known: Vec::with_capacity(values.len()),
            from: vec![0],
            t: Vec::new(),
            x: Vec::new(),
        };
        for ends in starts.windows(2) {
            let mut known = 0;
            for place in ends[0] as usize..ends[1] as usize {
                if values[place].is_finite() {
                    known += 1;
                    out.t.push(minutes[place]);
                    out.x.push(values[place]);
                }
                out.known.push(known);
            }
            out.from.push(out.t.len() as u32);
        }
        out
    }
}
