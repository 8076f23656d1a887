//! Compressed files: what is in them is read as if it were not packed, and what is damaged or a bomb is refused in bounded
//! time and memory.

use std::borrow::Cow;
use std::io::Write;
use std::time::Instant;

use kubecast::data::Notice;
use kubecast::ingest::{
    Format, IngestError, InputFile, JoinOptions, TableRead, read_csv, read_files,
};
use miniz_oxide::deflate::compress_to_vec;

const CSV: &str = "pod,cpu,issue\na,0.5,None\nb,0.9,oom\n";

fn read(name: &str, bytes: &[u8]) -> Result<TableRead, IngestError> {
    let file = InputFile {
        name: name.to_owned(),
        bytes: Cow::Borrowed(bytes),
        modified_secs: None,
    };
    read_files(vec![file], &JoinOptions::default())
}

fn refused(name: &str, bytes: &[u8]) -> String {
    let error = read(name, bytes)
        .map(|r| r.table.rows)
        .expect_err("a refusal");
    assert!(error.hint().ends_with('.'), "{error}");
    error.to_string()
}

/// The check sum, the slow obvious way.
fn crc(bytes: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3];
    out.extend_from_slice(b"name.csv\0");
    out.extend(compress_to_vec(bytes, 6));
    out.extend(crc(bytes).to_le_bytes());
    out.extend((bytes.len() as u32).to_le_bytes());
    out
}

/// An archive; of each entry its name, its bytes and whether they are compressed.
fn zip(entries: &[(&str, &[u8], bool)]) -> Vec<u8> {
    let (mut out, mut contents) = (Vec::new(), Vec::new());
    for (name, bytes, is_deflated) in entries {
        let packed = if *is_deflated {
            compress_to_vec(bytes, 6)
        } else {
            bytes.to_vec()
        };
        let offset = out.len() as u32;
        let method = if *is_deflated { 8_u16 } else { 0 };
        let mut head = Vec::new();
        for x in [20, 0, method, 0, 0] {
            head.extend(x.to_le_bytes());
        }
        for x in [crc(bytes), packed.len() as u32, bytes.len() as u32] {
            head.extend(x.to_le_bytes());
        }
        head.extend((name.len() as u16).to_le_bytes());
        head.extend(0_u16.to_le_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&head);
        out.extend(name.as_bytes());
        out.extend(&packed);
        contents.extend(b"PK\x01\x02\x14\x00");
        contents.extend(&head);
        contents.extend([0; 10]);
        contents.extend(offset.to_le_bytes());
        contents.extend(name.as_bytes());
    }
    let at = out.len() as u32;
    out.extend(&contents);
    out.extend(b"PK\x05\x06\0\0\0\0");
    for x in [entries.len() as u16, entries.len() as u16] {
        out.extend(x.to_le_bytes());
    }
    out.extend((contents.len() as u32).to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend(0_u16.to_le_bytes());
    out
}

/// Overwrites bytes that count from the archive's first central entry.
fn in_contents(archive: &[u8], offset: usize, bytes: &[u8]) -> Vec<u8> {
    let mut out = archive.to_vec();
    let at = archive
        .windows(4)
        .position(|w| w == b"PK\x01\x02")
        .expect("an entry")
        + offset;
    out[at..at + bytes.len()].copy_from_slice(bytes);
    out
}

#[test]
fn gzip_is_the_file_within() {
    let plain = read_csv("pods.csv", CSV.as_bytes()).expect("a table");
    let one = read("pods.csv.gz", &gzip(CSV.as_bytes())).expect("a table");
    assert_eq!(one.table.frame, plain.frame);
    assert_eq!(
        (one.files[0].name.as_str(), one.files[0].bytes),
        ("pods.csv", CSV.len() as u64)
    );
    // Several members are one file.
    let (head, tail) = CSV.as_bytes().split_at(20);
    let mut members = [gzip(head), gzip(b""), gzip(tail)].concat();
    assert_eq!(
        read("pods.csv.gz", &members).expect("a table").table.frame,
        plain.frame
    );
    members.extend([0; 512]);
    let padded = read("pods.csv.gz", &members).expect("a table");
    assert_eq!(padded.table.frame, plain.frame);
    assert!(padded.table.notices.is_empty() || padded.join.is_none());
    // What is larger than the window.
    let mut long = String::from("a,b\n");
    for row in 0..100_000_u64 {
        long.push_str(&format!(
            "{row},{}\n",
            row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40
        ));
    }
    let packed = gzip(long.as_bytes());
    let expected = read_csv("long.csv", long.as_bytes()).expect("a table");
    assert_eq!(
        read("long.csv.gz", &packed).expect("a table").table.frame,
        expected.frame
    );
}

#[test]
fn damaged_gzip_is_refused_in_words() {
    let good = gzip(CSV.as_bytes());
    for len in 4..good.len() {
        let words = refused("a.csv.gz", &good[..len]);
        assert!(
            words.contains("cannot be unpacked") || words.contains("empty"),
            "{len}: {words}"
        );
    }
    // Of a block's first byte some bits may be padding.
    let body = 10 + "name.csv\0".len();
    for at in body + 1..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        assert!(read("a.csv.gz", &bad).is_err(), "byte {at}");
    }
    assert!(refused("a.csv.gz", &[&gzip(b"")[..], b"rest"].concat()).contains("empty"));
}

#[test]
fn a_bomb_is_refused_soon() {
    let zeros = vec![b'0'; 200 << 20];
    let bomb = gzip(&zeros);
    let archive = zip(&[("zeros.csv", &zeros, true)]);
    drop(zeros);
    let lines = gzip(&b"a,b\n1,2\n".repeat(16 << 20));
    #[expect(
        clippy::disallowed_methods,
        reason = "how long it takes is what is tested"
    )]
    let begun = Instant::now();
    for (name, bytes) in [
        ("bomb.gz", &bomb),
        ("bomb.zip", &archive),
        ("lines.csv.gz", &lines),
    ] {
        assert!(bytes.len() < 1 << 20);
        let error = read(name, bytes).map(|r| r.table.rows).expect_err("a bomb");
        let is_bounded = matches!(error, IngestError::Bomb { inflated, .. } if inflated <= (200 * bytes.len() as u64).max(32 << 20) + (64 << 10));
        // A line of a million zeros is refused before it is known to be a bomb.
        assert!(
            is_bounded || matches!(error, IngestError::CellTooLong { .. }),
            "{name}: {error}"
        );
    }
    assert!(begun.elapsed().as_secs() < 10);
    // A zip within a zip is no table.
    let nested = zip(&[("inner.zip", &archive, false)]);
    assert!(matches!(
        read("outer.zip", &nested),
        Err(IngestError::Foreign { .. })
    ));
}

#[test]
fn an_archive_is_its_files() {
    let a = "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},\"values\":[[1709541000,\"1\"],[1709541060,\"2\"]]}]}}";
    let b = a.replace("\"1\"", "\"3\"").replace("\"2\"", "\"4\"");
    let archive = zip(&[
        ("export/", b"", false),
        ("export/../../cpu.json", a.as_bytes(), true),
        ("__MACOSX/export/._cpu.json", b"junk", false),
        ("C:\\export\\memory.json", b.as_bytes(), false),
        ("export/.DS_Store", b"junk", false),
    ]);
    let read_all = read("export.zip", &archive).expect("a table");
    let names: Vec<&str> = read_all.files.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["cpu.json", "memory.json"]);
    assert_eq!(read_all.files[0].recognised.format, Format::PrometheusJson);
    let columns: Vec<&str> = read_all
        .table
        .frame
        .columns()
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    assert_eq!(columns, ["timestamp", "cpu", "memory"]);
    assert_eq!(read_all.table.frame.rows(), 2);
    let noted = zip(&[
        ("README.txt", b"This archive holds what was asked for.\nIt was made by hand, on a Monday.\nSee the other file.\n", true),
        ("a.csv", CSV.as_bytes(), true),
        ("plot.png", b"\x89PNG\r\n\x1a\n\0\0", false),
    ]);
    let noted = read("noted.zip", &noted).expect("a table");
    assert_eq!((noted.files.len(), noted.table.rows), (1, 2));
    let left_out = |n: &Notice| n.title().ends_with("was left out");
    assert_eq!(
        noted.table.notices.iter().filter(|n| left_out(n)).count(),
        2
    );
    let stacked = zip(&[
        ("a.csv", CSV.as_bytes(), true),
        ("b.csv", CSV.as_bytes(), true),
    ]);
    assert_eq!(read("two.zip", &stacked).expect("a table").table.rows, 4);
}

#[test]
fn hostile_archives_are_refused_in_words() {
    let good = zip(&[
        ("a.csv", CSV.as_bytes(), true),
        ("b.csv", CSV.as_bytes(), true),
    ]);
    assert!(read("good.zip", &good).is_ok());
    for len in (4..good.len()).step_by(3) {
        assert!(read("cut.zip", &good[..len]).is_err(), "{len}");
    }
    for (what, bad) in [
        ("overlap", {
            // The second entry stands where the first does.
            let second = good
                .windows(4)
                .rposition(|w| w == b"PK\x01\x02")
                .expect("an entry");
            let mut bad = good.clone();
            bad[second + 42..second + 46].fill(0);
            bad
        }),
        ("encrypted", in_contents(&good, 8, &[1])),
        ("another method", in_contents(&good, 10, &[12])),
        ("zip64", in_contents(&good, 24, &[0xff; 4])),
        ("outside", in_contents(&good, 42, &[0xf0, 0xff, 0xff, 0x7f])),
        (
            "lies outside",
            in_contents(&good, 20, &[0xff, 0xff, 0xff, 0x7f]),
        ),
        (
            "check sum or size",
            in_contents(&good, 24, &[0xff, 0xff, 0xff, 0x7f]),
        ),
        ("check sum or size", in_contents(&good, 16, &[1, 2, 3, 4])),
        ("no file", zip(&[("folder/", b"", false)])),
        ("no file", zip(&[])),
        (
            "spreadsheet",
            zip(&[
                ("[Content_Types].xml", b"<x/>", true),
                ("xl/sheet1.xml", b"<x/>", true),
            ]),
        ),
    ] {
        let words = refused("bad.zip", &bad);
        assert!(words.contains(what), "{what}: {words}");
    }
    // Sixty thousand files of nothing are refused before any is read.
    let many: Vec<(&str, &[u8], bool)> = vec![("a.csv", b"", false); 60_000];
    assert!(refused("many.zip", &zip(&many)).contains("more than"));
    // Every single byte of the table of contents and the local headers may be anything.
    for at in 0..good.len() {
        for value in [0, 0xff, good[at] ^ 1] {
            let mut bad = good.clone();
            bad[at] = value;
            drop(read("fuzz.zip", &bad));
        }
    }
}

#[test]
fn the_slow_check_sum_is_the_standard_one() {
    let mut text = Vec::new();
    text.write_all(b"123456789").expect("memory");
    assert_eq!(crc(&text), 0xcbf4_3926);
}
