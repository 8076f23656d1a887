//! What is asked for, and the check that it can be made.

use super::fault::IssueKind;

/// The most rows that one run makes.
pub const MAX_SAMPLES: u32 = 5_000_000;
/// The longest span of one run, in hours: a leap year.
pub const MAX_HOURS: u32 = 8_784;

/// A scenario as it is asked for, unchecked.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Rows to make, 1 to [`MAX_SAMPLES`].
    pub num_samples: u32,
    /// Hours that the rows span, 1 to [`MAX_HOURS`].
    pub time_periods_hours: u32,
    /// Issue kinds to draw from; empty means all of [`super::ISSUE_TYPES`]. `None` and `normal` may stand among
    /// them and add nothing: healthy rows always fill what the issues leave.
    pub issue_types: Vec<String>,
    /// The share of rows with an issue, 0 to 1.
    pub issue_probability: f64,
    /// Same seed, same rows.
    pub seed: u64,
}

/// A scenario that can be run: the only thing that [`super::Simulation::new`] takes.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidScenario {
    pub(super) num_samples: u32,
    pub(super) hours: u32,
    pub(super) kinds: Vec<IssueKind>,
    pub(super) issue_probability: f64,
    pub(super) seed: u64,
}

/// Why a scenario cannot be run; names the option and what it may be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SimulateError {
    /// `num_samples` is out of range.
    #[error("num_samples is {given}; it may be 1 to {MAX_SAMPLES}")]
    Samples {
        /// What was asked.
        given: u32,
    },
    /// `time_periods` is out of range.
    #[error("time_periods is {given} hours; it may be 1 to {MAX_HOURS} (a year)")]
    Hours {
        /// What was asked.
        given: u32,
    },
    /// `issue_probability` is out of range or no number.
    #[error("issue_probability is {given}; it may be 0 to 1")]
    Probability {
        /// What was asked.
        given: f64,
    },
    /// An issue type that the simulator does not know.
    #[error("issue_types has {given:?}, which is not known; known are {}", super::ISSUE_TYPES.join(", "))]
    IssueType {
        /// What was asked.
        given: String,
    },
}

/// Other spellings that people and older tools use. A leak shows in these columns as pressure on the node's memory.
const ALIASES: [(&str, IssueKind); 14] = [
    ("pod_crash", IssueKind::PodCrashLoop),
    ("crash_loop", IssueKind::PodCrashLoop),
    ("crashloopbackoff", IssueKind::PodCrashLoop),
    ("memory_leak", IssueKind::MemoryPressure),
    ("oom", IssueKind::MemoryPressure),
    ("cpu_throttle", IssueKind::CpuThrottling),
    ("node_not_ready", IssueKind::NodeFailure),
    ("network", IssueKind::NetworkLatency),
    ("disk_full", IssueKind::DiskPressure),
    ("api_latency", IssueKind::ApiServerLatency),
    ("api_server", IssueKind::ApiServerLatency),
    ("etcd_latency", IssueKind::EtcdHighLatency),
    ("etcd", IssueKind::EtcdHighLatency),
    ("scheduler", IssueKind::SchedulerFailure),
];

/// Names of the healthy state.
const HEALTHY: [&str; 4] = ["none", "normal", "healthy", ""];

impl Scenario {
    /// Checks every option. Kinds come out in the order of [`super::ISSUE_TYPES`], each once, so that the order in
    /// which they were asked for changes nothing.
    pub fn check(self) -> Result<ValidScenario, SimulateError> {
        if !(1..=MAX_SAMPLES).contains(&self.num_samples) {
            return Err(SimulateError::Samples {
                given: self.num_samples,
            });
        }
        if !(1..=MAX_HOURS).contains(&self.time_periods_hours) {
            return Err(SimulateError::Hours {
                given: self.time_periods_hours,
            });
        }
        if !(0.0..=1.0).contains(&self.issue_probability) {
            return Err(SimulateError::Probability {
                given: self.issue_probability,
            });
        }
        let mut asked = [self.issue_types.is_empty(); 9];
        for name in &self.issue_types {
            match recognise(name) {
                Some(Some(kind)) => asked[kind as usize] = true,
                Some(None) => {}
                None => {
                    return Err(SimulateError::IssueType {
                        given: name.clone(),
                    });
                }
            }
        }
        Ok(ValidScenario {
            num_samples: self.num_samples,
            hours: self.time_periods_hours,
            kinds: IssueKind::ALL
                .into_iter()
                .filter(|&kind| asked[kind as usize])
                .collect(),
            issue_probability: self.issue_probability,
            seed: self.seed,
        })
    }
}

/// `Some(None)` is the healthy state; `None` is unknown. Case, blanks and hyphens do not matter.
fn recognise(name: &str) -> Option<Option<IssueKind>> {
    let plain: String = name
        .trim()
        .chars()
        .map(|c| match c {
            ' ' | '-' => '_',
            c => c.to_ascii_lowercase(),
        })
        .collect();
    if HEALTHY.contains(&plain.as_str()) {
        return Some(None);
    }
    let exact = IssueKind::ALL.into_iter().find(|kind| kind.name() == plain);
    exact
        .or_else(|| {
            ALIASES
                .iter()
                .find(|(alias, _)| *alias == plain)
                .map(|&(_, kind)| kind)
        })
        .map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario() -> Scenario {
        Scenario {
            num_samples: 100,
            time_periods_hours: 24,
            issue_types: Vec::new(),
            issue_probability: 0.3,
            seed: 1,
        }
    }

    fn with_types(types: &[&str]) -> Result<Vec<IssueKind>, SimulateError> {
        let issue_types = types.iter().map(|&t| t.to_owned()).collect();
        Scenario {
            issue_types,
            ..scenario()
        }
        .check()
        .map(|valid| valid.kinds)
    }

    #[test]
    fn the_limits_themselves_are_allowed_and_one_beyond_is_not() {
        let samples = |num_samples| {
            Scenario {
                num_samples,
                ..scenario()
            }
            .check()
        };
        let hours = |time_periods_hours| {
            Scenario {
                time_periods_hours,
                ..scenario()
            }
            .check()
        };
        let probability = |issue_probability| {
            Scenario {
                issue_probability,
                ..scenario()
            }
            .check()
        };
        assert!(samples(1).is_ok() && samples(MAX_SAMPLES).is_ok());
        assert_eq!(samples(0), Err(SimulateError::Samples { given: 0 }));
        assert!(samples(MAX_SAMPLES + 1).is_err());
        assert!(hours(1).is_ok() && hours(MAX_HOURS).is_ok());
        assert!(hours(0).is_err() && hours(MAX_HOURS + 1).is_err());
        assert!(probability(0.0).is_ok() && probability(1.0).is_ok());
        assert!(probability(-0.01).is_err() && probability(1.01).is_err());
        let text = probability(f64::NAN).unwrap_err().to_string();
        assert_eq!(text, "issue_probability is NaN; it may be 0 to 1");
    }

    #[test]
    fn kinds_come_in_one_order_however_they_are_spelt() {
        let expected = vec![IssueKind::NodeFailure, IssueKind::PodCrashLoop];
        assert_eq!(
            with_types(&["pod_crash", "Node-Failure", "normal"]),
            Ok(expected.clone())
        );
        assert_eq!(
            with_types(&["node failure", "pod_crash_loop", "pod_crash"]),
            Ok(expected)
        );
        assert_eq!(with_types(&["None"]), Ok(Vec::new()));
        assert_eq!(with_types(&[]), Ok(IssueKind::ALL.to_vec()));
    }

    #[test]
    fn an_unknown_kind_is_named_beside_the_known_ones() {
        let text = with_types(&["gremlins"]).unwrap_err().to_string();
        assert!(text.contains("\"gremlins\""), "{text}");
        for kind in super::super::ISSUE_TYPES {
            assert!(text.contains(kind), "{text}");
        }
    }
}
