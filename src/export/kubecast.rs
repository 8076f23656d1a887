//! The model file, `name.kubecast`.
//!
//! ```text
//! 0   8   "KUBECAST"
//! 8   2   version, 4
//! 10  8   length of the body
//! 18  32  SHA-256 of the body
//! 50      body: recipe (JSON), classes (JSON), details (JSON, the session's), by which columns rows are compared with their
//!         entity's own past (JSON; nothing where they are not), what tells the unfamiliar (see `learn::Novelty::write`;
//!         nothing where there is none), model (see `learn::Model::write`), each but the last with its length before it
//! ```
//!
//! Version 3 compares no row with its own past, version 2 tells no unfamiliar rows; version 1 does not pack its trees either.
//!
//! All numbers are little-endian. A file is refused with the reason before anything of it is used: length, magic,
//! version and checksum first, then every part against the others. Nothing is allocated that the file's own length
//! does not pay for.

use sha2::{Digest, Sha256};

use crate::json::{self, JsonError, Plain};
use crate::learn::{Model, ModelError, Novelty, NoveltyError};
use crate::prepare::{OwnPast, PrepareError, Recipe};
use crate::trees::{BytesError, Reader, Writer};

const MAGIC: &[u8; 8] = b"KUBECAST";
/// The version that is written; files of every released version are read.
pub const VERSION: u16 = 4;
/// The first version: trees were not packed.
const FIRST: u16 = 1;
/// The second: nothing told the unfamiliar.
const SECOND: u16 = 2;
/// The third: no row was compared with its own past.
const THIRD: u16 = 3;
const HEAD_BYTES: usize = 8 + 2 + 8 + 32;

/// All that a prediction needs, and what is to be told about it.
#[derive(Clone, Debug)]
pub struct ModelFile {
    /// From table to features.
    pub recipe: Recipe,
    /// Class names, in the model's order.
    pub classes: Vec<String>,
    /// From features to probabilities.
    pub model: Model,
    /// From features to whether a row is like those that were learned from; none where it was not asked for, or of too
    /// few rows.
    pub novelty: Option<Novelty>,
    /// Where that is told from each row's distances from its entity's own past rather than from features: by which columns.
    pub own_past: Option<OwnPast>,
    /// The session's own notes (options, report, where the data came from) as JSON.
    pub details: Vec<u8>,
}

/// Why bytes are no model file.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    /// No bytes.
    #[error("the file is empty")]
    Empty,
    /// Another kind of file.
    #[error("the file does not begin as a Kubecast model does")]
    Foreign,
    /// Written by a newer Kubecast.
    #[error("the file is of version {found}, and this Kubecast reads up to version {VERSION}")]
    Newer {
        /// Its version.
        found: u16,
    },
    /// Cut off, or with something behind its end.
    #[error("the file has {found} bytes where its head says {expected}")]
    Length {
        /// What its head says.
        expected: u64,
        /// What it has.
        found: u64,
    },
    /// Changed after it was written.
    #[error("the file's checksum does not match its content")]
    Checksum,
    /// A part is damaged.
    #[error("its parts are damaged: {0}")]
    Bytes(#[from] BytesError),
    /// The recipe or the class names are not readable.
    #[error("its {part} cannot be read: {error}")]
    Json {
        /// Which part.
        part: &'static str,
        /// How.
        error: JsonError,
    },
    /// The recipe contradicts itself.
    #[error(transparent)]
    Recipe(#[from] PrepareError),
    /// The model is damaged.
    #[error("its model is damaged: {0}")]
    Model(#[from] ModelError),
    /// What tells the unfamiliar is damaged.
    #[error("its part that tells the unfamiliar is damaged: {0}")]
    Novelty(#[from] NoveltyError),
    /// The parts do not fit each other.
    #[error("its recipe makes {recipe} {what} where its model takes {model}")]
    Parts {
        /// Features or classes.
        what: &'static str,
        /// What the recipe says.
        recipe: usize,
        /// What the model says.
        model: usize,
    },
    /// Class names that are empty or repeated.
    #[error("its class {name:?} is empty or repeated")]
    Class {
        /// The name.
        name: String,
    },
}

/// Writes a model file. The same recipe, classes, details and model give the same bytes.
pub fn write(file: &ModelFile) -> Result<Vec<u8>, ModelFileError> {
    let mut body = Writer::new();
    body.bytes(json::to_text(&file.recipe).as_bytes());
    body.bytes(json::to_text(&file.classes).as_bytes());
    body.bytes(&file.details);
    let own_past = file.own_past.as_ref().map(|past| json::to_text(past));
    body.bytes(own_past.unwrap_or_default().as_bytes());
    let mut novelty = Writer::new();
    if let Some(part) = &file.novelty {
        part.write(&mut novelty);
    }
    body.bytes(&novelty.into_bytes());
    file.model.write(&mut body);
    let body = body.into_bytes();
    let mut out = Vec::with_capacity(HEAD_BYTES + body.len());
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&VERSION.to_le_bytes());
    out.extend_from_slice(&(body.len() as u64).to_le_bytes());
    out.extend_from_slice(&Sha256::digest(&body));
    out.extend_from_slice(&body);
    Ok(out)
}

/// Whether bytes begin as a model file does.
pub fn is_model_file(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Reads and checks a model file.
pub fn read(bytes: &[u8]) -> Result<ModelFile, ModelFileError> {
    if bytes.is_empty() {
        return Err(ModelFileError::Empty);
    }
    let Some((head, body)) = bytes.split_at_checked(HEAD_BYTES) else {
        return Err(if is_model_file(bytes) {
            ModelFileError::Length {
                expected: HEAD_BYTES as u64,
                found: bytes.len() as u64,
            }
        } else {
            ModelFileError::Foreign
        });
    };
    if !is_model_file(head) {
        return Err(ModelFileError::Foreign);
    }
    let mut r = Reader::new(&head[MAGIC.len()..]);
    let found = r.u16()?;
    if !(FIRST..=VERSION).contains(&found) {
        return Err(if found > VERSION {
            ModelFileError::Newer { found }
        } else {
            ModelFileError::Foreign
        });
    }
    let expected = r.u64()?;
    if expected != body.len() as u64 {
        return Err(ModelFileError::Length {
            expected,
            found: body.len() as u64,
        });
    }
    if Sha256::digest(body).as_slice() != &head[HEAD_BYTES - 32..] {
        return Err(ModelFileError::Checksum);
    }
    let mut r = Reader::new(body);
    let recipe: Recipe = part("recipe", r.bytes()?)?;
    recipe.check()?;
    let classes: Vec<String> = part("classes", r.bytes()?)?;
    let details = r.bytes()?.to_vec();
    let own_past = match found {
        FIRST | SECOND | THIRD => &[][..],
        _ => r.bytes()?,
    };
    let own_past: Option<OwnPast> = match own_past {
        [] => None,
        bytes => Some(part("columns with a past", bytes)?),
    };
    if let Some(past) = &own_past {
        past.check(&recipe)?;
    }
    let novelty = match found {
        FIRST | SECOND => &[][..],
        _ => r.bytes()?,
    };
    let novelty = match novelty {
        [] => None,
        bytes => {
            let mut r = Reader::new(bytes);
            let novelty = Novelty::read(&mut r)?;
            r.finish()?;
            Some(novelty)
        }
    };
    if own_past.is_some() && novelty.is_none() {
        return Err(NoveltyError::Part("columns with a past, and nothing that judges them").into());
    }
    let model = match found {
        FIRST => Model::read_first(&mut r)?,
        _ => Model::read(&mut r)?,
    };
    r.finish()?;
    let (features, known) = (recipe.feature_names().len(), classes.len());
    let mut parts = vec![
        ("features", features, model.features()),
        ("classes", known, model.classes()),
    ];
    if let Some(novelty) = &novelty {
        // Of its own past a row has a distance in each column.
        let distances = own_past.as_ref().map(|past| past.columns.len());
        parts.push((
            "features",
            distances.unwrap_or(features),
            novelty.features(),
        ));
        parts.push(("classes", known, novelty.classes()));
    }
    for (what, recipe, model) in parts {
        if recipe != model {
            return Err(ModelFileError::Parts {
                what,
                recipe,
                model,
            });
        }
    }
    for (i, name) in classes.iter().enumerate() {
        if name.is_empty() || classes[..i].contains(name) {
            return Err(ModelFileError::Class { name: name.clone() });
        }
    }
    Ok(ModelFile {
        recipe,
        classes,
        model,
        own_past,
        novelty,
        details,
    })
}

fn part<T: Plain>(part: &'static str, bytes: &[u8]) -> Result<T, ModelFileError> {
    json::of_text(bytes).map_err(|error| ModelFileError::Json { part, error })
}
