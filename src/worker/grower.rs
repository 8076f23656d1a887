//! A worker of the pool: takes a training set, grows the units that it is told to. It speaks with the session through the
//! port that it was started with; only its death is told to the page.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, MessagePort};

use super::message::{FromPool, ToPool, panicked};
use super::start;
use crate::learn::UnitGrower;

/// Listens until it is terminated.
pub(super) fn run() {
    start::report_panics();
    let Some(port) = start::port() else {
        let _ = start::scope().post_message(&panicked("it was started without a port"));
        return;
    };
    let grower: Rc<RefCell<Option<UnitGrower>>> = Rc::default();
    let on_message = {
        let port = port.clone();
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let answer = hear(&mut grower.borrow_mut(), &event.data());
            if let Some(answer) = answer {
                post(&port, &answer);
            }
        })
    };
    port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    post(&port, &FromPool::Ready);
}

fn hear(grower: &mut Option<UnitGrower>, message: &JsValue) -> Option<FromPool> {
    let refused = |why: &str| Some(FromPool::Refused(why.to_owned()));
    match (ToPool::read(message), grower) {
        (Some(ToPool::Setup(setup)), grower) => match UnitGrower::from_bytes(&setup.to_vec()) {
            Ok(fresh) => {
                *grower = Some(fresh);
                None
            }
            Err(error) => refused(&error.to_string()),
        },
        (Some(ToPool::Grow(unit)), Some(grower)) => Some(match grower.grow(unit) {
            Ok(bytes) => FromPool::Grown {
                unit,
                bytes,
                row_leaves: grower.row_leaves().map(|b| Uint8Array::from(b.as_slice())),
            },
            Err(error) => FromPool::Refused(error.to_string()),
        }),
        (Some(ToPool::Learn(news)), Some(grower)) => match grower.learn(&news.to_vec()) {
            Ok(()) => None,
            Err(error) => refused(&error.to_string()),
        },
        (Some(ToPool::Follow(leaves)), Some(grower)) => match grower.follow(&leaves.to_vec()) {
            Ok(()) => None,
            Err(error) => refused(&error.to_string()),
        },
        (Some(ToPool::Grow(_) | ToPool::Learn(_) | ToPool::Follow(_)), None) => {
            refused("a worker was asked to grow before it was given a training set")
        }
        (None, _) => refused("a worker was sent a message that it cannot read"),
    }
}

fn post(port: &MessagePort, answer: &FromPool) {
    let parcel = answer.parcel();
    if port
        .post_message_with_transferable(&parcel.message, &parcel.transfer)
        .is_err()
    {
        // A buffer of its own making can always be moved; if not, whoever waits must not wait for ever.
        let refused = FromPool::Refused("a grown tree could not be handed over".to_owned());
        let _ = port.post_message(&refused.parcel().message);
    }
}
