//! The same figures as scikit-learn's.

use super::*;

fn fixture() -> serde_json::Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/prepare.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn imputing_scaling_and_encoding_agree_with_scikit_learn() {
    let fixture = fixture();
    let train: Vec<u32> = numbers(&fixture["train"])
        .iter()
        .map(|&x| x as u32)
        .collect();
    let frame = |kind: &str| {
        let columns = fixture[kind]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, list)| {
                if kind == "numbers" {
                    Column::number(name, numbers(list))
                } else {
                    let cells = list.as_array().unwrap().iter();
                    Column::category(name, cells.map(|x| x.as_str().unwrap()))
                }
            });
        Frame::new("fixture", columns.collect()).unwrap()
    };
    let mut compared = 0;
    for case in fixture["cases"].as_array().unwrap() {
        let frame = frame(case["kind"].as_str().unwrap());
        let mut params = params(&frame);
        params.indicator = case["kind"] == "numbers";
        params.missing = match case["missing"].as_str().unwrap() {
            "as-is" => MissingRule::AsIs,
            "mean" => MissingRule::Mean,
            "median" => MissingRule::Median,
            "most-frequent" => MissingRule::MostFrequent,
            _ => MissingRule::Constant(fixture["constant"].as_f64().unwrap()),
        };
        params.scaling = match case["scaling"].as_str().unwrap() {
            "none" => ScalingRule::None,
            "standard" => ScalingRule::Standard,
            "min-max" => ScalingRule::MinMax,
            _ => ScalingRule::Robust,
        };
        params.encoding = match case["encoding"].as_str().unwrap() {
            "ordinal" => EncodingRule::Ordinal,
            _ => EncodingRule::OneHot,
        };
        let (recipe, notices) = Recipe::fit(&frame, &params, &train).unwrap();
        assert!(notices.is_empty());
        let features = recipe.transform(&frame, &all_rows(&frame)).unwrap();
        let expected = case["features"].as_object().unwrap();
        assert_eq!(features.names.len(), expected.len(), "{params:?}");
        for (name, list) in expected {
            for (row, (got, want)) in feature(&features, name)
                .iter()
                .zip(numbers(list))
                .enumerate()
            {
                let near = (got - want).abs() <= 1e-12 * want.abs().max(1.0);
                assert!(
                    near || got.is_nan() && want.is_nan(),
                    "{params:?}: {name} row {row}: {got} is not {want}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 1_500, "{compared} values compared");
}
