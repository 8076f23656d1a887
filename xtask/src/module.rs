//! The JavaScript module under `dist/module/`: the engine with a stable name and types, for any page or Node.

use std::{fs, path::Path};

use crate::{
    command::{Failure, Outcome, note, root},
    weight::{Glue, imports},
};

/// Copies the program beside the hand-written front door; the folder is whole by itself, an npm package.
pub fn lay_out(dist: &Path, glue: &Glue) -> Outcome {
    let folder = dist.join("module");
    make(&folder)?;
    let source = root().join("static/module");
    for name in ["kubecast.js", "kubecast.d.ts"] {
        copy(&source.join(name), &folder.join(name))?;
    }
    copy(&glue.js, &folder.join("glue.js"))?;
    copy(&glue.wasm, &folder.join("kubecast.wasm"))?;
    // The types belong to the module; the page does not fetch them.
    let types = glue.js.with_extension("d.ts");
    copy(&types, &folder.join("glue.d.ts"))?;
    fs::remove_file(&types).map_err(|error| Failure::file(&types, &error))?;

    let script = fs::read_to_string(&glue.js).map_err(|error| Failure::file(&glue.js, &error))?;
    for import in imports(&script) {
        let target = folder.join(&import);
        make(target.parent().unwrap_or(&folder))?;
        copy(&dist.join(&import), &target)?;
    }

    let manifest = folder.join("package.json");
    fs::write(&manifest, package(&version()?)).map_err(|error| Failure::file(&manifest, &error))?;
    note("dist/module/kubecast.js");
    Ok(())
}

fn make(folder: &Path) -> Outcome {
    fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))
}

fn copy(from: &Path, to: &Path) -> Outcome {
    fs::copy(from, to)
        .map(drop)
        .map_err(|error| Failure::file(from, &error))
}

/// Without `"type": "module"` Node would read the files as CommonJS.
fn package(version: &str) -> String {
    format!(
        r#"{{
  "name": "kubecast",
  "version": "{version}",
  "description": "Predicts Kubernetes issues from cluster metrics.",
  "license": "MIT",
  "type": "module",
  "main": "./kubecast.js",
  "types": "./kubecast.d.ts",
  "exports": {{
    ".": {{ "types": "./kubecast.d.ts", "default": "./kubecast.js" }},
    "./kubecast.wasm": "./kubecast.wasm"
  }},
  "sideEffects": false
}}
"#
    )
}

fn version() -> Outcome<String> {
    crate::command::locked_version("kubecast")
}
