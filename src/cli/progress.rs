//! One line on the terminal that says how far the work is.

use std::io::{IsTerminal, Write};

use crate::protocol::Stage;

/// Told no more often than this.
const TELL_SECS: f64 = 0.1;

/// Writes to standard error if that is a terminal, else nothing.
#[derive(Debug)]
pub(super) struct Progress {
    is_terminal: bool,
    told_secs: f64,
    shown: bool,
}

impl Progress {
    pub fn new() -> Self {
        Self {
            is_terminal: std::io::stderr().is_terminal(),
            told_secs: f64::NEG_INFINITY,
            shown: false,
        }
    }

    /// Shows how far the work is. `done` is a share of 1.
    pub fn tell(&mut self, stage: Stage, done: f64, detail: &str, now_secs: f64) {
        if !self.is_terminal || now_secs - self.told_secs < TELL_SECS {
            return;
        }
        self.told_secs = now_secs;
        self.shown = true;
        self.write(&format!(
            "\r\x1b[2K{:>3.0} %  {}  {detail}",
            done * 100.0,
            word(stage)
        ));
    }

    /// Clears the line.
    pub fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            self.write("\r\x1b[2K");
        }
    }

    fn write(&self, text: &str) {
        let mut err = std::io::stderr().lock();
        // A terminal that went away needs no progress.
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }
}

fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Reading => "reading",
        Stage::Simulating => "simulating",
        Stage::Profiling => "looking at columns",
        Stage::Preparing => "preparing",
        Stage::Growing => "growing",
        Stage::Searching => "searching",
        Stage::Evaluating => "evaluating",
        Stage::Explaining => "explaining",
        Stage::Predicting => "predicting",
        Stage::Writing => "writing",
    }
}
