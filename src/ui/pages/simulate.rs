//! A cluster that can be simulated.

use yew::prelude::*;

use crate::app::form::{Field, ISSUES};
use crate::app::{Act, Setting, format};
use crate::ui::shell::App;
use crate::ui::widgets::{Named, actions, card, check, number_field};

pub(super) fn simulate_card(app: &App) -> Html {
    let settings = &app.state.settings;
    let wrong = settings.simulate_spec().is_err();
    let onsubmit = {
        let store = app.store.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            store.act(Act::Simulate);
        })
    };
    let fields = [
        Field::SimulateRows,
        Field::SimulateHours,
        Field::SimulateProbability,
        Field::SimulateSeed,
    ];
    card(
        "card span12",
        "simulate-title",
        "Or simulate a cluster",
        "Metrics with known issues, to try things on. The result replaces the data set above and can be downloaded as CSV.",
        html! {
            <form class="form" {onsubmit}>
                <div class="fields">
                    for field in fields {
                        { number_field(app, field) }
                    }
                </div>
                <fieldset>
                    <legend>{ "Issues to draw from" }</legend>
                    <div class="checks">
                        for issue in ISSUES {
                            { check(&named(issue), settings.issues.contains(issue), set_issue(app, issue)) }
                        }
                    </div>
                    if settings.issues.is_empty() {
                        <p class="hint">{ "Without an issue every row is healthy, and there is nothing to learn." }</p>
                    }
                </fieldset>
                { actions(html! {
                    <button type="submit" class="btn" id="simulate" disabled={wrong}>{ "Simulate" }</button>
                }) }
            </form>
        },
    )
}

fn named(issue: &'static str) -> Named {
    Named {
        id: format!("issue-{issue}").into(),
        label: format::class_name(issue).into(),
        ..Named::default()
    }
}

fn set_issue(app: &App, issue: &'static str) -> Callback<bool> {
    let store = app.store.clone();
    Callback::from(move |on| store.act(Act::Set(Setting::Issue(issue.to_owned(), on))))
}
