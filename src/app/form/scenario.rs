//! The simulator's form: what is typed and chosen as a scenario, and as the few words of a link, and back.
//!
//! A link holds settings alone, `key=value` with the names that the configuration file has; what is not in it is the
//! preset's. The same settings give the same bytes, so a link reproduces a table without carrying any of it.

use std::rc::Rc;

use super::knob::{Knob, Slot};
use super::{Field, Settings};
use crate::data::{SortedMap, SortedSet, read_float};
use crate::json::{self, Plain, Value};
use crate::protocol::{ScenarioPreset, SimulateSpec};

/// The kinds of issue that the simulator knows; the first nine are those of the seed preset.
pub const ISSUES: [&str; 16] = [
    "node_failure",
    "pod_crash_loop",
    "memory_pressure",
    "cpu_throttling",
    "network_latency",
    "disk_pressure",
    "api_server_latency",
    "etcd_high_latency",
    "scheduler_failure",
    "memory_leak",
    "pvc_full",
    "etcd_db_quota",
    "dns_degraded",
    "hpa_maxed",
    "capacity_exhausted",
    "image_pull_failure",
];
const SEED_ISSUES: usize = 9;
/// A link of more characters than any that this page writes.
const LONGEST_LINK: usize = 4_000;

/// The kinds that a preset draws from.
pub(super) fn usual_issues(preset: ScenarioPreset) -> SortedSet<String> {
    let count = match preset {
        ScenarioPreset::Seed => SEED_ISSUES,
        _ => ISSUES.len(),
    };
    ISSUES[..count]
        .iter()
        .map(|&name| name.to_owned())
        .collect()
}

impl Field {
    /// Its name in a scenario, where it is a setting of one.
    pub fn scenario_key(self) -> Option<&'static str> {
        Some(match self {
            Self::SimulateRows => "num_samples",
            Self::SimulateHours => "time_periods",
            Self::SimulateProbability => "issue_probability",
            Self::SimulateSeed => "seed",
            Self::Knob(knob) => knob.key(),
            _ => return None,
        })
    }

    fn of_scenario_key(key: &str) -> Option<Self> {
        let main = [
            Self::SimulateRows,
            Self::SimulateHours,
            Self::SimulateProbability,
            Self::SimulateSeed,
        ];
        let knobs = Knob::ALL.iter().map(|&knob| Self::Knob(knob));
        main.into_iter()
            .chain(knobs)
            .find(|field| field.scenario_key() == Some(key))
    }
}

impl Settings {
    /// The scenario, or the first field that is not right.
    pub fn simulate_spec(&self) -> Result<SimulateSpec, Field> {
        let mut spec = self.scenario.clone();
        spec.num_samples = self.whole(Field::SimulateRows)?;
        spec.time_periods = self.limit(Field::SimulateHours)?;
        spec.seed = self.number(Field::SimulateSeed)? as u64;
        spec.issue_probability = self.read(Field::SimulateProbability)?;
        if self.issues.is_empty() {
            spec.issue_probability = Some(0.0);
        } else if self.issues != usual_issues(spec.preset) {
            spec.issue_types = self.issues.iter().cloned().collect();
        }
        let weigh = |issue: &String| self.issue_weights.get(issue).copied();
        if self.issues.iter().any(|issue| weigh(issue).is_some()) {
            spec.issue_types = self.issues.iter().cloned().collect();
            spec.issue_weights = self
                .issues
                .iter()
                .map(|issue| weigh(issue).unwrap_or(1.0))
                .collect();
        }
        for &knob in Knob::ALL {
            let value = self.read(Field::Knob(knob))?;
            match knob.slot(&mut spec) {
                Slot::Count(to) => *to = value.map(|x| x as u32),
                Slot::Number(to) => *to = value,
            }
        }
        Ok(spec)
    }

    /// Chooses a value of the scenario by its name, as a link has it; empty: as the preset. A preset brings its hours, its
    /// share of issues and its kinds along. The error is a sentence.
    pub(in crate::app) fn choose(&mut self, key: &str, text: &str) -> Result<(), String> {
        if key == WEIGHTS {
            self.issue_weights = weights(text)?;
            return Ok(());
        }
        let before = self.scenario.preset;
        put(&mut self.scenario, key, text)?;
        let preset = self.scenario.preset;
        if key == "preset" {
            let (hours, share) = match preset {
                ScenarioPreset::Seed => ("168", "0.3"),
                ScenarioPreset::Default => ("", "0.05"),
                ScenarioPreset::Production => ("", "0.01"),
                ScenarioPreset::Stress => ("", "0.15"),
            };
            self.texts.insert(Field::SimulateHours, hours.into());
            self.texts.insert(Field::SimulateProbability, share.into());
            if self.issues == usual_issues(before) {
                self.issues = usual_issues(preset);
            }
        }
        Ok(())
    }

    /// The scenario's choices under this name, as they are set; empty: as the preset.
    pub fn chosen(&self, key: &str) -> String {
        if key == WEIGHTS {
            let each = self.issue_weights.iter();
            let each: Vec<String> = each
                .map(|(issue, weight)| format!("{issue}={weight}"))
                .collect();
            return each.join(", ");
        }
        entries(&self.scenario)
            .into_iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| words(&value))
            .unwrap_or_default()
    }

    /// The scenario as it stands in an address, after the `?`.
    pub fn link(&self) -> Result<String, Field> {
        Ok(link(&self.simulate_spec()?))
    }

    /// Sets the scenario as a link says it. What cannot be read is an error, a sentence, and nothing is changed; a number
    /// out of its range stands in its field, which says what is allowed.
    pub(in crate::app) fn follow(&mut self, link: &str) -> Result<(), String> {
        if link.len() > LONGEST_LINK {
            return Err("It is longer than any that this page writes.".to_owned());
        }
        let mut next = self.clone();
        next.scenario = SimulateSpec::default();
        next.texts.retain(|field| field.scenario_key().is_none());
        // What a link does not say is what a scenario is without it, not what the form begins with.
        next.texts.insert(Field::SimulateRows, "10000".into());
        next.texts.insert(Field::SimulateHours, "".into());
        next.texts.insert(Field::SimulateProbability, "".into());
        let parts = link.split('&').filter(|part| !part.is_empty());
        for part in parts {
            let (key, text) = part.split_once('=').unwrap_or((part, ""));
            let text = plain(text);
            match Field::of_scenario_key(key) {
                Some(field) => next.texts.insert(field, Rc::from(text)),
                None => put(&mut next.scenario, key, &text)?,
            }
        }
        let weights = std::mem::take(&mut next.scenario.issue_weights);
        let types = next.scenario.issue_types.len();
        if !weights.is_empty() && weights.len() != types {
            return Err(format!(
                "issue_weights has {} numbers for {types} issue_types.",
                weights.len()
            ));
        }
        // In a scenario weights belong to kinds by place; the form orders kinds by name.
        next.issue_weights = SortedMap::default();
        for (issue, weight) in next.scenario.issue_types.iter().zip(weights) {
            if weight != 1.0 {
                next.issue_weights.insert(issue.clone(), weight);
            }
        }
        next.issues = if next.scenario.issue_types.is_empty() {
            usual_issues(next.scenario.preset)
        } else if next
            .scenario
            .issue_types
            .iter()
            .all(|name| ISSUES.contains(&name.as_str()))
        {
            std::mem::take(&mut next.scenario.issue_types)
                .into_iter()
                .collect()
        } else {
            let unknown = next.scenario.issue_types.iter();
            let unknown = unknown.filter(|name| !ISSUES.contains(&name.as_str()));
            let names: Vec<String> = unknown.cloned().collect();
            return Err(format!(
                "issue_types names {}; known are {}.",
                names.join(", "),
                ISSUES.join(", ")
            ));
        };
        *self = next;
        Ok(())
    }
}

/// The form's weights, which are typed with the kinds that they are of.
const WEIGHTS: &str = "issue_weights";

/// `memory_leak=3, disk_pressure=0.5` as weights by kind. The error is a sentence.
fn weights(text: &str) -> Result<SortedMap<String, f64>, String> {
    let mut all = SortedMap::default();
    for part in text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let (issue, weight) = part.split_once(['=', ':', ' ']).unwrap_or((part, ""));
        let issue = issue.trim();
        if !ISSUES.contains(&issue) {
            return Err(format!(
                "{issue:?} is no kind of issue; known are {}.",
                ISSUES.join(", ")
            ));
        }
        match read_float(weight.trim()).filter(|weight| (1e-9..=1e9).contains(weight)) {
            Some(1.0) => {}
            Some(weight) => {
                all.insert(issue.to_owned(), weight);
            }
            None => {
                return Err(format!(
                    "The weight of {issue} is a number above 0, such as {issue}=3."
                ));
            }
        }
    }
    Ok(all)
}

fn entries(spec: &SimulateSpec) -> Vec<(String, Value)> {
    match Value::of(spec) {
        Value::Map(entries) => entries,
        _ => Vec::new(),
    }
}

/// A value as a link has it.
fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text.clone(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(words).collect();
            items.join(",")
        }
        other => json::to_text(other as &dyn Plain),
    }
}

fn value(text: &str) -> Value {
    match Value::of_text(text.as_bytes()) {
        Ok(value @ (Value::Whole(_) | Value::Negative(_) | Value::Number(_) | Value::Bool(_))) => {
            value
        }
        _ if text.is_empty() => Value::Null,
        _ => Value::Text(text.to_owned()),
    }
}

fn put(spec: &mut SimulateSpec, key: &str, text: &str) -> Result<(), String> {
    let mut all = entries(spec);
    let Some(entry) = all.iter_mut().find(|(name, _)| name == key) else {
        return Err(format!("The simulator has no setting {key:?}."));
    };
    entry.1 = match entry.1 {
        Value::List(_) => {
            let items = text.split(',').map(str::trim);
            let items = items.filter(|item| !item.is_empty());
            Value::List(items.map(value).collect())
        }
        _ => value(text),
    };
    *spec = json::of_value(Value::Map(all)).map_err(|error| format!("{key}={text}: {error}."))?;
    Ok(())
}

fn link(spec: &SimulateSpec) -> String {
    let usual = entries(&SimulateSpec::default());
    let said: Vec<String> = entries(spec)
        .into_iter()
        .zip(usual)
        .filter(|((name, value), usual)| {
            *value != usual.1 || name == "num_samples" || name == "seed"
        })
        .map(|((name, value), _)| format!("{name}={}", words(&value)))
        .collect();
    said.join("&")
}

/// Text of an address whose commas and colons somebody wrote as `%2C` and `%3A`.
fn plain(text: &str) -> String {
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |at: usize| tail.get(at).and_then(|&b| char::from(b).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            _ => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
