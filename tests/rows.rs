//! Rows of a data set as one lists them: sorted, filtered, page by page, against the slow and obvious way.

use kubecast::data::ColumnKind;
use kubecast::protocol::{Event, Failure, FileHead, Request, RowsFilter, RowsPage, RowsView};
use kubecast::session::Session;

fn ask(session: &mut Session, request: Request, files: Vec<Vec<u8>>) -> Result<Event, Failure> {
    session.submit(1, request, files);
    loop {
        for reply in session.work(0.0) {
            match reply.event {
                Event::Progress { .. } => {}
                Event::Failed { failure, .. } => return Err(failure),
                event => return Ok(event),
            }
        }
    }
}

fn page(
    session: &mut Session,
    view: &RowsView,
    offset: u64,
    limit: u32,
) -> Result<RowsPage, Failure> {
    let request = Request::Rows {
        offset,
        limit,
        view: Some(Box::new(view.clone())),
    };
    match ask(session, request, Vec::new())? {
        Event::Rows(page) => Ok(page),
        other => panic!("{other:?}"),
    }
}

/// All rows that a view lists, page by page.
fn listed(session: &mut Session, view: &RowsView) -> Vec<u64> {
    let mut rows = Vec::new();
    loop {
        let page = page(session, view, rows.len() as u64, 37).unwrap();
        assert_eq!(page.offset, rows.len() as u64);
        if page.rows.is_empty() {
            assert_eq!(page.total, rows.len() as u64);
            return rows;
        }
        rows.extend(page.rows.iter().map(|(number, _)| *number));
    }
}

fn cell(i: u64) -> (Option<f64>, Option<&'static str>, u64) {
    let mixed = i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
    let number = (!mixed.is_multiple_of(9)).then(|| (mixed % 41) as f64 / 4.0 - 5.0);
    let name = [
        Some("oom"),
        Some("None"),
        Some("Disk full"),
        None,
        Some("disk"),
    ][(mixed % 5) as usize];
    (number, name, (mixed % 1000) * 60)
}

const ROWS: u64 = 500;

fn table() -> Session {
    let mut text = String::from("value,issue,at\n");
    for i in 0..ROWS {
        let (number, name, secs) = cell(i);
        let number = number.map_or_else(String::new, |x| x.to_string());
        let (day, hour, minute) = (secs / 86_400 + 1, secs / 3600 % 24, secs / 60 % 60);
        text.push_str(&format!(
            "{number},{},2024-03-{day:02} {hour:02}:{minute:02}:00\n",
            name.unwrap_or_default()
        ));
    }
    let mut session = Session::in_place();
    let files = vec![FileHead {
        name: "t.csv".into(),
        bytes: text.len() as u64,
        modified_secs: None,
    }];
    let load = Request::Load {
        files,
        reading: None,
    };
    let Event::Data(data) = ask(&mut session, load, vec![text.into_bytes()]).unwrap() else {
        panic!()
    };
    assert_eq!(data.rows, ROWS);
    assert_eq!(data.columns[2].kind, ColumnKind::Timestamp);
    session
}

fn by(column: &str, descending: bool) -> RowsView {
    RowsView {
        sort: Some(column.to_owned()),
        descending,
        filter: None,
    }
}

/// Sorts rows by a key, missing ones last, equals as they stand.
fn slowly<K: PartialOrd>(descending: bool, key: impl Fn(u64) -> Option<K>) -> Vec<u64> {
    let (mut there, missing): (Vec<u64>, Vec<u64>) = (0..ROWS).partition(|&i| key(i).is_some());
    there.sort_by(|&a, &b| {
        let order = key(a).partial_cmp(&key(b)).unwrap();
        if descending { order.reverse() } else { order }
    });
    there.extend(missing);
    there
}

#[test]
fn rows_are_sorted_by_a_column_of_any_kind_with_the_missing_last() {
    let mut session = table();
    for descending in [false, true] {
        assert_eq!(
            listed(&mut session, &by("value", descending)),
            slowly(descending, |i| cell(i).0)
        );
        assert_eq!(
            listed(&mut session, &by("issue", descending)),
            slowly(descending, |i| cell(i).1)
        );
        assert_eq!(
            listed(&mut session, &by("at", descending)),
            slowly(descending, |i| Some(cell(i).2))
        );
    }
    assert_eq!(
        listed(&mut session, &RowsView::default()),
        (0..ROWS).collect::<Vec<_>>()
    );
}

#[test]
fn rows_are_filtered_by_text_and_by_range() {
    let mut session = table();
    let filtered = |filter: RowsFilter| RowsView {
        filter: Some(filter),
        ..RowsView::default()
    };
    let of = |passes: &dyn Fn(u64) -> bool| (0..ROWS).filter(|&i| passes(i)).collect::<Vec<_>>();
    let text = |column: &str, contains: &str| {
        filtered(RowsFilter {
            column: column.into(),
            contains: contains.into(),
            ..RowsFilter::default()
        })
    };
    let range = |min, max| {
        filtered(RowsFilter {
            column: "value".into(),
            min,
            max,
            ..RowsFilter::default()
        })
    };
    assert_eq!(
        listed(&mut session, &text("issue", " DISK ")),
        of(&|i| cell(i).1.is_some_and(|n| n.to_lowercase().contains("disk")))
    );
    assert_eq!(listed(&mut session, &text("issue", "")), of(&|_| true));
    assert!(listed(&mut session, &text("issue", "nothing like it")).is_empty());
    assert_eq!(
        listed(&mut session, &text("at", "08:1")),
        of(&|i| {
            let secs = cell(i).2;
            format!("{:02}:{:02}:00", secs / 3600 % 24, secs / 60 % 60).contains("08:1")
        })
    );
    assert_eq!(
        listed(&mut session, &range(Some(-1.0), Some(2.5))),
        of(&|i| cell(i).0.is_some_and(|x| (-1.0..=2.5).contains(&x)))
    );
    assert_eq!(
        listed(&mut session, &range(None, Some(0.0))),
        of(&|i| cell(i).0.is_some_and(|x| x <= 0.0))
    );
    // Both at once.
    let view = RowsView {
        sort: Some("value".into()),
        descending: true,
        ..text("issue", "oom")
    };
    let expected: Vec<u64> = slowly(true, |i| cell(i).0)
        .into_iter()
        .filter(|&i| cell(i).1 == Some("oom"))
        .collect();
    assert_eq!(listed(&mut session, &view), expected);
}

#[test]
fn a_list_is_of_the_data_at_hand() {
    let mut session = table();
    let view = by("value", false);
    let numbers = listed(&mut session, &view);
    let kind = ColumnKind::Category;
    let set = Request::SetKind {
        column: "value".into(),
        kind,
    };
    ask(&mut session, set, Vec::new()).unwrap();
    // As names, -5 comes after -1.
    assert_ne!(listed(&mut session, &view), numbers);
    let failure = page(&mut session, &by("gone", false), 0, 9).unwrap_err();
    assert_eq!(failure.place.column.as_deref(), Some("gone"));
    let gone = RowsView {
        filter: Some(RowsFilter {
            column: "gone".into(),
            ..RowsFilter::default()
        }),
        ..RowsView::default()
    };
    assert!(page(&mut session, &gone, 0, 9).is_err());
    // Beyond the end there is nothing, and the most of a page is a thousand.
    let far = page(&mut session, &view, u64::MAX, u32::MAX).unwrap();
    assert_eq!((far.rows.len(), far.offset, far.total), (0, ROWS, ROWS));
    assert!(page(&mut Session::in_place(), &view, 0, 9).is_err());
}

#[test]
fn the_session_of_the_sample_lists_rows_too() {
    let mut session = Session::of_sample();
    let spec = kubecast::protocol::SimulateSpec {
        num_samples: 300,
        ..Default::default()
    };
    let simulate = Request::Simulate {
        spec: Box::new(spec),
        sample: true,
    };
    let Event::Data(data) = ask(&mut session, simulate, Vec::new()).unwrap() else {
        panic!()
    };
    let column = data
        .columns
        .iter()
        .find(|c| c.kind == ColumnKind::Number)
        .expect("a number");
    let view = by(&column.name, true);
    let first = page(&mut session, &view, 0, 1000).unwrap();
    let at = first
        .columns
        .iter()
        .position(|c| *c == column.name)
        .unwrap();
    let values: Vec<f64> = first
        .rows
        .iter()
        .filter_map(|(_, cells)| cells[at].parse().ok())
        .collect();
    assert!(values.len() > 250 && values.is_sorted_by(|a, b| a >= b));
    assert!(Session::is_for_sample(&Request::Rows {
        offset: 0,
        limit: 1,
        view: Some(Box::new(view)),
    }));
}
