//! `kubecast read` of what is no plain CSV: exports, packed files, several files, and what one may say about joining them.
#![cfg(feature = "cli")]

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("kubecast-read-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.0.join(name), content).unwrap();
    }

    /// What the command line writes, and how it read.
    fn read(&self, words: &str) -> (String, Value) {
        let out = Command::new(env!("CARGO_BIN_EXE_kubecast"))
            .current_dir(&self.0)
            .args(["read", "--report", "how.json"])
            .args(words.split(' '))
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{words}: {told}");
        let how = std::fs::read(self.0.join("how.json")).unwrap();
        (
            String::from_utf8(out.stdout).unwrap(),
            serde_json::from_slice(&how).unwrap(),
        )
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn matrix(name: &str, values: &[(u32, &str)]) -> String {
    let values: Vec<String> = values
        .iter()
        .map(|(time, value)| format!("[{time},\"{value}\"]"))
        .collect();
    format!(
        r#"{{"status":"success","data":{{"resultType":"matrix","result":[{{"metric":{{"__name__":"{name}","instance":"n1"}},"values":[{}]}}]}}}}"#,
        values.join(",")
    )
}

#[test]
fn exports_are_read_alone_and_joined() {
    let folder = Folder::new("exports");
    let at = |step: u32| 1_709_541_000 + 60 * step;
    let load = [
        (at(0), "0.5"),
        (at(1), "0.75"),
        (at(2), "0.25"),
        (at(3), "1"),
    ];
    let sent = [
        (at(0), "60"),
        (at(1), "120"),
        (at(2), "180"),
        (at(3), "240"),
    ];
    folder.file("load.json", matrix("load", &load));
    folder.file("sent.json", matrix("bytes_sent_total", &sent));
    let (table, how) = folder.read("load.json");
    assert_eq!(table.lines().count(), 5, "{table}");
    assert_eq!(how["files"][0]["format"], "Prometheus query result");
    assert_eq!(how["rows"], 4);
    let (table, how) = folder.read("load.json sent.json --no-rates bytes_sent_total");
    assert!(table.lines().next().unwrap().contains("load"), "{table}");
    assert!(table.contains("240"), "{table}");
    assert_eq!(how["files"].as_array().unwrap().len(), 2);
    // Another grid has other rows: a header and three cells, since the samples begin in the middle of one.
    let (table, _) = folder.read("load.json sent.json --step 120");
    assert_eq!(table.lines().count(), 4, "{table}");
}

#[test]
fn what_kubectl_prints_is_read() {
    let folder = Folder::new("kubectl");
    folder.file(
        "top.txt",
        "NAME   CPU(cores)   CPU%   MEMORY(bytes)   MEMORY%\nn1     412m         10%    5321Mi          34%\nn2     90m          2%     12Mi            1%\n",
    );
    let (table, how) = folder.read("top.txt");
    assert!(table.contains("0.412"), "{table}");
    assert_eq!(how["files"][0]["format"], "kubectl top");
}

#[test]
fn packed_files_are_read_typed_and_as_text() {
    let folder = Folder::new("packed");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"t;x\na;1,50\nb;2,25\n").unwrap();
    folder.file("a.csv.gz", packed.finish().unwrap());
    assert_eq!(folder.read("a.csv.gz").0, "t,x\na,1.5\nb,2.25\n");
    let (raw, how) = folder.read("a.csv.gz --raw");
    assert_eq!(raw, "t,x\na,\"1,50\"\nb,\"2,25\"\n");
    assert_eq!(how["files"].as_array().unwrap().len(), 0);
}

#[test]
fn what_is_repaired_is_told_of_each_of_several_files() {
    let folder = Folder::new("several");
    folder.file("a.csv", "t,x,y\na,1,2\nb,3,4\nc,5,6\n");
    folder.file("b.csv", "t,x,y\nd,1,2\ne,3\nf,5,6\n");
    let (table, how) = folder.read("a.csv b.csv");
    assert_eq!(table.lines().count(), 7);
    assert_eq!(how["files"][0]["repaired"].as_array().unwrap().len(), 0);
    assert_eq!(how["files"][1]["repaired"][0]["line"], 3);
}

#[test]
fn odd_signs_are_told_and_may_be_said() {
    let folder = Folder::new("odd");
    folder.file("a.txt", "a->b->c\n1->2->3\n4->5->6\n");
    let (table, how) = folder.read("a.txt");
    assert_eq!(table, "a,b,c\n1,2,3\n4,5,6\n");
    assert_eq!(how["delimiter"], "->");
    let (table, how) = folder.read("a.txt --delimiter >");
    assert_eq!(table.lines().nth(1), Some("1-,2-,3"), "{table}");
    assert_eq!(
        (&how["delimiter"], &how["sure"]["delimiter"]),
        (&">".into(), &1.0.into())
    );
    folder.file("b.csv", "a,b\n\"x ^\"y^\"\",1\n");
    let (table, how) = folder.read("b.csv --escape ^");
    assert_eq!(table, "a,b\n\"x \"\"y\"\"\",1\n");
    assert_eq!(how["escape"], "^");
    folder.file("c.csv", "\"a,b,c\"\n\"1,2,\"\"x, y\"\"\"\n");
    assert_eq!(folder.read("c.csv").0, "a,b,c\n1,2,\"x, y\"\n");
    let raw = folder.read("c.csv --raw --quote \"").0;
    assert_eq!(raw.lines().next(), Some("\"a,b,c\""));
    folder.file("d.csv", "day,x\n03/04/2026,1\n05/06/2026,2\n");
    let (table, how) = folder.read("d.csv --dates day-first");
    assert!(table.contains("2026-04-03"), "{table}");
    assert_eq!(how["date_order"], "day-first");
}

#[test]
fn each_of_several_files_may_be_said_how_to_read() {
    let folder = Folder::new("each");
    folder.file(
        "plain.csv",
        "time,cpu\n2024-03-04T08:30:00Z,1.5\n2024-03-04T08:31:00Z,2.5\n",
    );
    folder.file(
        "werte.csv",
        "time;memory\n04.03.2024 09:30;1,25\n04.03.2024 09:31;2,75\n",
    );
    let (table, how) = folder.read("plain.csv werte.csv --for werte.csv,offset=+01:00");
    assert_eq!(
        table,
        "timestamp,cpu,memory\n2024-03-04T08:30:00,1.5,1.25\n2024-03-04T08:31:00,2.5,2.75\n"
    );
    let [plain, werte] = [&how["files"][0], &how["files"][1]];
    assert_eq!(
        (&plain["delimiter"], &plain["decimal"]),
        (&",".into(), &".".into())
    );
    assert_eq!(
        (&werte["delimiter"], &werte["decimal"]),
        (&";".into(), &",".into())
    );
    assert_eq!(
        (&plain["offset"], &werte["offset"]),
        (&"".into(), &"+01:00".into())
    );
    assert_eq!(werte["sure"]["offset"], 1.0);
    // What is said of one file goes before what is said of all, and leaves the others as they are.
    let words =
        "plain.csv werte.csv --delimiter , --for werte.csv,delimiter=; --for werte.csv,offset=1";
    assert_eq!(folder.read(words).0, table);
    let refused = Command::new(env!("CARGO_BIN_EXE_kubecast"))
        .current_dir(&folder.0)
        .args(["read", "plain.csv", "--for", "other.csv,decimal=,"])
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(
        told.contains("--for other.csv is about no file that is read"),
        "{told}"
    );
}

#[test]
fn times_without_a_zone_are_utc_until_it_is_said_what_they_are() {
    let folder = Folder::new("offset");
    let local = "time,cpu\n2024-03-04 08:30:00,1\n2024-03-04 08:31:00,2\n";
    folder.file("local.csv", local);
    folder.file("zoned.csv", local.replace(":00,", ":00Z,"));
    let (table, how) = folder.read("local.csv");
    assert!(table.contains("2024-03-04T08:30:00"), "{table}");
    assert_eq!(
        (&how["offset"], &how["sure"]["offset"]),
        (&"UTC".into(), &0.5.into())
    );
    for (offset, first) in [
        ("+01:00", "2024-03-04T07:30:00"),
        ("-05:30", "2024-03-04T14:00:00"),
        ("+14", "2024-03-03T18:30:00"),
    ] {
        let (table, how) = folder.read(&format!("local.csv --offset {offset}"));
        assert!(table.contains(first), "{offset}: {table}");
        assert_eq!(how["sure"]["offset"], 1.0);
        // Whoever names a zone means it.
        let (table, how) = folder.read(&format!("zoned.csv --offset {offset}"));
        assert!(table.contains("2024-03-04T08:30:00"), "{table}");
        assert_eq!(how["offset"], "");
    }
    let told = |how: &Value| {
        let notices = how["notices"].as_array().unwrap();
        let is_of_zone = |n: &&Value| n["title"] == "The times of local.csv have no zone";
        notices.iter().filter(is_of_zone).count()
    };
    // Stacked, since the columns are the same.
    assert_eq!(told(&folder.read("local.csv zoned.csv").1), 1);
    let (table, how) = folder.read("local.csv zoned.csv --offset +01:00");
    assert_eq!(told(&how), 0);
    assert!(
        table.contains("07:30:00") && table.contains("08:30:00"),
        "{table}"
    );
}
