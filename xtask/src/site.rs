//! The static site under `dist/`: works from any sub-path of any host, without special headers.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use crate::{
    command::{Failure, Outcome, Took, execute, note, on_path, program_at_root, root, step},
    module, name, slim,
    tool::{self, Tools},
    weight::{self, LIMIT_BYTES},
};

/// `cargo xtask dist`.
pub fn run(arguments: &[String]) -> Outcome {
    if let Some(other) = arguments.first() {
        return Err(Failure::new(
            format!("`dist` knows no `{other}`"),
            "Run `cargo xtask dist` alone.",
        ));
    }
    let start = Instant::now();
    let total = build(&tool::ready()?)?;
    check_weight(total)?;
    println!(
        "dist/ is ready in {}: copy it to any static host.",
        Took(start.elapsed())
    );
    Ok(())
}

/// Where the site is built to.
pub fn folder() -> PathBuf {
    root().join("dist")
}

/// Builds the page, the JavaScript module, and prints what a first visit fetches; returns its compressed bytes.
pub fn build(tools: &Tools) -> Outcome<u64> {
    step("the page, optimised", || bundle(tools))?;
    let dist = folder();
    let page = weight::glue(&dist, "boot")?;
    let engine = weight::glue(&dist, "engine")?;
    step("wasm-opt", || {
        shrink(&page.wasm).and_then(|()| shrink(&engine.wasm))
    })?;
    step("nothing for tools alone", || {
        slim::boot(&dist)?;
        slim::slim(&page).and_then(|()| slim::slim(&engine))
    })?;
    step("the JavaScript module", || module::lay_out(&dist, &engine))?;
    step("names by content", || name::by_content(&dist, &engine))?;
    step("what a first visit fetches", || weight::print(&dist))
}

/// Fails where the site is heavier than it may be.
pub fn check_weight(total: u64) -> Outcome {
    if total <= LIMIT_BYTES {
        return Ok(());
    }
    Err(Failure::new(
        format!(
            "a first visit fetches {total} bytes compressed, more than the {LIMIT_BYTES} allowed"
        ),
        "See which file grew in the table above; `cargo tree --target wasm32-unknown-unknown --features ui` shows what is linked in.",
    ))
}

fn bundle(tools: &Tools) -> Outcome {
    let mut trunk = program_at_root(&tools.trunk);
    trunk.args(["build", "--skip-version-check", "--log", "warn"]);
    // This trunk takes only the words true and false there.
    if env::var_os("NO_COLOR").is_some() {
        trunk.env_remove("NO_COLOR").args(["--color", "never"]);
    }
    trunk.env("PATH", path_with(&tools.wasm_bindgen)?);
    run_trunk(&mut trunk)
}

fn run_trunk(trunk: &mut std::process::Command) -> Outcome {
    execute(
        trunk,
        "Mend what the compiler says above, then run the command again.",
    )
}

/// PATH with a program's folder first, so that trunk finds the right wasm-bindgen and downloads none.
fn path_with(program: &Path) -> Outcome<OsString> {
    let mut folders = vec![program.parent().unwrap_or(Path::new(".")).to_path_buf()];
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    env::join_paths(folders).map_err(|error| {
        Failure::new(
            format!("PATH cannot be extended: {error}"),
            "Remove the folder with a quotation mark or a colon in its name from PATH.",
        )
    })
}

/// Runs binaryen's wasm-opt where it is installed; the site is whole without it.
fn shrink(wasm: &Path) -> Outcome {
    let Some(program) = on_path(&["wasm-opt"]) else {
        note(
            "not installed: skipped (the package binaryen has it; it makes the program a little smaller)",
        );
        return Ok(());
    };
    let smaller = wasm.with_extension("opt");
    let mut command = program_at_root(program);
    command.arg("-O3").args([
        "--enable-simd",
        "--enable-bulk-memory",
        "--enable-nontrapping-float-to-int",
        "--enable-sign-ext",
        "--enable-mutable-globals",
        "--enable-reference-types",
        "--enable-multivalue",
    ]);
    command.arg(wasm).arg("-o").arg(&smaller);
    if execute(&mut command, "").is_err() {
        note("this wasm-opt cannot read the program: kept as the compiler made it");
        fs::remove_file(&smaller).ok();
        return Ok(());
    }
    fs::rename(&smaller, wasm).map_err(|error| Failure::file(wasm, &error))
}
