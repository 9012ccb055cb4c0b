//! When there are no descriptors, processes or memory left: whoever comes then is
//! told so, nobody else notices, and the server does nothing meanwhile.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;
use std::time::Duration;

use svcd_tests::process::{descriptors, until_children, visible};
use svcd_tests::server::Start;
use svcd_tests::server::request;
use svcd_tests::strace::{Strace, traceable, usable};
use svcd_tests::{Connection, Program, Server, Tree, skip, until};

/// A user of no account, for which limits hold and no other process counts.
const OTHER_USER: u32 = 54_329;

fn start() -> Start {
    Server::with(Tree::standard()).arguments(&["-q"])
}

/// prlimit(1) changes the limits of a process that runs: as the same user, which takes
/// no capability.
fn limit(server: &Server, limit: &str) -> Result<(), String> {
    let mut command = Command::new("prlimit");
    command.args(["--pid", &server.id().to_string(), limit]);
    let owner = fs::metadata(format!("/proc/{}", server.id())).expect("a process").uid();
    if owner == OTHER_USER {
        command.uid(owner).gid(owner);
    }
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        other => Err(format!("{command:?}: {other:?}")),
    }
}

/// Whether limits can be set from outside; else the reason is noted for `what`.
fn is_possible(what: &str, server: &Server) -> bool {
    if Program::chosen().is_emulated() {
        skip(what, "the emulator has descriptors and processes of its own");
        return false;
    }
    let can =
        visible(what).then(|| limit(server, "--nofile=1000:1000").and(limit(server, "--nproc=1000:1000")));
    if let Some(Err(why)) = &can {
        skip(what, why);
    }
    can.is_some_and(|can| can.is_ok())
}

fn statuses(server: &Server, count: usize) -> Vec<u16> {
    (0..count).map(|_| server.get("/hello.txt").map_or(0, |answer| answer.status)).collect()
}

fn serves_again(server: &Server) {
    until("service", || (statuses(server, 1) == [200]).then_some(()));
}

/// Ticks of the clock, a hundredth of a second, that a process has had of a processor.
fn ticks(id: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).expect("a process");
    let (_, behind_name) = stat.rsplit_once(") ").expect("its name");
    let times = behind_name.split(' ').skip(11).take(2);
    times.map(|time| time.parse::<u64>().expect("a number")).sum()
}

/// Lines on standard error that hold `what`.
fn told(server: &Server, what: &str) -> usize {
    server.errors().so_far().lines().filter(|line| line.contains(what)).count()
}

#[test]
fn without_descriptors_newcomers_get_a_503_and_others_notice_nothing() {
    let server = start().start();
    if !is_possible("a server without descriptors", &server) {
        return;
    }
    let mut kept = server.connect();
    kept.is_open().expect("an answer");
    let before = descriptors(server.id());
    for _ in 0..2 {
        // No number is left for another one.
        let free = (0..).find(|number: &u32| !before.contains_key(&number.to_string())).expect("one");
        limit(&server, &format!("--nofile={free}:1000")).expect("a limit");
        let begin = ticks(server.id());
        assert_eq!(statuses(&server, 5), [503; 5]);
        kept.is_open().expect("an answer");
        assert!(told(&server, "svcd: accept: EMFILE") >= 5, "{}", server.errors().so_far());
        // Silent ones, who stay in the queue.
        let silent: Vec<Connection> = (0..20).map(|_| server.connect()).collect();
        thread::sleep(Duration::from_secs(1));
        let spent = ticks(server.id()) - begin;
        assert!(spent < 50, "{spent} hundredths of a second of the processor");
        limit(&server, "--nofile=1000:1000").expect("a limit");
        serves_again(&server);
        drop(silent);
        until_children(server.id(), 1);
        until("the descriptors of before", || (descriptors(server.id()) == before).then_some(()));
    }
    kept.is_open().expect("an answer");
    assert_eq!(server.stop().status.code(), Some(0));
}

#[test]
fn without_a_descriptor_to_spare_it_waits_for_one() {
    let server = start().start();
    if !is_possible("a server without a descriptor to spare", &server) {
        return;
    }
    // What it could give up is above this limit.
    limit(&server, "--nofile=3:1000").expect("a limit");
    let mut waiting = server.connect();
    until("that it noticed", || (told(&server, "EMFILE") >= 3).then_some(()));
    let begin = ticks(server.id());
    thread::sleep(Duration::from_secs(1));
    let spent = ticks(server.id()) - begin;
    assert!(spent < 30, "{spent} hundredths of a second of the processor");
    let per_second = told(&server, "EMFILE");
    assert!(per_second < 200, "{per_second} lines");
    limit(&server, "--nofile=1000:1000").expect("a limit");
    // Nobody was lost meanwhile.
    waiting.is_open().expect("an answer");
    server.assert_serving();
}

#[test]
fn without_open_files_in_the_system_it_goes_on_later() {
    if !usable("a system without open files") {
        return;
    }
    for error in ["ENFILE", "ENOBUFS", "ENOMEM"] {
        let server = traceable(start()).start();
        // The first accept fails, and the one with the spare descriptor does not.
        let inject = format!("--inject=accept4:error={error}:when=1");
        let words = ["--trace=accept4".to_owned(), inject];
        let strace = Strace::attach_all(&server, false, &words);
        assert_eq!(statuses(&server, 3), [503, 200, 200], "{error}");
        drop(strace);
        let words = ["--trace=accept4".to_owned(), format!("--inject=accept4:error={error}:when=1+")];
        let strace = Strace::attach_all(&server, false, &words);
        let mut waiting = server.connect();
        until("that it noticed", || (told(&server, error) >= 4).then_some(()));
        let calls = strace.end_all();
        let count: usize = calls.iter().map(|process| process.calls.len()).sum();
        assert!(count < 200, "{error}: {count} calls");
        // 503 if strace let go between the accept that failed and the one behind it.
        let answer = waiting.exchange(&request("GET", b"/hello.txt")).expect("an answer");
        assert!(matches!(answer.status, 200 | 503), "{error}: {}", answer.status);
        server.assert_serving();
        assert_eq!(server.stop().status.code(), Some(0));
    }
}

#[test]
fn without_processes_newcomers_get_a_503() {
    if !nix::unistd::geteuid().is_root() {
        return skip("a user without processes", "only the superuser can start as another user");
    }
    let server = start().user(OTHER_USER).start();
    if !is_possible("a user without processes", &server) {
        return;
    }
    let mut kept = server.connect();
    kept.is_open().expect("an answer");
    limit(&server, "--nproc=2:1000").expect("a limit");
    let begin = ticks(server.id());
    assert_eq!(statuses(&server, 5), [503; 5]);
    until("five lines about fork", || (told(&server, "svcd: fork: EAGAIN") >= 5).then_some(()));
    let _silent: Vec<Connection> = (0..20).map(|_| server.connect()).collect();
    thread::sleep(Duration::from_secs(1));
    let spent = ticks(server.id()) - begin;
    assert!(spent < 50, "{spent} hundredths of a second of the processor");
    kept.is_open().expect("an answer");
    limit(&server, "--nproc=1000:1000").expect("a limit");
    serves_again(&server);
    assert_eq!(server.stop().status.code(), Some(0));
}
