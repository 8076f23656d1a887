//! What the model is worth on rows that it never saw.

use std::rc::Rc;

use yew::prelude::*;

use super::dismiss;
use crate::app::plot::{Chart, class_color};
use crate::app::verdict::{self, Sentence};
use crate::app::{Act, Handle, Route, Trained, format, runlog, select};
use crate::protocol::{Report, Request};
use crate::ui::charts::ChartCard;
use crate::ui::route;
use crate::ui::widgets::{
    Notices, Scroll, Strip, Waiting, async_view, figure_list, opening, use_app,
};

#[component]
pub(in crate::ui) fn Evaluate() -> Html {
    let app = use_app();
    let state = &app.state;
    let model = state.model.value();
    let report = model.and_then(|m| m.report.clone());
    let (sentence, sub) = match (&report, model) {
        (Some(report), _) => (verdict::of_report(report), verdict::grounds(report)),
        (None, Some(_)) => (
            Sentence::of(["This model file carries no evaluation."]),
            "Predict a table that has the target column to see how right it is.".to_owned(),
        ),
        (None, None) => (
            Sentence::of(["There is no model to judge yet."]),
            "Training one on the sample takes a few seconds.".to_owned(),
        ),
    };
    let words = state.job.as_ref().map(|j| j.purpose.words());
    let why_not = select::train_why_not(state);
    let stale = report.is_some() && !select::same_training(state);
    let other = select::model_is_of_other_data(state);
    html! {
        <>
            { opening(&sentence, &sub) }
            <Strip progress={state.model.running().cloned()} words={words.unwrap_or_default()}>
                if report.is_some() {
                    <button type="button" class="btn primary" onclick={Callback::from(|_: MouseEvent| route::go(Route::Keep))}>{ "Keep this model" }</button>
                    <button type="button" class="btn" onclick={Callback::from(|_: MouseEvent| route::go(Route::Predict))}>{ "Predict new rows" }</button>
                    <button type="button" class="btn" onclick={Callback::from(|_: MouseEvent| route::go(Route::Runs))}>{ "Compare with another run" }</button>
                } else {
                    <button type="button" class="btn primary" disabled={why_not.is_some()} onclick={app.on::<MouseEvent>(Act::Train)}>{ "Train on this data" }</button>
                }
                <span class="strip-note">
                    if other {
                        { "Trained on another table than the one at hand." }
                    } else if stale {
                        { "The settings were changed since this training." }
                    }
                </span>
            </Strip>
            <Waiting />
            { async_view(&state.model, &dismiss(&app), Route::Evaluate, || html! {}, |trained| match report {
                Some(report) => html! { <ReportView report={Handle::new(report)} trained={trained.clone()} /> },
                None => html! {},
            }) }
        </>
    }
}

#[derive(Properties)]
struct ReportViewProps {
    report: Handle<Rc<Report>>,
    trained: Handle<Trained>,
}

impl PartialEq for ReportViewProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.report, &other.report) && self.trained == other.trained
    }
}

#[component]
fn ReportView(props: &ReportViewProps) -> Html {
    let report = &props.report;
    html! {
        <div class="grid">
            <section class="card span12" aria-label="Figures">
                { figure_list(&verdict::figures(report), false) }
            </section>
            <ReportCharts report={props.report.clone()} />
            if !report.notices.is_empty() {
                <section class="card span12" aria-labelledby="report-notices-title">
                    <h2 id="report-notices-title">{ "Before you trust it" }</h2>
                    <Notices notices={Handle::new(report.notices.clone())} />
                </section>
            }
            <Details report={props.report.clone()} trained={props.trained.clone()} />
        </div>
    }
}

#[derive(Properties)]
pub(super) struct ReportChartsProps {
    pub(super) report: Handle<Rc<Report>>,
}

impl PartialEq for ReportChartsProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.report, &other.report)
    }
}

/// The charts and the table of classes of a report.
#[component]
pub(super) fn ReportCharts(props: &ReportChartsProps) -> Html {
    let app = use_app();
    let report = &props.report;
    let charts = {
        let report = Rc::clone(report);
        use_memo(Rc::as_ptr(&report) as usize, move |_| Charts::of(&report))
    };
    html! {
        <>
            <div class="span7 chart-cell">
                <ChartCard
                    chart={charts.confusion.clone()}
                    title={verdict::confusion_title(report)}
                    why="Rows are the truth, columns what was said; share of each row."
                />
            </div>
            if let Some(importance) = &charts.importance {
                <div class="span5 chart-cell">
                    <ChartCard
                        chart={importance.clone()}
                        title={verdict::importance_title(report)}
                        why="Drop in macro F1 when a column is shuffled, on held-out rows; the whiskers are its spread over the repeats. Columns that say the same share their worth."
                    />
                </div>
            }
            <section class="card span12" aria-labelledby="classes-title">
                <h2 id="classes-title">{ select::capital(&verdict::classes_title(report)) }</h2>
                <p class="why">{ "Each class against the rest, on held-out rows." }</p>
                { class_table(report, app.dark) }
            </section>
            if let Some(roc) = &charts.roc {
                <div class="span6 chart-cell">
                    <ChartCard
                        chart={roc.clone()}
                        title={select::capital(&verdict::roc_title(report))}
                        why="ROC: share of a class that is found, against the share of other rows taken for it."
                    />
                </div>
            }
            if let Some(precision_recall) = &charts.precision_recall {
                <div class="span6 chart-cell">
                    <ChartCard
                        chart={precision_recall.clone()}
                        title={select::capital(&verdict::precision_recall_title(report))}
                        why="Precision and recall: how many alarms are true, against the share that is found."
                    />
                </div>
            }
        </>
    }
}

struct Charts {
    confusion: Rc<Chart>,
    importance: Option<Rc<Chart>>,
    roc: Option<Rc<Chart>>,
    precision_recall: Option<Rc<Chart>>,
}

impl Charts {
    fn of(report: &Report) -> Self {
        let unless_empty =
            |empty: bool, chart: fn(&Report) -> Chart| (!empty).then(|| Rc::new(chart(report)));
        Self {
            confusion: Rc::new(Chart::confusion(report)),
            importance: unless_empty(report.importance.is_empty(), Chart::importance),
            roc: unless_empty(report.roc.is_empty(), Chart::roc),
            precision_recall: unless_empty(
                report.precision_recall.is_empty(),
                Chart::precision_recall,
            ),
        }
    }
}

fn class_table(report: &Report, dark: bool) -> Html {
    let cell = |x: Option<f64>| match x {
        Some(x) => html! { <td class="num">{ format::score(x) }</td> },
        None => html! { <td class="num muted">{ "not defined" }</td> },
    };
    html! {
        <Scroll label="Scores of each class" tall={true}>
            <table class="data">
                <thead>
                    <tr>
                        <th scope="col">{ "Class" }</th>
                        <th scope="col" class="num">{ "Rows" }</th>
                        <th scope="col" class="num" title="Share of the rows predicted as this class that are of it.">{ "Precision" }</th>
                        <th scope="col" class="num" title="Share of this class's rows that are found.">{ "Recall" }</th>
                        <th scope="col" class="num" title="Harmonic mean of precision and recall.">{ "F1" }</th>
                        <th scope="col" class="num">{ "ROC AUC" }</th>
                        <th scope="col" class="num">{ "Average precision" }</th>
                    </tr>
                </thead>
                <tbody>
                    for score in report.per_class.iter() {
                        <tr>
                            <th scope="row">
                                <span class="key" style={format!("background:{}", class_color(&score.class, &report.classes, dark).css())} aria-hidden="true"></span>
                                { format::shortened(&score.class, 40) }
                            </th>
                            <td class="num">{ format::count(score.support) }</td>
                            { cell(score.precision) }
                            { cell(score.recall) }
                            { cell(score.f1) }
                            { cell(score.roc_auc) }
                            { cell(score.average_precision) }
                        </tr>
                    }
                </tbody>
            </table>
        </Scroll>
    }
}

#[derive(Properties)]
struct DetailsProps {
    report: Handle<Rc<Report>>,
    trained: Handle<Trained>,
}

impl PartialEq for DetailsProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.report, &other.report) && self.trained == other.trained
    }
}

#[component]
fn Details(props: &DetailsProps) -> Html {
    let app = use_app();
    let report = &props.report;
    let model = &props.trained.model;
    let mut lines = vec![
        (
            "model file".to_owned(),
            format!("{}, id {}", format::bytes(model.bytes), model.id),
        ),
        (
            "trees".to_owned(),
            format!(
                "{}, {}",
                format::count(model.trees),
                format::plural(model.nodes, "node")
            ),
        ),
        ("features".to_owned(), format::count(model.features)),
        ("data".to_owned(), report.data_name.clone()),
        (
            "data fingerprint".to_owned(),
            report.data_fingerprint.clone(),
        ),
        ("training rows".to_owned(), format::count(report.rows_train)),
        ("held-out rows".to_owned(), format::count(report.rows_test)),
    ];
    lines.extend(runlog::option_lines(&report.options));
    html! {
        <section class="card span12" aria-labelledby="details-title">
            <h2 id="details-title">{ "How to get the same again" }</h2>
            <p class="why">{ "The same data, options and seed give the same model, byte for byte, here and on the command line." }</p>
            if let Some(text) = &model.text {
                <details class="more">
                    <summary>{ "The tree as text" }</summary>
                    <Scroll label="The decision tree as text" tall={true}>
                        <pre>{ text }</pre>
                    </Scroll>
                </details>
            }
            <details class="more">
                <summary>{ "Options and fingerprint" }</summary>
                <dl class="pairs">
                    for (name, value) in lines {
                        <div><dt>{ name }</dt><dd>{ value }</dd></div>
                    }
                </dl>
            </details>
            <p class="actions">
                <button type="button" class="btn" id="download-report" onclick={app.on::<MouseEvent>(Act::Export(Request::ExportReport))}>{ "Download the report as JSON" }</button>
            </p>
        </section>
    }
}
