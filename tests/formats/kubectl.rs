//! What `kubectl top` and `kubectl events` print.

use super::*;

#[test]
fn kubectl_top() {
    let nodes = "NAME   CPU(cores)   CPU(%)   MEMORY(bytes)   MEMORY(%)\nn1     412m         10%      5321Mi          34%\nn2     <unknown>    <unknown>   <unknown>    <unknown>\n";
    let expected = [
        "node | cpu_cores | cpu_percent | memory_bytes | memory_percent",
        "n1 | 0.412 | 10 | 5579472896 | 34",
        "n2 |  |  |  | ",
    ];
    check(&read(&[("top.txt", nodes)]), &expected);
    check(&read(&[("top.txt", &nodes.replace("(%)", "%"))]), &expected);
    let pods =
        "NAMESPACE NAME CPU(cores) MEMORY(bytes)\nshop api-7c 3m 1Gi\nkube-system dns 1 20Mi\n";
    let later = pods.replace("3m", "5m");
    let both = read_files(
        vec![dated("b.txt", &later, T + 60), dated("a.txt", pods, T)],
        &JoinOptions::default(),
    )
    .expect("a table");
    check(
        &both,
        &[
            "timestamp | namespace | pod | cpu_cores | memory_bytes",
            "2024-03-04T08:30:00 | kube-system | dns | 1 | 20971520",
            "2024-03-04T08:30:00 | shop | api-7c | 0.003 | 1073741824",
            "2024-03-04T08:31:00 | kube-system | dns | 1 | 20971520",
            "2024-03-04T08:31:00 | shop | api-7c | 0.005 | 1073741824",
        ],
    );
    check(
        &read(&[("t.txt", "n1 412m 10% 5321Mi 34%\n")]),
        &[
            "cpu_cores | cpu_percent | memory_bytes | memory_percent",
            "0.412 | 10 | 5579472896 | 34",
        ],
    );
    // What PowerShell writes.
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain(nodes.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let read = read_files(vec![file("top.txt", &wide)], &JoinOptions::default()).expect("a table");
    check(&read, &expected);
}

#[test]
fn kubernetes_events() {
    let text = "NAMESPACE   LAST SEEN                TYPE      REASON    OBJECT       MESSAGE\nshop        3m12s (x9 over 40m)      Warning   BackOff   Pod/api-7c   Back-off restarting failed container\nshop        50s                      Normal    Pulled    Pod/api-7c   Image already present\n            2m                       Warning   NotReady\n";
    let read_at =
        read_files(vec![dated("events.txt", text, T)], &JoinOptions::default()).expect("a table");
    check(
        &read_at,
        &[
            "last_seen | first_seen | namespace | object_kind | object | reason | type | count",
            "2024-03-04T08:26:48 | 2024-03-04T07:50:00 | shop | pod | api-7c | BackOff | Warning | 9",
            "2024-03-04T08:29:10 | 2024-03-04T08:29:10 | shop | pod | api-7c | Pulled | Normal | 1",
        ],
    );
    assert!(has_notice(&read_at, "1 line unlike what kubectl prints"));
    let undated = read(&[("events.txt", &text.replace("   ", " "))]);
    assert_eq!(
        cells(&undated.table.frame)[1],
        "shop | pod | api-7c | BackOff | Warning | 9"
    );
    let json = r#"{"apiVersion":"v1","items":[
        {"apiVersion":"v1","kind":"Event","count":9,"involvedObject":{"kind":"Pod","name":"api-7c","namespace":"shop"},"reason":"BackOff","type":"Warning","firstTimestamp":"2024-03-04T07:50:00Z","lastTimestamp":"2024-03-04T08:26:48Z","message":"x","metadata":{"name":"e1","namespace":"shop"}},
        {"kind":"Event","count":null,"eventTime":"2024-03-04T08:30:00.5Z","involvedObject":{"kind":"Node","name":"n1"},"reason":"Rebooted","type":"Warning","firstTimestamp":null,"lastTimestamp":null,"series":{"count":3,"lastObservedTime":"2024-03-04T08:31:00Z"},"metadata":{"namespace":"default"}}],
        "kind":"List","metadata":{"resourceVersion":""}}"#;
    check(
        &read(&[("events.json", json)]),
        &[
            "last_seen | first_seen | namespace | object_kind | object | reason | type | count",
            "2024-03-04T08:31:00 | 2024-03-04T08:30:00.5 |  | node | n1 | Rebooted | Warning | 3",
            "2024-03-04T08:26:48 | 2024-03-04T07:50:00 | shop | pod | api-7c | BackOff | Warning | 9",
        ],
    );
    let metrics = matrix(&[
        (
            r#""__name__":"cpu","namespace":"shop","pod":"api-7c""#,
            &[(T - 3600, "1"), (T - 240, "1"), (T - 180, "2")],
        ),
        (
            r#""__name__":"cpu","namespace":"shop","pod":"web""#,
            &[(T - 3600, "1"), (T - 240, "3"), (T - 180, "4")],
        ),
    ]);
    let joined = read_files(
        vec![
            dated("events.txt", text, T),
            file("cpu.json", metrics.as_bytes()),
        ],
        &JoinOptions {
            step_secs: Some(60.0),
            ..JoinOptions::default()
        },
    )
    .expect("a table");
    check(
        &joined,
        &[
            "timestamp | pod | cpu | events{reason=\"BackOff\"} | events{reason=\"Pulled\"}",
            "2024-03-04T07:30:00 | api-7c | 1 |  | ",
            "2024-03-04T07:30:00 | web | 1 |  | ",
            "2024-03-04T08:26:00 | api-7c | 1 | 0 | 0",
            "2024-03-04T08:26:00 | web | 3 | 0 | 0",
            "2024-03-04T08:27:00 | api-7c | 2 | 9 | 0",
            "2024-03-04T08:27:00 | web | 4 | 0 | 0",
        ],
    );
}
