//! Processes that wait for connections, where what they wait with fails.

use std::fs;

use nix::sys::signal::Signal;
use svcd_tests::strace::{Call, by_process};
use svcd_tests::{Connection, Server, Tree, until};

use crate::errors;
use crate::judge::Tally;
use crate::matrix::Case;
use crate::start::is_told;
use crate::tool;
use crate::victim::EVERYBODY;

/// What is called for it, on either system: the first two of each, and then every
/// third one.
const CALLS: &[&str] = &[
    "accept",
    "accept4",
    "clone",
    "epoll_create1",
    "epoll_ctl",
    "epoll_pwait",
    "fork",
    "pipe",
    "pipe2",
    "poll",
];
const PLACES: [&str; 3] = ["1", "2", "3+3"];

/// Clients before and behind another file for the log.
const CLIENTS: usize = 6;

/// What became of the clients of a server that is looked at with all its children, from
/// its start to its end, and what was called. Err: it did not start.
fn run(case: Option<&Case>) -> Result<(Result<Tally, String>, String), String> {
    let tree = Tree::small();
    let [calls, log] = ["calls", "log"].map(|name| tree.base().join(name));
    let front = tool::front(&calls, case, Some("-Df"));
    let front: Vec<_> = front.iter().map(String::as_str).collect();
    let log_option = format!("--log={}", log.display());
    let arguments = ["--spare=2", "--reuse=2", &log_option];
    let server = Server::with(tree).arguments(&arguments).behind(&front).try_start()?;
    let mut tally = Tally::default();
    let mut ask = || {
        for _ in 0..CLIENTS {
            let mut connection = Connection::try_open(server.address).map_err(|error| error.to_string())?;
            let answer = connection.exchange(b"GET /hello.txt HTTP/1.0\r\n\r\n")?;
            match answer.status {
                200 if answer.body == b"hello, world\n" => tally.right += 1,
                503 => tally.refused += 1,
                status => return Err(format!("{status} {}", answer.text())),
            }
        }
        Ok(())
    };
    let asked = ask().and_then(|()| {
        fs::rename(&log, log.with_extension("old")).map_err(|error| error.to_string())?;
        server.signal(Signal::SIGHUP);
        until("another file for the log", || log.exists().then_some(()));
        ask()
    });
    let (id, told) = (server.id(), server.errors().so_far());
    server.signal(Signal::SIGTERM);
    // The tracer ends behind the server, and its file is there as long as the tree.
    let traced = until("the end of the trace", || {
        let traced = fs::read_to_string(&calls).unwrap_or_default();
        let own = by_process(&traced).into_iter().find(|process| process.id == id)?;
        own.calls.iter().any(|call| call.name.starts_with("exit")).then_some(traced)
    });
    let ended = server.end();
    // What can only be a mistake of the server's own ends it.
    let tally = match (case, ended.status.code()) {
        (_, Some(0)) => asked.map(|()| tally).map_err(|why| format!("{why}; it said {told}")),
        (Some(case), Some(code)) if errors::is_mistake(&case.call, case.error) => {
            is_told(case, code, &ended.stderr).map(|()| tally)
        }
        (_, code) => Err(format!("exit {code:?}: {}", ended.stderr)),
    };
    Ok((tally, traced))
}

/// The calls of a server whose calls do not fail.
pub fn calls() -> Vec<Call> {
    let (tally, traced) = run(None).expect("a start");
    assert_eq!(tally.map(|tally| tally.right), Ok(2 * CLIENTS));
    by_process(&traced).into_iter().flat_map(|process| process.calls).collect()
}

pub fn cases() -> Vec<Case> {
    let made = calls();
    let names = CALLS.iter().filter(|name| made.iter().any(|call| call.name == **name));
    names.flat_map(|name| errors::cases(EVERYBODY, name, &PLACES.map(str::to_owned))).collect()
}

/// None: what should fail was not called.
pub fn attempt(case: &Case) -> Result<Option<Tally>, String> {
    match run(Some(case)) {
        Ok((_, traced)) if !traced.contains("(INJECTED)") => Ok(None),
        Ok((tally, _)) => tally.map(Some),
        Err(said) => {
            let line = said.split_once(" said ").map_or("", |(_, line)| line.trim_matches('"'));
            if errors::is_of(&case.call, line) { Ok(Some(Tally::default())) } else { Err(said) }
        }
    }
}
