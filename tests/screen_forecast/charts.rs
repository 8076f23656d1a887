//! The charts.

use super::*;

#[test]
fn charts_say_what_they_show_and_draw_at_every_size() {
    let summary = summary();
    let budgets = Chart::budgets(&summary, 1, "minutes".into());
    assert_eq!(
        sentence(&budgets),
        "What each of 3 budgets buys. A budget of 0.5 costs 0.25 false pages per cluster-day: 9 of 14 incidents caught ahead, a \
         median of 11 minutes ahead."
    );
    let warned = Chart::warned(&track(), &summary, 1);
    assert_eq!(
        sentence(&warned),
        "pod-1 over time: oom; 1 incident; 2 pages, 1 ahead of an incident, 1 false."
    );
    assert_eq!(text(&warned, 70).as_deref(), Some("03-02 01:10: oom 80 %"));
    assert_eq!(
        text(&warned, 69).as_deref(),
        Some("03-02 01:09: oom 80 %; page: oom")
    );
    assert!(text(&warned, 85).unwrap().contains("oom: harm holds"));
    assert_eq!(
        ahead::track_title(&summary, &track(), 1),
        "pod-1: oom was paged 11 minutes ahead"
    );
    assert_eq!(
        ahead::track_title(&summary, &track(), 0),
        "pod-1: 1 incident, none paged ahead"
    );
    let reliability = Chart::reliability(summary.calibration.as_ref().unwrap());
    assert_eq!(
        text(&reliability, 1).as_deref(),
        Some("Where it said 60.0 %, it came in 70.0 %")
    );
    for (chart, words) in [
        (
            &budgets,
            [
                "9 of 14",
                "Median lead, minutes",
                "false pages per cluster-day",
            ],
        ),
        (&warned, ["11 min ahead", "pages above 59 %", "01:00"]),
        (
            &reliability,
            ["came within the horizon, %", "said, %", "all kinds"],
        ),
    ] {
        for dark in [false, true] {
            for width in [390, 720, 1_200] {
                let height = preferred_height(chart, f64::from(width)) as u32;
                let picture = svg(chart, (width, height), &Theme::of(dark), &estimate).unwrap();
                assert!(
                    picture.contains(words[0]),
                    "{} at {width}: {picture}",
                    words[0]
                );
                if width > 390 {
                    for word in words {
                        assert!(picture.contains(word), "{word} at {width}");
                    }
                }
            }
        }
        for size in [
            (0.0, 0.0),
            (23.0, 300.0),
            (60.0, 40.0),
            (300.0, 17.0),
            (720.0, 300.0),
        ] {
            let layout = Layout::new(chart, size, &estimate);
            for item in 0..items(&layout) {
                let (x, y) = rect(&layout, item).unwrap().center();
                assert!(
                    size.0 < 200.0 || hit(&layout, x, y).is_some(),
                    "{item} {size:?}"
                );
                let next = step(&layout, Some(item), Step::Right).unwrap();
                assert!(next < items(&layout));
            }
        }
        let twin = table(chart);
        assert!(twin.rows.iter().all(|row| row.len() == twin.headers.len()));
        assert_eq!(
            csv(chart).lines().count(),
            items(&Layout::new(chart, (720.0, 300.0), &estimate)) + 1
        );
    }
    let nothing = ForecastSummary::default();
    assert!(Chart::budgets(&nothing, 3, String::new()).is_empty());
    assert!(
        ahead::verdict(&nothing, 0)
            .text()
            .contains("nothing to judge")
    );
    assert!(Chart::warned(&ForecastTrack::default(), &nothing, 9).is_empty());
}
