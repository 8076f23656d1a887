//! Findings and figures.

use yew::prelude::*;

use crate::app::verdict::{Figure, Sentence, Weight};

/// The name and its mark.
pub(in crate::ui) fn mark() -> Html {
    html! {
        <span class="mark">
            <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor">
                <path d="M12 1.8 21 7v10l-9 5.2L3 17V7z" stroke-width="1.8" />
                <path d="M6.5 14.5 10 11l2.6 2.2 5-5.6" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
            </svg>
            <span>{ "Kubecast" }</span>
        </span>
    }
}

/// The sentence that a step opens with, and how it was found.
pub(in crate::ui) fn opening(sentence: &Sentence, sub: &str) -> Html {
    html! {
        <div class="finding">
            <h1 class="verdict" id="finding" tabindex="-1">
                for (weight, part) in sentence.0.iter() {
                    if *weight == Weight::Strong {
                        <em>{ part }</em>
                    } else {
                        { part }
                    }
                }
            </h1>
            if !sub.is_empty() {
                <p class="sub">{ sub }</p>
            }
        </div>
    }
}

/// Figures side by side: name, value, interval beside, baseline below. Struck through where they are flattering: where
/// they say more than is true, because the model has seen the rows.
pub(in crate::ui) fn figure_list(figures: &[Figure], flattering: bool) -> Html {
    html! {
        <dl class={classes!("figs", flattering.then_some("flattering"))}>
            for figure in figures.iter() {
                <div class="fig">
                    <dt title={figure.meaning}>{ figure.label }</dt>
                    <dd>
                        <span class={if figure.value == "not defined" { "v undefined" } else { "v" }}>{ &figure.value }</span>
                        { " " }
                        <small>{ &figure.beside }</small>
                        if !figure.below.is_empty() && !flattering {
                            <span class={if figure.better { "d better" } else { "d" }}>{ &figure.below }</span>
                        }
                        if !figure.meaning.is_empty() {
                            <span class="visually-hidden">{ figure.meaning }</span>
                        }
                    </dd>
                </div>
            }
        </dl>
    }
}
