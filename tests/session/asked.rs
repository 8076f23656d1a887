//! A session that is asked one thing after another.

use super::*;

/// Works a session to the end of one request.
pub fn ask(session: &mut Session, request: Request, files: Vec<Vec<u8>>) -> Reply {
    session.submit(7, request, files);
    let mut done = 0.0;
    for now in 0.. {
        for reply in session.work(f64::from(now)) {
            assert_eq!(reply.job, 7);
            if let Event::Progress { done: share, .. } = reply.event {
                assert!(
                    share >= done && share <= 1.0,
                    "progress fell from {done} to {share}"
                );
                done = share;
            } else {
                assert!(!session.has_work());
                return reply;
            }
        }
        assert!(now < 1_000_000, "the job does not end");
    }
    unreachable!()
}

pub fn load(session: &mut Session, name: &str, text: &str) -> Result<DataSummary, Failure> {
    let files = vec![FileHead {
        name: name.to_owned(),
        bytes: text.len() as u64,
        modified_secs: None,
    }];
    match ask(
        session,
        Request::Load {
            files,
            reading: None,
        },
        vec![text.as_bytes().to_vec()],
    )
    .event
    {
        Event::Data(summary) => Ok(*summary),
        Event::Failed { failure, .. } => Err(failure),
        other => panic!("{other:?}"),
    }
}

pub fn train(
    session: &mut Session,
    prepare: PrepareSpec,
    model: ModelSpec,
) -> Result<Report, Failure> {
    match ask(session, Request::Train { prepare, model }, vec![]).event {
        Event::Trained { report, .. } => Ok(*report),
        Event::Failed { failure, .. } => Err(failure),
        other => panic!("{other:?}"),
    }
}

pub fn file(session: &mut Session, request: Request) -> Vec<u8> {
    let reply = ask(session, request, vec![]);
    assert!(
        matches!(reply.event, Event::File { .. }),
        "{:?}",
        reply.event
    );
    reply.attachment.unwrap()
}

pub fn small_forest() -> ModelSpec {
    ModelSpec::RandomForest(ForestSpec {
        trees: 20,
        ..ForestSpec::default()
    })
}

pub fn simulated() -> Session {
    let mut session = Session::in_place();
    let spec = SimulateSpec {
        num_samples: 2000,
        ..SimulateSpec::default()
    };
    let reply = ask(
        &mut session,
        Request::Simulate {
            spec: Box::new(spec),
            sample: true,
        },
        vec![],
    );
    let Event::Data(summary) = reply.event else {
        panic!("{:?}", reply.event)
    };
    assert_eq!((summary.rows, summary.columns.len()), (2000, 24));
    session
}
