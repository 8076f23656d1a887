//! What a training would need, asked before anybody starts it.

use super::engine::Step;
use super::{Pending, Purpose, Route, format};
use crate::protocol::{Estimate, Request};

impl Step {
    /// Asks, where the training step is in sight, nothing is at work and the forms are right. What is known of other
    /// settings is forgotten.
    pub(super) fn ask_estimate(&mut self) {
        self.state.estimate = None;
        let state = &self.state;
        let idle = state.job.is_none() && state.queue.is_empty();
        let (Some(target), Some(_)) = (state.target.value(), state.data.value()) else {
            return;
        };
        if state.route != Route::Train || !idle || state.features().is_empty() {
            return;
        }
        let prepare = state.settings.prepare_spec(&target.column);
        if let (Ok(prepare), Ok(model)) = (prepare, state.settings.model_spec()) {
            self.ask(Pending {
                purpose: Purpose::Estimate,
                request: Request::Estimate { prepare, model },
                attachments: Vec::new(),
            });
        }
    }
}

/// The estimate in a sentence.
pub fn estimate_words(estimate: &Estimate) -> String {
    let on = match estimate.workers {
        1 => String::new(),
        n => format!(" on {n} workers"),
    };
    let least = if estimate.secs < 1.0 {
        "less than a second".to_owned()
    } else {
        format!("about {}", format::duration(estimate.secs))
    };
    format!(
        "Growing it takes {least}{on} and {} of memory, by a probe of {}.",
        format::bytes(estimate.memory_bytes),
        format::plural(estimate.probe_rows, "row"),
    )
}
