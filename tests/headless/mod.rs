//! A page without a browser: what a person does and what the engine says, against the state that results and the effects
//! that are ordered.

use kubecast::app::{Act, Action, Effect, Handle, State};
use kubecast::protocol::{Event, JobId, Request};

/// A state with a clock, and every effect so far.
#[derive(Default)]
pub struct Screen {
    pub state: State,
    pub effects: Vec<Effect>,
    pub now_millis: f64,
}

impl Screen {
    pub fn act(&mut self, act: Act) -> &mut Self {
        let (state, effects) = self.state.after(&Action {
            at_millis: self.now_millis,
            act,
        });
        self.state = state;
        self.effects.extend(effects);
        self
    }

    pub fn job(&self) -> JobId {
        self.state.job.as_ref().expect("a job is at work").id
    }

    pub fn hear(&mut self, event: Event) -> &mut Self {
        let job = self.job();
        self.hear_of(job, event, None)
    }

    pub fn hear_of(&mut self, job: JobId, event: Event, bytes: Option<Vec<u8>>) -> &mut Self {
        self.act(Act::Heard {
            job,
            event: Box::new(event),
            attachment: bytes.map(Handle::new),
        })
    }

    pub fn sent(&self) -> Vec<&Request> {
        self.effects
            .iter()
            .filter_map(|e| match e {
                Effect::Send { request, .. } => Some(request),
                _ => None,
            })
            .collect()
    }

    /// What was asked last.
    pub fn last_sent(&self) -> &Request {
        self.sent().last().copied().expect("something was asked")
    }
}
