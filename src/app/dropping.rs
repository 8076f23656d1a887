//! Files that are dropped or chosen: what each is taken for.

use std::rc::Rc;

use super::engine::Step;
use super::{Attachment, FileRef, Origin, Pending, Purpose, Route, Source, format, reading};
use crate::protocol::{Failure, FailureCode, Place, Request};

impl Step {
    /// A folder holds more than data: what is no kind of file that is read is left out, and named.
    pub(super) fn dropped_folder(&mut self, files: &[FileRef], is_cut: bool) {
        let (data, others): (Vec<FileRef>, Vec<FileRef>) = files
            .iter()
            .cloned()
            .partition(|f| reading::may_be_data(&f.name));
        if data.is_empty() {
            return self.dropped(&[]);
        }
        if !others.is_empty() || is_cut {
            let names: Vec<String> = others.iter().map(|f| f.name.to_string()).collect();
            let mut detail = match names.is_empty() {
                true => String::new(),
                false => format!("No tables or exports: {}. ", format::listed(&names, 5)),
            };
            if is_cut {
                detail.push_str("Of a folder 500 entries are looked at, and it holds more.");
            }
            self.alert(Failure {
                code: FailureCode::Input,
                title: "Not all of the folder is read".to_owned(),
                detail: detail.trim_end().to_owned(),
                hint: "Drop a file by itself to have it read whatever its name.".to_owned(),
                place: Place::default(),
            });
        }
        self.dropped(&data);
    }

    pub(super) fn dropped(&mut self, files: &[FileRef]) {
        let (models, tables): (Vec<FileRef>, Vec<FileRef>) = files
            .iter()
            .cloned()
            .partition(|f| f.name.to_ascii_lowercase().ends_with(".kubecast"));
        if files.is_empty() {
            return self.alert(Failure {
                code: FailureCode::Input,
                title: "Nothing to read in what was dropped".to_owned(),
                detail: "It held no file of data: perhaps a link, or a folder of other things."
                    .to_owned(),
                hint: "Drop CSV files, exports of metrics, or a .kubecast model file.".to_owned(),
                place: Place::default(),
            });
        }
        if let [model, ..] = models.as_slice() {
            self.open(model);
        }
        if !tables.is_empty() {
            if self.state.route == Route::Predict && self.state.model.value().is_some() {
                self.predict(&tables);
            } else {
                self.load_files(&tables);
            }
        }
    }

    fn open(&mut self, file: &FileRef) {
        self.ask(Pending {
            purpose: Purpose::Open {
                name: Rc::clone(&file.name),
                restoring: false,
            },
            request: Request::OpenModel {
                name: file.name.to_string(),
            },
            attachments: vec![Attachment::File(file.key)],
        });
        self.go(Route::Keep);
    }

    pub(super) fn load_files(&mut self, files: &[FileRef]) {
        if files
            .iter()
            .any(|f| f.name.to_ascii_lowercase().ends_with(".kubecast"))
        {
            return self.dropped(files);
        }
        if !files.is_empty() {
            self.load(Source::new(Origin::Files(files.into())));
        }
    }
}
