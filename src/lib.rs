//! Kubecast predicts Kubernetes issues from cluster metrics: simulate or read a table, train, evaluate honestly, predict.
//!
//! ```text
//! simulate ─┐
//!           ├─> data::Frame ─> prepare ─> learn (on trees) ─> evaluate, explain
//! ingest  ──┘                                 └─> export: model.kubecast, predictions.csv, report.json
//! ```
//!
//! Three faces share that core through [`session`]: the page and the JavaScript module (feature `ui`, wasm32) and the
//! command line (feature `cli`). Without features the crate is a native library that sees no web crate.
//!
//! # Simulate
//!
//! ```
//! use kubecast::simulate::{Scenario, Simulation};
//!
//! let scenario = Scenario {
//!     num_samples: 500,
//!     time_periods_hours: Some(24),
//!     issue_types: vec!["node_failure".into(), "memory_pressure".into()],
//!     issue_probability: 0.3,
//!     seed: 42,
//!     ..Scenario::default()
//! };
//! let mut simulation = Simulation::new(scenario.check()?);
//! while simulation.step(100) {}
//! let frame = simulation.finish();
//! assert_eq!((frame.rows(), frame.columns().len()), (500, 24));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Train
//!
//! ```
//! use kubecast::ingest::read_csv;
//! use kubecast::learn::{Fitter, ForestParams, Learner};
//! use kubecast::prepare::{Recipe, RecipeParams, split};
//! use linfa::ParamGuard;
//!
//! let rows = "12,40,None\n97,41,cpu\n15,96,memory\n11,42,None\n95,40,cpu\n12,97,memory\n";
//! let csv = format!("cpu,memory,issue\n{}", rows.repeat(9));
//! let frame = read_csv("cluster.csv", csv.as_bytes())?.frame;
//! let classes = frame.column("issue").ok_or("no target")?.classes();
//! let held_out = split(&classes, 0.25, 42, true)?;
//! let (recipe, _notices) =
//!     Recipe::fit(&frame, &RecipeParams::new("issue", vec!["cpu".into(), "memory".into()]), &held_out.train)?;
//! let train = recipe.transform(&frame, &held_out.train)?;
//! let labels = train.rows.iter().map(|&row| classes.codes[row as usize] as u8).collect();
//! let forest = Learner::Forest(ForestParams::new().trees(20).check()?);
//! let mut fitter = Fitter::new(train.matrix.view(), labels, classes.names.len(), forest)?;
//! while fitter.step()? {}
//! let model = fitter.finish().ok_or("not all trees are grown")?;
//! assert_eq!(model.trees().len(), 20);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Predict
//!
//! All at once, through the façade that the page, the command line and JavaScript use:
//!
//! ```
//! use kubecast::protocol::{Event, FileHead, ModelSpec, PrepareSpec, Request};
//! use kubecast::session::Session;
//!
//! let mut session = Session::in_place();
//! let mut ask = |request: Request, files: Vec<Vec<u8>>| {
//!     session.submit(1, request, files);
//!     let mut last = None;
//!     while session.has_work() {
//!         last = session.work(0.0).pop();
//!     }
//!     last.map(|reply| reply.event)
//! };
//! let rows = "12,40,None\n97,41,cpu\n15,96,memory\n11,42,None\n95,40,cpu\n12,97,memory\n";
//! let csv = format!("cpu,memory,issue\n{}", rows.repeat(9));
//! let head = |name: &str| vec![FileHead { name: name.into(), bytes: 0, modified_secs: None }];
//! ask(Request::Load { files: head("cluster.csv"), reading: None }, vec![csv.into_bytes()]);
//! let prepare = PrepareSpec { columns: vec!["cpu".into(), "memory".into()], ..PrepareSpec::default() };
//! ask(Request::Train { prepare, model: ModelSpec::default() }, vec![]);
//! let new = b"cpu,memory\n96,41\n".to_vec();
//! let Some(Event::Predicted(summary)) = ask(Request::Predict { files: head("new.csv"), reading: None }, vec![new]) else {
//!     return Err("not predicted".into());
//! };
//! assert_eq!(summary.page.rows[0].1[0], "cpu");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[doc(inline)]
pub use kubecast_data::data;
#[doc(inline)]
pub use kubecast_engine::{learn, trees};

pub mod app;
pub mod evaluate;
pub mod explain;
pub mod export;
pub mod ingest;
pub mod json;
pub mod prepare;
pub mod protocol;
pub mod session;
pub mod simulate;

#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "ui")]
pub mod ui;
// Which worker grows what is arithmetic, and tested where there is no browser.
#[cfg(all(test, not(feature = "ui")))]
#[path = "worker/assignment.rs"]
mod assignment;
#[cfg(feature = "ui")]
pub mod worker;
