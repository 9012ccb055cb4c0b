//! Signals to a server whose calls fail: the numbers, the log, the end.

use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use svcd_tests::server::request;
use svcd_tests::strace::Call;
use svcd_tests::{Connection, Server, Tree};

use crate::errors;
use crate::judge::Tally;
use crate::matrix::Case;
use crate::start::is_told;
use crate::tool::{Tool, is_injected};
use crate::victim::PARENT;

/// strace(1) does not make the call that fails: a process that should be killed
/// would live, which no kernel lets happen to the parent of that process.
const LEFT_OUT: &str = "kill";

/// A server with a client that waits, and one call of it that fails when it is told
/// to end: its exit code, what it said, and its calls.
fn stop(case: Option<&Case>) -> (i32, String, Vec<Call>) {
    let tree = Tree::small();
    let log = tree.base().join("log").display().to_string();
    let socket = format!("unix:{}/socket", tree.base().display());
    let start = Server::with(tree).arguments(&["-b", "127.0.0.1", "-b", &socket, "--log", &log]);
    let (start, tool) = Tool::prepare(start);
    let server = start.start();
    let mut connection = Connection::open(server.address);
    connection.exchange(&request("GET", b"/hello.txt")).expect("an answer");
    let watching = tool.begin(&server, PARENT, case);
    let id = server.id();
    // A line of numbers, another file for the log, and the end, each by itself as long
    // as it is there.
    for signal in [Signal::SIGUSR1, Signal::SIGHUP, Signal::SIGTERM] {
        let _ = kill(Pid::from_raw(id.cast_signed()), signal);
        if case.is_none() && signal == Signal::SIGUSR1 {
            let is_told =
                |bytes: &[u8], _| String::from_utf8_lossy(bytes).contains("log lines lost").then_some(());
            server.errors().wait_for("a line of numbers", is_told);
        }
        thread::sleep(Duration::from_millis(20));
    }
    let ended = server.end();
    let own = watching.end().into_iter().filter(|process| process.id == id);
    let calls = own.flat_map(|process| process.calls).collect();
    (ended.status.code().unwrap_or(-1), ended.stderr, calls)
}

/// The calls of an end in which nothing fails.
pub fn calls() -> Vec<Call> {
    let (code, said, calls) = stop(None);
    assert_eq!(code, 0, "{said}");
    calls
}

/// A case for each call of a stop, and each of its errors.
pub fn cases() -> Vec<Case> {
    let all = calls();
    let calls = all.iter().filter(|call| call.name != LEFT_OUT && call.count <= 3);
    calls.flat_map(|call| errors::cases("Stop", &call.name, &[call.count.to_string()])).collect()
}

/// One stop. None: what should fail was not called.
pub fn attempt(case: &Case) -> Result<Option<Tally>, String> {
    let (code, said, calls) = stop(Some(case));
    if !calls.iter().any(is_injected) {
        return Ok(None);
    }
    if code != 0 {
        is_told(case, code, &said)?;
        if !errors::is_mistake(&case.call, case.error) {
            return Err(format!("exit {code}: {said}"));
        }
    }
    Ok(Some(Tally::default()))
}
