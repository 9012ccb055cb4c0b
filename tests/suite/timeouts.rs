//! A client that does not come to an end is not waited for. These tests take
//! the server's own times, some ten seconds, beside all the others.

use std::time::{Duration, Instant};

use svcd_tests::log_line::LogLine;
use svcd_tests::process::{until_children, visible};
use svcd_tests::server::request;
use svcd_tests::{Connection, Response, Server, Tree, deadline};

/// 10 s from the first byte of the head; more for a slow machine, never less.
fn assert_in_time(since: Instant, what: &str) {
    let seconds = since.elapsed().as_secs_f32();
    let latest = deadline().as_secs_f32() * 0.75;
    assert!((9.0..latest).contains(&seconds), "{what}: after {seconds} s instead of 10");
}

fn is_timeout(answer: Result<Response, String>, what: &str) {
    assert_eq!(answer.map(|response| response.status), Ok(408), "{what}");
}

#[test]
fn a_head_that_does_not_end() {
    let server = Server::start(&[]);
    let parts: [&[u8]; 5] = [
        b"G",
        b"GET /hello.txt HTTP/1.1",
        b"GET /hello.txt HTTP/1.1\r\n",
        b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n",
        b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nX: y\r\n\r",
    ];
    let start = Instant::now();
    let mut waiting: Vec<Connection> = parts
        .iter()
        .map(|part| {
            let mut connection = server.connect();
            connection.send(part);
            connection
        })
        .collect();
    for (part, connection) in parts.iter().zip(&mut waiting) {
        let name = String::from_utf8_lossy(part);
        is_timeout(connection.answer(part), &name);
        assert_in_time(start, &name);
    }
    for line in server.stop().stdout.lines() {
        let line = LogLine::parse(line).expect("a line");
        assert_eq!(line.status, 408);
    }
}

#[test]
fn a_head_that_drips() {
    // Every byte in time, the whole not: the time is the head's, not the byte's.
    let server = Server::start(&[]);
    let mut connection = server.connect();
    let start = Instant::now();
    let mut drops = b"GET /hello.txt HTTP/1.1\r\nX: ".iter().chain(std::iter::repeat(&b'x'));
    let first = loop {
        let _ = connection.try_send(&[*drops.next().expect("without end")]);
        match connection.read_for(Duration::from_millis(400)).expect("an answer, not a reset") {
            Some(bytes) => break bytes,
            None => assert!(start.elapsed() < deadline(), "no end to it"),
        }
    };
    assert_in_time(start, "dripping");
    let rest = connection.read_to_end().expect("the rest of the answer");
    is_timeout(svcd_tests::response::only(&[first, rest].concat(), false), "dripping");
}

#[test]
fn a_client_that_says_nothing() {
    let server = Server::start(&[]);
    let mut connection = server.connect();
    let bytes = connection.read_to_end().expect("the end of it");
    // To close without a word is as good as to say that it took too long.
    if !bytes.is_empty() {
        is_timeout(svcd_tests::response::only(&bytes, false), "silent");
    }
    server.assert_serving();
    if visible("what a silent client leaves behind") {
        until_children(server.id(), 0);
    }
}

#[test]
fn a_client_that_does_not_read() {
    if !visible("how long a client that does not read is kept") {
        return;
    }
    let tree = Tree::standard();
    tree.hole("huge.bin", 1 << 30);
    let server = Server::with(tree).start();
    let mut connection = Connection::open_narrow(server.address);
    connection.send(&request("GET", b"/huge.bin"));
    connection.read(1000).expect("the beginning");
    until_children(server.id(), 0);
    server.assert_serving();
    drop(connection);
}

#[test]
fn refused_clients_that_stay_are_left_after_a_while() {
    // The answer is given time to arrive, but a client that holds the
    // connection open does not hold a process.
    let server = Server::start(&[]);
    let mut connection = server.connect();
    connection.send(b"GET /missing HTTP/1.1\r\n\r\n");
    let bytes = connection.read_to_end().expect("an answer");
    let response = svcd_tests::response::only(&bytes, false).expect("an answer");
    assert_eq!(response.status, 400);
    if visible("how long a refused client is kept") {
        until_children(server.id(), 0);
    }
    drop(connection);
}
