//! A cluster that can be simulated.

use yew::prelude::*;

use crate::app::form::{Field, ISSUES};
use crate::app::{Act, Setting, format};
use crate::ui::widgets::{Check, number_field, use_app};

#[component]
pub(super) fn SimulateCard() -> Html {
    let app = use_app();
    let settings = &app.state.settings;
    let wrong = settings.simulate_spec().is_err();
    let onsubmit = {
        let store = app.store.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            store.act(Act::Simulate);
        })
    };
    html! {
        <section class="card span12" aria-labelledby="simulate-title">
            <h2 id="simulate-title">{ "Or simulate a cluster" }</h2>
            <p class="why">{ "Metrics with known issues, to try things on. The result replaces the data set above and can be downloaded as CSV." }</p>
            <form class="form" {onsubmit}>
                <div class="fields">
                    { number_field(&app, Field::SimulateRows) }
                    { number_field(&app, Field::SimulateHours) }
                    { number_field(&app, Field::SimulateProbability) }
                    { number_field(&app, Field::SimulateSeed) }
                </div>
                <fieldset>
                    <legend>{ "Issues to draw from" }</legend>
                    <div class="checks">
                        for issue in ISSUES {
                            <Check
                                id={format!("issue-{issue}")}
                                label={format::class_name(issue)}
                                checked={settings.issues.contains(issue)}
                                on_change={set_issue(&app, issue)}
                            />
                        }
                    </div>
                    if settings.issues.is_empty() {
                        <p class="hint">{ "Without an issue every row is healthy, and there is nothing to learn." }</p>
                    }
                </fieldset>
                <p class="actions">
                    <button type="submit" class="btn" id="simulate" disabled={wrong}>{ "Simulate" }</button>
                </p>
            </form>
        </section>
    }
}

fn set_issue(app: &crate::ui::shell::App, issue: &'static str) -> Callback<bool> {
    let store = app.store.clone();
    Callback::from(move |on| store.act(Act::Set(Setting::Issue(issue.to_owned(), on))))
}
