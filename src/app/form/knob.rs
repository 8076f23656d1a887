//! Settings of the simulator that most people leave alone: an empty field is as the preset has it.

use super::Rule;
use crate::protocol::SimulateSpec;

/// Where a setting stands in a scenario.
pub(super) enum Slot<'a> {
    Count(&'a mut Option<u32>),
    Number(&'a mut Option<f64>),
}

macro_rules! knobs {
    ($($knob:ident $slot:ident $field:ident $low:literal..$high:literal $label:literal $hint:literal;)*) => {
        /// A setting of the simulator that most people leave alone.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the rule of each says what it is")]
        pub enum Knob { $($knob),* }

        impl Knob {
            /// All of them, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$knob),*];

            /// Its name in a scenario.
            pub fn key(self) -> &'static str {
                const KEYS: &[&str] = &[$(stringify!($field)),*];
                KEYS[self as usize]
            }

            pub(super) fn rule(self) -> Rule {
                const RULES: &[Rule] = &[$(Rule {
                    id: concat!("sim-", stringify!($field)),
                    label: $label,
                    hint: $hint,
                    low: $low as f64,
                    high: $high as f64,
                    above_low: false,
                    below_high: false,
                    whole: stringify!($slot).len() == "Count".len(),
                    text: false,
                    empty: Some("as the preset"),
                    default: "",
                }),*];
                RULES[self as usize]
            }

            pub(super) fn slot(self, spec: &mut SimulateSpec) -> Slot<'_> {
                match self { $(Self::$knob => Slot::$slot(&mut spec.$field)),* }
            }
        }
    };
}

knobs! {
    Clusters Count clusters 1..64 "Clusters" "Each with a control plane of its own.";
    Nodes Count nodes 2..200 "Nodes of each cluster" "In three zones.";
    Placements Count placements_per_node 2..20 "Workloads on each node" "A workload on a node is what a row is about.";
    Scrape Count scrape_interval 15..3600 "Seconds between scrapes" "15, 30 or a multiple of 60.";
    Severity Number severity 0.1..4 "Severity" "How far faults go beyond harm. 1 is usual.";
    Sudden Number p_sudden 0..1 "Share of sudden faults" "Those that nothing announces. As the preset: each kind's own.";
    Aborted Number abort_rate 0..0.9 "Share of near misses" "Faults that heal before harm.";
    Overlap Number overlap 0..1 "Share that may overlap" "Faults that may strike where another does.";
    Unknown Number unknown_fraction 0..1 "Share of unknown kinds" "Among the rows with an issue; training never sees them.";
    Rollouts Number deploy_rate 0..20 "Factor on rollouts" "How often something is rolled out. 1 is usual.";
    Noise Number noise 0..10 "Factor on noise" "The noise of measuring. 1 is usual.";
    Missing Number missingness 0..0.5 "Share of lost cells" "Scrapes that come back without a value.";
    Dropped Number row_drop 0..0.5 "Share of lost rows" "Rows that are dropped whole.";
    Wrong Number label_noise 0..0.5 "Share of wrong labels" "Issue rows labelled as people would have, late and mistaken.";
}
