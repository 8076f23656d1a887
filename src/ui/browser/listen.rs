//! What the window tells: another address, files dropped and text pasted anywhere.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ClipboardEvent, DragEvent, Element, Event, HtmlElement};

use super::folder;
use crate::app::marking::Marking;
use crate::app::{Act, FileRef, Route};
use crate::ui::route;
use crate::ui::store::Store;

/// Listens for as long as the page is there.
pub(in crate::ui) fn to_window(store: &Store) {
    let went = store.clone();
    on("hashchange", move |_| {
        went.act(route::told().unwrap_or(Act::Went(Route::Data)));
    });
    on("dragover", |event| {
        let event: DragEvent = event.unchecked_into();
        if carries_files(&event) {
            event.prevent_default();
            mark_dragging(true);
        }
    });
    on("dragleave", |event| {
        // Left the window altogether.
        let event: DragEvent = event.unchecked_into();
        if event.related_target().is_none() {
            mark_dragging(false);
        }
    });
    // Whoever touches the page will soon ask more of it than the sample.
    let touched = Rc::new(Cell::new(false));
    for touch in ["pointerdown", "keydown", "dragenter"] {
        let (touched, store) = (Rc::clone(&touched), store.clone());
        on(touch, move |_| {
            if !touched.replace(true) {
                store.prepare();
            }
        });
    }
    let dropped = store.clone();
    on("drop", move |event| {
        let event: DragEvent = event.unchecked_into();
        mark_dragging(false);
        if let Some(transfer) = event.data_transfer() {
            event.prevent_default();
            if let Some(entries) = folder::entries(&transfer) {
                let store = dropped.clone();
                spawn_local(async move {
                    match folder::files(entries).await {
                        Ok((files, is_cut)) => store.act(Act::DroppedFolder {
                            files: store.files().take_array(&files),
                            is_cut,
                        }),
                        Err(_) => store.act(Act::Dropped(Vec::new())),
                    }
                });
                return;
            }
            let files = transfer
                .files()
                .map(|list| dropped.files().take(&list))
                .unwrap_or_default();
            // On the marks a table is one of them. What is no element has no such method, which is an error like another.
            let is_table = |file: &FileRef| file.name.ends_with(".csv");
            let are_marks = files.first().is_some_and(is_table)
                && event.target().is_some_and(|at| {
                    let marks = at.unchecked_into::<Element>().closest("#marking");
                    matches!(marks, Ok(Some(_)))
                });
            dropped.act(if are_marks {
                Act::Mark(Marking::Open(files))
            } else {
                Act::Dropped(files)
            });
        }
    });
    let pasted = store.clone();
    on("paste", move |event| {
        let is_typing = event
            .target()
            .and_then(|t| t.dyn_into::<Element>().ok())
            .is_some_and(|e| matches!(&*e.tag_name(), "INPUT" | "TEXTAREA" | "SELECT"));
        let event: ClipboardEvent = event.unchecked_into();
        let Some(transfer) = event.clipboard_data().filter(|_| !is_typing) else {
            return;
        };
        let mut files = transfer
            .files()
            .map(|list| pasted.files().take(&list))
            .unwrap_or_default();
        if files.is_empty() {
            let text = transfer.get_data("text/plain").unwrap_or_default();
            files.extend(pasted.files().take_text("pasted text", &text));
        }
        if !files.is_empty() {
            event.prevent_default();
            pasted.act(Act::Dropped(files));
        }
    });
}

fn on(name: &str, handler: impl Fn(Event) + 'static) {
    let closure = Closure::<dyn Fn(Event)>::new(handler);
    if let Some(window) = web_sys::window() {
        // Refused only where the window is gone.
        let _ = window.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    }
    // Lives as long as the window.
    closure.forget();
}

fn carries_files(event: &DragEvent) -> bool {
    event
        .data_transfer()
        .is_some_and(|t| t.types().iter().any(|kind| kind == "Files"))
}

fn mark_dragging(dragging: bool) {
    let body = web_sys::window()
        .and_then(|w| w.document())
        .and_then(|d| d.body());
    if let Some(body) = body {
        let _ = if dragging {
            body.set_attribute("data-dragging", "")
        } else {
            body.remove_attribute("data-dragging")
        };
    }
}

/// Waits without holding the page up.
pub(in crate::ui) async fn sleep(millis: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
        }
    });
    let _ = JsFuture::from(promise).await;
}

/// Puts the keyboard into an element once it is drawn.
pub(in crate::ui) fn focus_later(id: &'static str) {
    spawn_local(async move {
        sleep(30).await;
        focus(id);
    });
}

/// Puts the keyboard into an element.
pub(in crate::ui) fn focus(id: &str) {
    let element = web_sys::window()
        .and_then(|w| w.document())
        .and_then(|d| d.get_element_by_id(id))
        .and_then(|e| e.dyn_into::<HtmlElement>().ok());
    if let Some(element) = element {
        let _ = element.focus();
    }
}
