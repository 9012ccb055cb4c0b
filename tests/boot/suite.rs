//! The integration suite inside of the machine, as a child of a small init.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use svcd_tests::note;
use svcd_tests::program::dist;

use crate::archive::Archive;
use crate::machine::{Clock, Machine};
use crate::{fetched, source};

/// SVCD_BOOT has words for the suite, as its names of tests; none is all of it.
#[test]
fn the_suite_passes_on_a_real_kernel() {
    let Some(fetched) = fetched("the suite on a real kernel") else { return };
    let words = env::var("SVCD_BOOT").unwrap_or_default();
    let start = Instant::now();
    let mut machine = Machine::boot(
        &fetched,
        "suite",
        &mut files(&fetched, &words),
        &Clock::Instructions,
        "rdinit=/suite/init",
    );
    let mut code = None;
    let mut failed = Vec::new();
    for line in machine.lines() {
        note(&line);
        if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            failed.push(name.to_owned());
        }
        code = line.strip_prefix("suite: ended with ").map(str::to_owned).or(code);
    }
    note(&format!("the suite on a real kernel: {:.0} s", start.elapsed().as_secs_f32()));
    let code = code.expect("the suite ends before its time is over");
    assert_eq!((code.as_str(), failed), ("0", Vec::new()), "its code, and what has failed");
}

/// A small Debian, the program, and the suite with what it reads.
fn files(fetched: &Path, words: &str) -> Archive {
    let mut files = Archive::default();
    files.tree("", &fetched.join("system"));
    for folder in ["proc", "sys", "dev", "tmp", "root"] {
        files.folder(folder);
    }
    files.file("etc/passwd", b"root:x:0:0::/root:/bin/sh\n").file("etc/group", b"root:x:0:\n");

    files.folder("suite").copy("suite/init", &source("tests/boot/suite.sh"));
    files.copy("suite/overlay.ko", &fetched.join("modules/overlay.ko"));
    files.copy("suite/suite", &fetched.join("suite")).file("suite/arguments", words.as_bytes());
    for (name, folder) in [("suite/dist", dist()), ("suite/dist/examples", dist().join("examples"))] {
        files.folder(name);
        for file in programs(&folder) {
            let last = file.file_name().and_then(|last| last.to_str()).expect("a name in UTF-8");
            files.copy(&format!("{name}/{last}"), &file);
        }
    }

    // Where its files are was compiled into it: beside, or above, the folder of its package.
    let workspace = source("").canonicalize().expect("an existing folder");
    let workspace = workspace.to_str().expect("a path in UTF-8").trim_start_matches('/').to_owned();
    for (end, _) in workspace.match_indices('/') {
        files.folder(&workspace[..end]);
    }
    files.folder(&workspace).folder(&format!("{workspace}/tests")).folder(&format!("{workspace}/tests/boot"));
    files.tree(&format!("{workspace}/tests/suite"), &source("tests/suite"));
    files.link(&format!("{workspace}/tests/boot/suite"), "../suite");
    for name in ["docs", "www"] {
        files.tree(&format!("{workspace}/{name}"), &source(name));
        files.link(&format!("{workspace}/tests/{name}"), &format!("../{name}"));
    }
    files.copy(&format!("{workspace}/README.md"), &source("README.md"));
    files.link(&format!("{workspace}/tests/README.md"), "../README.md");
    files
}

/// What was built for it in a folder, of whatever features.
fn programs(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|why| panic!("{folder:?}: {why}"));
    let files = entries.flatten().map(|entry| entry.path());
    files.filter(|path| path.to_str().is_some_and(|name| name.ends_with("-linux-aarch64"))).collect()
}
