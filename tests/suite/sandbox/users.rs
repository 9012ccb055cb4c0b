//! Another user, and another root folder.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};

use nix::sys::signal::Signal;
use nix::unistd::geteuid;
use svcd_tests::process::visible;
use svcd_tests::versions::put;
use svcd_tests::{Program, Server, Tree, each, scripts, skip, until};

/// Somebody who owns nothing.
const USER: u32 = 61_234;
const GROUP: u32 = 61_235;

fn is_root(what: &str) -> bool {
    let is_root = geteuid().is_root();
    if !is_root {
        skip(what, "only the superuser can become another user");
    }
    is_root
}

fn ids(server: &Server, field: &str) -> Vec<String> {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("a field");
    line.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn it_serves_as_another_user_for_good() {
    if !is_root("another user") {
        return;
    }
    let ids_of = |user: u32, group: u32| (vec![user.to_string(); 4], vec![group.to_string(); 4]);
    for (argument, expected) in
        [("--user=61234", ids_of(USER, USER)), ("--user=61234:61235", ids_of(USER, GROUP))]
    {
        let tree = Tree::standard();
        chown(tree.root(), Some(USER), Some(GROUP)).expect("the superuser");
        tree.file("secret.txt", b"x");
        tree.permit("secret.txt", 0o600);
        let server = Server::with(tree).arguments(&["--write", argument]).start();
        server.assert_serving();
        assert_eq!(server.get("/secret.txt").map(|answer| answer.status), Ok(403), "the superuser's");
        assert_eq!(server.ask(&put("/new.txt", b"x")).map(|answer| answer.status), Ok(201));
        let owner = fs::metadata(server.tree.path("new.txt")).expect("it is stored").uid();
        assert_eq!(owner, USER);
        if visible("the ids of the server") && !Program::chosen().is_emulated() {
            assert_eq!((ids(&server, "Uid:"), ids(&server, "Gid:")), expected, "{argument}");
            let groups = ids(&server, "Groups:");
            assert!(groups.is_empty(), "{groups:?}");
        }
    }
}

#[test]
fn programs_run_as_that_user() {
    if !is_root("another user for programs") {
        return;
    }
    let id = "printf 'Content-Type: text/plain\\n\\n'\nid -u\nid -G\n";
    let server = scripts::server(&[("id", id)], &["--user", "61234:61235"]);
    assert_eq!(server.get("/cgi-bin/id").expect("an answer").text(), "61234\n61235\n");
}

#[test]
fn who_is_not_the_superuser_cannot_become_another() {
    if !is_root("a server of somebody else") || std::env::var_os("SVCD_USER_BY").is_some() {
        return;
    }
    let start = Server::with(Tree::standard()).arguments(&["--user", "61234"]).user(65_534);
    let why = start.try_start().err().expect("it does not start");
    assert!(why.contains("setgroups") && why.contains("EPERM"), "{why}");
}

#[test]
fn its_root_folder_is_docroot() {
    if !is_root("another root folder") {
        return;
    }
    for arguments in [&["--chroot"][..], &["--chroot", "--user=61234"], &["--chroot", "--sandbox=off"]] {
        let tree = scripts::tree(&[("env", scripts::ENV)]);
        tree.folder("pages");
        tree.permit("", 0o777);
        let server = Server::with(tree).arguments(&["--write"]).arguments(arguments).start();
        server.assert_serving();
        each([("stored", 201), ("stored again", 204)].map(|row| (row.0, row)), |(_, status)| {
            server.ask(&put("/new.txt", b"content"))?.is(status)
        });
        assert_eq!(server.get("/new.txt").expect("an answer").body, b"content");
        let answer = server.get("/cgi-bin/env").expect("an answer");
        assert_eq!(answer.status, 403, "programs are not run there");
        scripts::is_no_source(&answer).expect("no source");
        if visible("the root folder of the server") && !Program::chosen().is_emulated() {
            let root = fs::read_link(format!("/proc/{}/root", server.id())).expect("it runs");
            assert_eq!(root, server.tree.root().canonicalize().expect("it is there"), "{arguments:?}");
            let current = fs::read_link(format!("/proc/{}/cwd", server.id())).expect("it runs");
            assert_eq!(current, root, "{arguments:?}");
        }
    }
}

/// It could not do again what it has done at its start.
#[test]
fn who_has_given_something_up_becomes_no_newer_program() {
    let stays = |arguments: &[&str]| {
        let server = Server::start(arguments);
        server.signal(Signal::SIGUSR2);
        until("a line", || server.errors().so_far().contains("no other program can start").then_some(()));
        server.assert_serving();
        assert_eq!(server.stop().status.code(), Some(0), "{arguments:?}");
    };
    if super::has_all("an upgrade in the sandbox") {
        stays(&[]);
    }
    if is_root("an upgrade behind --user") {
        stays(&["--sandbox=off", "--user=61234"]);
    }
}

/// Its path means a file of the site by then, which anybody may get.
#[test]
fn in_another_root_folder_the_log_is_not_opened_anew() {
    if !is_root("the log in another root folder") {
        return;
    }
    let tree = Tree::standard();
    let outside = tree.outside();
    tree.folder(outside.strip_prefix("/").expect("a whole path").display().to_string());
    let log = format!("--log={}", outside.join("log").display());
    let server = Server::with(tree).arguments(&["--chroot", &log]).start();
    server.signal(Signal::SIGHUP);
    until("a line", || server.errors().so_far().contains("behind --chroot").then_some(()));
    server.assert_serving();
    assert!(!server.tree.root().join(outside.strip_prefix("/").expect("a path")).join("log").exists());
    until("a line of the log", || {
        fs::read_to_string(outside.join("log")).is_ok_and(|text| text.contains("GET ")).then_some(())
    });
}
