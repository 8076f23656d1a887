use super::*;
use crate::data::{Column, Frame};
use crate::prepare::Series;

const M: i64 = MINUTE_MICROS;

fn episode(entity: u32, kind: u32, start: i64, end: i64) -> Episode {
    Episode {
        entity,
        kind,
        start: start * M,
        end: end * M,
        rows: 1,
        censored_start: false,
        censored_end: false,
    }
}

fn page(entity: u32, kind: u32, at: i64) -> Page {
    Page {
        entity,
        kind,
        at: at * M,
    }
}

/// Two pods, seen from minute 0 to 1440: one day.
fn tracks() -> Tracks {
    let columns = vec![
        Column::time("at", vec![0, 0, 1440 * M, 1440 * M]),
        Column::category("pod", ["a", "b", "a", "b"]),
    ];
    let series = Series::new(
        &Frame::new("t", columns).unwrap(),
        "at",
        &["pod".to_owned()],
    )
    .unwrap();
    Tracks::new(&series, &[0, 1, 2, 3])
}

fn a_day() -> ([Episode; 5], [Page; 10]) {
    let incidents = [
        episode(0, 1, 100, 110),
        episode(0, 1, 300, 320),
        episode(1, 2, 500, 510),
        episode(1, 1, 700, 705),
        episode(0, 2, 1000, 1001),
    ];
    let pages = [
        page(0, 1, 75),
        page(0, 1, 90),
        page(0, 1, 105),
        page(0, 1, 250),
        page(0, 1, 308),
        page(1, 1, 490),
        page(1, 1, 670),
        page(1, 1, 900),
        page(1, 1, 1420),
        page(1, 2, 500),
    ];
    (incidents, pages)
}

fn of_two_clusters<'a>(tracks: &'a Tracks, incidents: &'a [Episode], drawn: Drawn) -> Watched<'a> {
    Watched {
        tracks,
        incidents,
        unfair: &[],
        horizon_micros: 30 * M,
        span: (0, 1440 * M),
        clusters: 2,
        drawn,
    }
}

/// A day of two clusters, horizon 30 minutes. The arithmetic:
///
/// ```text
/// incident            pages about it                             outcome       lead/delay
/// A pod 0 kind 1 100-110   75 (25 before), 90 (10 before), 105 on  ahead         25
/// B pod 0 kind 1 300-320   308 (8 after)                           late           8
/// C pod 1 kind 2 500-510   500 (0 after)                           late           0
/// D pod 1 kind 1 700-705   670 (30 before)                         ahead         30
/// E pod 0 kind 2 1000-1001                                         missed
/// other pages:  pod 0 kind 1 250: 50 before B, beyond 30, within 60    false, too early
///               pod 1 kind 1 490: 10 before C, which is of kind 2      false, wrong kind
///               pod 1 kind 1 900                                       false
///               pod 1 kind 1 1420: its horizon ends at 1450 > 1440     undecided
/// ahead 2, late 2, missed 1 of 5.  Leads 25, 30: median 27.5, 10th percentile 25 + .1 * 5 = 25.5; 25 / 30 * 6 = 5 and
/// 30 / 30 * 6 = 6: both in the last sixth.  Delays 0, 8: median 4.
/// pages: ahead 75, 90, 670 = 3; during 105, 308, 500 = 3; false 250, 490, 900 = 3; undecided 1.
/// precision 6 / 9.  6 pages for 4 caught: 1.5 each.  3 false in 1 day: 3 a day, 1.5 a cluster-day.
/// kind 1: A, B, D: 2 ahead, 1 late; false 3; about 5: precision 5 / 8.   kind 2: C, E: 1 late, 1 missed; about 1: 1 / 1.
/// Bootstrap of 2 of 5: Binomial(5, .4) has P(0) = .078 > .05 and P(<= 3) = .913, P(<= 4) = .990: 0 to 4 / 5.
/// Kind 2, 0 of 2, by Wilson: z^2 / (n + z^2) = 2.7055 / 4.7055 = .575.
/// Of 2 of 3 (kind 1): Binomial(3, 2 / 3) has P(0) = .037 < .05, P(<= 1) = .259 and P(3) = .296: 1 / 3 to 1.
/// Three parts of 24 have one false page each: Binomial(24, 1 / 8) has P(<= 5) = .929, P(<= 6) = .977: at most 6.
/// ```
#[test]
fn a_day_by_hand() {
    let tracks = tracks();
    let (incidents, pages) = a_day();
    let watched = of_two_clusters(&tracks, &incidents, Drawn::Time);
    let report = judge(&watched, &pages, 1);
    let all = &report.overall;
    assert_eq!(
        (all.incidents, all.ahead, all.late, all.missed),
        (5, 2, 2, 1)
    );
    let o = [
        Outcome::Ahead(25 * M),
        Outcome::Late(8 * M),
        Outcome::Late(0),
        Outcome::Ahead(30 * M),
        Outcome::Missed,
    ];
    assert_eq!(report.outcomes, o);
    assert_eq!(
        (all.lead_minutes, all.delay_minutes),
        (Some((27.5, 25.5)), Some(4.0))
    );
    assert_eq!(all.lead_bars, [0, 0, 0, 0, 0, 2]);
    assert_eq!(
        (
            all.pages_ahead,
            all.pages_during,
            all.pages_false,
            all.undecided
        ),
        (3, 3, 3, 1)
    );
    assert_eq!((all.wrong_kind, all.too_early), (1, 1));
    assert_eq!((all.false_per_day, all.false_per_cluster_day), (3.0, 1.5));
    assert_eq!(
        (all.precision, all.pages_per_incident),
        (Some(6.0 / 9.0), Some(1.5))
    );
    let [(1, one), (2, two)] = report.kinds.as_slice() else {
        panic!("two kinds: {:?}", report.kinds)
    };
    assert_eq!(
        (
            one.incidents,
            one.ahead,
            one.late,
            one.missed,
            one.pages_false
        ),
        (3, 2, 1, 0, 3)
    );
    assert_eq!(
        (
            two.incidents,
            two.ahead,
            two.late,
            two.missed,
            two.pages_false
        ),
        (2, 0, 1, 1, 0)
    );
    assert_eq!(
        (one.precision, two.precision, two.lead_minutes),
        (Some(5.0 / 8.0), Some(1.0), None)
    );
    let ends = |interval: Option<Interval>| interval.map(|i| (i.low, i.high));
    assert_eq!(ends(one.recall_ahead), Some((1.0 / 3.0, 1.0)));
    assert_eq!(ends(one.lead), Some((25.0, 30.0)));
    let none = two.recall_ahead.unwrap();
    assert_eq!((none.low, two.lead), (0.0, None));
    assert!((none.high - 0.574_96).abs() < 1e-5, "{none:?}");
    assert_eq!(
        report
            .decided
            .iter()
            .map(|d| (d.0 / M, d.1))
            .collect::<Vec<_>>(),
        [
            (75, true),
            (90, true),
            (105, true),
            (250, false),
            (308, true),
            (490, false),
            (670, true),
            (900, false),
            (500, true)
        ]
    );
    let recall = report.recall_ahead.unwrap();
    assert_eq!((recall.low, recall.high), (0.0, 0.8));
    let lead = report.lead.unwrap();
    assert_eq!((lead.low, lead.high), (25.0, 30.0));
    let falses = report.false_per_day.unwrap();
    assert!(falses.low <= 1.0 && falses.high == 6.0, "{falses:?}");
    assert_eq!(report, judge(&watched, &pages, 1));
}

#[test]
fn what_was_not_watched_from_the_beginning_is_not_judged() {
    let tracks = tracks();
    let early = episode(0, 1, 20, 40);
    let mut on = episode(1, 1, 0, 50);
    on.censored_start = true;
    let late = episode(0, 1, 900, 901);
    let elsewhere = episode(9, 1, 900, 901);
    let (fair, unfair) = fair(&tracks, &[early, on, late, elsewhere], 30 * M);
    assert_eq!(
        (fair.as_slice(), unfair.as_slice()),
        (&[late][..], &[early, on][..])
    );
    let watched = Watched {
        tracks: &tracks,
        incidents: &fair,
        unfair: &unfair,
        horizon_micros: 30 * M,
        span: (0, 1440 * M),
        clusters: 1,
        drawn: Drawn::Time,
    };
    let report = judge(
        &watched,
        &[page(0, 1, 5), page(1, 1, 45), page(1, 1, 60)],
        1,
    );
    assert_eq!(
        (
            report.overall.undecided,
            report.overall.pages_false,
            report.overall.missed
        ),
        (2, 1, 1)
    );
    let silent = judge(&watched, &[], 1);
    assert!(silent.overall.precision.is_none());
    // No false page in so many days: up to 2.9957 of them may be due in as long a time.
    let falses = silent.false_per_day.unwrap();
    assert_eq!(falses.low, 0.0);
    assert!(
        (falses.high * days(&watched) - 2.9957).abs() < 1e-4,
        "{falses:?}"
    );
    let none = Watched {
        incidents: &[],
        unfair: &[],
        ..watched
    };
    assert!(judge(&none, &[], 1).recall_ahead.is_none());
}

/// An alert that never rests catches everything, and pays for each horizon of each entity.
#[test]
fn an_alert_that_is_always_on_is_paid_for() {
    let at: Vec<i64> = (0..=1440).map(|m| m * M).collect();
    let series = Series::new(
        &Frame::new("t", vec![Column::time("at", at)]).unwrap(),
        "at",
        &[],
    )
    .unwrap();
    let rows: Vec<u32> = (0..=1440).collect();
    let tracks = Tracks::new(&series, &rows);
    let incidents = [episode(0, 1, 720, 725)];
    let watched = Watched {
        tracks: &tracks,
        incidents: &incidents,
        unfair: &[],
        horizon_micros: 30 * M,
        span: (0, 1440 * M),
        clusters: 1,
        drawn: Drawn::Time,
    };
    let policy = crate::evaluate::AlertPolicy {
        threshold: 0.5,
        needed: 1,
        steps: 1,
        release: 1.0,
        cooldown_micros: 30 * M,
        stale_micros: 5 * M,
    };
    let pages = crate::evaluate::pages(&tracks, 1, &|_| 1.0, &policy);
    let all = judge(&watched, &pages, 1).overall;
    // Pages at 0, 30, ... 1440: 49. 690 is ahead, 720 during, 1440 (its horizon ends at 1470) undecided: 46 are false.
    assert_eq!(
        (
            all.ahead,
            all.pages_ahead,
            all.pages_during,
            all.undecided,
            all.pages_false
        ),
        (1, 1, 1, 1, 46)
    );
}

/// The same day, of two entities that are others than those learned from. False pages: of entity 0 one in stretch 4 (minute 250),
/// of entity 1 in stretches 8 and 15 (490 and 900).
/// ```text
/// by entity    1, 2        5 - 9 / 2  = .5,      times 2 / 1    1
/// by stretch   1, 1, 1     3 - 9 / 24 = 2.625,   times 24 / 23  2.739130
/// by cell      1, 1, 1     3 - 9 / 48 = 2.8125,  times 48 / 47  2.872340
/// variance     1 + 2.739130 - 2.872340 is less than 2.739130, which it is then
/// ```
/// On the root's scale 1.732051 and sqrt(2.739130 / 12) = .477766, times t of one degree of freedom, 6.313752: 3.016497. Ends: 0
/// and 4.748548^2 = 22.548708. Of recall, 2 of 5 on two entities, as much is known as nothing: 0 to 1. Kind 2, 0 of 2 on two
/// entities, is Wilson's of two witnesses. Two leads, 25 minutes on entity 0 and 30 on entity 1.
#[test]
fn a_day_by_hand_of_entities_that_are_others() {
    let tracks = tracks();
    let (incidents, pages) = a_day();
    let watched = of_two_clusters(&tracks, &incidents, Drawn::Entities(2));
    let report = judge(&watched, &pages, 1);
    let falses = report.false_per_day.unwrap();
    assert_eq!(falses.low, 0.0);
    assert!((falses.high - 22.548_708).abs() < 1e-4, "{falses:?}");
    assert_eq!(
        report.recall_ahead.map(|i| (i.low, i.high)),
        Some((0.0, 1.0))
    );
    let none = report.kinds[1].1.recall_ahead.unwrap();
    assert!((none.high - 0.574_96).abs() < 1e-5, "{none:?}");
    let lead = report.lead.unwrap();
    assert!(lead.low < 25.0 && lead.high <= 30.0, "{lead:?}");
    // Of a single entity time alone is drawn.
    let one = Watched {
        drawn: Drawn::Entities(1),
        ..watched.clone()
    };
    let time = Watched {
        drawn: Drawn::Time,
        ..watched
    };
    assert_eq!(judge(&one, &pages, 1), judge(&time, &pages, 1));
}
