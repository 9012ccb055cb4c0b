//! --spare and --reuse: processes that wait for connections.

use std::collections::BTreeSet;
use std::net::TcpStream;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use svcd_tests::process::{children, descriptors, until_children, until_descriptors, visible};
use svcd_tests::program::is_rig;
use svcd_tests::server::request;
use svcd_tests::tree::big;
use svcd_tests::{Connection, Server, Tree, response, scale, scripts, skip, unix, until};

use crate::status;

fn ids(server: &Server) -> BTreeSet<u32> {
    children(server.id()).iter().map(|child| child.id).collect()
}

/// Sees to it that so many wait.
fn until_waiting(server: &Server, count: usize) -> BTreeSet<u32> {
    until_children(server.id(), count).iter().map(|child| child.id).collect()
}

/// A connection that has had an answer and is kept.
fn kept(server: &Server) -> Connection {
    let mut connection = server.connect();
    connection.is_open().expect("an answer");
    connection
}

#[test]
fn each_connection_uses_one_up_and_another_takes_its_place() {
    if !visible("who waits") {
        return;
    }
    let server = Server::start(&["--spare=1"]);
    let before = until_waiting(&server, 1);
    assert_eq!(status::of(&server).connections, 0, "who waits has no connection");
    until("others", || {
        server.assert_serving();
        ids(&server).is_disjoint(&before).then_some(())
    });
    until_waiting(&server, 1);
    // A kept one is not one of those who wait.
    let mut connection = kept(&server);
    until_waiting(&server, 2);
    assert_eq!(status::of(&server).connections, 1);
    connection.is_open().expect("an answer");
    drop(connection);
    until_waiting(&server, 1);
    assert_eq!(server.stop().status.code(), Some(0));
}

#[test]
fn with_reuse_they_wait_again_and_keep_nothing() {
    if !visible("who waits") {
        return;
    }
    // So many that none ends because it is one too many.
    let server = Server::with(Tree::standard()).arguments(&["--spare=9", "--reuse=100000"]).start();
    let before = until_waiting(&server, 9);
    let ask = || {
        server.assert_serving();
        for target in ["/", "/missing", "/dir", "/big.bin"] {
            server.get(target).expect("an answer");
        }
        server.ask(b"GET /hello.txt HTTP/1.0\r\n\r\n").expect("an answer").is(200).expect("it is there");
        server.ask(b"nonsense\r\n\r\n").expect("an answer").is(400).expect("it is none");
        let unread = b"POST /hello.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc";
        server.ask(unread).expect("an answer").is(405).expect("there is no program");
        drop(server.connect());
    };
    // Each gives up one that only the parent keeps.
    let parents = descriptors(server.id()).len();
    until("all to wait", || before.iter().all(|id| descriptors(*id).len() < parents).then_some(()));
    let open: Vec<_> = before.iter().map(|id| (*id, descriptors(*id))).collect();
    for _ in 0..scale(20) {
        ask();
    }
    assert_eq!(ids(&server), before);
    for (id, before) in open {
        until_descriptors(id, &before);
    }
    assert_eq!(server.stop().status.code(), Some(0));
}

#[test]
fn with_reuse_each_serves_so_many() {
    if !visible("who waits") {
        return;
    }
    let server = Server::start(&["--spare=1", "--reuse=2"]);
    let mut seen = until_waiting(&server, 1);
    let asked = scale(40);
    for _ in 0..asked {
        server.assert_serving();
        seen.extend(ids(&server));
    }
    // Each one took two, and one or two wait.
    assert!(seen.len() >= asked / 2, "{} processes for {asked} connections", seen.len());
}

#[test]
fn those_too_many_behind_a_rush_end() {
    if !visible("who waits") {
        return;
    }
    let server = Server::start(&["--spare=1", "--reuse=100"]);
    let rush: Vec<_> = (0..8).map(|_| kept(&server)).collect();
    drop(rush);
    until("fewer", || (ids(&server).len() == 1).then_some(()));
    server.assert_serving();
}

#[test]
fn with_all_places_taken_clients_are_turned_away() {
    let server = Server::start(&["--spare=2", "--max-conns=3"]);
    let mut all: Vec<_> = (0..3).map(|_| kept(&server)).collect();
    // One that has waited for long would make room.
    let answer = until("a place", || {
        all.iter_mut().for_each(|connection| connection.is_open().expect("an answer"));
        server.get("/hello.txt").ok()
    });
    assert_eq!(answer.status, 503);
    all.pop();
    until("a place", || server.get("/hello.txt").is_ok_and(|answer| answer.status == 200).then_some(()));
}

#[test]
fn those_of_one_address_are_counted() {
    let server = Server::start(&["--spare=3", "--reuse=10", "--max-per-ip=2"]);
    let (one, mut other) = (kept(&server), kept(&server));
    for _ in 0..3 {
        let answer = server.get("/hello.txt").expect("an answer");
        assert_eq!(answer.status, 503);
    }
    drop(one);
    until("a place", || server.get("/hello.txt").is_ok_and(|answer| answer.status == 200).then_some(()));
    other.is_open().expect("an answer");
}

#[test]
fn a_stop_ends_them_and_what_is_under_way_is_finished() {
    for reuse in ["--reuse=1", "--reuse=9"] {
        let server = Server::with(Tree::standard()).arguments(&["--spare=3", reuse, "--grace=600"]).start();
        let mut connection = Connection::open_narrow(server.address);
        connection.send(&request("GET", b"/big.bin"));
        let mut bytes = connection.read(1000).expect("the beginning");
        server.signal(Signal::SIGTERM);
        if is_rig() && reuse != "--reuse=1" {
            skip(
                reuse,
                "Darwin shuts no listening socket down: new clients wait until the last process ends",
            );
            continue;
        }
        // Nobody waits for what would not be answered.
        until("new connections to be refused", || TcpStream::connect(server.address).err());
        bytes.extend(connection.read_to_end().expect("the rest"));
        let answer = response::only(&bytes, false).expect("all of it");
        assert!(answer.body == big(), "{reuse}: other bytes");
        let ended = server.end();
        assert_eq!(ended.status.code(), Some(0));
        assert_eq!(ended.stdout.lines().count(), 1, "{}", ended.stdout);
    }
}

#[test]
fn without_their_parent_they_end() {
    let server = Server::start(&["--spare=3", "--reuse=9"]);
    server.assert_serving();
    let address = server.address;
    server.signal(Signal::SIGKILL);
    until("nobody to listen", || TcpStream::connect(address).err());
}

#[test]
fn one_that_is_killed_is_replaced() {
    if !visible("who waits") {
        return;
    }
    let server = Server::start(&["--spare=2", "--reuse=9"]);
    for _ in 0..3 {
        let before = until_waiting(&server, 2);
        for id in &before {
            kill(Pid::from_raw(id.cast_signed()), Signal::SIGKILL).expect("it waits");
        }
        server.assert_serving();
        until("others", || ids(&server).is_disjoint(&before).then_some(()));
        // Meanwhile the parent served: whoever does that is gone afterwards.
        until_waiting(&server, 2);
    }
    assert_eq!(server.stop().status.code(), Some(0));
}

#[test]
fn one_that_has_run_a_program_ends() {
    if !visible("who waits") {
        return;
    }
    let tree = scripts::tree(&[("env", scripts::ENV)]);
    let server = Server::with(tree).arguments(&["--spare=1", "--reuse=1000"]).start();
    until_waiting(&server, 1);
    let mut used = BTreeSet::new();
    for _ in 0..3 {
        let before = ids(&server);
        server.get("/cgi-bin/env").expect("an answer").is(200).expect("it runs");
        let id = until("one to end", || before.iter().find(|id| !ids(&server).contains(id)).copied());
        assert!(used.insert(id), "{id} was gone before");
    }
}

#[test]
fn they_wait_at_all_sockets() {
    let tree = Tree::standard();
    let path = tree.outside().join("socket");
    let socket = format!("unix:{}", path.display());
    let server =
        Server::with(tree).arguments(&["--spare=2", "--reuse=3", "-b127.0.0.1", "-b", &socket]).start();
    for _ in 0..scale(20) {
        server.assert_serving();
        assert_eq!(unix::get(&path, "/hello.txt").expect("an answer").status, 200);
    }
    assert_eq!(server.stop().status.code(), Some(0));
    assert!(!path.exists(), "its file is gone");
}
