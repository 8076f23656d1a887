//! The JSON writer and reader against `serde_json`: the same bytes out, the same values in, the same refusals.

use kubecast::json::{self, JsonError, Value};
use kubecast::protocol::{
    ForestSpec, Interval, MaxFeatures, Missing, ModelSpec, Options, PrepareSpec,
};
use proptest::prelude::*;

/// Whole where two shortest texts may lie equally near: `a_float_is_written_as_serde_json_does_and_survives` is about those.
fn no_tie(x: f64) -> f64 {
    if (1e12..1e17).contains(&x.abs()) {
        x.trunc()
    } else {
        x
    }
}

fn tree() -> impl Strategy<Value = serde_json::Value> {
    let number = prop_oneof![
        any::<u64>().prop_map(serde_json::Value::from),
        (i64::MIN..0).prop_map(serde_json::Value::from),
        any::<f64>().prop_map(|x| serde_json::Value::from(no_tie(x))),
        (-1e6..1e6).prop_map(serde_json::Value::from),
        (-400i32..400, 1u32..1000)
            .prop_map(|(e, x)| serde_json::Value::from(no_tie(f64::from(x) * 10f64.powi(e)))),
    ];
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        number,
        any::<String>().prop_map(serde_json::Value::from),
        "[\\x00-\\x7f]{0,9}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_is_written_and_read_as_serde_json_does(tree in tree()) {
        let dense = serde_json::to_string(&tree).unwrap();
        let lines = serde_json::to_string_pretty(&tree).unwrap();
        let ours = Value::of_text(lines.as_bytes()).unwrap();
        prop_assert_eq!(&ours, &Value::of_text(dense.as_bytes()).unwrap());
        prop_assert_eq!(json::to_text(&ours), dense);
        prop_assert_eq!(json::to_lines(&ours), lines);
    }

    #[test]
    fn a_float_is_written_as_serde_json_does_and_survives(bits in any::<u64>()) {
        let x = f64::from_bits(bits);
        let text = json::to_text(&x);
        let theirs = serde_json::to_string(&x).unwrap();
        // Of two shortest texts that lie equally near serde_json takes the even digit, the standard library the upper.
        let tie = text.len() == theirs.len()
            && text.bytes().zip(theirs.bytes()).filter(|(a, b)| a != b).count() == 1
            && theirs.parse::<f64>().is_ok_and(|t| t.to_bits() == bits);
        prop_assert!(text == theirs || tie, "{} {}", text, theirs);
        if x.is_finite() {
            prop_assert_eq!(json::of_text::<f64>(text.as_bytes()).unwrap().to_bits(), bits);
        }
    }

    #[test]
    fn damaged_text_is_refused_where_serde_json_refuses_it(tree in tree(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut text = serde_json::to_vec(&tree).unwrap();
        let at = at.index(text.len());
        text[at] = byte;
        let theirs = serde_json::from_slice::<serde_json::Value>(&text);
        prop_assert_eq!(Value::of_text(&text).is_ok(), theirs.is_ok(), "{:?} {:?}", String::from_utf8_lossy(&text), theirs);
    }

    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let theirs = serde_json::from_slice::<serde_json::Value>(&bytes);
        prop_assert_eq!(Value::of_text(&bytes).is_ok(), theirs.is_ok());
    }
}

#[test]
fn unusual_text_is_read_as_serde_json_reads_it() {
    for text in [
        "",
        " ",
        "nul",
        "nulll",
        "01",
        "-",
        "-0",
        "0.",
        ".5",
        "1e",
        "1e5",
        "1E+5",
        "1e400",
        "-1e400",
        "1e-400",
        "+1",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\":1 \"b\":2}",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\ud83d\\u0041\"",
        "\"\\u12\"",
        "\"\\x\"",
        "\"\n\"",
        "\"a",
        "[",
        "{",
        "[[",
        "true false",
        "\u{feff}1",
    ] {
        let theirs = serde_json::from_str::<serde_json::Value>(text);
        let ours = Value::of_text(text.as_bytes());
        assert_eq!(
            ours.is_ok(),
            theirs.is_ok(),
            "{text:?}: {ours:?} {theirs:?}"
        );
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            assert_eq!(json::to_text(&ours), theirs.to_string(), "{text:?}");
        }
    }
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(Value::of_text(deep(127).as_bytes()).is_ok());
    assert!(Value::of_text(deep(1_000_000).as_bytes()).is_err());
    assert!(Value::of_text("[".repeat(1_000_000).as_bytes()).is_err());
}

#[test]
fn shapes_are_told_apart() {
    let options = Options {
        prepare: PrepareSpec {
            missing: Missing::Constant(-1.5),
            ..PrepareSpec::default()
        },
        model: ModelSpec::RandomForest(ForestSpec {
            max_features: MaxFeatures::Share(0.5),
            ..ForestSpec::default()
        }),
        kinds: Vec::new(),
    };
    let text = json::to_text(&options);
    assert_eq!(
        text,
        r#"{"prepare":{"target":"","columns":[],"missing":{"constant":-1.5},"indicator":false,"scaling":"none","encoding":"sets","test_share":0.25,"seed":42,"stratify":true,"mark_unfamiliar":true,"unfamiliar_own_past":false,"time":null,"entity":[]},"model":{"kind":"random-forest","trees":100,"max_depth":null,"min_samples_split":2,"min_samples_leaf":1,"max_features":{"share":0.5},"class_weight":"balanced","criterion":"gini","bootstrap":true,"random_cuts":false,"max_leaves":null,"out_of_bag":false},"kinds":[]}"#
    );
    assert_eq!(json::of_text::<Options>(text.as_bytes()).unwrap(), options);
    assert_eq!(json::of_text::<Options>(b"{}").unwrap(), Options::default());
}

#[test]
fn what_does_not_fit_is_named() {
    fn why<T: json::Plain>(text: &str) -> String {
        match json::of_text::<T>(text.as_bytes()).err() {
            Some(error @ JsonError::Shape(_)) => error.to_string(),
            other => panic!("{text}: {other:?}"),
        }
    }
    assert_eq!(why::<Interval>(r#"{"low": 1}"#), "missing field `high`");
    assert_eq!(
        why::<Interval>(r#"{"low": 1, "low": 2}"#),
        "duplicate field `low`"
    );
    assert_eq!(
        why::<Interval>(r#"{"low": "1"}"#),
        "invalid type: string \"1\", expected f64"
    );
    assert_eq!(
        why::<Interval>("[]"),
        "invalid type: sequence, expected struct Interval"
    );
    assert_eq!(
        why::<ForestSpec>(r#"{"trees": -1}"#),
        "invalid value: integer `-1`, expected u32"
    );
    assert_eq!(
        why::<ForestSpec>(r#"{"criterion": "mse"}"#),
        "unknown variant `mse`, expected `gini` or `entropy`"
    );
    assert_eq!(
        why::<ForestSpec>(r#"{"tres": 1}"#),
        "unknown field `tres`, expected one of `trees`, `max_depth`, `min_samples_split`, `min_samples_leaf`, `max_features`, `class_weight`, `criterion`, `bootstrap`, `random_cuts`, `max_leaves`, `out_of_bag`"
    );
    assert_eq!(why::<ModelSpec>(r#"{"trees": 1}"#), "missing field `kind`");
    assert_eq!(
        why::<Vec<(String, u32)>>(r#"[["a", 1, 2]]"#),
        "invalid length 3, expected a tuple of size 2"
    );
}
