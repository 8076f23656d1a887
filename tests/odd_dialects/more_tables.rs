//! What the tables hold: other letters, what clusters print.

use super::*;

/// Words that are written with other letters than Latin ones.
pub fn cyrillic() -> (Row, Vec<Row>) {
    let header = ["время", "узел", "загрузка", "состояние"];
    let row = |i: usize| {
        vec![
            format!("2026-01-01T{:02}:{:02}:00Z", i / 60, i % 60),
            format!("узел-{}", i % 5),
            format!("0.{:03}", (i * 379) % 1000),
            ["норма", "сбой, сеть", "переполнение"][i % 3].to_owned(),
        ]
    };
    (
        header.map(str::to_owned).to_vec(),
        (0..40).map(row).collect(),
    )
}

/// What clusters print: labels, addresses, paths, images, shares, ages, offsets, JSON.
pub fn pods() -> (Row, Vec<Row>) {
    let header = [
        "observed_at",
        "namespace/pod",
        "ip",
        "labels",
        "image",
        "cpu%",
        "mem",
        "age",
        "args",
        "last_state",
    ];
    let row = |i: usize| {
        vec![
            format!(
                "2026-03-{:02}T{:02}:{:02}:30+02:00",
                1 + i / 24,
                i % 24,
                (i * 7) % 60
            ),
            format!(
                "{}/web-{:x}-{}",
                ["prod", "stage"][i % 2],
                0x5f3a + i * 977,
                i % 7
            ),
            format!("10.0.{}.{}", i % 4, 10 + i),
            format!("app=web,tier={},rev={}", ["front", "back"][i % 2], i % 3),
            format!("registry.example/team/web:v1.{}.{}", i % 5, i),
            format!("{}.{}%", (i * 13) % 97, i % 10),
            format!("{}Mi", 64 + (i * 31) % 900),
            format!("{}d{}h", i % 30, i % 24),
            ["--port=80 --log=/var/log/a.log", "", "-c \"sleep 5; run\""][i % 3].to_owned(),
            [
                "",
                "{\"exitCode\":137,\"reason\":\"OOMKilled\"}",
                "Error: it's gone",
                "<none>",
            ][i % 4]
                .to_owned(),
        ]
    };
    (
        header.map(str::to_owned).to_vec(),
        (0..36).map(row).collect(),
    )
}
