//! The data set's origin as text, to be kept beside its files.

use std::rc::Rc;

use super::{FileRef, Origin, Source};
use crate::data::ColumnKind;
use crate::json::{self, record};
use crate::protocol::{ReadSpec, SimulateSpec};

#[derive(Default)]
struct Note {
    scenario: Option<SimulateSpec>,
    sample: bool,
    kinds: Vec<(String, ColumnKind)>,
    target: Option<String>,
    reading: ReadSpec,
}

record!(Lenient: Note { scenario, sample, kinds, target, reading });

/// What is kept of a source beside its files.
pub fn source_to_text(source: &Source) -> String {
    let (scenario, sample) = match &source.origin {
        Origin::Files(_) => (None, false),
        Origin::Scenario { spec, sample } => (Some((**spec).clone()), *sample),
    };
    let note = Note {
        scenario,
        sample,
        kinds: source.kinds.to_vec(),
        target: source.target.as_deref().map(str::to_owned),
        reading: (*source.reading).clone(),
    };
    json::to_text(&note)
}

/// The source that was kept; none where the text cannot be read or its files are gone.
pub fn source_of_text(text: &str, files: Vec<FileRef>) -> Option<Source> {
    let note: Note = json::of_text(text.as_bytes()).ok()?;
    let origin = match note.scenario {
        Some(spec) => Origin::Scenario {
            spec: Rc::new(spec),
            sample: note.sample,
        },
        None if files.is_empty() => return None,
        None => Origin::Files(files.into()),
    };
    Some(Source {
        origin,
        kinds: note.kinds.into(),
        target: note.target.map(Into::into),
        reading: Rc::new(note.reading),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ReadSetting;

    #[test]
    fn a_source_is_had_again_and_damaged_text_is_none() {
        let files = vec![FileRef {
            key: 3,
            name: "a.csv".into(),
            bytes: 10,
            modified_secs: Some(1_709_541_000),
        }];
        let source = Source {
            origin: Origin::Files(files.clone().into()),
            kinds: Rc::new([("x".to_owned(), ColumnKind::Category)]),
            target: Some("y".into()),
            reading: Rc::new(ReadSpec {
                said: vec![(ReadSetting::Delimiter, "tab".to_owned())],
                said_of: vec![(
                    "a.csv".to_owned(),
                    vec![(ReadSetting::Offset, "+01:00".to_owned())],
                )],
                step_secs: Some(30.0),
                entity_labels: Some(vec!["node".to_owned()]),
                rates: vec![("cpu_total".to_owned(), false)],
                ..ReadSpec::default()
            }),
        };
        let text = source_to_text(&source);
        assert_eq!(source_of_text(&text, files), Some(source));
        assert_eq!(source_of_text(&text, Vec::new()), None);
        assert_eq!(source_of_text("{", Vec::new()), None);
        let sample = Source::new(Origin::Scenario {
            spec: Rc::default(),
            sample: true,
        });
        assert_eq!(
            source_of_text(&source_to_text(&sample), Vec::new()),
            Some(sample)
        );
    }
}
