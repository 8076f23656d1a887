use super::Outcome::{Late, Missed};
use super::*;

fn ahead(minutes: i64) -> Outcome {
    Outcome::Ahead(minutes * MINUTE_MICROS)
}

fn pages(about: u32, wrong: u32) -> PartPages {
    PartPages { about, wrong }
}

fn compared(incidents: &[[Outcome; 2]], parts: &[[PartPages; 2]]) -> PairedReport {
    let runs = PairedRuns {
        incidents,
        parts,
        cluster_days: 2.0,
    };
    compare_runs(&runs, 7)
}

fn p(figure: &PairedFigure) -> f64 {
    figure.test.map_or(f64::NAN, |t| t.p)
}

fn near(a: Option<f64>, b: f64) {
    assert!(a.is_some_and(|a| (a - b).abs() < 1e-12), "{a:?} is not {b}");
}

/// Ten incidents. The first run catches 0, 1, 2 and 3 ahead; the second 0, 1, 2 and 4 to 8: 4 and 8 of 10, a difference of
/// 0.4. Pairs that differ: 3 (first alone) and 4 to 8 (second alone): six, of which the second has five and the first one,
/// 5 - 1 = 4. Of the 64 exchanges those with |difference| >= 4: six of a kind (1 + 1), five of a kind (6 + 6): 14 / 64.
/// Incident 9 is late in the first and missed in the second: it changes sides as well.
#[test]
fn incidents_caught_by_one_run_alone_are_what_recall_hangs_on() {
    let mut incidents = vec![[ahead(10), ahead(10)]; 3];
    incidents.push([ahead(10), Late(5)]);
    incidents.extend([[Missed, ahead(10)]; 5]);
    incidents.push([Late(1), Missed]);
    let found = compared(&incidents, &[]);
    let recall = found.recall_ahead;
    assert_eq!(recall.of, [Some(0.4), Some(0.8)]);
    near(recall.difference, 0.4);
    let test = recall.test.unwrap();
    assert_eq!((test.p, test.pairs, test.exact), (14.0 / 64.0, 6, true));
    // Of two figures that were tested it is the surer one.
    assert_eq!(test.p_corrected, 28.0 / 64.0);
    let interval = recall.interval.unwrap();
    assert!(interval.low < 0.4 && 0.4 < interval.high && interval.low > -0.2);
    assert_eq!(found.changed, [3, 4, 5, 6, 7, 8, 9]);
    // All leads are 10: no exchange that leaves both with some changes the medians.
    near(found.lead_minutes.difference, 0.0);
    assert_eq!(p(&found.lead_minutes), 1.0);
    // Without parts nothing is said of pages.
    assert_eq!(found.page_precision, PairedFigure::default());
    // Exchanged, every sign turns.
    let turned: Vec<[Outcome; 2]> = incidents.iter().map(|[a, b]| [*b, *a]).collect();
    let turned = compared(&turned, &[]).recall_ahead;
    assert_eq!(turned.difference, recall.difference.map(|d| -d));
    assert_eq!(turned.test, recall.test);
}

/// Three incidents that both catch: leads 10, 10, 10 and 20, 12, 10: medians 10 and 12, difference 2. Two pairs differ:
/// as they are 2; the first exchanged: {20, 10, 10} and {10, 12, 10}: 10 and 10, 0; the second: {10, 12, 10} and
/// {20, 10, 10}: 0; both: -2. So p = 2 / 4. Recall is equal, no pair differs: p = 1 of the one exchange there is.
#[test]
fn leads_are_compared_by_their_medians() {
    let incidents = [
        [ahead(10), ahead(20)],
        [ahead(10), ahead(12)],
        [ahead(10), ahead(10)],
    ];
    let found = compared(&incidents, &[]);
    let lead = found.lead_minutes;
    assert_eq!(
        (lead.of, lead.difference),
        ([Some(10.0), Some(12.0)], Some(2.0))
    );
    assert_eq!((p(&lead), lead.test.map(|t| t.pairs)), (0.5, Some(2)));
    let recall = found.recall_ahead;
    assert_eq!((recall.difference, p(&recall)), (Some(0.0), 1.0));
    assert_eq!(recall.interval.map(|i| (i.low, i.high)), Some((0.0, 0.0)));
    assert!(found.changed.is_empty());
}

/// One incident that the first run alone catches: no median of the second, so no difference.
#[test]
fn what_one_run_lacks_is_not_compared() {
    let found = compared(&[[ahead(4), Missed]], &[[pages(0, 0), pages(0, 0)]; 2]);
    let lead = found.lead_minutes;
    assert_eq!(
        (lead.of, lead.difference, lead.test),
        ([Some(4.0), None], None, None)
    );
    assert_eq!(found.page_precision.of, [None, None]);
    assert_eq!(found.false_per_cluster_day.difference, Some(0.0));
    let nothing = compared(&[], &[]);
    assert_eq!(nothing.recall_ahead, PairedFigure::default());
}

/// Four parts of two cluster-days. False pages of the first: 2, 1, 3, 0; of the second: 0, 1, 0, 0: (1 - 6) / 2 = -2.5 a
/// cluster-day. Parts 0 and 2 differ, by 2 and 3: the exchanges give 5, 1, 1 and 5 in size, p = 2 / 4.
/// About an incident are 1, 0, 1, 1 in both: precision 3 / 9 and 3 / 4. Part 0 exchanged: 3 / 7 and 3 / 6, part 2: 3 / 6
/// and 3 / 7, both: 3 / 4 and 3 / 9: of the four differences two are as large as .41667: p = 2 / 4.
#[test]
fn pages_are_compared_by_parts_of_the_time() {
    let parts = [
        [pages(1, 2), pages(1, 0)],
        [pages(0, 1), pages(0, 1)],
        [pages(1, 3), pages(1, 0)],
        [pages(1, 0), pages(1, 0)],
    ];
    let found = compared(&[], &parts);
    let wrong = found.false_per_cluster_day;
    assert_eq!(
        (wrong.of, wrong.difference),
        ([Some(3.0), Some(0.5)], Some(-2.5))
    );
    assert_eq!((p(&wrong), wrong.test.map(|t| t.pairs)), (0.5, Some(2)));
    let precision = found.page_precision;
    near(precision.difference, 0.75 - 1.0 / 3.0);
    assert_eq!(p(&precision), 0.5);
}

/// Part 7 of 24 of 0 to 240 is 70 to 80; the last instant is in the last part.
#[test]
fn pages_fall_into_parts_of_the_time_that_is_shared() {
    let all = [
        (-1, false),
        (0, false),
        (75, true),
        (79, false),
        (240, true),
        (241, true),
    ];
    let parts = pages_in_parts(&all, (0, 240));
    assert_eq!(
        (parts.len(), parts[0], parts[7]),
        (24, pages(0, 1), pages(1, 1))
    );
    let count: u32 = parts.iter().map(|p| p.about + p.wrong).sum();
    assert_eq!((count, parts[23]), (4, pages(1, 0)));
}

/// Twenty pairs that differ, 15 to 5: drawn, not enumerated. Two-sided binomial: 2 P(X >= 15 | 20, 1/2) =
/// 2 * (15504 + 4845 + 1140 + 190 + 20 + 1) / 2^20 = .04139; of 10,000 draws the standard deviation is .002. Twenty to
/// none: 2 / 2^20, so that hardly a draw is as large, and the run itself gives 1 / 10,001.
#[test]
fn many_pairs_are_drawn_and_no_p_value_is_nought() {
    let mut incidents = vec![[Missed, ahead(5)]; 15];
    incidents.extend([[ahead(5), Missed]; 5]);
    let test = compared(&incidents, &[]).recall_ahead.test.unwrap();
    assert!(!test.exact && (test.p - 0.04139).abs() < 0.008, "{test:?}");
    let test = compared(&[[Missed, ahead(5)]; 20], &[])
        .recall_ahead
        .test
        .unwrap();
    assert!(
        test.p <= 3.0 / 10_001.0 && test.p >= 1.0 / 10_001.0,
        "{test:?}"
    );
}

/// Runs that differ by chance alone: at most about one in ten has a p-value of a tenth or less (exact tests of few pairs
/// are rarer still). 300 comparisons: a standard deviation is .017.
#[test]
fn chance_alone_is_seldom_called_a_difference() {
    let mut rng = Rng::new(3, 3);
    let mut small = 0;
    for _ in 0..300 {
        let pairs: Vec<[PartPages; 2]> = (0..10)
            .map(|_| [0, 1].map(|_| pages(rng.below(4), rng.below(6))))
            .collect();
        let found = compared(&[], &pairs);
        small += u32::from(p(&found.false_per_cluster_day) <= 0.1);
        small += u32::from(p(&found.page_precision) <= 0.1);
    }
    assert!((18..=81).contains(&small), "{small} of 600");
}

/// Four p-values, ascending .005, .01, .03 and .04: times 4, 3, 2 and 1 they are .02, .03, .06 and .04, and the last may not be
/// below the one before it.
#[test]
fn figures_tested_together_are_corrected_for_it() {
    let of = |p| Exchanged {
        p,
        p_corrected: p,
        pairs: 9,
        exact: true,
    };
    let mut tests = [0.01, 0.04, 0.03, 0.005].map(of);
    correct(tests.iter_mut());
    for (test, corrected) in tests.iter().zip([0.03, 0.06, 0.06, 0.02]) {
        near(Some(test.p_corrected), corrected);
    }
    let mut alone = [of(0.4)];
    correct(alone.iter_mut());
    assert_eq!(alone[0].p_corrected, 0.4);
    let mut sure = [of(0.7), of(0.9)];
    correct(sure.iter_mut());
    assert_eq!(sure.map(|t| t.p_corrected), [1.0, 1.0]);
}
