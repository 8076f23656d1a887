//! The simulator's page: choices that are looked at as they change, links, and what can be taken away.

use super::engine::Step;
use super::{Effect, Pending, Purpose, Route};
use crate::protocol::{Failure, FailureCode, Place, Request, ScenarioFile};

impl Step {
    /// The scenario of the form changed, or came into sight: its address and, soon, its preview follow.
    pub(super) fn scenario_changed(&mut self) {
        if self.state.route != Route::Simulate {
            return;
        }
        self.state.preview_turn += 1;
        if let Ok(link) = self.state.settings.link() {
            self.effects.push(Effect::Address(link));
            self.effects
                .push(Effect::PreviewSoon(self.state.preview_turn));
        }
    }

    /// The choices have not changed for a moment.
    pub(super) fn preview_due(&mut self, turn: u64) {
        if turn == self.state.preview_turn && self.state.route == Route::Simulate {
            self.ask_preview(None);
        }
    }

    /// Asks for a look at the scenario, in place of one under way.
    pub(super) fn ask_preview(&mut self, episode: Option<u32>) {
        let Ok(spec) = self.state.settings.simulate_spec() else {
            return;
        };
        self.stop_preview();
        self.ask(Pending {
            purpose: Purpose::Preview,
            request: Request::PreviewScenario {
                spec: Box::new(spec),
                episode,
            },
            attachments: Vec::new(),
        });
    }

    /// Ends a look under way, if one is: nobody waits for it. Answers whether there was one.
    pub(super) fn stop_preview(&mut self) -> bool {
        let job = self
            .state
            .job
            .take_if(|job| job.purpose == Purpose::Preview);
        let Some(job) = job else {
            return false;
        };
        self.effects.push(Effect::Cancel(job.id));
        self.state.preview.settle();
        true
    }

    pub(super) fn export_scenario(&mut self, what: ScenarioFile) {
        match self.state.settings.simulate_spec() {
            Ok(spec) => self.ask(Pending {
                purpose: Purpose::Export,
                request: Request::ExportScenario {
                    spec: Box::new(spec),
                    what,
                },
                attachments: Vec::new(),
            }),
            Err(field) => self.effects.push(Effect::Focus(field)),
        }
    }

    /// A link to a scenario was opened.
    pub(super) fn follow_link(&mut self, link: &str) {
        self.state.route = Route::Simulate;
        let mut settings = (*self.state.settings).clone();
        match settings.follow(link) {
            Ok(()) => {
                // What this page itself put into the address says nothing new.
                if settings != *self.state.settings {
                    self.state.settings = super::Handle::new(settings);
                }
            }
            Err(why) => self.alert(Failure {
                code: FailureCode::Option,
                title: "The link's scenario cannot be read".to_owned(),
                detail: why,
                hint: "Nothing was changed. Ask for the link again, or choose the settings here."
                    .to_owned(),
                place: Place::default(),
            }),
        }
        self.scenario_changed();
    }
}
