//! A look at the whole table, through the session, against the slow and obvious way.

use kubecast::protocol::{DataProfile, Event, FileHead, Request, SimulateSpec};
use kubecast::session::Session;

fn ask(session: &mut Session, request: Request, files: Vec<Vec<u8>>) -> Event {
    session.submit(1, request, files);
    let mut done = 0.0;
    loop {
        for reply in session.work(0.0) {
            match reply.event {
                Event::Progress { done: share, .. } => {
                    assert!(share >= done, "progress fell");
                    done = share;
                }
                event => return event,
            }
        }
        assert!(session.has_work());
    }
}

fn load(text: &str) -> Session {
    let mut session = Session::in_place();
    let files = vec![FileHead {
        name: "t.csv".to_owned(),
        bytes: text.len() as u64,
        modified_secs: None,
    }];
    let request = Request::Load {
        files,
        reading: None,
    };
    let event = ask(&mut session, request, vec![text.as_bytes().to_vec()]);
    assert!(matches!(event, Event::Data(_)), "{event:?}");
    session
}

fn profile(session: &mut Session, target: &str) -> DataProfile {
    let request = Request::Profile {
        target: target.to_owned(),
    };
    match ask(session, request, Vec::new()) {
        Event::Profiled(profile) => *profile,
        other => panic!("{other:?}"),
    }
}

fn profile_of(text: &str, target: &str) -> DataProfile {
    profile(&mut load(text), target)
}

/// A number from 0 to 1 that hangs on nothing but its place.
fn noise(i: u64) -> f64 {
    let mut z = i.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z >> 40) as f64 / (1u64 << 24) as f64
}

#[test]
fn columns_missing_in_the_same_rows_are_one_group() {
    // a and b are missing together in the first quarter; c in each seventh row; `None` is a class in the target.
    let mut text = String::from("a,b,c,d,issue\n");
    for i in 0..400_u32 {
        let ab = if i < 100 {
            ",".to_owned()
        } else {
            format!("{},{}", i, i * i % 91)
        };
        let c = if i % 7 == 0 {
            String::new()
        } else {
            format!("{}", i % 13)
        };
        let issue = if i % 4 == 0 { "oom" } else { "None" };
        text.push_str(&format!("{ab},{c},{},{issue}\n", i % 17));
    }
    let missing = profile_of(&text, "issue").missing;
    assert_eq!((missing.columns, missing.left_out), (3, 0));
    let groups: Vec<(Vec<&str>, u64)> = missing
        .groups
        .iter()
        .map(|g| (g.columns.iter().map(String::as_str).collect(), g.missing))
        .collect();
    assert_eq!(groups, [(vec!["a", "b"], 100), (vec!["c"], 58)]);
    // Row by row: which of the two are missing.
    let rows = |ab: bool, c: bool| {
        (0..400)
            .filter(|i| (*i < 100, i % 7 == 0) == (ab, c))
            .count() as u64
    };
    let patterns: Vec<(&[u32], u64)> = missing
        .patterns
        .iter()
        .map(|p| (p.groups.as_slice(), p.rows))
        .collect();
    assert_eq!(
        patterns,
        [
            (&[0][..], rows(true, false)),
            (&[1][..], rows(false, true)),
            (&[0, 1][..], rows(true, true)),
        ]
    );
    assert_eq!(missing.complete, rows(false, false));
    assert_eq!((missing.other_patterns, missing.other_rows), (0, 0));
    // A quarter of the table, and no more.
    let course = &missing.groups[0].course;
    assert_eq!(course.len(), 60);
    assert!(course[..15].iter().all(|&share| share == 1.0), "{course:?}");
    assert!(course[15..].iter().all(|&share| share == 0.0), "{course:?}");
    // Without a target `None` is a missing cell.
    let missing = profile_of(&text, "").missing;
    assert_eq!(missing.columns, 4);
    assert_eq!(missing.groups[0].columns, ["issue"]);
}

/// Ranks by counting: how many are smaller, and half of those that are equal.
fn ranks(values: &[f64]) -> Vec<f64> {
    let of = |x: f64| {
        let below = values.iter().filter(|&&y| y < x).count() as f64;
        let equal = values.iter().filter(|&&y| y == x).count() as f64;
        below + (equal + 1.0) / 2.0
    };
    values.iter().map(|&x| of(x)).collect()
}

fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        a.iter().zip(b).map(|(&a, &b)| f(a - ma, b - mb)).sum()
    };
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

#[test]
fn correlation_is_that_of_the_ranks() {
    let rows = 500;
    let columns: [Vec<f64>; 3] = [
        (0..rows).map(noise).collect(),
        (0..rows)
            .map(|i| libm::exp(noise(i) * 6.0) + noise(i + 9_000))
            .collect(),
        (0..rows)
            .map(|i| ((1.0 - noise(i)) * 5.0 + 3.0 * noise(i + 77_000)).floor())
            .collect(),
    ];
    let mut text = String::from("x,y,z,kind\n");
    for i in 0..rows as usize {
        let kind = ["a", "b"][i % 2];
        text.push_str(&format!(
            "{},{},{},{kind}\n",
            columns[0][i], columns[1][i], columns[2][i]
        ));
    }
    let found = profile_of(&text, "kind").correlation.unwrap();
    assert_eq!((found.rows, found.compared, found.left_out), (rows, 3, 0));
    assert_eq!(found.columns, ["x", "y", "z"]);
    let ranked: Vec<Vec<f64>> = columns.iter().map(|c| ranks(c)).collect();
    for i in 0..3 {
        for j in 0..3 {
            let expected = pearson(&ranked[i], &ranked[j]);
            let got = found.matrix[i * 3 + j].unwrap();
            assert!((got - expected).abs() < 1e-12, "{i} {j}: {got} {expected}");
        }
    }
    let strongest = &found.pairs[0];
    assert_eq!((strongest.a.as_str(), strongest.b.as_str()), ("x", "y"));
    assert!(
        found
            .pairs
            .windows(2)
            .all(|p| p[0].rank.abs() >= p[1].rank.abs())
    );
    // A column that does not vary has none.
    let constant = profile_of("x,y,k\n1,5,a\n2,5,b\n3,5,a\n4,5,b\n", "k");
    assert!(constant.correlation.is_none());
}

#[test]
fn a_pair_is_judged_where_both_have_a_value() {
    let mut text = String::from("x,y,kind\n");
    let mut both = (Vec::new(), Vec::new());
    for i in 0..300_u64 {
        let (x, y) = (noise(i), noise(i) + 0.4 * noise(i + 5_000));
        let (no_x, no_y) = (i % 5 == 0, i % 3 == 0);
        let cell = |no: bool, v: f64| if no { String::new() } else { v.to_string() };
        text.push_str(&format!(
            "{},{},{}\n",
            cell(no_x, x),
            cell(no_y, y),
            ["a", "b"][i as usize % 2]
        ));
        if !no_x && !no_y {
            both.0.push(x);
            both.1.push(y);
        }
    }
    let found = profile_of(&text, "kind").correlation.unwrap();
    let pair = &found.pairs[0];
    assert_eq!(pair.rows, both.0.len() as u64);
    // Ranked among the values of each column, not anew for the pair: near it, not equal.
    let expected = pearson(&ranks(&both.0), &ranks(&both.1));
    assert!(
        (pair.rank - expected).abs() < 0.02,
        "{} {expected}",
        pair.rank
    );
}

#[test]
fn classes_are_spread_as_their_values_are() {
    let mut text = String::from("load,flat,issue\n");
    let mut of = [Vec::new(), Vec::new()];
    for i in 0..900_u64 {
        let sick = i % 9 == 0;
        let load = noise(i) * 10.0 + if sick { 50.0 } else { 0.0 };
        of[usize::from(sick)].push(load);
        let issue = if sick { "oom" } else { "None" };
        text.push_str(&format!("{load},{},{issue}\n", noise(i + 1_000_000)));
    }
    let found = profile_of(&text, "issue").by_class.unwrap();
    let classes: Vec<_> = found
        .classes
        .iter()
        .map(|c| (c.class.as_str(), c.rows, c.seen))
        .collect();
    assert_eq!(classes, [("None", 800, 800), ("oom", 100, 100)]);
    assert_eq!((found.left_out, found.columns.len()), (0, 2));
    let load = &found.columns[0];
    assert_eq!(load.name, "load");
    // By ranks: eta squared of two groups that do not overlap, from its definition.
    let all: Vec<f64> = of.iter().flatten().copied().collect();
    let ranked = ranks(&all);
    let mean = (all.len() as f64 + 1.0) / 2.0;
    let total: f64 = ranked.iter().map(|r| (r - mean).powi(2)).sum();
    let (healthy, sick) = ranked.split_at(800);
    let between: f64 = [healthy, sick]
        .iter()
        .map(|g| {
            let own = g.iter().sum::<f64>() / g.len() as f64;
            g.len() as f64 * (own - mean).powi(2)
        })
        .sum();
    assert!(
        (load.apart - between / total).abs() < 1e-12,
        "{}",
        load.apart
    );
    assert!(found.columns[1].apart < 0.02);
    for (spread, values) in load.spreads.iter().zip(&mut of) {
        values.sort_by(f64::total_cmp);
        let spread = spread.as_ref().unwrap();
        assert_eq!(spread.values, values.len() as u64);
        for (at, share) in spread.at.iter().zip([0.05, 0.25, 0.5, 0.75, 0.95]) {
            let place = share * (values.len() - 1) as f64;
            let (low, part) = (place.floor() as usize, place.fract());
            let high = values[(low + 1).min(values.len() - 1)];
            let expected = values[low] + part * (high - values[low]);
            assert!((at - expected).abs() < 1e-9, "{at} {expected}");
        }
    }
}

/// Cramer's V squared by its definition, over the lines of a table of counts.
fn cramer(lines: &[Vec<u64>]) -> f64 {
    let classes = lines[0].len();
    let all: u64 = lines.iter().flatten().sum();
    let mut chi = 0.0;
    for line in lines {
        for class in 0..classes {
            let of_class: u64 = lines.iter().map(|l| l[class]).sum();
            let expected = (line.iter().sum::<u64>() * of_class) as f64 / all as f64;
            chi += (line[class] as f64 - expected).powi(2) / expected;
        }
    }
    chi / (all * (lines.len().min(classes) as u64 - 1)) as f64
}

#[test]
fn names_are_counted_by_class() {
    // The zone hangs on the class, the pod does not; of names that stand once there is nothing to say.
    let mut text = String::from("zone,pod,id,up,load,issue\n");
    let mut rows = Vec::new();
    for i in 0..900_u64 {
        let issue = usize::from(i % 9 == 0) + usize::from(i % 45 == 0);
        let zone = match noise(i) {
            x if x < 0.05 => "",
            x if x < 0.1 => "None",
            x if issue > 0 && x < 0.7 => "us-1",
            x => ["eu-1", "eu-2", "us-1"][(x * 1e4) as usize % 3],
        };
        let pod = format!("pod-{}", (noise(i + 50_000) * 11.0) as u32);
        let up = ["yes", "no"][usize::from(noise(i + 90_000) < 0.3)];
        let class = ["None", "oom", "disk"][issue];
        text.push_str(&format!(
            "{zone},{pod},unit {i} of all,{up},{i}.5,{class}\n"
        ));
        rows.push((zone, pod, issue));
    }
    let found = profile_of(&text, "issue").by_class.unwrap();
    let classes: Vec<_> = found
        .classes
        .iter()
        .map(|c| (c.class.as_str(), c.rows))
        .collect();
    assert_eq!(classes, [("None", 800), ("oom", 80), ("disk", 20)]);
    let counted = |is_it: &dyn Fn(&(&str, String, usize)) -> bool| -> Vec<u64> {
        let of = |class: usize| {
            rows.iter()
                .filter(|row| row.2 == class && is_it(row))
                .count() as u64
        };
        (0..3).map(of).collect()
    };
    let zone = &found.named[0];
    assert_eq!(zone.name, "zone", "it differs most");
    assert_eq!(zone.other_names, 0);
    assert_eq!(zone.others, [0, 0, 0]);
    assert_eq!(zone.missing, counted(&|row| ["", "None"].contains(&row.0)));
    let mut names: Vec<&str> = zone.names.iter().map(|of| of.name.as_str()).collect();
    for of in &zone.names {
        assert_eq!(of.of_class, counted(&|row| row.0 == of.name), "{}", of.name);
    }
    let sums: Vec<u64> = zone
        .names
        .iter()
        .map(|of| of.of_class.iter().sum())
        .collect();
    assert!(sums.is_sorted_by(|a, b| a >= b), "{sums:?}");
    names.sort_unstable();
    assert_eq!(names, ["eu-1", "eu-2", "us-1"]);
    let lines: Vec<Vec<u64>> = zone.names.iter().map(|of| of.of_class.clone()).collect();
    assert!(
        (zone.apart - cramer(&lines)).abs() < 1e-12,
        "{}",
        zone.apart
    );

    // Eleven names, of which eight are told.
    let pod = found.named.iter().find(|of| of.name == "pod").unwrap();
    assert_eq!((pod.names.len(), pod.other_names), (8, 3));
    let told: Vec<&str> = pod.names.iter().map(|of| of.name.as_str()).collect();
    assert_eq!(pod.others, counted(&|row| !told.contains(&row.1.as_str())));
    let mut lines: Vec<Vec<u64>> = pod.names.iter().map(|of| of.of_class.clone()).collect();
    lines.push(pod.others.clone());
    assert!((pod.apart - cramer(&lines)).abs() < 1e-12 && pod.apart < zone.apart);
    assert!(
        found
            .named
            .iter()
            .all(|of| of.name != "id" && of.name != "issue")
    );
    // What it says survives the way to the page.
    let text = kubecast::json::to_text(&found);
    assert_eq!(kubecast::json::of_text(text.as_bytes()), Ok(found));
}

#[test]
fn steps_gaps_resets_and_repeats_are_found() {
    let mut text = String::from("time,pod,requests_total,cpu,issue\n");
    for pod in 0..3 {
        let mut total = 0;
        for minute in 0..120 {
            // b stops for half an hour, and counts from 0 again after it; c falls three times.
            if pod == 1 && (40..70).contains(&minute) {
                continue;
            }
            if (pod == 1 && minute == 70) || (pod == 2 && minute % 40 == 39) {
                total = 0;
            }
            total += 5 + minute % 3;
            text.push_str(&format!(
                "2024-03-04T{:02}:{:02}:00Z,{},{total},{},{}\n",
                8 + minute / 60,
                minute % 60,
                ["a", "b", "c"][pod],
                (minute * 7 + pod as i32) % 23,
                ["None", "oom"][usize::from(minute % 10 == 0)],
            ));
        }
    }
    // Twice the same row, and once the same instant with another value.
    let last = text.lines().last().unwrap().to_owned();
    text.push_str(&format!("{last}\n2024-03-04T08:00:00Z,a,5,99,None\n"));
    let profile = profile_of(&text, "issue");
    assert_eq!(
        (profile.repeated, profile.repeated_first.clone()),
        (1, vec![330])
    );
    let series = profile.series.unwrap();
    assert_eq!((series.time.as_str(), series.counted), ("time", false));
    assert_eq!(series.entity, ["pod"]);
    assert_eq!((series.entities, series.step_secs), (3, 60.0));
    assert_eq!(series.steps, [(60.0, 326), (1860.0, 1)]);
    assert_eq!((series.all_steps, series.gaps), (327, 1));
    assert_eq!((series.duplicates, series.backwards), (2, 1));
    let longest = &series.lines[0];
    assert_eq!((longest.name.as_str(), longest.rows), ("b", 90));
    assert_eq!((longest.gaps, longest.longest_secs), (1, 1860.0));
    assert_eq!(longest.longest_at, "2024-03-04T08:39:00");
    assert_eq!(series.lines.len(), 3);
    assert_eq!(series.counters.len(), 1);
    let counter = &series.counters[0];
    assert_eq!(counter.name, "requests_total");
    // The row that comes late at the first instant is 5, as the first is: no fall.
    assert_eq!((counter.resets, counter.entities), (4, 2));
    assert_eq!((counter.most.as_str(), counter.most_resets), ("c", 3));
}

#[test]
fn any_table_has_a_profile() {
    for (text, target) in [
        ("a\n1\n", ""),
        ("a,b\n,\n,\n", "a"),
        ("a,b\nx,y\n", "b"),
        ("a,b\n1,1e308\n2,-1e308\n3,1e308\n4,-1e308\n", "a"),
        ("t,v\n1,2\n1,2\n1,2\n", "no such column"),
        ("time,x\n2024-01-01,1\n2024-01-01,1\n,\n", "x"),
    ] {
        let profile = profile_of(text, target);
        let numbers = profile
            .correlation
            .iter()
            .flat_map(|c| c.matrix.iter().flatten());
        assert!(numbers.clone().all(|x| x.abs() <= 1.0), "{text}");
        for column in profile.by_class.iter().flat_map(|c| &c.columns) {
            let spreads = column.spreads.iter().flatten();
            assert!(
                spreads.flat_map(|s| &s.at).all(|x| x.is_finite()),
                "{text}: {column:?}"
            );
        }
    }
}

#[test]
fn the_sample_says_the_same_twice() {
    let of = || {
        let mut session = Session::in_place();
        let spec = SimulateSpec {
            num_samples: 3000,
            ..SimulateSpec::default()
        };
        let request = Request::Simulate {
            spec: Box::new(spec),
            sample: true,
        };
        let Event::Data(data) = ask(&mut session, request, Vec::new()) else {
            panic!("no data")
        };
        let target = data.target.unwrap().column;
        profile(&mut session, &target)
    };
    let first = of();
    assert_eq!(first, of());
    assert!(first.by_class.unwrap().columns[0].apart > 0.1);
    assert!(first.series.unwrap().entities > 1);
}

#[test]
fn a_profile_needs_data() {
    let mut session = Session::in_place();
    let request = Request::Profile {
        target: String::new(),
    };
    assert!(matches!(
        ask(&mut session, request, Vec::new()),
        Event::Failed { .. }
    ));
}
