//! A client that does not come to an end is not waited for. One test takes the
//! server's own times, some ten seconds, beside all the others; the rest set
//! shorter ones.

use std::thread;
use std::time::{Duration, Instant};

use svcd_tests::log_line::LogLine;
use svcd_tests::process::{until_children, visible};
use svcd_tests::server::request;
use svcd_tests::tree::big;
use svcd_tests::{Connection, Response, Server, Tree, deadline, each};

/// After `expected` seconds; more for a slow machine, never less.
pub fn in_time(since: Instant, expected: f32) -> Result<(), String> {
    let seconds = since.elapsed().as_secs_f32();
    let latest = expected + deadline().as_secs_f32() / 12.0;
    if (expected * 0.9..latest).contains(&seconds) {
        return Ok(());
    }
    Err(format!("after {seconds} s instead of {expected}"))
}

/// 408 as the last word, so many seconds after `since`.
pub fn is_late(connection: &mut Connection, to: &[u8], since: Instant, expected: f32) -> Result<(), String> {
    let response = connection.next_answer(to)?;
    response.is(408)?;
    response.has("Connection", "close")?;
    in_time(since, expected)?;
    connection.at_end()
}

/// Requests that stop somewhere.
const PARTS: &[(&str, &[u8])] = &[
    ("a letter", b"G"),
    ("a line without its end", b"GET /hello.txt HTTP/1.1"),
    ("a line", b"GET /hello.txt HTTP/1.1\r\n"),
    ("a field", b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n"),
    ("all but a byte", b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nX: y\r\n\r"),
];

/// All at once, so that they wait beside each other.
pub fn all_are_late(server: &Server, rows: &[(&str, &[u8])], expected: f32) {
    let start = Instant::now();
    let send = |row: &(_, &[u8])| {
        let mut connection = server.connect();
        connection.send(row.1);
        connection
    };
    let waiting: Vec<Connection> = rows.iter().map(send).collect();
    each(
        rows.iter().zip(waiting).map(|(row, waiting)| (row.0, (row.1, waiting))),
        |(part, mut connection)| is_late(&mut connection, part, start, expected),
    );
}

#[test]
fn a_head_that_does_not_end() {
    let server = Server::start(&[]);
    all_are_late(&server, PARTS, 10.0);
    for line in server.stop().stdout.lines() {
        let line = LogLine::parse(line).expect("a line");
        assert_eq!(line.status, 408);
    }
}

#[test]
fn the_time_of_a_head_can_be_set() {
    for (arguments, expected) in [(&["--header-timeout", "1"][..], 1.0), (&["--header-timeout=4"], 4.0)] {
        let server = Server::start(arguments);
        all_are_late(&server, PARTS, expected);
        server.assert_serving();
    }
}

#[test]
fn a_head_that_drips() {
    // Every byte in time, the whole not: the time is the head's, not the byte's.
    let server = Server::start(&["--header-timeout", "2"]);
    for before in [0, 1] {
        let mut connection = server.connect();
        for _ in 0..before {
            connection.is_open().expect("an answer");
        }
        let start = Instant::now();
        let mut drops = b"GET /hello.txt HTTP/1.1\r\nX: ".iter().chain(std::iter::repeat(&b'x'));
        let first = loop {
            let _ = connection.try_send(&[*drops.next().expect("without end")]);
            match connection.read_for(Duration::from_millis(200)).expect("an answer, not a reset") {
                Some(bytes) => break bytes,
                None => assert!(start.elapsed() < deadline(), "no end to it"),
            }
        };
        assert_eq!(in_time(start, 2.0), Ok(()));
        let rest = connection.read_to_end().expect("the rest of the answer");
        let answer = svcd_tests::response::only(&[first, rest].concat(), false);
        assert_eq!(answer.and_then(|answer| answer.is(408)), Ok(()), "request {before} of a connection");
    }
}

#[test]
fn each_head_has_its_own_time() {
    let server = Server::start(&["--header-timeout", "1", "--idle-timeout", "6"]);
    let mut connection = server.connect();
    // Longer than a head may take: idle, and then with a part of a head.
    thread::sleep(Duration::from_millis(1300));
    assert_eq!(connection.is_open(), Ok(()));
    thread::sleep(Duration::from_millis(1300));
    assert_eq!(connection.is_open(), Ok(()));
    thread::sleep(Duration::from_millis(500));
    let start = Instant::now();
    let whole = request("GET", b"/hello.txt");
    connection.send(&[&whole[..], b"GET / HT"].concat());
    assert_eq!(connection.next_answer(&whole).map(|response| response.status), Ok(200));
    assert_eq!(is_late(&mut connection, b"GET / HTTP/1.1", start, 1.0), Ok(()), "behind another request");
}

#[test]
fn a_body_that_does_not_end() {
    let server = Server::start(&["--header-timeout", "1"]);
    let rows: &[(&str, &[u8])] = &[
        ("a length and nothing", b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"),
        ("a part", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab"),
        ("no chunk", b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("a part of a chunk", b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab"),
        ("no last chunk", b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"),
        (
            "no end of the trailer",
            b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n",
        ),
    ];
    all_are_late(&server, rows, 1.0);
    server.assert_serving();
}

#[test]
fn a_body_that_drips() {
    let server = Server::start(&["--header-timeout", "1", "--idle-timeout", "6"]);
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n";
    let mut connection = server.connect();
    let start = Instant::now();
    connection.send(head);
    let first = loop {
        let _ = connection.try_send(b"x");
        match connection.read_for(Duration::from_millis(200)).expect("an answer, not a reset") {
            Some(bytes) => break bytes,
            None => assert!(start.elapsed() < deadline(), "no end to it"),
        }
    };
    assert_eq!(in_time(start, 1.0), Ok(()));
    let rest = connection.read_to_end().expect("the rest of the answer");
    let answer = svcd_tests::response::only(&[first, rest].concat(), false);
    assert_eq!(answer.and_then(|answer| answer.is(408)), Ok(()));
}

#[test]
fn a_connection_without_a_request_is_closed_without_a_word() {
    let server = Server::start(&["--idle-timeout", "1", "--header-timeout", "6"]);
    let mut connection = server.connect();
    let start = Instant::now();
    assert_eq!(connection.at_end(), Ok(()), "the first request");
    assert_eq!(in_time(start, 1.0), Ok(()));
    let mut connection = server.connect();
    for _ in 0..3 {
        assert_eq!(connection.is_open(), Ok(()));
        thread::sleep(Duration::from_millis(600));
    }
    assert_eq!(connection.is_open(), Ok(()), "each request begins a new time");
    let start = Instant::now();
    assert_eq!(connection.at_end(), Ok(()), "another request");
    assert_eq!(in_time(start, 1.0), Ok(()));
    server.assert_serving();
    if visible("what silent clients leave behind") {
        until_children(server.id(), 0);
    }
    // Nothing was asked, so nothing is told.
    for line in server.stop().stdout.lines() {
        assert_eq!(LogLine::parse(line).map(|line| line.status), Ok(200));
    }
}

#[test]
fn the_time_of_silence_that_nobody_set() {
    let server = Server::start(&[]);
    let (mut silent, mut kept) = (server.connect(), server.connect());
    kept.is_open().expect("an answer");
    let start = Instant::now();
    for connection in [&mut silent, &mut kept] {
        assert_eq!(connection.at_end(), Ok(()));
        assert_eq!(in_time(start, 15.0), Ok(()));
    }
}

#[test]
fn an_answer_has_all_the_time_that_its_client_takes() {
    // Neither is a head under way, nor is the connection idle.
    let server = Server::start(&["--header-timeout", "1", "--idle-timeout", "4"]);
    let mut connection = Connection::open_narrow(server.address);
    connection.send(&request("GET", b"/big.bin"));
    let mut bytes = Vec::new();
    for _ in 0..5 {
        bytes.extend(connection.read(10_000).expect("a part"));
        thread::sleep(Duration::from_millis(900));
    }
    // Behind its head, however the kernel cuts what comes.
    let head = 4 + bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    while bytes.len() < head + big().len() {
        bytes.extend(connection.read(1).expect("the rest"));
    }
    let answer: Result<Response, String> = svcd_tests::response::only(&bytes, false);
    assert!(answer.expect("a whole answer").body == big());
    assert_eq!(connection.is_open(), Ok(()));
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
    let response = connection.exchange(b"GET /missing HTTP/1.1\r\n\r\n").expect("an answer");
    assert_eq!(response.status, 400);
    assert_eq!(connection.at_end(), Ok(()));
    if visible("how long a refused client is kept") {
        until_children(server.id(), 0);
    }
    drop(connection);
}
