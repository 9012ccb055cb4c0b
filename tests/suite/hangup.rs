//! SIGHUP: the log's file is opened anew, as logrotate(8) wants it.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;
use svcd_tests::log_line::LogLine;
use svcd_tests::server::request;
use svcd_tests::{Connection, Server, Tree, until};

fn with_log(arguments: &[&str]) -> (Server, PathBuf) {
    let tree = Tree::standard();
    let log = tree.outside().join("log");
    let option = format!("--log={}", log.display());
    (Server::with(tree).arguments(&[&option]).arguments(arguments).start(), log)
}

/// The targets of a log's lines.
fn targets(log: &Path) -> Vec<String> {
    let text = fs::read_to_string(log).unwrap_or_default();
    let request = |line: &str| LogLine::parse(line).expect("a whole line").request;
    let target = |line: &str| request(line).split(' ').nth(1).expect("a target").to_owned();
    text.lines().map(target).collect()
}

fn ask(connection: &mut Connection, target: &str) {
    let answer = connection.exchange(&request("GET", target.as_bytes())).expect("an answer");
    assert_eq!(answer.status, 200);
}

fn until_lines(log: &Path, count: usize) {
    until("lines of the log", || (targets(log).len() >= count).then_some(()));
}

#[test]
fn a_renamed_log_is_left_and_a_new_one_begun() {
    rename_and_go_on(&[]);
}

#[test]
fn processes_that_wait_with_the_old_one_do_not_serve_any_more() {
    rename_and_go_on(&["--spare=3"]);
    rename_and_go_on(&["--spare=3", "--reuse=100"]);
}

fn rename_and_go_on(arguments: &[&str]) {
    let (server, log) = with_log(arguments);
    let mut kept = server.connect();
    ask(&mut kept, "/hello.txt?before");
    for round in 0..3 {
        let old = log.with_extension(round.to_string());
        fs::rename(&log, &old).expect("a rename");
        server.signal(Signal::SIGHUP);
        until("a new file", || log.exists().then_some(()));
        let target = format!("/hello.txt?{round}");
        ask(&mut server.connect(), &target);
        until_lines(&log, 1);
        assert_eq!(targets(&log), [target]);
    }
    // Processes of connections have the old one until they end.
    ask(&mut kept, "/hello.txt?behind");
    let first = log.with_extension("0");
    until_lines(&first, 2);
    assert_eq!(targets(&first), ["/hello.txt?before", "/hello.txt?behind"]);
    let ended = server.stop();
    assert_eq!((ended.status.code(), ended.stderr.lines().count()), (Some(0), 1), "{}", ended.stderr);
}

#[test]
fn a_log_that_cannot_be_opened_anew_goes_on_as_the_old_file() {
    let (server, log) = with_log(&[]);
    let folder = log.parent().expect("its folder").to_owned();
    let moved = folder.with_extension("moved");
    ask(&mut server.connect(), "/hello.txt?1");
    fs::rename(&folder, &moved).expect("a rename");
    server.signal(Signal::SIGHUP);
    let lines = server.errors().lines(2);
    // The second is the sandbox's, which knows no folder there.
    let is_told = ["ENOENT", "EACCES"].iter().any(|errno| lines[1].contains(errno));
    assert!(lines[1].starts_with("svcd: openat") && is_told, "{lines:?}");
    ask(&mut server.connect(), "/hello.txt?2");
    let log = moved.join("log");
    until_lines(&log, 2);
    // Two processes write them.
    let mut targets = targets(&log);
    targets.sort();
    assert_eq!(targets, ["/hello.txt?1", "/hello.txt?2"]);
    fs::rename(&moved, &folder).expect("a rename");
}

#[test]
fn signals_in_a_row_lose_no_line() {
    let (server, log) = with_log(&[]);
    let mut kept = server.connect();
    for round in 0..20 {
        server.signal(Signal::SIGHUP);
        ask(&mut kept, &format!("/hello.txt?{round}"));
        ask(&mut server.connect(), &format!("/hello.txt?{round}"));
    }
    until_lines(&log, 40);
    assert_eq!(targets(&log).len(), 40);
    server.assert_serving();
}

#[test]
fn without_a_log_file_it_ends_the_server_as_a_terminal_does_that_is_closed() {
    for arguments in [&[][..], &["-q"], &["--log", "-"]] {
        let server = Server::start(arguments);
        server.assert_serving();
        server.signal(Signal::SIGHUP);
        let ended = server.end();
        let by = ended.status.signal().or(ended.status.code().map(|code| code - 128));
        assert_eq!(by, Some(Signal::SIGHUP as i32), "{arguments:?}: {ended:?}");
    }
}
