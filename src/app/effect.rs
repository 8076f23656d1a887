//! What has to happen outside.

use std::rc::Rc;

use super::form::Field;
use super::{Handle, Route, Source};
use crate::protocol::{JobId, Request, RunRecord};

/// Bytes that go along with a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Attachment {
    /// A file that the page holds.
    File(u32),
    /// Bytes at hand.
    Bytes(Handle<Vec<u8>>),
}

/// The data set to keep for the next visit.
pub type KeptData = Source;

/// An order to the world outside.
#[derive(Clone, Debug, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "there are a few at a time, and each is run at once; where pointers are 32 bits wide it is none"
)]
pub enum Effect {
    /// Ask the engine.
    Send {
        /// The job.
        job: JobId,
        /// What.
        request: Request,
        /// The files of the request, in its order.
        attachments: Vec<Attachment>,
    },
    /// Stop a job.
    Cancel(JobId),
    /// Show a step.
    Go(Route),
    /// Put the keyboard into a field.
    Focus(Field),
    /// Give a file to the person.
    Download {
        /// Its name.
        name: String,
        /// Its media type.
        media_type: String,
        /// Its bytes.
        bytes: Handle<Vec<u8>>,
    },
    /// Keep the data set in the browser.
    KeepData(KeptData),
    /// Keep the model in the browser.
    KeepModel(Rc<str>, Handle<Vec<u8>>),
    /// Keep the run log in the browser.
    KeepRuns(Handle<Vec<RunRecord>>),
    /// Keep the marked incidents in the browser, as text.
    KeepMarks(String),
    /// Forget the kept data set, model and marks.
    Forget,
    /// Put the scenario into the address, after the `?` of the simulator's page.
    Address(String),
    /// Say [`super::Act::PreviewDue`] with this number in a moment.
    PreviewSoon(u64),
    /// Copy the page's address.
    CopyAddress,
    /// Draw a fresh seed for this field.
    DrawSeed(Field),
}
