//! Which worker of the pool grows which unit.

/// What to do about a worker that died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AfterLoss {
    /// Start another in its place.
    Replace,
    /// Go on with the others.
    DoWithout,
    /// Its unit has now failed twice, or nobody is left: give up.
    GiveUp,
}

/// Units handed out one by one, up to a limit; a unit whose worker died is handed out once more, to the fresh worker in
/// its place.
#[derive(Debug, Default)]
pub(super) struct Assignment {
    units: u32,
    /// Units below this one may be grown: those after it build on some that are not grown yet.
    released: u32,
    next: u32,
    /// Per worker: the unit that the one before it died of.
    owed: Vec<Option<u32>>,
    retried: Vec<u32>,
    at_work: Vec<Option<u32>>,
    grown: u32,
    idle_losses: usize,
    /// Workers that are done without.
    given_up: Vec<usize>,
}

impl Assignment {
    /// Workers without work yet.
    pub fn of_workers(workers: usize) -> Self {
        Self {
            owed: vec![None; workers],
            at_work: vec![None; workers],
            ..Self::default()
        }
    }

    /// The work, for as many workers, none of it released yet; those done without are there again, but what was lost
    /// while there was no work counts on.
    pub fn begin(&mut self, units: u32, workers: usize) {
        self.units = units;
        self.owed.resize(workers, None);
        self.at_work.resize(workers, None);
        self.given_up.clear();
    }

    /// Lets units below this one be handed out; what is released stays so.
    pub fn release(&mut self, up_to: u32) {
        self.released = self.released.max(up_to.min(self.units));
    }

    /// The next unit for a worker that has nothing to do; none where it may rest.
    pub fn hand_out(&mut self, worker: usize) -> Option<u32> {
        let slot = self.at_work.get_mut(worker)?;
        if slot.is_some() {
            return None;
        }
        let unit = match self.owed.get_mut(worker).and_then(Option::take) {
            Some(unit) => unit,
            None if self.next < self.released => {
                self.next += 1;
                self.next - 1
            }
            None => return None,
        };
        *slot = Some(unit);
        Some(unit)
    }

    /// Notes that a worker grew its unit; false where it is not the one that it was given.
    pub fn done(&mut self, worker: usize, unit: u32) -> bool {
        match self.at_work.get_mut(worker) {
            Some(slot) if *slot == Some(unit) => {
                *slot = None;
                self.grown += 1;
                true
            }
            _ => false,
        }
    }

    /// Notes that a worker died.
    pub fn lost(&mut self, worker: usize) -> AfterLoss {
        match self.at_work.get_mut(worker).and_then(Option::take) {
            Some(unit) if self.retried.contains(&unit) => AfterLoss::GiveUp,
            Some(unit) => {
                self.retried.push(unit);
                if let Some(owed) = self.owed.get_mut(worker) {
                    *owed = Some(unit);
                }
                AfterLoss::Replace
            }
            // It died while it started: that is not a unit's fault, and must not go on for ever.
            None if self.idle_losses < self.at_work.len() => {
                self.idle_losses += 1;
                AfterLoss::Replace
            }
            None if self.owed.get(worker).is_none_or(Option::is_some) => AfterLoss::GiveUp,
            None => {
                self.given_up.push(worker);
                if self.given_up.len() < self.at_work.len() {
                    AfterLoss::DoWithout
                } else {
                    AfterLoss::GiveUp
                }
            }
        }
    }

    /// Whether every unit is grown.
    pub fn is_done(&self) -> bool {
        self.grown == self.units
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assignment(units: u32, workers: usize) -> Assignment {
        let mut a = Assignment::of_workers(1);
        a.begin(units, workers);
        a.release(units);
        a
    }

    #[test]
    fn every_unit_is_grown_once_whoever_is_faster() {
        let mut a = assignment(5, 2);
        assert_eq!((a.hand_out(0), a.hand_out(1)), (Some(0), Some(1)));
        assert_eq!(a.hand_out(0), None, "it is at work");
        assert!(a.done(1, 1) && !a.done(1, 1) && !a.done(0, 3));
        assert_eq!(a.hand_out(1), Some(2));
        assert!(a.done(1, 2));
        assert_eq!(a.hand_out(1), Some(3));
        assert!(a.done(0, 0));
        assert_eq!(a.hand_out(0), Some(4));
        assert!(a.done(0, 4) && !a.is_done() && a.done(1, 3) && a.is_done());
        assert_eq!(a.hand_out(0), None);
    }

    #[test]
    fn a_unit_is_tried_twice_and_no_more() {
        let mut a = assignment(3, 1);
        assert_eq!(a.hand_out(0), Some(0));
        assert_eq!(a.lost(0), AfterLoss::Replace);
        assert_eq!(a.hand_out(0), Some(0));
        assert!(a.done(0, 0));
        assert_eq!(a.hand_out(0), Some(1));
        assert_eq!(
            a.lost(0),
            AfterLoss::Replace,
            "another unit, its first time"
        );
        assert_eq!(a.hand_out(0), Some(1));
        assert_eq!(a.lost(0), AfterLoss::GiveUp);
    }

    #[test]
    fn a_unit_that_killed_is_not_given_to_a_worker_that_is_well() {
        let mut a = assignment(3, 2);
        assert_eq!((a.hand_out(0), a.hand_out(1)), (Some(0), Some(1)));
        assert_eq!(a.lost(0), AfterLoss::Replace);
        assert!(a.done(1, 1));
        assert_eq!(a.hand_out(1), Some(2));
        assert_eq!(a.hand_out(0), Some(0));
    }

    #[test]
    fn units_are_handed_out_as_they_are_released() {
        let mut a = Assignment::of_workers(2);
        a.begin(4, 2);
        assert_eq!(a.hand_out(0), None, "nothing is released");
        a.release(1);
        assert_eq!((a.hand_out(0), a.hand_out(1)), (Some(0), None));
        a.release(3);
        a.release(2);
        assert_eq!(a.hand_out(1), Some(1));
        assert!(a.done(0, 0) && a.done(1, 1));
        assert_eq!((a.hand_out(0), a.hand_out(1)), (Some(2), None));
        assert_eq!(a.lost(0), AfterLoss::Replace, "a released unit is owed");
        assert_eq!((a.hand_out(1), a.hand_out(0)), (None, Some(2)));
        a.release(9);
        assert!(a.done(0, 2) && !a.is_done());
        assert_eq!((a.hand_out(0), a.hand_out(1)), (Some(3), None));
        assert!(a.done(0, 3) && a.is_done());
    }

    #[test]
    fn workers_that_cannot_start_do_not_start_for_ever() {
        let mut a = Assignment::of_workers(2);
        assert_eq!(a.hand_out(0), None, "there is no work yet");
        assert_eq!(a.lost(0), AfterLoss::Replace);
        a.begin(3, 2);
        a.release(3);
        assert_eq!(a.lost(1), AfterLoss::Replace);
        assert_eq!(a.lost(0), AfterLoss::DoWithout, "the other may do it");
        assert_eq!(a.hand_out(1), Some(0));
        assert!(a.done(1, 0));
        assert_eq!(a.lost(1), AfterLoss::GiveUp, "nobody is left");
    }

    #[test]
    fn a_unit_that_is_owed_to_a_worker_that_cannot_start_is_given_up() {
        let mut a = assignment(3, 1);
        assert_eq!(a.hand_out(0), Some(0));
        assert_eq!(a.lost(0), AfterLoss::Replace);
        assert_eq!(a.lost(0), AfterLoss::Replace, "while it started");
        assert_eq!(a.lost(0), AfterLoss::GiveUp);
    }
}
