use super::*;
use crate::prepare::blocks::finite;
use crate::prepare::rolling::Window;
use crate::prepare::window::{
    FAR_MINUTES, Look, Looks, MOST_DEVIATIONS, feature_name, fewest, full, is_counter, propose,
    short_minutes,
};
use proptest::prelude::*;

fn table(minutes: &[i64], pods: &[u8], values: &[f64]) -> (Frame, Series) {
    let instants = minutes.iter().map(|m| m * MINUTE_MICROS).collect();
    let columns = vec![
        Column::time("at", instants),
        Column::category("pod", pods.iter().map(|p| format!("p{p}"))),
        Column::number("x", values.to_vec()),
    ];
    let frame = Frame::new("t", columns).unwrap();
    let series = Series::new(&frame, "at", &["pod".to_owned()]).unwrap();
    (frame, series)
}

/// Longer than any window of the tests below that compare with the past.
const PAST: u32 = 30;

fn plan(looks: &[Look], windows: &[u32]) -> WindowPlan {
    WindowPlan {
        windows_minutes: windows.to_vec(),
        columns: vec![Looks {
            column: "x".to_owned(),
            looks: looks.to_vec(),
        }],
        past_minutes: PAST,
        calendar: true,
    }
}

fn made(frame: &Frame, series: &Series, plan: &WindowPlan) -> Vec<(String, Vec<f64>)> {
    let mut out = Vec::new();
    each_feature(frame, series, plan, &mut |name, values| {
        out.push((name, values))
    })
    .unwrap();
    out
}

/// From the definition, looking at every row of the table for every row.
fn slow(frame: &Frame, series: &Series, look: Look, window: u32, row: usize) -> f64 {
    let Values::Number(x) = &frame.column("x").unwrap().values else {
        panic!("x is of numbers")
    };
    let minute = |r: usize| series.instants[r] as f64 / MINUTE_MICROS as f64;
    let (now, w) = (minute(row), f64::from(window));
    let mut past: Vec<usize> = (0..x.len())
        .filter(|&r| series.of_row[r] == series.of_row[row])
        .filter(|&r| (series.instants[r], r) <= (series.instants[row], row))
        .collect();
    past.sort_by_key(|&r| (series.instants[r], r));
    let known = |r: &&usize| x[**r].is_finite();
    let inside: Vec<usize> = past
        .iter()
        .filter(known)
        .copied()
        .filter(|&r| minute(r) > now - w)
        .collect();
    let n = inside.len() as f64;
    let few = inside.len() < fewest(series, window) as usize;
    let mean = inside.iter().map(|&r| x[r]).sum::<f64>() / n;
    let mean_t = inside.iter().map(|&r| minute(r)).sum::<f64>() / n;
    let sum = |f: &dyn Fn(usize) -> f64| inside.iter().map(|&r| f(r)).sum::<f64>();
    let lag = || {
        let until = now - w;
        let slack = 1.5 * series.step_micros as f64 / MINUTE_MICROS as f64;
        match past.iter().rfind(|&&r| minute(r) <= until) {
            Some(&r) if minute(r) >= until - slack => x[r],
            _ => f64::NAN,
        }
    };
    let grown = |rows: &[usize]| {
        rows.windows(2)
            .map(|p| {
                if x[p[1]] < x[p[0]] {
                    x[p[1]]
                } else {
                    x[p[1]] - x[p[0]]
                }
            })
            .map(|g| g.max(0.0))
            .collect::<Vec<f64>>()
    };
    match look {
        Look::Now => x[row],
        Look::Lag => lag(),
        Look::Difference => x[row] - lag(),
        Look::Mean | Look::Min | Look::Max | Look::Deviation | Look::Slope if few => f64::NAN,
        Look::Mean => mean,
        Look::Min => inside.iter().map(|&r| x[r]).fold(f64::INFINITY, f64::min),
        Look::Max => inside
            .iter()
            .map(|&r| x[r])
            .fold(f64::NEG_INFINITY, f64::max),
        Look::Deviation if n < 2.0 => f64::NAN,
        Look::Deviation => (sum(&|r| (x[r] - mean) * (x[r] - mean)) / (n - 1.0)).sqrt(),
        Look::Slope => {
            let apart = sum(&|r| (minute(r) - mean_t) * (minute(r) - mean_t));
            let slope = sum(&|r| (minute(r) - mean_t) * (x[r] - mean)) / apart;
            if apart > 0.0 { slope } else { f64::NAN }
        }
        Look::Fading => {
            let known: Vec<usize> = past.iter().filter(known).copied().collect();
            let weight = |r: usize| ((minute(r) - now) / w).exp2();
            known.iter().map(|&r| weight(r) * x[r]).sum::<f64>()
                / known.iter().map(|&r| weight(r)).sum::<f64>()
        }
        Look::Rate => match (inside.first(), inside.last()) {
            (Some(&a), Some(&b)) if minute(b) > minute(a) => {
                grown(&inside).iter().sum::<f64>() / (minute(b) - minute(a))
            }
            _ => f64::NAN,
        },
        Look::Full => f64::NAN,
        Look::Empty if few => f64::NAN,
        Look::Empty => match self::slow(frame, series, Look::Slope, window, row) {
            slope if slope < 0.0 => (x[row] / -slope).clamp(0.0, FAR_MINUTES),
            slope => slope * 0.0 + x[row] * 0.0 + FAR_MINUTES,
        },
        Look::Standing => {
            let old: Vec<f64> = past
                .iter()
                .filter(|&&r| x[r].is_finite() && minute(r) > now - f64::from(PAST))
                .map(|&r| x[r])
                .collect();
            let n = old.len() as f64;
            let near: Vec<f64> = past
                .iter()
                .filter(|&&r| x[r].is_finite() && minute(r) > now - short_minutes(series, PAST))
                .map(|&r| x[r])
                .collect();
            let mean = near.iter().sum::<f64>() / near.len() as f64;
            if near.is_empty() || old.len() < (fewest(series, PAST) / 2).max(2) as usize {
                return f64::NAN;
            }
            let far = old.iter().sum::<f64>() / n;
            let spread =
                (old.iter().map(|v| (v - far) * (v - far)).sum::<f64>() / (n - 1.0)).sqrt();
            // All of one value: the mean is that value, but for its last digit.
            if old.iter().all(|v| *v == old[0]) {
                return 0.0;
            }
            ((mean - far) / spread).clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS)
        }
        Look::Since => {
            let known: Vec<usize> = past.iter().filter(known).copied().collect();
            let last = grown(&known).iter().rposition(|&g| g > 0.0);
            last.map_or(f64::NAN, |at| now - minute(known[at + 1]))
        }
    }
}

fn rows() -> impl Strategy<Value = (Vec<i64>, Vec<u8>, Vec<f64>)> {
    let value = prop_oneof![6 => -50.0..50.0_f64, 2 => Just(7.0), 1 => Just(f64::NAN)];
    prop::collection::vec(
        (prop_oneof![9 => 0..3_i64, 1 => 10..90_i64], 0..3_u8, value),
        1..60,
    )
    .prop_map(|rows| {
        let mut at = 0;
        let minutes = rows.iter().map(|r| {
            at += r.0;
            at
        });
        let minutes = minutes.collect();
        (
            minutes,
            rows.iter().map(|r| r.1).collect(),
            rows.iter().map(|r| r.2).collect(),
        )
    })
}

proptest! {
    #[test]
    fn features_agree_with_their_definition((minutes, pods, values) in rows(), window in 1..20_u32) {
        let (frame, series) = table(&minutes, &pods, &values);
        for look in Look::ALL {
            let all = made(&frame, &series, &plan(&[look], &[window]));
            prop_assert_eq!(&all[0].0, &feature_name("x", look, window));
            for (row, &fast) in all[0].1.iter().enumerate() {
                let slow = slow(&frame, &series, look, window, row);
                let alike = fast.is_nan() && slow.is_nan() || (fast - slow).abs() <= 1e-9 * (1.0 + slow.abs());
                prop_assert!(alike, "{look:?} {row}: {fast} {slow}");
            }
        }
    }

    #[test]
    fn changing_any_later_row_changes_no_feature(
        (minutes, pods, values) in rows(), cut in 0..60_usize, seed in -1e6..1e6_f64, later in 1..50_i64,
    ) {
        let cut = cut.min(minutes.len() - 1);
        let (frame, series) = table(&minutes, &pods, &values);
        let plan = plan(&Look::ALL, &[2, 9]);
        let before = made(&frame, &series, &plan);
        // Every row after the cut gets another value, another pod and a later time; the usual step, known beforehand, stays.
        let changed: Vec<f64> = values.iter().enumerate().map(|(r, &v)| if r > cut { seed * r as f64 } else { v }).collect();
        let moved: Vec<i64> = minutes.iter().enumerate().map(|(r, &m)| if r > cut { m + later } else { m }).collect();
        let others: Vec<u8> = pods.iter().enumerate().map(|(r, &p)| if r > cut { 2 - p } else { p }).collect();
        let (frame, mut other) = table(&moved, &others, &changed);
        other.step_micros = series.step_micros;
        let after = made(&frame, &other, &plan);
        for (a, b) in before.iter().zip(&after) {
            let bits = |v: &[f64]| v[..=cut].iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&a.1), bits(&b.1), "{}", a.0);
        }
    }
}

/// What rows that arrive one by one are told, by [`Window`]: mean, least, largest, deviation, slope.
fn arriving(series: &Series, values: &[f64], window: u32) -> Vec<[u64; 5]> {
    let mut out = vec![[f64::NAN.to_bits(); 5]; values.len()];
    let origin = series.span().0;
    let mut state = Window::new(f64::from(window), fewest(series, window));
    for rows in series.each() {
        state.clear();
        for &row in rows {
            let minute = (series.instants[row as usize] - origin) as f64 / MINUTE_MICROS as f64;
            let told = state.push(minute, values[row as usize]);
            out[row as usize] = [told.mean, told.min, told.max, told.deviation, told.slope]
                .map(|x| finite(x).to_bits());
        }
    }
    out
}

const ROLLED: [Look; 5] = [
    Look::Mean,
    Look::Min,
    Look::Max,
    Look::Deviation,
    Look::Slope,
];

/// Features of some rows as bits, a list each.
fn bits(frame: &Frame, series: &Series, plan: &WindowPlan, rows: &[u32]) -> Vec<Vec<u64>> {
    let mut out = Vec::new();
    LookBack::new(series, rows)
        .features(frame, series, plan, &|_| true, &mut |_, looked| {
            out.push(looked.each().map(f64::to_bits).collect());
        })
        .unwrap();
    out
}

fn check_bits(minutes: &[i64], pods: &[u8], values: &[f64], window: u32, stride: usize) {
    let (frame, series) = table(minutes, pods, values);
    let every: Vec<u32> = (0..values.len() as u32).collect();
    let arriving = arriving(&series, values, window);
    let all = bits(&frame, &series, &plan(&ROLLED, &[window]), &every);
    for (k, look) in ROLLED.iter().enumerate() {
        for row in 0..values.len() {
            assert_eq!(all[k][row], arriving[row][k], "{look:?} {row}");
        }
        // Alone a feature needs fewer sums.
        let alone = bits(&frame, &series, &plan(&[*look], &[window]), &every);
        assert_eq!(alone[0], all[k], "{look:?}");
    }
    // The rows that are asked, in any order, change nothing.
    let mut rows: Vec<u32> = every.into_iter().step_by(stride).collect();
    rows.reverse();
    let plan = plan(&Look::ALL, &[window, 2 * window]);
    let all = bits(
        &frame,
        &series,
        &plan,
        &(0..values.len() as u32).collect::<Vec<u32>>(),
    );
    for (some, all) in bits(&frame, &series, &plan, &rows).iter().zip(&all) {
        for (&row, some) in rows.iter().zip(some) {
            assert_eq!(*some, all[row as usize], "row {row} of {stride}");
        }
    }
}

proptest! {
    #[test]
    fn a_table_and_rows_that_arrive_give_the_same_bits(
        (minutes, pods, values) in rows(), window in 1..20_u32, stride in 1..40_usize,
    ) {
        check_bits(&minutes, &pods, &values, window, stride);
    }
}

#[test]
fn long_series_give_the_same_bits_however_few_rows_are_asked() {
    let value = |i: usize| match (i * 7919) % 1009 {
        0 => -0.0,
        x if x < 5 => 0.0,
        x => x as f64 * 0.37 - 100.0,
    };
    let n = 3_000;
    let pods: Vec<u8> = (0..n).map(|i| (i % 3) as u8).collect();
    let whole: Vec<f64> = (0..n).map(value).collect();
    let partly = |i: usize| {
        if i % 11 == 3 || (900..1_100).contains(&i) {
            f64::NAN
        } else {
            value(i)
        }
    };
    let partly: Vec<f64> = (0..n).map(partly).collect();
    let regular: Vec<i64> = (0..n as i64).map(|i| i / 3).collect();
    let gaps: Vec<i64> = regular
        .iter()
        .map(|m| m + m / 50 * 7 + m / 333 * 100)
        .collect();
    for minutes in [regular, gaps] {
        for values in [&whole, &partly] {
            for (window, stride) in [(1, 1), (5, 2), (7, 97), (60, 23), (60, 400), (240, 41)] {
                check_bits(&minutes, &pods, values, window, stride);
            }
        }
    }
}

#[test]
fn nothing_drifts_after_a_spike() {
    let n = 20_000;
    let minutes: Vec<i64> = (0..n).collect();
    let values: Vec<f64> = (0..n)
        .map(|i| {
            if i == 50 {
                1e15
            } else {
                0.1 + (i % 7) as f64 * 1e-3
            }
        })
        .collect();
    let (frame, series) = table(&minutes, &vec![0; n as usize], &values);
    for look in [Look::Mean, Look::Deviation, Look::Slope] {
        let fast = made(&frame, &series, &plan(&[look], &[14])).remove(0).1;
        for row in [80, 10_000, n as usize - 1] {
            let slow = slow(&frame, &series, look, 14, row);
            assert!(
                (fast[row] - slow).abs() <= 1e-12,
                "{look:?} {row} {} {slow}",
                fast[row]
            );
        }
    }
}

#[test]
fn a_gap_empties_a_window_and_names_are_readable() {
    let (frame, series) = table(
        &[0, 1, 2, 3, 40, 41, 42],
        &[0; 7],
        &[1.0, 2.0, 3.0, 4.0, 9.0, 10.0, 11.0],
    );
    let all = made(
        &frame,
        &series,
        &plan(&[Look::Mean, Look::Difference], &[4]),
    );
    let names: Vec<&str> = all.iter().map(|f| f.0.as_str()).collect();
    assert_eq!(
        names,
        [
            "x change 4m",
            "x mean 4m",
            "hour sin",
            "hour cos",
            "weekday sin",
            "weekday cos"
        ]
    );
    // 40 stands alone after 36 empty minutes: fewer than half of the four rows that a window has.
    assert!(all[1].1[4].is_nan() && all[1].1[5] == 9.5 && all[0].1[4].is_nan());
}

#[test]
fn counters_are_known_by_name_and_by_their_steps() {
    let (_, series) = table(&[0, 1, 2, 3], &[0; 4], &[0.0; 4]);
    assert!(!is_counter(
        "restarts_total",
        &[1.0, 2.0, 0.0, 1.0],
        &series
    ));
    assert!(is_counter("restarts_total", &[1.0, 2.0, 2.0, 3.0], &series));
    assert!(!is_counter("cpu", &[1.0, 2.0, 2.0, 3.0], &series));
    let monday = 4 * DAY_MICROS;
    let frame = Frame::new("t", vec![Column::time("at", vec![monday])]).unwrap();
    let series = Series::new(&frame, "at", &[]).unwrap();
    let mut at = Vec::new();
    let back = LookBack::new(&series, &[0]);
    back.calendar(&series, &|_| true, &mut |_, v| at.push(v[0]));
    assert_eq!(at, [0.0, 1.0, 0.0, 1.0]);
}

#[test]
#[ignore = "a measurement: cargo test --release -- --ignored window_speed --nocapture"]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a measurement"
)]
fn window_speed() {
    let (n, pods) = (1_000_000_usize, 200);
    let minutes: Vec<i64> = (0..n).map(|r| (r / pods) as i64).collect();
    let of: Vec<u8> = (0..n).map(|r| (r % pods) as u8).collect();
    let values: Vec<f64> = (0..n).map(|r| ((r * 7919) % 1009) as f64).collect();
    let (frame, series) = table(&minutes, &of, &values);
    let looks = [
        Look::Now,
        Look::Difference,
        Look::Mean,
        Look::Max,
        Look::Deviation,
        Look::Slope,
        Look::Standing,
    ];
    let plan = WindowPlan {
        past_minutes: 178,
        calendar: false,
        ..plan(&looks, &[5, 10, 15, 30, 60])
    };
    for stride in [1, 33] {
        let begun = std::time::Instant::now();
        let rows: Vec<u32> = (0..n as u32).step_by(stride).collect();
        let back = LookBack::new(&series, &rows);
        let mut features = 0;
        for _ in 0..30 {
            back.features(&frame, &series, &plan, &|_| true, &mut |_, looked| {
                let values: Vec<f32> = looked.each().map(|x| x as f32).collect();
                features += usize::from(!values.is_empty());
            })
            .unwrap();
        }
        eprintln!(
            "{features} features of {} rows in {:.2} s",
            rows.len(),
            begun.elapsed().as_secs_f64()
        );
    }
}

#[test]
fn what_fills_is_full_in_time_and_clocks_are_not_proposed() {
    // One percent a minute, from 10 %: at minute 50 it is at 60 % and has 40 minutes.
    let n = 3_000_i64;
    let instants = (0..n).map(|m| m * MINUTE_MICROS).collect();
    let used = (0..n).map(|m| (10 + m).min(95) as f64).collect();
    let columns = vec![
        Column::time("at", instants),
        Column::number("disk_usage_percent", used),
        Column::number("uptime_s", (0..n).map(|m| 60.0 * m as f64).collect()),
    ];
    let frame = Frame::new("t", columns).unwrap();
    let series = Series::new(&frame, "at", &[]).unwrap();
    let names = ["disk_usage_percent".to_owned(), "uptime_s".to_owned()];
    let plan = propose(&frame, &series, &names, &[15]);
    assert_eq!(
        (plan.columns.len(), plan.past_minutes, plan.calendar),
        (1, 107, false)
    );
    let mut found = Vec::new();
    let wanted = "disk_usage_percent minutes to full 15m";
    let rows: Vec<u32> = (0..n as u32).collect();
    LookBack::new(&series, &rows)
        .features(
            &frame,
            &series,
            &plan,
            &|name| name == wanted,
            &mut |name, looked| {
                found.push((name, looked.each().collect::<Vec<f64>>()));
            },
        )
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, wanted);
    assert!((found[0].1[50] - 40.0).abs() < 1e-9, "{}", found[0].1[50]);
    assert_eq!(found[0].1[2_000], FAR_MINUTES);
    assert!(found[0].1[3].is_nan());
    assert_eq!(full("x_ratio", &[0.2, f64::NAN]), Some(1.0));
    assert_eq!(
        (full("x_ratio", &[1.2]), full("bytes", &[0.2])),
        (None, None)
    );
}
