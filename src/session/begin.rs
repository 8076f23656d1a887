//! The job that a request asks for.

use super::compare::{KeptRun, compare};
use super::data_profile::ProfileJob;
use super::estimate::EstimateJob;
use super::failure::Fault;
use super::forecast::{ForecastJob, find, metric, offset_of, read_marks, settled, track};
use super::job::{FileBytes, HostFacts, InPlace, Instant, Job, Slice};
use super::load::{LoadJob, SimulateJob};
use super::predict::PredictJob;
use super::preview::{ExportScenarioJob, PreviewJob};
use super::search::SearchJob;
use super::store::Store;
use super::train::TrainJob;
use super::{open, predict, profile, reading, rows, said, store};
use crate::json;
use crate::protocol::{Event, Report, Request};

/// How a session begins a job. A pointer, so that a program links what its sessions can do and no more.
pub(super) type Begin = fn(Request, Vec<FileBytes>, Option<InPlace>, HostFacts) -> Box<dyn Job>;

fn instant(run: impl FnOnce(&mut Store) -> Result<Slice, Fault> + 'static) -> Box<dyn Job> {
    Box::new(Instant(Some(run)))
}

pub(super) fn any(
    request: Request,
    attachments: Vec<FileBytes>,
    in_place: Option<InPlace>,
    host: HostFacts,
) -> Box<dyn Job> {
    match request {
        Request::Load { files, reading } => match said::said(&reading.unwrap_or_default()) {
            Ok(said) => Box::new(LoadJob::new(&files, attachments, said)),
            Err(fault) => instant(move |_| Err(fault)),
        },
        Request::PreviewScenario { spec, episode } => Box::new(PreviewJob::new(spec, episode)),
        Request::ExportScenario { spec, what } => Box::new(ExportScenarioJob::new(spec, what)),
        Request::SetKind { column, kind } => instant(move |store| {
            let data = store.data.as_mut().ok_or_else(Fault::no_data)?;
            data.set_kind(&column, kind)?;
            Ok(Slice::done(Event::Data(Box::new(data.summary()))))
        }),
        Request::Profile { target } => Box::new(ProfileJob::new(target)),
        Request::Estimate { prepare, model } => Box::new(EstimateJob::new(
            prepare,
            model,
            host.workers,
            host.memory_limit_bytes,
        )),
        Request::Train { prepare, model } => Box::new(TrainJob::new(
            prepare,
            model,
            in_place,
            host.memory_limit_bytes,
        )),
        Request::Search {
            prepare,
            model,
            search,
        } => Box::new(SearchJob::new(
            prepare,
            model,
            search,
            in_place,
            host.memory_limit_bytes,
        )),
        Request::DescribeSeries { spec } => instant(move |store| {
            let data = store.data()?;
            let spec = settled(&data.frame, &spec, offset_of(&data.hows));
            let found = find(&data.frame, &spec);
            Ok(Slice::done(Event::Series(Box::new(found))))
        }),
        Request::Metric {
            spec,
            entity,
            column,
            secs,
        } => instant(move |store| {
            let data = store.data()?;
            let spec = settled(&data.frame, &spec, offset_of(&data.hows));
            let told = metric(&data.frame, &spec, (entity, &column), secs);
            let told = told.map_err(|e| Fault::said(e.refusal(&spec, 0).failure))?;
            Ok(Slice::done(Event::Track(Box::new(told))))
        }),
        Request::ReadMarks { name } => instant(move |_| {
            let file = attachments.into_iter().next();
            let bytes = file.map_or(Ok(Vec::new()), |file| file.whole(&name))?;
            let marks = read_marks(&name, &bytes).map_err(|e| Fault::said(e.failure()))?;
            let marks = marks.into_iter().map(|(_, mark)| mark).collect();
            Ok(Slice::done(Event::Marks(marks)))
        }),
        Request::Forecast { spec } => {
            Box::new(ForecastJob::new(*spec, in_place, host.memory_limit_bytes))
        }
        Request::Track { entity, secs } => instant(move |store| {
            let forecast = store.forecast.as_ref();
            let forecast = forecast.ok_or_else(Fault::no_forecast)?;
            let track = track(forecast, entity, secs).ok_or_else(Fault::no_forecast)?;
            Ok(Slice::done(Event::Track(Box::new(track))))
        }),
        Request::ExportForecast => instant(|store| {
            let forecast = store.forecast.as_ref();
            let forecast = forecast.ok_or_else(Fault::no_forecast)?;
            Ok(store::file(
                format!("{}.forecast.json", forecast.data_name),
                "application/json",
                forecast.json.clone().into_bytes(),
            ))
        }),
        Request::CompareRuns { runs, budget } => instant(move |_| {
            let run = |text: &str| KeptRun::of_json(text.as_bytes());
            let compared = run(&runs.0)
                .and_then(|first| compare(&first, &run(&runs.1)?, budget))
                .map_err(|e| Fault::said(e.failure()))?;
            Ok(Slice::done(Event::Compared(Box::new(compared.told()))))
        }),
        Request::OpenModel { name } => instant(move |store| {
            let bytes = attachments.into_iter().next();
            let bytes = bytes.map_or(Ok(Vec::new()), |file| file.whole(&name))?;
            let trained = open::open(&name, bytes)?;
            let event = Event::Opened {
                model: Box::new(trained.summary()),
                report: trained.details.report.clone().map(Box::new),
            };
            store.model = Some(trained);
            store.predictions = None;
            Ok(Slice::done(event))
        }),
        Request::SaveModel => instant(|store| {
            let model = store.model()?;
            Ok(store::file(
                model.file_name(),
                "application/octet-stream",
                model.bytes.clone(),
            ))
        }),
        Request::Predict { files, reading } => match said::said(&reading.unwrap_or_default()) {
            Ok(said) => Box::new(PredictJob::new(&files, attachments, said)),
            Err(fault) => instant(move |_| Err(fault)),
        },
        Request::PredictionRows {
            filter,
            offset,
            limit,
        } => instant(move |store| {
            let predictions = store
                .predictions
                .as_ref()
                .ok_or_else(Fault::no_predictions)?;
            Ok(Slice::done(Event::PredictionRows(predict::page(
                predictions,
                &filter,
                offset,
                limit,
            ))))
        }),
        Request::ExportData => instant(|store| {
            let data = store.data()?;
            let bytes = crate::export::frame_csv(&data.frame, crate::export::CsvOptions::default());
            Ok(store::file(
                format!("{}.csv", store::stem(&data.frame.name)),
                "text/csv",
                bytes,
            ))
        }),
        Request::ExportRowNotes => instant(|store| {
            let data = store.data()?;
            Ok(store::file(
                format!(
                    "{}.rows-not-as-they-stand.csv",
                    store::stem(&data.frame.name)
                ),
                "text/csv",
                reading::csv(&data.hows)?,
            ))
        }),
        Request::ExportPredictions => instant(|store| {
            let predictions = store
                .predictions
                .as_ref()
                .ok_or_else(Fault::no_predictions)?;
            let name = format!("{}.predictions.csv", store::stem(&predictions.data_name));
            Ok(store::file(name, "text/csv", predict::csv(predictions)))
        }),
        Request::ExportReport => instant(|store| {
            let model = store.model()?;
            let report = model.report().ok_or_else(Fault::no_report)?;
            let text = with_run(&report, model.run.as_deref());
            Ok(store::file(
                format!("{}.report.json", store::stem(&model.details.data_name)),
                "application/json",
                text.into_bytes(),
            ))
        }),
        request @ (Request::Simulate { .. }
        | Request::Rows { .. }
        | Request::DescribeTarget { .. }) => of_sample(request, attachments, in_place, host),
    }
}

/// A report as JSON, indented, with what was kept of the run to compare it by.
pub(super) fn with_run(report: &Report, run: Option<&str>) -> String {
    let mut tree = json::Value::of(report);
    let run = run.and_then(|run| json::Value::of_text(run.as_bytes()).ok());
    if let (json::Value::Map(fields), Some(run)) = (&mut tree, run) {
        fields.push(("run".to_owned(), run));
    }
    json::to_lines(&tree) + "\n"
}

/// Of data that is simulated, and of nothing else.
pub(super) fn of_sample(
    request: Request,
    _: Vec<FileBytes>,
    _: Option<InPlace>,
    _: HostFacts,
) -> Box<dyn Job> {
    match request {
        Request::Simulate { spec, sample } => Box::new(SimulateJob::new(spec, sample)),
        Request::DescribeTarget { column } => instant(move |store| {
            let data = store.data()?;
            let at = data
                .frame
                .position(&column)
                .ok_or_else(|| Fault::no_column(&column))?;
            Ok(Slice::done(Event::Target(Box::new(
                profile::describe_target(&data.frame, at),
            ))))
        }),
        Request::Rows {
            offset,
            limit,
            view,
        } => instant(move |store| {
            let data = store.data.as_mut().ok_or_else(Fault::no_data)?;
            let view = view.map(|view| *view).unwrap_or_default();
            Ok(Slice::done(Event::Rows(rows::page(
                data, &view, offset, limit,
            )?)))
        }),
        _ => instant(|_| Err(Fault::internal("this session only shows the sample"))),
    }
}
