//! Servers that die in the middle of uploads: what they leave is the old content
//! or a new one, whole, and what was acknowledged is there.

mod client;
mod leftovers;

use std::fs;
use std::mem;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use svcd_tests::process::{children, visible};
use svcd_tests::remains::{Remains, all, differences, temporaries};
use svcd_tests::tree::Random;
use svcd_tests::versions::{self, History, Outcome, Seen, content, identify};
use svcd_tests::{Connection, Server, Tree, note, scale, until};

use client::{Client, Logs, join};

/// Names that are written to, the last of them there from the beginning.
const NAMES: &[&str] = &["one.bin", "dir/two.bin", "bare/three.bin", "old.bin"];
const OLD: usize = 3;

/// The number of the content that is there from the beginning.
const FIRST: u64 = 1;

const UPLOADS: usize = 1000;
const CLIENTS: usize = 8;

fn tree() -> Tree {
    let tree = Tree::standard();
    tree.file(NAMES[OLD], &content(FIRST, 50_000));
    tree
}

fn start(tree: Tree) -> Server {
    Server::with(tree).arguments(&["--write"]).start()
}

/// The tree of a server that ends or has ended.
fn take_tree(server: &mut Server) -> Tree {
    mem::replace(&mut server.tree, Tree::empty())
}

fn kill_hard(id: u32) {
    // It may have gone by itself.
    let _ = kill(Pid::from_raw(id.cast_signed()), Signal::SIGKILL);
}

/// Everything of this server at once: none of it sees the other's end.
fn kill_family(server: &Server) {
    server.signal(Signal::SIGSTOP);
    for child in children(server.id()) {
        kill_hard(child.id);
    }
    kill_hard(server.id());
}

/// What each name holds now is whole, is not older than what was acknowledged,
/// and all that was seen fits to that.
fn check(tree: &Tree, begun: Instant, logs: Logs) {
    for (place, (name, (changes, mut seen))) in NAMES.iter().zip(logs).enumerate() {
        let value = fs::read(tree.path(name)).ok();
        let value =
            value.map(|bytes| identify(&bytes).unwrap_or_else(|why| panic!("{name} at the end: {why}")));
        let now = Instant::now();
        seen.push(Seen { value, start: now, end: now, etag: None });
        let history = History::new((place == OLD).then_some(FIRST), begun, changes);
        for seen in &seen {
            assert_eq!(history.explains(seen), Ok(()), "{name}");
        }
        assert_eq!(history.tags_are_strong(&seen), Ok(()), "{name}");
    }
}

/// Starts it again and stops it; nothing may be left in the tree then but files
/// of these names.
fn start_again(tree: Tree, before: &Remains) {
    let server = start(tree);
    let ours = |told: &String| !NAMES.iter().any(|name| told.starts_with(name));
    let mut left = differences(before, &all(&server.tree.root()));
    left.retain(ours);
    assert_eq!(left, Vec::<String>::new(), "after the start");
    server.assert_serving();
    assert_eq!(server.stop().status.code(), Some(0));
}

#[test]
fn children_that_are_killed_leave_whole_files() {
    if !visible("children that are killed in uploads") {
        return;
    }
    let mut server = start(tree());
    let before = all(&server.tree.root());
    let numbers = AtomicU64::new(FIRST + 1);
    let last = FIRST + scale(UPLOADS) as u64;
    let is_over = AtomicBool::new(false);
    let begun = Instant::now();
    let (logs, kills) = thread::scope(|scope| {
        let (numbers, server, is_over) = (&numbers, &server, &is_over);
        let clients: Vec<_> = (0..CLIENTS as u64)
            .map(|seed| {
                let client = Client::new(server, numbers, seed);
                scope.spawn(move || client.run(|| numbers.load(Ordering::Relaxed) > last))
            })
            .collect();
        let killer = scope.spawn(move || {
            let mut random = Random::new(0xdead);
            let (mut kills, mut next) = (0, FIRST);
            while !is_over.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_micros(random.below(6000) as u64));
                // However slow they are, most uploads are done.
                if numbers.load(Ordering::Relaxed) < next {
                    continue;
                }
                next = numbers.load(Ordering::Relaxed) + random.below(8) as u64;
                let mut alive = children(server.id());
                alive.retain(|child| child.state != 'Z');
                if !alive.is_empty() {
                    kill_hard(alive[random.below(alive.len())].id);
                    kills += 1;
                }
            }
            kills
        });
        let mut logs = Logs::default();
        let results: Vec<_> = clients.into_iter().map(|client| client.join()).collect();
        // Before anything is judged, or the killer would have no end.
        is_over.store(true, Ordering::Relaxed);
        for result in results {
            join(&mut logs, result.expect("a client does not panic").expect("an answer as promised"));
        }
        (logs, killer.join().expect("the killer"))
    });
    let changes = || logs.iter().flat_map(|log| &log.0);
    let unknown = changes().filter(|change| change.outcome == Outcome::Unknown).count();
    let done = changes().count() - unknown;
    note(&format!("{done} uploads done, {unknown} not answered, {kills} children killed"));
    assert!(unknown > 0 && done > 0, "{done} done and {unknown} not: nothing was hit");

    server.assert_serving();
    check(&server.tree, begun, logs);
    // Who writes next removes what the dead have left in that folder.
    let mut connection = server.connect();
    for name in NAMES {
        let answer = connection.exchange(&versions::put(&format!("/{name}"), b"")).expect("an answer");
        assert!(matches!(answer.status, 201 | 204), "{name}: {}", answer.status);
    }
    assert_eq!(temporaries(&server.tree.root()), Vec::<PathBuf>::new());
    drop(connection);
    let tree = take_tree(&mut server);
    assert_eq!(server.stop().status.code(), Some(0));
    start_again(tree, &before);
}

#[test]
fn servers_that_are_killed_leave_whole_files() {
    if !visible("servers that are killed in uploads") {
        return;
    }
    let mut tree = tree();
    let before = all(&tree.root());
    let numbers = AtomicU64::new(FIRST + 1);
    let mut random = Random::new(0xdead);
    let begun = Instant::now();
    let mut logs = Logs::default();
    for round in 0..scale(20) as u64 {
        let mut server = start(tree);
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let (numbers, shared, is_over) = (&numbers, &server, &is_over);
            let clients: Vec<_> = (0..4)
                .map(|place| {
                    let client = Client::new(shared, numbers, 4 * round + place);
                    scope.spawn(move || client.run(|| is_over.load(Ordering::Relaxed)))
                })
                .collect();
            thread::sleep(Duration::from_millis(5 + random.below(60) as u64));
            is_over.store(true, Ordering::Relaxed);
            kill_family(shared);
            for client in clients {
                join(
                    &mut logs,
                    client.join().expect("a client does not panic").expect("an answer as promised"),
                );
            }
        });
        tree = take_tree(&mut server);
        server.end();
    }
    check(&tree, begun, logs);
    start_again(tree, &before);
}

#[test]
fn an_upload_that_ends_with_its_server_leaves_nothing() {
    if !visible("an upload that ends with its server") {
        return;
    }
    let chunk = "ea60\r\n";
    for (name, fields, frame) in [
        ("a length", "Content-Length: 100000", ""),
        ("chunks", "Transfer-Encoding: chunked", chunk),
        ("100 Continue", "Content-Length: 100000\r\nExpect: 100-continue", ""),
    ] {
        let mut server = start(tree());
        let before = all(&server.tree.root());
        let mut connections: Vec<Connection> = Vec::new();
        for target in ["/old.bin", "/new.bin", "/dir/new.bin"] {
            let mut connection = server.connect();
            let head = format!("PUT {target} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n\r\n{frame}");
            connection.send(&[head.as_bytes(), &content(7, 60_000)].concat());
            connections.push(connection);
        }
        // Those that were kept waiting have their descriptors open by now.
        let ids = until("a child for each", || {
            let found = children(server.id());
            (found.len() == connections.len()).then_some(found)
        });
        assert_eq!(ids.len(), 3);
        thread::sleep(Duration::from_millis(100));
        let seen = fs::read(server.tree.path("old.bin")).expect("the old content");
        assert_eq!(identify(&seen), Ok(FIRST), "{name}: while it is replaced");
        kill_family(&server);
        let tree = take_tree(&mut server);
        server.end();
        let server = start(tree);
        let left = differences(&before, &all(&server.tree.root()));
        assert_eq!(left, Vec::<String>::new(), "{name}");
        assert_eq!(server.get("/new.bin").map(|answer| answer.status), Ok(404), "{name}");
    }
}

/// A head and a part of its body are there, and the server has seen them.
fn half_sent(server: &Server, request: &[u8]) -> Connection {
    let mut connection = server.connect();
    connection.send(&request[..request.len() / 2]);
    // Whoever comes later is answered, so the first is under way.
    server.assert_serving();
    thread::sleep(Duration::from_millis(100));
    connection
}

#[test]
fn a_stop_waits_for_an_upload_that_goes_on() {
    let mut server = start(tree());
    let request = versions::put("/old.bin", &content(7, 60_000));
    let mut connection = half_sent(&server, &request);
    server.signal(Signal::SIGTERM);
    until("new connections to be refused", || Connection::try_open(server.address).err());
    connection.send(&request[request.len() / 2..]);
    let answer = connection.answer(&request).expect("an answer");
    assert_eq!((answer.status, answer.field("Connection")), (204, Some("close")));
    let tree = take_tree(&mut server);
    assert_eq!(server.end().status.code(), Some(0));
    let bytes = fs::read(tree.path("old.bin")).expect("the new content");
    assert_eq!(identify(&bytes), Ok(7));
    assert_eq!(temporaries(&tree.root()), Vec::<PathBuf>::new());
}

#[test]
fn a_stop_that_is_asked_for_twice_ends_uploads() {
    let mut server = start(tree());
    let before = all(&server.tree.root());
    let request = versions::put("/old.bin", &content(7, 60_000));
    let mut connection = half_sent(&server, &request);
    server.signal(Signal::SIGTERM);
    until("new connections to be refused", || Connection::try_open(server.address).err());
    server.signal(Signal::SIGTERM);
    assert!(connection.answer(&request).is_err(), "an upload of a half was answered");
    let tree = take_tree(&mut server);
    server.end();
    assert_eq!(fs::read(tree.path("old.bin")).ok(), Some(content(FIRST, 50_000)));
    start_again(tree, &before);
}
