//! What the server gives up at its start. The rest of the suite runs in the same
//! sandbox, and so shows that nothing else is missing.

mod calls;
mod escapes;
mod programs;
mod users;

use svcd_tests::server::Start;
use svcd_tests::{Program, Server, Tree, each, scripts, skip};

/// A tree without programs.
fn start(arguments: &[&str]) -> Start {
    Server::with(Tree::standard()).arguments(arguments)
}

/// True if this kernel has all of it; else the reason is noted for `what`.
fn has_all(what: &str) -> bool {
    let line = start(&[]).start().errors().sandbox();
    let has = line.starts_with("landlock ") && line.contains(", seccomp ") && line.contains(" calls");
    if !has {
        skip(what, &line);
    }
    has
}

/// The number in the line of the sandbox that stands in front of ` calls`.
fn count(line: &str) -> usize {
    let words: Vec<&str> = line.split([' ', ',']).collect();
    let place = words.iter().position(|word| *word == "calls").expect("a number of calls");
    words[place - 1].parse().expect("a number")
}

#[test]
fn one_line_says_what_was_reached() {
    if !has_all("the line of the sandbox") {
        return;
    }
    let with_programs = || Server::with(scripts::tree(&[("env", scripts::ENV)]));
    let rows = [
        ("no programs", start(&[]), "landlock V, seccomp N calls, no programs"),
        (
            "programs switched off",
            with_programs().arguments(&["--no-cgi"]),
            "landlock V, seccomp N calls, no programs",
        ),
        ("programs", with_programs(), "landlock off for programs (see --cgi-allow), seccomp N calls"),
        (
            "an alias",
            start(&["--alias=/a/=/bin/true"]),
            "landlock off for programs (see --cgi-allow), seccomp N calls",
        ),
        (
            "hosts, which may have programs",
            start(&["--virtual-hosts"]),
            "landlock off for programs (see --cgi-allow), seccomp N calls",
        ),
        (
            "hosts without programs",
            start(&["--virtual-hosts", "--no-cgi"]),
            "landlock V, seccomp N calls, no programs",
        ),
        (
            "programs that are kept from files",
            with_programs().arguments(&["--cgi-allow=/tmp"]),
            "landlock V, seccomp N calls",
        ),
    ];
    each(rows.map(|(name, start, expected)| (name, (start, expected))), |(start, expected)| {
        let line = start.try_start()?.errors().sandbox();
        let version = line.split([' ', ',']).nth(1).unwrap_or_default();
        let mut shown = line.replace(&format!("seccomp {} calls", count(&line)), "seccomp N calls");
        if version.parse::<u32>().is_ok() {
            shown = shown.replace(&format!("landlock {version},"), "landlock V,");
        }
        if shown == expected { Ok(()) } else { Err(format!("expected {expected:?}: {line:?}")) }
    });
}

#[test]
fn what_nobody_wants_is_not_told() {
    let server = start(&["--sandbox=off"]).start();
    server.assert_serving();
    let port = server.address.port();
    let ended = server.stop();
    assert_eq!(ended.stderr, format!("svcd: listening on http://127.0.0.1:{port}/\n"));
}

#[test]
fn where_it_is_required_nothing_may_be_missing() {
    let programs = Server::with(scripts::tree(&[("env", scripts::ENV)]));
    let refused = programs.arguments(&["--sandbox=require"]).try_start();
    assert!(refused.is_err(), "programs may use all files");
    let tree = Tree::standard();
    let root = tree.root().display().to_string();
    let alias = ["--sandbox=require", "--alias=/a/=/bin/true", "-p0", &root];
    let ended = Program::chosen().run(&alias);
    assert_eq!((ended.status.code(), ended.stderr.lines().count()), (Some(1), 1), "{}", ended.stderr);
    if has_all("a sandbox that is required") {
        assert!(ended.stderr.contains("--cgi-allow"), "{}", ended.stderr);
        for more in [&["--no-cgi"][..], &["--alias=/a/=/bin/true", "--cgi-allow=/tmp"]] {
            start(&["--sandbox=require"]).arguments(more).start().assert_serving();
        }
    } else {
        let ended = Program::chosen().run(&["--sandbox=require", "-p0", "--no-cgi", &root]);
        assert_eq!((ended.status.code(), ended.stderr.lines().count()), (Some(1), 1), "{}", ended.stderr);
    }
}

#[test]
fn programs_that_come_later_are_neither_run_nor_sent() {
    for (arguments, status) in [(&[][..], 403), (&["--sandbox=off"], 200)] {
        let server = Server::with(Tree::small()).arguments(arguments).start();
        assert_eq!(server.get("/cgi-bin/env").expect("an answer").status, 404);
        server.tree.folder("cgi-bin");
        scripts::script(&server.tree, "cgi-bin/env", scripts::ENV);
        let answer = server.get("/cgi-bin/env").expect("an answer");
        assert_eq!(answer.status, status, "{arguments:?}");
        scripts::is_no_source(&answer).expect("no source");
        let line = server.log().lines(2).remove(1);
        assert_eq!(line.contains("start the server again"), status == 403, "{line}");
    }
}

#[test]
fn a_folder_to_allow_must_be_there() {
    let tree = Tree::standard();
    let root = tree.root().display().to_string();
    let ended = Program::chosen().run(&["-p0", "--cgi-allow=/nowhere/at/all", &root]);
    assert_eq!((ended.status.code(), ended.stderr.lines().count()), (Some(1), 1), "{}", ended.stderr);
    assert!(ended.stderr.contains("/nowhere/at/all: ENOENT"), "{}", ended.stderr);
}
