//! What is wrong, and what does not fit.

use super::*;

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let folder = Folder::new("wrong");
    folder.ok("simulate --rows 300 --seed 1 --out a.csv");
    folder.ok("train a.csv --target issue_type --trees 3 --out m.kubecast");
    let kept = std::fs::read(folder.0.join("m.kubecast")).unwrap();

    // The command line is at fault.
    for words in [
        "",
        "guess a.csv",
        "train",
        "train a.csv --trees many",
        "train a.csv --model svm",
        "train a.csv --rounds 5",
        "train a.csv --kind cpu=colour",
        "train a.csv --max-features 3",
        "train a.csv --test-share 2",
        "train a.csv --trees 0",
        "simulate --rows 0",
        "simulate --issues moon_phase",
    ] {
        let said = folder.fails(words, 2);
        assert!(
            said.contains("error:") || said.contains("Usage"),
            "{words}: {said}"
        );
    }

    // The data is, or a file.
    folder.file("empty.csv", "");
    folder.file("header.csv", "a,b\n");
    folder.file("one.csv", "a,issue\n1,x\n2,x\n3,x\n");
    folder.file(
        "binary.csv",
        [0x7f, b'E', b'L', b'F', 0, 0, 0, 1, 0xff, 0xfe, 0, 0],
    );
    folder.file("other.csv", "colour,shape\nred,round\n");
    folder.file("cut.kubecast", &kept[..kept.len() / 2]);
    for (words, says) in [
        ("train nowhere.csv", "nowhere.csv"),
        ("train empty.csv", "empty.csv"),
        ("train header.csv", "error:"),
        ("train one.csv --target issue", "issue"),
        ("train a.csv --target weather", "weather"),
        (
            "train a.csv --target issue_type --columns weather",
            "weather",
        ),
        ("train binary.csv", "binary.csv"),
        ("predict a.csv a.csv", "a.csv"),
        ("predict cut.kubecast a.csv", "cut.kubecast"),
        ("predict m.kubecast other.csv", "column"),
        ("evaluate m.kubecast other.csv", "column"),
        ("inspect cut.kubecast", "cut.kubecast"),
    ] {
        let out = folder.run(words);
        let said = stderr(&out);
        let code = out.status.code();
        assert!(matches!(code, Some(1 | 2)), "{words}: {code:?} {said}");
        assert!(
            said.lines().any(|line| line.starts_with("error: ")) && said.contains(says),
            "{words}: {said}"
        );
        assert!(said.trim_end().lines().count() >= 3, "no way out: {said}");
    }

    // What stood there before a training that failed still stands.
    folder.fails("train one.csv --target issue --out m.kubecast", 1);
    assert_eq!(std::fs::read(folder.0.join("m.kubecast")).unwrap(), kept);
}

#[test]
fn what_a_training_needs_is_told_before_it_begins_and_what_does_not_fit_is_refused() {
    let folder = Folder::new("estimate");
    folder.ok("simulate --rows 3000 --seed 5 --out a.csv");
    let words = "train a.csv --target issue_type --estimate --threads 2";
    let told: Value = serde_json::from_str(&folder.ok(words)).unwrap();
    let bytes = told["memory_bytes"].as_u64().unwrap();
    // 3,000 rows of two dozen columns as numbers are half a megabyte; a worker's program alone is 16 MB.
    assert!((17 << 20..200 << 20).contains(&bytes), "{told}");
    let secs = told["secs"].as_f64().unwrap();
    assert!(secs > 0.0 && secs < 600.0, "{told}");
    assert_eq!(told["workers"], 2);
    assert_eq!(
        told["probe_rows"], 2250,
        "all training rows of so small a table"
    );
    let more = format!("{words} --trees 2000");
    let more: Value = serde_json::from_str(&folder.ok(&more)).unwrap();
    assert!(more["memory_bytes"].as_u64() > Some(bytes), "{more}");
    // The whole of it does not fit; a training whose table alone does not fit is refused, whether or not it is asked first.
    for words in [
        format!("{words} --memory-limit 10MB"),
        "train a.csv --target issue_type --estimate --memory-limit 100KB".to_owned(),
        "train a.csv --target issue_type --out m.kubecast --memory-limit 100KB".to_owned(),
    ] {
        let said = folder.fails(&words, 1);
        assert!(
            said.contains("more memory than there is"),
            "{words}: {said}"
        );
        assert!(said.contains("fewer"), "a way out: {said}");
    }
    assert!(!folder.0.join("m.kubecast").exists());
    assert!(
        folder
            .fails(&format!("{words} --out m.kubecast"), 2)
            .contains("--out")
    );
    assert!(
        folder
            .fails("train a.csv --memory-limit much", 2)
            .contains("--memory-limit")
    );
}
