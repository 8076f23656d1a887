//! Model files that are cut, flipped or made to harm: each is refused in words or predicts as a model does, in bounded
//! time and memory.

use kubecast::data::{Column, Frame};
use kubecast::export::kubecast::{ModelFile, ModelFileError, VERSION, read, write};
use kubecast::learn::{
    BoostParams, DecisionTreeParams, Fitter, ForestParams, Learner, NoveltyFitter,
};
use kubecast::prepare::{OwnPast, Recipe, RecipeParams};
use linfa::ParamGuard;
use ndarray::Array2;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

const HEAD_BYTES: usize = 50;

fn model(learner: Learner) -> ModelFile {
    let n = 60;
    let frame = Frame::new(
        "t.csv",
        vec![
            Column::number("cpu", (0..n).map(|i| f64::from(i * 7 % 23)).collect()),
            Column::number(
                "mem",
                (0..n)
                    .map(|i| {
                        if i % 9 == 0 {
                            f64::NAN
                        } else {
                            f64::from(i * 5 % 17)
                        }
                    })
                    .collect(),
            ),
            Column::category("node", (0..n).map(|i| ["a", "b", "c"][(i % 3) as usize])),
            Column::category(
                "issue",
                (0..n).map(|i| ["None", "oom", "leak"][(i * 7 % 23 / 8) as usize]),
            ),
        ],
    )
    .unwrap();
    let params = RecipeParams::new("issue", vec!["cpu".into(), "mem".into(), "node".into()]);
    let rows: Vec<u32> = (0..n as u32).collect();
    let (recipe, _) = Recipe::fit(&frame, &params, &rows).unwrap();
    let features = recipe.transform(&frame, &rows).unwrap();
    let classes = frame.column("issue").unwrap().classes();
    let codes = classes.codes.iter().map(|&c| c as u8).collect();
    let mut fitter =
        Fitter::new(features.matrix.view(), codes, classes.names.len(), learner).unwrap();
    while fitter.step().unwrap() {}
    ModelFile {
        recipe,
        classes: classes.names,
        model: fitter.finish().unwrap(),
        novelty: None,
        own_past: None,
        details: b"{}".to_vec(),
    }
}

fn models() -> Vec<ModelFile> {
    vec![
        model(Learner::Forest(
            ForestParams::new()
                .trees(3)
                .min_samples_leaf(4)
                .check()
                .unwrap(),
        )),
        model(Learner::Boost(
            BoostParams::new()
                .rounds(2)
                .max_depth(Some(2))
                .check()
                .unwrap(),
        )),
        model(Learner::DecisionTree(
            DecisionTreeParams::new().max_depth(2).check().unwrap(),
        )),
    ]
}

fn probe(features: usize) -> Array2<f64> {
    Array2::from_shape_fn((64, features), |(i, f)| {
        if (i + f) % 11 == 0 {
            f64::NAN
        } else {
            (i * 13 % 29) as f64 / (f + 1) as f64 - 3.0
        }
    })
}

/// The head that makes any body look whole.
fn sealed(version: u16, body: &[u8]) -> Vec<u8> {
    let mut out = b"KUBECAST".to_vec();
    out.extend_from_slice(&version.to_le_bytes());
    out.extend_from_slice(&(body.len() as u64).to_le_bytes());
    out.extend_from_slice(&Sha256::digest(body));
    out.extend_from_slice(body);
    out
}

/// Refused, or a model: probabilities of every row are finite and sum to 1.
fn refused_or_sound(bytes: &[u8]) -> bool {
    let Ok(file) = read(bytes) else { return true };
    if let Some(novelty) = &file.novelty {
        let distances = file.own_past.as_ref().map(|past| past.columns.len());
        let rows = probe(distances.unwrap_or(file.model.features()));
        // Whatever it says, it says it.
        if novelty.judge(rows.view(), &[0; 64]).is_err() {
            return false;
        }
        let sources: Vec<usize> = (0..rows.ncols()).collect();
        novelty.because(rows.view(), 3, 1, &sources);
    }
    let p = file
        .model
        .predict_proba(probe(file.model.features()).view());
    p.rows()
        .into_iter()
        .all(|row| row.iter().all(|x| (0.0..=1.0).contains(x)) && (row.sum() - 1.0).abs() < 1e-9)
}

#[test]
fn a_file_reads_back_as_it_was_and_writes_the_same_bytes() {
    for file in models() {
        let bytes = write(&file).unwrap();
        let back = read(&bytes).unwrap();
        assert_eq!(
            back.model.predict_proba(probe(3).view()),
            file.model.predict_proba(probe(3).view())
        );
        assert_eq!(write(&back).unwrap(), bytes);
    }
}

#[test]
fn every_truncation_and_every_flipped_bit_is_refused() {
    for file in models() {
        let bytes = write(&file).unwrap();
        for cut in 0..bytes.len() {
            assert!(read(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(read(&flipped).is_err(), "bit {bit}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(matches!(read(&longer), Err(ModelFileError::Length { .. })));
    }
}

#[test]
fn a_body_that_was_changed_and_sealed_again_is_refused_or_sound() {
    for file in models() {
        let bytes = write(&file).unwrap();
        assert_eq!(sealed(VERSION, &bytes[HEAD_BYTES..]), bytes);
        no_change_is_unsound(VERSION, &bytes[HEAD_BYTES..], 1);
    }
}

/// A model that tells the unfamiliar, of features whose rows are drawn.
fn telling() -> ModelFile {
    let file = models().remove(0);
    let rows = Array2::from_shape_fn((480, 3), |(i, f)| {
        f64::from((i * 31 + f * 17) as u32 % 97) + if f == 2 { 0.0 } else { i as f64 / 480.0 }
    });
    let classes: Vec<u8> = (0..480).map(|i| u8::from(i % 11 == 0)).collect();
    let fitter = NoveltyFitter::new(rows.view(), &classes, &[true, false, false], &[2], 7);
    let mut fitter = fitter.unwrap();
    while fitter.step().unwrap() {}
    ModelFile {
        novelty: fitter.finish(),
        ..file
    }
}

#[test]
fn what_tells_the_unfamiliar_survives_and_a_changed_one_is_refused_or_sound() {
    let file = telling();
    let bytes = write(&file).unwrap();
    let back = read(&bytes).unwrap();
    assert!(back.novelty.is_some());
    assert_eq!(back.novelty, file.novelty);
    assert_eq!(write(&back).unwrap(), bytes);
    // It is small: some hundred bytes a tree.
    let plain = write(&ModelFile {
        novelty: None,
        ..file
    })
    .unwrap();
    assert!(bytes.len() - plain.len() < 250_000, "{}", bytes.len());
    no_change_is_unsound(VERSION, &bytes[HEAD_BYTES..], 611);
}

/// The same by the rows' own past, in two of the three columns.
fn recalling() -> ModelFile {
    let file = models().remove(0);
    let rows = Array2::from_shape_fn((480, 2), |(i, f)| {
        f64::from((i * 31 + f * 17) as u32 % 97) / 50.0
    });
    let classes: Vec<u8> = (0..480).map(|i| u8::from(i % 11 == 0)).collect();
    let instants: Vec<i64> = (0..480).collect();
    let healthy = [true, false, false];
    let fitter = NoveltyFitter::in_time(rows.view(), &classes, &healthy, &instants, 7);
    let mut fitter = fitter.unwrap();
    while fitter.step().unwrap() {}
    ModelFile {
        novelty: fitter.finish(),
        own_past: Some(OwnPast {
            time: "timestamp".to_owned(),
            entity: vec!["cluster".to_owned(), "pod".to_owned()],
            columns: vec!["mem".to_owned(), "cpu".to_owned()],
        }),
        ..file
    }
}

#[test]
fn an_own_past_survives_and_a_changed_one_is_refused_or_sound() {
    let file = recalling();
    let bytes = write(&file).unwrap();
    let back = read(&bytes).unwrap();
    assert_eq!(back.own_past, file.own_past);
    assert_eq!(back.novelty, file.novelty);
    assert_eq!(write(&back).unwrap(), bytes);
    for cut in (0..bytes.len()).step_by(17) {
        assert!(read(&bytes[..cut]).is_err(), "cut at {cut}");
    }
    // What says by which columns is changed byte by byte.
    let text = br#"{"time":"timestamp","entity":["cluster","pod"],"columns":["mem","cpu"]}"#;
    let at = bytes.windows(text.len()).position(|part| part == text);
    let at = at.unwrap() - HEAD_BYTES;
    let body = &bytes[HEAD_BYTES..];
    for byte in at - 4..at + text.len() + 4 {
        for value in [0, b'"', b'p', 0xff, body[byte] ^ 1] {
            let mut changed = body.to_vec();
            changed[byte] = value;
            assert!(refused_or_sound(&sealed(VERSION, &changed)), "byte {byte}");
        }
    }
    no_change_is_unsound(VERSION, body, 611);
    // Columns that are not the recipe's, too many of them, and nothing that judges them.
    let past = |columns: &[&str]| {
        let columns = columns.iter().map(|&name| name.to_owned()).collect();
        Some(OwnPast {
            columns,
            ..file.own_past.clone().unwrap()
        })
    };
    for columns in [
        &[][..],
        &["cpu"],
        &["cpu", "node"],
        &["cpu", "cpu"],
        &["cpu", "disk"],
    ] {
        let damaged = ModelFile {
            own_past: past(columns),
            ..file.clone()
        };
        assert!(read(&write(&damaged).unwrap()).is_err(), "{columns:?}");
    }
    let silent = ModelFile {
        novelty: None,
        ..file
    };
    assert!(read(&write(&silent).unwrap()).is_err());
}

#[test]
fn a_file_of_the_third_version_opens_and_compares_with_no_past() {
    for file in models().into_iter().chain([telling()]) {
        let bytes = write(&file).unwrap();
        let at = after_details(&bytes[HEAD_BYTES..]);
        let body = &bytes[HEAD_BYTES..];
        assert_eq!(body[at..at + 4], [0; 4]);
        let third = [&body[..at], &body[at + 4..]].concat();
        let back = read(&sealed(3, &third)).unwrap();
        assert!(back.own_past.is_none());
        assert_eq!(back.novelty, file.novelty);
        assert_eq!(write(&back).unwrap(), bytes);
        no_change_is_unsound(3, &third, if file.novelty.is_some() { 1_511 } else { 7 });
    }
}

/// Where recipe, classes and details, each with its length, end.
fn after_details(body: &[u8]) -> usize {
    let mut at = 0;
    for _ in 0..3 {
        let length = u32::from_le_bytes(body[at..at + 4].try_into().unwrap());
        at += 4 + length as usize;
    }
    at
}

#[test]
fn a_file_of_the_second_version_opens_and_tells_nothing() {
    for file in models() {
        let bytes = write(&file).unwrap();
        let body = &bytes[HEAD_BYTES..];
        // Then no past and nothing that tells, which version 2 did not say.
        let at = after_details(body);
        assert_eq!(body[at..at + 8], [0; 8]);
        let second = [&body[..at], &body[at + 8..]].concat();
        let back = read(&sealed(2, &second)).unwrap();
        assert!(back.novelty.is_none());
        assert_eq!(back.model, file.model);
        assert_eq!(write(&back).unwrap(), bytes);
    }
}

#[test]
fn a_body_of_the_first_version_that_was_changed_is_refused_or_sound() {
    for model in ["forest", "boost"] {
        let path = format!(
            "{}/tests/fixtures/version1-{model}.kubecast",
            env!("CARGO_MANIFEST_DIR")
        );
        let bytes = std::fs::read(path).unwrap();
        assert!(read(&bytes).is_ok());
        no_change_is_unsound(1, &bytes[HEAD_BYTES..], 7);
    }
}

/// Changes every `step`-th byte, and cuts there.
fn no_change_is_unsound(version: u16, body: &[u8], step: usize) {
    for at in (0..body.len()).step_by(step) {
        for value in [
            0,
            1,
            0x7f,
            0x80,
            0xff,
            body[at] ^ 1,
            body[at].wrapping_add(1),
        ] {
            let mut changed = body.to_vec();
            changed[at] = value;
            assert!(
                refused_or_sound(&sealed(version, &changed)),
                "byte {at} set to {value}"
            );
        }
        assert!(
            read(&sealed(version, &body[..at])).is_err(),
            "body cut at {at}"
        );
    }
}

#[test]
fn what_is_no_model_is_told_apart() {
    assert!(matches!(read(b""), Err(ModelFileError::Empty)));
    assert!(matches!(read(b"a,b\n1,2\n"), Err(ModelFileError::Foreign)));
    assert!(matches!(read(&[0x89; 4000]), Err(ModelFileError::Foreign)));
    let mut newer = write(&models()[0]).unwrap();
    newer[8] = 9;
    assert!(matches!(
        read(&newer),
        Err(ModelFileError::Newer { found: 9 })
    ));
}

proptest! {
    #[test]
    fn any_bytes_under_a_valid_head_are_refused_or_sound(body in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(refused_or_sound(&sealed(1, &body)));
        prop_assert!(refused_or_sound(&sealed(VERSION, &body)));
        prop_assert!(refused_or_sound(&body));
    }
}
