//! --trusted: who the client is, as a proxy says it, in the log, for programs, and for
//! what counts or knows clients.

use std::io::{Read, Write};
use std::time::Duration;

use svcd_tests::log_line::LogLine;
use svcd_tests::scripts::{self, ENV};
use svcd_tests::{Connection, Server, Tree, each, unix};

const GET: &str = "GET /hello.txt HTTP/1.1\r\nHost: a\r\n";
const V1: &str = "PROXY TCP4 192.0.2.9 10.0.0.1 7 80\r\n";

/// Version 2, with TLS.
const V2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x2c\
    \x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x09\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\x07\x01\xbb\
    \x20\0\x05\x01\0\0\0\0";

fn line(server: &Server, count: usize) -> LogLine {
    LogLine::parse(&server.log().lines(count)[count - 1]).expect("a line of the log")
}

#[test]
fn fields_of_a_proxy() {
    const ROWS: &[(&str, &str, &str, u16, &str)] = &[
        ("nobody is trusted", "", "X-Forwarded-For: 192.0.2.9\r\n", 200, "127.0.0.1"),
        ("another is", "--trusted=127.0.0.2", "X-Forwarded-For: 192.0.2.9\r\n", 200, "127.0.0.1"),
        ("this one", "--trusted=127.0.0.1", "X-Forwarded-For: 192.0.2.9\r\n", 200, "192.0.2.9"),
        (
            "its network",
            "--trusted=127.0.0.0/8",
            "Forwarded: for=\"[2001:db8::9]:7\"\r\n",
            200,
            "2001:db8::9",
        ),
        (
            "a forged one before it",
            "--trusted=127.0.0.1",
            "X-Forwarded-For: 9.9.9.9, 192.0.2.9\r\n",
            200,
            "192.0.2.9",
        ),
        (
            "two that differ",
            "--trusted=127.0.0.1",
            "X-Forwarded-For: 9.9.9.9\r\nForwarded: for=192.0.2.9\r\n",
            400,
            "127.0.0.1",
        ),
        (
            "one of them counts",
            "--trusted=127.0.0.1=forwarded",
            "X-Forwarded-For: 9.9.9.9\r\nForwarded: for=192.0.2.9\r\n",
            200,
            "192.0.2.9",
        ),
        (
            "an address of IPv4 in IPv6",
            "--trusted=127.0.0.1",
            "Forwarded: for=\"[::ffff:192.0.2.9]\"\r\n",
            200,
            "192.0.2.9",
        ),
        ("none of them", "--trusted=127.0.0.1", "", 200, "127.0.0.1"),
    ];
    each(ROWS.iter().map(|row| (row.0, row)), |(_, option, fields, status, client)| {
        let arguments: &[&str] = if option.is_empty() { &[] } else { &[option] };
        let server = Server::start(arguments);
        let answer = server.ask(format!("{GET}{fields}\r\n").as_bytes())?;
        answer.is(*status)?;
        let line = line(&server, 1);
        if line.client == *client { Ok(()) } else { Err(format!("{line:?}")) }
    });
}

#[test]
fn each_request_of_a_connection_has_its_own_client() {
    let server = Server::start(&["--trusted=127.0.0.1"]);
    let mut connection = server.connect();
    for (count, client) in ["192.0.2.1", "192.0.2.2", "127.0.0.1"].iter().enumerate() {
        let field = if *client == "127.0.0.1" { "" } else { &format!("X-Forwarded-For: {client}\r\n") };
        connection.exchange(format!("{GET}{field}\r\n").as_bytes()).expect("an answer");
        assert_eq!(line(&server, count + 1).client, *client);
    }
    // A head that cannot be read has no fields.
    connection.exchange(b"GET / HTTP/1.1\r\nX-Forwarded-For: 192.0.2.4\r\n\r\n").expect("an answer");
    assert_eq!(line(&server, 4).client, "127.0.0.1");
}

#[test]
fn what_a_proxy_says_before_the_first_request() {
    let rows: &[(&str, &str, &[u8], u16, &str)] = &[
        ("version 1", "127.0.0.1", V1.as_bytes(), 200, "192.0.2.9"),
        ("version 2", "127.0.0.1", V2, 200, "2001:db8::9"),
        ("asked for", "127.0.0.1=proxy", V2, 200, "2001:db8::9"),
        ("a check of the proxy", "127.0.0.1=proxy", b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 200, "127.0.0.1"),
        ("unknown", "127.0.0.1=proxy", b"PROXY UNKNOWN\r\n", 200, "127.0.0.1"),
        ("missing", "127.0.0.1=proxy", b"", 400, "127.0.0.1"),
        ("malformed", "127.0.0.1", b"PROXY TCP4 192.0.2.9\r\n", 400, "127.0.0.1"),
        ("not believed", "127.0.0.1=x-forwarded-for", V1.as_bytes(), 400, "127.0.0.1"),
        ("not trusted", "127.0.0.2", V1.as_bytes(), 400, "127.0.0.1"),
        ("an empty line before the request", "127.0.0.1", b"\r\n", 200, "127.0.0.1"),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, trusted, before, status, client)| {
        let server = Server::start(&["--trusted", trusted]);
        let request = [before, format!("{GET}\r\n").as_bytes()].concat();
        let mut connection = server.connect();
        connection.send(&request);
        connection.next_answer(GET.as_bytes())?.is(*status)?;
        let line = line(&server, 1);
        if line.client != *client {
            return Err(format!("{line:?}"));
        }
        if *status == 200 {
            // It is said once, and holds for all requests.
            connection.exchange(format!("{GET}\r\n").as_bytes())?.is(200)?;
            connection.send(V1.as_bytes());
            connection.answer(b"GET / HTTP/1.1\r\n\r\n")?.is(400)?;
        }
        Ok(())
    });
}

#[test]
fn it_may_come_in_pieces() {
    for (before, client) in [(V1.as_bytes(), "192.0.2.9"), (V2, "2001:db8::9")] {
        let server = Server::start(&["--trusted=127.0.0.1"]);
        let mut connection = server.connect();
        for byte in before.iter().chain(format!("{GET}\r\n").as_bytes()) {
            connection.send(&[*byte]);
        }
        connection.answer(GET.as_bytes()).and_then(|answer| answer.is(200)).expect("an answer");
        assert_eq!(line(&server, 1).client, client);
    }
}

#[test]
fn its_time_is_that_of_a_head() {
    let server = Server::start(&["--trusted=127.0.0.1=proxy", "--header-timeout=1"]);
    let mut connection = server.connect();
    connection.send(b"PROXY TCP4 192.0");
    connection.answer(b"").and_then(|answer| answer.is(408)).expect("an answer");
}

#[test]
fn the_head_behind_it_has_its_own_time() {
    let server = Server::start(&["--trusted=127.0.0.1=proxy", "--header-timeout=2", "--idle-timeout=9"]);
    let mut connection = server.connect();
    let (first, rest) = V1.split_at(9);
    connection.send(first.as_bytes());
    assert_eq!(connection.read_for(Duration::from_millis(200)).expect("a connection"), None);
    connection.send(rest.as_bytes());
    // A browser connects before it knows what for.
    assert_eq!(connection.read_for(Duration::from_millis(2300)).expect("a connection"), None);
    connection.send(b"GET /hello.txt HTTP/1.1\r\n");
    assert_eq!(connection.read_for(Duration::from_millis(200)).expect("a connection"), None);
    connection.send(b"Host: a\r\n\r\n");
    connection.next_answer(GET.as_bytes()).and_then(|answer| answer.is(200)).expect("an answer");
}

#[test]
fn who_speaks_for_itself_hands_on_no_fields() {
    let server = Server::start(&["--trusted=127.0.0.1"]);
    let mut connection = server.connect();
    connection.send(format!("PROXY UNKNOWN\r\n{GET}X-Forwarded-For: 192.0.2.9\r\n\r\n").as_bytes());
    connection.next_answer(GET.as_bytes()).and_then(|answer| answer.is(200)).expect("an answer");
    assert_eq!(line(&server, 1).client, "127.0.0.1");
}

#[test]
fn a_client_that_is_named_is_not_trusted_itself() {
    let server = Server::start(&["--trusted=127.0.0.0/8"]);
    let fields = "X-Forwarded-For: 198.51.100.1\r\n";
    let rows = [(V1, "192.0.2.9"), ("PROXY TCP4 127.0.0.9 10.0.0.1 7 80\r\n", "198.51.100.1")];
    for (count, (before, client)) in rows.iter().enumerate() {
        let mut connection = server.connect();
        connection.send(format!("{before}{GET}{fields}\r\n").as_bytes());
        connection.answer(GET.as_bytes()).and_then(|answer| answer.is(200)).expect("an answer");
        assert_eq!(line(&server, count + 1).client, *client);
    }
}

#[test]
fn a_unix_socket_has_proxies_too() {
    let tree = Tree::standard();
    let path = tree.outside().join("s");
    let bind = format!("unix:{}", path.display());
    let server = Server::with(tree).arguments(&["-b127.0.0.1", "-b", &bind, "--trusted=unix"]).start();
    server.errors().lines(2);
    let mut socket = unix::connect(&path).expect("a connection");
    let request = format!("{GET}X-Forwarded-For: 192.0.2.9\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).expect("a server");
    socket.read_to_end(&mut Vec::new()).expect("an answer");
    assert_eq!(line(&server, 1).client, "192.0.2.9");
    server.ask(format!("{GET}X-Forwarded-For: 192.0.2.9\r\n\r\n").as_bytes()).expect("an answer");
    assert_eq!(line(&server, 2).client, "127.0.0.1");
}

#[test]
fn programs_are_told_who_the_client_is() {
    type Variables = &'static [(&'static str, Option<&'static str>)];
    const ROWS: &[(&str, &str, Variables)] = &[
        (
            "",
            "X-Forwarded-For: 192.0.2.9:77\r\nX-Forwarded-Proto: https\r\n",
            &[
                ("REMOTE_ADDR", Some("192.0.2.9")),
                ("REMOTE_HOST", Some("192.0.2.9")),
                ("REMOTE_PORT", Some("77")),
                ("HTTPS", Some("on")),
                ("SERVER_PORT", Some("443")),
            ],
        ),
        ("", "X-Forwarded-For: 192.0.2.9\r\n", &[("REMOTE_PORT", None), ("HTTPS", None)]),
        (
            "",
            "Forwarded: for=192.0.2.9;proto=https\r\n",
            &[("REMOTE_ADDR", Some("192.0.2.9")), ("HTTPS", Some("on"))],
        ),
        (
            V1,
            "X-Forwarded-Proto: https\r\n",
            &[("REMOTE_ADDR", Some("192.0.2.9")), ("REMOTE_PORT", Some("7")), ("HTTPS", None)],
        ),
    ];
    let server = scripts::server(&[("env", ENV)], &["--trusted=127.0.0.1"]);
    each(ROWS.iter().map(|row| (row.1, row)), |(before, fields, expected)| {
        let mut connection = server.connect();
        connection.send(format!("{before}GET /cgi-bin/env HTTP/1.1\r\nHost: a\r\n{fields}\r\n").as_bytes());
        scripts::have(&scripts::variables(&connection.answer(b"GET")?)?, expected)
    });
    let mut connection = server.connect();
    connection.send(V2);
    connection.send(b"GET /cgi-bin/env HTTP/1.1\r\nHost: a:8443\r\n\r\n");
    let found =
        connection.answer(b"GET").and_then(|answer| scripts::variables(&answer)).expect("an environment");
    scripts::have(
        &found,
        &[("HTTPS", Some("on")), ("SERVER_PORT", Some("8443")), ("REMOTE_ADDR", Some("2001:db8::9"))],
    )
    .expect("what the proxy has said");
}

#[test]
fn connections_of_a_proxy_are_not_counted_as_one_clients() {
    let server = Server::start(&["--max-per-ip=1", "--trusted=127.0.0.1"]);
    let mut kept: Vec<Connection> = (0..3).map(|_| server.connect()).collect();
    for connection in &mut kept {
        connection.is_open().expect("an answer");
    }
    let server = Server::start(&["--max-per-ip=1", "--trusted=127.0.0.2"]);
    let mut kept = server.connect();
    kept.is_open().expect("an answer");
    server.get("/hello.txt").and_then(|answer| answer.is(503)).expect("one too many");
}
