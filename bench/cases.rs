//! What is asked for. A case is a row: a path, and what makes the file for it.

use std::fs;
use std::process::{Command, Stdio};

use svcd_tests::Tree;
use svcd_tests::program::dist;

pub struct Case {
    pub name: &'static str,
    pub target: &'static str,
    /// Makes what is behind the target, and tells which content every server must
    /// answer with.
    pub make: fn(&Tree) -> Result<Vec<u8>, String>,
}

/// Programs that do little, so that running them is what costs.
pub const CGI: &[Case] = &[
    Case { name: "shell script", target: "/cgi-bin/script", make: script },
    Case { name: "static program", target: "/cgi-bin/static", make: static_program },
];

/// Its words are all of the shell itself: one process.
const SCRIPT: &str = "#!/bin/sh\necho 'Content-Type: text/plain'\necho\necho hello\n";

fn script(site: &Tree) -> Result<Vec<u8>, String> {
    add_program(site, "cgi-bin/script", SCRIPT.as_bytes())
}

/// examples/cgi.rs: three kilobytes, no libc, a page that says what was asked for.
fn static_program(site: &Tree) -> Result<Vec<u8>, String> {
    let file = dist().join("examples").join(format!("cgi-linux-{}", std::env::consts::ARCH));
    let bytes = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    add_program(site, "cgi-bin/static", &bytes)
}

/// Runs the program once, to know what it says.
fn add_program(site: &Tree, name: &str, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let path = site.file(name, bytes);
    site.permit(name, 0o755);
    let mut command = Command::new(path);
    command.env_clear().env("REQUEST_METHOD", "GET").env("QUERY_STRING", "").stdin(Stdio::null());
    let said = command.output().map_err(|error| format!("{command:?}: {error}"))?.stdout;
    let end = said.windows(2).position(|two| two == b"\n\n").ok_or_else(|| format!("{name} has no head"))?;
    Ok(said[end + 2..].to_vec())
}
