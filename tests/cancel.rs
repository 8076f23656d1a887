//! Cancel at any moment: no work is left, no memory is held, and what is trained afterwards is what would have been
//! trained before. An allocator that counts sees what is held; so there is one test in this program, which runs alone.
#![expect(unsafe_code, reason = "an allocator that counts what is held")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use kubecast::learn::{IsolationFitter, IsolationParams, UnitGrower};
use kubecast::protocol::{
    BoostSpec, Event, ForestSpec, ModelSpec, PrepareSpec, Request, SearchSpec, SimulateSpec,
};
use kubecast::session::Session;
use linfa::ParamGuard as _;

struct Counting;

static HELD_BYTES: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all that is done beside counting is the system's own allocator's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD_BYTES.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise is handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD_BYTES.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise is handed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn held() -> usize {
    HELD_BYTES.load(Ordering::Relaxed)
}

fn jobs() -> Vec<(&'static str, Request)> {
    let forest = ModelSpec::RandomForest(ForestSpec {
        trees: 6,
        out_of_bag: true,
        ..ForestSpec::default()
    });
    let boosting = ModelSpec::GradientBoosting(BoostSpec {
        rounds: 3,
        stop_after: Some(2),
        ..BoostSpec::default()
    });
    let prepare = PrepareSpec::default;
    let train = |model| Request::Train {
        prepare: prepare(),
        model,
    };
    let search = |model| Request::Search {
        prepare: prepare(),
        model,
        search: SearchSpec {
            candidates: 3,
            folds: 2,
            ..SearchSpec::default()
        },
    };
    vec![
        ("forest", train(forest.clone())),
        ("boosting", train(boosting.clone())),
        ("search of a forest", search(forest.clone())),
        ("search of boosting", search(boosting.clone())),
        (
            "estimate",
            Request::Estimate {
                prepare: prepare(),
                model: boosting,
            },
        ),
    ]
}

fn with_table(mut session: Session) -> Session {
    let spec = SimulateSpec {
        num_samples: 400,
        ..SimulateSpec::default()
    };
    let request = Request::Simulate {
        spec: Box::new(spec),
        sample: true,
    };
    session.submit(1, request, Vec::new());
    while session.has_work() {
        session.work(0.0);
    }
    session
}

/// What a job comes to, without the seconds that it took.
fn answer(session: &mut Session, request: &Request) -> String {
    session.submit(2, request.clone(), Vec::new());
    let mut last = None;
    let mut now_secs = 0.0;
    while session.has_work() {
        now_secs += 0.001;
        last = session.work(now_secs).pop();
    }
    plain(last.expect("an answer").event)
}

fn plain(event: Event) -> String {
    match event {
        Event::Trained { model, .. } => format!("{} of {} bytes", model.id, model.bytes),
        Event::Found(mut found) => {
            found.secs = 0.0;
            format!("{found:?}")
        }
        Event::Estimated(estimate) => format!("{} bytes", estimate.memory_bytes),
        other => panic!("{other:?}"),
    }
}

/// A session grows its units itself and is cancelled after `slices` slices; whether the job was still at work.
fn cancelled_in_place(session: &mut Session, request: &Request, slices: u32) -> bool {
    session.submit(3, request.clone(), Vec::new());
    for slice in 0..slices {
        session.work(f64::from(slice) * 0.001);
        if !session.has_work() {
            return false;
        }
    }
    let told = session.cancel();
    assert!(matches!(&told[..], [only] if only.job == 3 && only.event == Event::Cancelled));
    true
}

/// Two workers grow the units of a session, which is cancelled when `units` came back, another is under way and one more
/// comes late; whether the job was still at work.
fn cancelled_among_workers(session: &mut Session, request: &Request, units: u32) -> bool {
    session.submit(4, request.clone(), Vec::new());
    while session.has_work() {
        session.work(0.0);
    }
    let work = session.unit_work().expect("units");
    let setup = || UnitGrower::from_bytes(&work.setup).expect("a worker");
    let mut workers = [setup(), setup()];
    let mut next = 0;
    let mut accepted = 0;
    loop {
        let news = session.unit_news();
        for lesson in &news.lessons {
            workers
                .iter_mut()
                .for_each(|w| w.learn(lesson).expect("news"));
        }
        let (begin, end) = (next, news.released);
        assert!(begin < end, "units are released");
        for unit in begin..end {
            let grown = workers[unit as usize % 2].grow(unit).expect("a unit");
            if accepted == units {
                assert_eq!(session.cancel().len(), 1);
                assert!(session.unit_work().is_none());
                let news = session.unit_news();
                assert!(news.lessons.is_empty() && news.released == 0);
                assert!(
                    session.accept_unit(unit, &grown, 1.0).is_empty(),
                    "too late"
                );
                return true;
            }
            let told = session.accept_unit(unit, &grown, 1.0);
            accepted += 1;
            let over = |event: &Event| !matches!(event, Event::Progress { .. });
            if session.has_work() || told.iter().any(|reply| over(&reply.event)) {
                // All units are there, or the job has ended.
                session.cancel();
                return false;
            }
        }
        next = end;
    }
}

#[test]
fn cancel_at_any_moment_leaves_no_work_and_no_memory() {
    for (name, request) in jobs() {
        let mut session = with_table(Session::in_place());
        // What is made once and kept is made.
        let expected = answer(&mut session, &request);
        cancelled_in_place(&mut session, &request, 2);
        let before = held();
        let mut points = 0;
        while cancelled_in_place(&mut session, &request, points) {
            assert!(!session.has_work() && session.unit_work().is_none());
            assert!(session.work(1.0).is_empty() && session.cancel().is_empty());
            assert_eq!(held(), before, "{name}, cancelled after {points} slices");
            points += 1;
        }
        assert!(points >= 3, "{name}: {points} moments");
        assert_eq!(
            answer(&mut session, &request),
            expected,
            "{name}: as if nothing was"
        );
        drop(session);

        if matches!(request, Request::Estimate { .. }) {
            continue;
        }
        let mut session = with_table(Session::default());
        cancelled_among_workers(&mut session, &request, 1);
        let before = held();
        let mut units = 0;
        while cancelled_among_workers(&mut session, &request, units) {
            assert!(!session.has_work());
            assert_eq!(
                held(),
                before,
                "{name}, cancelled after {units} units of workers"
            );
            units += 1;
        }
        assert!(units >= 5, "{name}: {units} units");
    }

    // The isolation forest has no job of its own yet: its fitter is dropped between any two trees.
    let x = ndarray::Array2::from_shape_fn((300, 3), |(row, column)| {
        ((row * (7 + column)) % 31) as f64
    });
    let params = || IsolationParams::new().trees(12).check().expect("in range");
    let fit = |trees: usize| {
        let mut fitter = IsolationFitter::new(x.view(), None, params()).expect("rows");
        (0..trees).all(|_| fitter.step().expect("a tree"));
    };
    fit(1);
    let before = held();
    for trees in 0..12 {
        fit(trees);
        assert_eq!(
            held(),
            before,
            "an isolation forest left after {trees} trees"
        );
    }
}
