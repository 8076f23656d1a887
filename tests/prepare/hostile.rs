//! Other people's hostile tables.

use super::*;

/// Whatever a table holds, its columns are judged and what is judged fit is made into features.
#[test]
fn hostile_tables_are_prepared_or_refused_in_words() {
    let folder = std::env::var_os("KUBECAST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let Ok(files) = std::fs::read_dir(folder.join("hostile")) else {
        let _ = suite("hostile");
        return;
    };
    let mut prepared = 0;
    for file in files {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|e| e != "csv") {
            continue;
        }
        let name = path.display().to_string();
        let Ok(table) = read_csv(&name, &std::fs::read(&path).unwrap()) else {
            continue;
        };
        let frame = table.frame;
        for target in frame.columns().iter().rev().take(3) {
            let choices = default_features(&frame, &target.name);
            let used: Vec<String> = choices
                .into_iter()
                .filter(|c| c.used)
                .map(|c| c.column)
                .collect();
            let Ok(rows) = split(&target.classes(), 0.25, 42, true) else {
                continue;
            };
            match Recipe::fit(&frame, &RecipeParams::new(&target.name, used), &rows.train) {
                Ok((recipe, _)) => {
                    recipe.check().expect(&name);
                    recipe.match_columns(&frame).expect(&name);
                    let features = recipe.transform(&frame, &rows.test).expect(&name);
                    assert_eq!(features.matrix.nrows(), rows.test.len(), "{name}");
                    prepared += 1;
                }
                Err(error) => assert!(!error.to_string().is_empty()),
            }
        }
    }
    assert!(prepared > 50, "{prepared}");
}
