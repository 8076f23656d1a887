//! A worker of the pool: takes a training set, grows the units that it is told to.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

use super::message::{FromPool, ToPool};
use super::start;
use crate::learn::UnitGrower;

/// Listens until it is terminated.
pub(super) fn run() {
    start::report_panics();
    let grower: Rc<RefCell<Option<UnitGrower>>> = Rc::default();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let answer = hear(&mut grower.borrow_mut(), &event.data());
        if let Some(answer) = answer {
            post(&answer);
        }
    });
    start::scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    post(&FromPool::Ready);
}

fn hear(grower: &mut Option<UnitGrower>, message: &JsValue) -> Option<FromPool> {
    match (ToPool::read(message), grower) {
        (Some(ToPool::Setup(setup)), grower) => match UnitGrower::from_bytes(&setup.to_vec()) {
            Ok(fresh) => {
                *grower = Some(fresh);
                None
            }
            Err(error) => Some(FromPool::Refused(error.to_string())),
        },
        (Some(ToPool::Grow(unit)), Some(grower)) => Some(match grower.grow(unit) {
            Ok(bytes) => FromPool::Grown { unit, bytes },
            Err(error) => FromPool::Refused(error.to_string()),
        }),
        (Some(ToPool::Grow(_)), None) => Some(FromPool::Refused(
            "a worker was asked to grow before it was given a training set".to_owned(),
        )),
        (None, _) => Some(FromPool::Refused(
            "a worker was sent a message that it cannot read".to_owned(),
        )),
    }
}

fn post(answer: &FromPool) {
    let parcel = answer.parcel();
    if start::scope()
        .post_message_with_transfer(&parcel.message, &parcel.transfer)
        .is_err()
    {
        // A buffer of its own making can always be moved; if not, whoever waits must not wait for ever.
        let refused = FromPool::Refused("a grown tree could not be handed over".to_owned());
        let _ = start::scope().post_message(&refused.parcel().message);
    }
}
