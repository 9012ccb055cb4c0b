//! What is asked for. A case is a row: a path, and what makes the file for it.

use std::fs;
use std::process::{Command, Stdio};

use svcd_tests::Tree;
use svcd_tests::program::dist;
use svcd_tests::tree::pseudo_random;

use crate::answer::Wanted;

pub struct Case {
    /// What chooses it in `CASES`, and in the rows of servers.
    pub word: &'static str,
    pub name: &'static str,
    pub target: &'static str,
    /// Makes what is behind the target, and tells what every server must answer with.
    pub make: fn(&Tree) -> Result<Wanted, String>,
    /// Whether connections are kept, for each way in which it is measured.
    pub kept: &'static [bool],
    /// Connections at a time: not more than these.
    pub most: usize,
}

const BOTH: &[bool] = &[true, false];

pub const ALL: &[Case] = &[
    Case { word: "1k", name: "file of 1 KiB", target: "/1k.txt", make: small, kept: BOTH, most: usize::MAX },
    Case {
        word: "100k",
        name: "file of 100 KiB",
        target: "/100k.txt",
        make: |site| file(site, "100k.txt", &pseudo_random(100 * 1024)),
        kept: BOTH,
        most: 32,
    },
    // With more connections, much of what is sent when the time is over belongs to
    // answers that are not counted.
    Case {
        word: "10m",
        name: "file of 10 MiB",
        target: "/10m.txt",
        make: |site| file(site, "10m.txt", &pseudo_random(10 * 1024 * 1024)),
        kept: BOTH,
        most: 1,
    },
    Case {
        word: "listing",
        name: "listing of 100 files",
        target: "/folder/",
        make: listing,
        kept: BOTH,
        most: 32,
    },
    Case {
        word: "304",
        name: "304 Not Modified",
        target: "/304.txt",
        make: |site| file(site, "304.txt", b"known\n").map(|_| Wanted::NotModified),
        kept: &[true],
        most: 32,
    },
    // They do little, so that running them is what costs.
    Case {
        word: "script",
        name: "shell script",
        target: "/cgi-bin/script",
        make: script,
        kept: BOTH,
        most: 32,
    },
    Case {
        word: "program",
        name: "static program",
        target: "/cgi-bin/static",
        make: static_program,
        kept: BOTH,
        most: 32,
    },
];

/// Words of the cases that are no programs.
pub const FILES: &[&str] = &["1k", "100k", "10m", "listing", "304"];

/// Of those that are.
pub const PROGRAMS: &[&str] = &["script", "program"];

impl Case {
    pub fn is_program(&self) -> bool {
        PROGRAMS.contains(&self.word)
    }
}

/// What the bare servers of floor.rs have, too.
fn small(site: &Tree) -> Result<Wanted, String> {
    file(site, "1k.txt", &[b'x'; 1024])
}

fn file(site: &Tree, name: &str, bytes: &[u8]) -> Result<Wanted, String> {
    site.file(name, bytes);
    Ok(Wanted::Content(bytes.to_vec()))
}

fn listing(site: &Tree) -> Result<Wanted, String> {
    let names: Vec<_> = (0..100).map(|number| format!("file-{number:03}.txt")).collect();
    names.iter().for_each(|name| drop(site.file(format!("folder/{name}"), b"one of many\n")));
    Ok(Wanted::Words(names))
}

/// Its words are all of the shell itself: one process.
const SCRIPT: &str = "#!/bin/sh\necho 'Content-Type: text/plain'\necho\necho hello\n";

fn script(site: &Tree) -> Result<Wanted, String> {
    add_program(site, "cgi-bin/script", SCRIPT.as_bytes())
}

/// examples/cgi.rs: three kilobytes, no libc, a page that says what was asked for.
fn static_program(site: &Tree) -> Result<Wanted, String> {
    let file = dist().join("examples").join(format!("cgi-linux-{}", std::env::consts::ARCH));
    let bytes = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    add_program(site, "cgi-bin/static", &bytes)
}

/// Runs the program once, to know what it says.
fn add_program(site: &Tree, name: &str, bytes: &[u8]) -> Result<Wanted, String> {
    let path = site.file(name, bytes);
    site.permit(name, 0o755);
    let mut command = Command::new(path);
    command.env_clear().env("REQUEST_METHOD", "GET").env("QUERY_STRING", "").stdin(Stdio::null());
    let said = command.output().map_err(|error| format!("{command:?}: {error}"))?.stdout;
    let end = said.windows(2).position(|two| two == b"\n\n").ok_or_else(|| format!("{name} has no head"))?;
    Ok(Wanted::Content(said[end + 2..].to_vec()))
}
