//! What somebody tries who has taken over the process of a connection. The
//! program is another one, with `src/sys/linux/escape.rs` in it: a request for
//! `/.escape/NAME` makes the process do it.

use std::fs;

use nix::unistd::geteuid;
use svcd_tests::process::until_children;
use svcd_tests::server::Start;
use svcd_tests::{Program, Server, Tree, each, program, scripts, skip};

use super::has_all;

/// SIGSYS: the filter of calls has ended the process.
const KILLED: &str = "signal 31";
/// SIGSEGV.
const NOT_THERE: &str = "signal 11";
const DENIED: &str = "EACCES";
const DONE: &str = "done";
/// It is another program now.
const REPLACED: &str = "closed";
/// Only the superuser could do it anyway.
const FOREIGN: &str = "EPERM";
const ERROR: &str = "another error";

/// An attempt, and what comes of it in a server for files, with --write, with
/// programs, with programs that have --cgi-allow, and without a sandbox. Empty:
/// it is not tried there.
const ATTEMPTS: &[(&str, [&str; 5])] = &[
    ("openat", [KILLED, DENIED, DONE, DENIED, DONE]),
    ("openat-to-write", [KILLED, DENIED, KILLED, KILLED, DONE]),
    ("openat2", [DENIED, DENIED, DONE, DENIED, DONE]),
    ("openat2-to-write", [DENIED, DENIED, DONE, DENIED, DONE]),
    ("unlinkat", [KILLED, DENIED, KILLED, KILLED, ERROR]),
    ("socket", [KILLED, KILLED, KILLED, KILLED, DONE]),
    ("listen", [KILLED, KILLED, KILLED, KILLED, ERROR]),
    ("execve", [KILLED, KILLED, REPLACED, REPLACED, REPLACED]),
    ("ptrace", [KILLED, KILLED, KILLED, KILLED, DONE]),
    ("mmap", [KILLED, KILLED, KILLED, KILLED, DONE]),
    ("mprotect", [KILLED, KILLED, KILLED, KILLED, DONE]),
    ("kill", [FOREIGN, FOREIGN, DONE, FOREIGN, DONE]),
    ("clone", [KILLED, KILLED, KILLED, KILLED, ""]),
    ("ioctl", [KILLED, KILLED, KILLED, KILLED, ERROR]),
    ("setuid", [KILLED, KILLED, KILLED, KILLED, DONE]),
    ("another-instruction", [KILLED, KILLED, KILLED, KILLED, DONE]),
    ("vdso", [DONE, DONE, NOT_THERE, NOT_THERE, DONE]),
];

/// What an attempt leaves where nothing keeps it from that.
const MADE: &str = "/tmp/svcd-escaped";

fn outcome(server: &Server, name: &str, expected: &str) -> Result<String, String> {
    let told = server.errors().so_far().lines().count();
    if let Ok(answer) = server.get(format!("/.escape/{name}")) {
        let text = answer.text();
        let reasons = [DENIED, DONE, FOREIGN, ERROR];
        let reason = reasons.iter().find(|reason| text.contains(&format!("<p>{reason}</p>")));
        return reason.map(|reason| (*reason).to_owned()).ok_or(text);
    }
    if expected == REPLACED {
        until_children(server.id(), 0);
        // When this is answered, the parent would have told of the process before.
        server.assert_serving();
        let lines = server.errors().so_far();
        return Ok(lines.lines().nth(told).map_or(REPLACED, |_| "told").to_owned());
    }
    let line = server.errors().lines(told + 1).remove(told);
    Ok(line.rsplit_once(" was ended by ").map(|(_, signal)| signal.to_owned()).unwrap_or(line))
}

#[test]
fn each_attempt_fails_or_ends_its_process() {
    let what = "attempts to escape";
    let path = program::dist().join("escape").join(format!("svcd-linux-{}", std::env::consts::ARCH));
    if Program::chosen().is_emulated() || !path.exists() {
        return skip(what, &format!("the emulator has no sandbox, or there is no {}", path.display()));
    }
    if !has_all(what) {
        return;
    }
    let with_programs = || Server::with(scripts::tree(&[("env", scripts::ENV)]));
    let starts: [Start; 5] = [
        Server::with(Tree::standard()),
        Server::with(Tree::standard()).arguments(&["--write"]),
        with_programs(),
        with_programs().arguments(&["--cgi-allow=/dev/shm"]),
        Server::with(Tree::standard()).arguments(&["--sandbox=off"]),
    ];
    let program = Program::at(&path);
    let servers = starts.map(|start| start.program(&program).start());
    let rows = ATTEMPTS.iter().flat_map(|(name, expected)| {
        let tried = servers.iter().zip(expected).enumerate();
        tried
            .map(move |(place, (server, expected))| (format!("{name} in {place}"), (server, name, *expected)))
    });
    each(rows, |(server, name, expected)| {
        // The superuser's process 1 is nobody else's, whatever is allowed.
        if expected.is_empty() || (*name == "kill" && expected == DONE && !geteuid().is_root()) {
            return Ok(());
        }
        let found = outcome(server, name, expected)?;
        if found == expected { Ok(()) } else { Err(format!("expected {expected}: {found}")) }
    });
    let _ = fs::remove_file(MADE);
    servers.iter().for_each(Server::assert_serving);
}
