//! Charts that were made, so that they are the same as long as what they show is.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use crate::app::plot::Chart;

/// More than a step shows.
const KEPT: usize = 12;

struct Made {
    /// Kept alive, so that no other value gets its address.
    of: Rc<dyn Any>,
    what: &'static str,
    chart: Rc<Chart>,
}

/// The charts shown last.
#[derive(Default)]
pub(in crate::ui) struct MadeCharts(RefCell<Vec<Made>>);

impl MadeCharts {
    /// The chart called `what` of a value: as it was made before, else anew.
    pub(in crate::ui) fn chart(
        &self,
        of: &Rc<dyn Any>,
        what: &'static str,
        make: &dyn Fn() -> Chart,
    ) -> Rc<Chart> {
        let mut made = self.0.borrow_mut();
        let known = made
            .iter()
            .find(|m| m.what == what && Rc::ptr_eq(&m.of, of));
        if let Some(known) = known {
            return Rc::clone(&known.chart);
        }
        if made.len() == KEPT {
            made.remove(0);
        }
        let chart = Rc::new(make());
        made.push(Made {
            of: Rc::clone(of),
            what,
            chart: Rc::clone(&chart),
        });
        chart
    }
}
