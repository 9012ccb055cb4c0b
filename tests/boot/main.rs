//! The program on a real arm64 kernel: Debian's, in an emulator of a whole
//! machine. packages.sh fetches it, build.sh makes the suite for it.

mod archive;
mod first_process;
mod machine;
mod suite;

use std::path::{Path, PathBuf};

use svcd_tests::skip;

/// A file of the workspace.
fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// What packages.sh has fetched; None, with a note, if that was not possible.
fn fetched(what: &str) -> Option<PathBuf> {
    let place = source("target/boot");
    if place.join("ready").exists() {
        return Some(place);
    }
    let why = std::fs::read_to_string(place.join("missing"));
    skip(what, why.as_deref().unwrap_or("nothing was fetched: `make boot-test` does it").trim_end());
    None
}
