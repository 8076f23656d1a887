//! What happens when the engine dies: it is told, and a new one reads again what was known.

use super::engine::Step;
use super::{Async, Pending, Purpose};
use crate::protocol::{Failure, FailureCode, Place};

impl Step {
    /// The engine died: says so, and has it read again what it knew.
    pub(super) fn lost(&mut self, what: &str) {
        let job = self.state.job.take();
        let mut again = true;
        if let Some(job) = &job {
            self.settle(&job.purpose);
            if let Some(record) = self.unfinished(&job.purpose, 0.0, "the worker stopped") {
                self.log(record);
            }
            if job.purpose == Purpose::Profile {
                // Not made again by itself: it may have been what the engine died of.
                self.state.profile.fail(
                    job.id,
                    Failure {
                        code: FailureCode::Internal,
                        title: "The table was not profiled".to_owned(),
                        detail: sentence(what),
                        hint: "It can be tried again below.".to_owned(),
                        place: Place::default(),
                    },
                    Vec::new(),
                );
            }
            again = !matches!(
                job.purpose,
                Purpose::Load {
                    restoring: true,
                    ..
                } | Purpose::SetKind {
                    restoring: true,
                    ..
                } | Purpose::Open {
                    restoring: true,
                    ..
                }
            );
        }
        // What a person asked for and what needs no data at hand still comes, after the restoring.
        let waiting: Vec<Pending> = self
            .state
            .queue
            .drain(..)
            .filter(|p| {
                matches!(
                    p.purpose,
                    Purpose::Load {
                        restoring: false,
                        ..
                    } | Purpose::Open {
                        restoring: false,
                        ..
                    }
                )
            })
            .collect();
        // Predictions lived in the engine alone.
        let had_predictions = self.state.predictions.value().is_some();
        self.state.predictions = Async::Idle;
        self.state.page = Async::Idle;
        self.forget_forecast();
        let source = self.state.source.clone().filter(|_| again);
        let doing = job
            .map(|j| format!("{} was not finished. ", j.purpose.words()))
            .unwrap_or_default();
        let restored = match &source {
            Some(source) => format!("A new worker reads {} again.", source.name()),
            None => "Load your data again.".to_owned(),
        };
        let predictions = if had_predictions {
            " The predictions have to be made again."
        } else {
            ""
        };
        self.alert(Failure {
            code: FailureCode::Internal,
            title: "The worker stopped".to_owned(),
            detail: format!("{doing}{}", sentence(what)),
            hint: format!("{restored}{predictions}"),
            place: Place::default(),
        });
        if let Some(source) = source {
            self.restore(source);
            if let Some((name, bytes)) = self.state.model_bytes.clone() {
                self.reopen(name, bytes);
            }
        }
        self.state.queue.extend(waiting);
        self.next();
    }
}

/// Ends a piece of text as a sentence.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '?', ':']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}
