//! `Expect: 100-continue` (RFC 9110 10.1.1): the client waits to hear whether
//! its body is wanted.

use svcd_tests::response::Asked;
use svcd_tests::server::request;
use svcd_tests::{Server, each};

const LONGEST: usize = 64 * 1024;

fn expecting(line: &str, fields: &str) -> String {
    format!("{line}\r\nHost: a\r\nExpect: 100-continue\r\n{fields}\r\n")
}

#[test]
fn a_body_that_is_read_is_asked_for() {
    let server = Server::start(&[]);
    let longest = format!("Content-Length: {LONGEST}\r\n");
    let long = "x".repeat(LONGEST);
    let chunked = "Transfer-Encoding: chunked\r\n";
    let rows: &[(&str, &str, &str, &str, u16)] = &[
        ("GET", "GET /hello.txt HTTP/1.1", "Content-Length: 3\r\n", "abc", 200),
        ("a large file", "GET /big.bin HTTP/1.1", "Content-Length: 3\r\n", "abc", 200),
        ("HEAD", "HEAD /hello.txt HTTP/1.1", "Content-Length: 3\r\n", "abc", 200),
        ("OPTIONS", "OPTIONS * HTTP/1.1", "Content-Length: 3\r\n", "abc", 204),
        ("a redirect", "GET /dir HTTP/1.1", "Content-Length: 3\r\n", "abc", 301),
        ("a listing", "GET /bare/ HTTP/1.1", "Content-Length: 3\r\n", "abc", 200),
        ("nothing new", "GET /hello.txt HTTP/1.1", "If-None-Match: *\r\nContent-Length: 3\r\n", "abc", 304),
        ("chunks", "GET /hello.txt HTTP/1.1", chunked, "3\r\nabc\r\n0\r\n\r\n", 200),
        ("no chunks", "GET /hello.txt HTTP/1.1", chunked, "0\r\n\r\n", 200),
        ("the longest", "GET /hello.txt HTTP/1.1", &longest, &long, 200),
        ("1.2", "GET /hello.txt HTTP/1.2", "Content-Length: 3\r\n", "abc", 200),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, line, fields, body, status)| {
        let request = expecting(line, fields);
        let mut connection = server.connect();
        connection.send(request.as_bytes());
        let interim = connection.next_response(Asked::by(request.as_bytes()))?;
        if interim.raw != b"HTTP/1.1 100 Continue\r\n\r\n" {
            return Err(format!("{interim:?}"));
        }
        connection.send(body.as_bytes());
        let response = connection.next_answer(request.as_bytes())?;
        response.is(*status)?;
        connection.is_open()
    });
}

#[test]
fn the_expectation_in_any_case() {
    let server = Server::start(&[]);
    for value in ["100-Continue", "100-CONTINUE", " \t100-continue\t"] {
        let request = format!("GET / HTTP/1.1\r\nHost: a\r\nExpect:{value}\r\nContent-Length: 1\r\n\r\n");
        let mut connection = server.connect();
        connection.send(request.as_bytes());
        let interim = connection.next_response(Asked::by(request.as_bytes()));
        assert_eq!(interim.map(|interim| interim.status), Ok(100), "{value}");
        connection.send(b"x");
        assert_eq!(
            connection.next_answer(request.as_bytes()).map(|response| response.status),
            Ok(200),
            "{value}"
        );
        assert_eq!(connection.is_open(), Ok(()), "{value}");
    }
}

#[test]
fn a_refusal_does_not_wait_for_the_body() {
    let server = Server::start(&[]);
    let long = format!("Content-Length: {}\r\n", LONGEST + 1);
    let three = "Content-Length: 3\r\n";
    let chunked = "Transfer-Encoding: chunked\r\n";
    let rows: &[(&str, &str, &str, u16)] = &[
        ("nothing there", "GET /missing HTTP/1.1", three, 404),
        ("nothing there, chunked", "GET /missing HTTP/1.1", chunked, 404),
        ("HEAD of nothing", "HEAD /missing HTTP/1.1", three, 404),
        ("a hidden file", "GET /.secret HTTP/1.1", three, 404),
        ("POST", "POST /hello.txt HTTP/1.1", three, 405),
        ("PUT of much", "PUT /hello.txt HTTP/1.1", "Content-Length: 1000000000000\r\n", 405),
        ("POST, chunked", "POST /hello.txt HTTP/1.1", chunked, 405),
        ("BREW", "BREW /pot HTTP/1.1", three, 418),
        ("an unknown method", "FETCH / HTTP/1.1", three, 501),
        ("more than is read", "GET /hello.txt HTTP/1.1", &long, 200),
        ("two lengths", "GET /hello.txt HTTP/1.1", "Content-Length: 3\r\nContent-Length: 4\r\n", 400),
        ("close", "POST / HTTP/1.1", "Connection: close\r\nContent-Length: 3\r\n", 405),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, line, fields, status)| {
        let bytes = expecting(line, fields);
        // One client leaves it at that, the other one sends all the same.
        for rest in [&b""[..], b"abc"] {
            let mut connection = server.connect();
            connection.send(bytes.as_bytes());
            let response = connection.next_answer(bytes.as_bytes())?;
            response.is(*status)?;
            response.has("Connection", "close")?;
            let _ = connection.try_send(rest);
            let _ = connection.try_send(&request("GET", b"/hello.txt"));
            connection.at_end()?;
        }
        Ok(())
    });
}

#[test]
fn an_expectation_without_a_body_means_nothing() {
    let server = Server::start(&[]);
    each([("no length", ""), ("length 0", "Content-Length: 0\r\n")], |fields| {
        for (line, status) in [("GET /hello.txt HTTP/1.1", 200), ("POST / HTTP/1.1", 405)] {
            let mut connection = server.connect();
            connection.exchange(expecting(line, fields).as_bytes())?.is(status)?;
            connection.is_open()?;
        }
        Ok(())
    });
}

#[test]
fn http_1_0_does_not_know_it() {
    // RFC 9110 10.1.1: such a client would take 100 for the answer.
    let server = Server::start(&[]);
    let bytes =
        expecting("GET /hello.txt HTTP/1.0", "Connection: keep-alive\r\nContent-Length: 3\r\n") + "abc";
    let mut connection = server.connect();
    assert_eq!(
        connection.exchange(bytes.as_bytes()).map(|response| response.text()),
        Ok("hello, world\n".into())
    );
    assert_eq!(connection.is_open(), Ok(()));
    // Nor any other one.
    let bytes = b"GET /hello.txt HTTP/1.0\r\nExpect: a-miracle\r\n\r\n";
    assert_eq!(server.ask(bytes).map(|response| response.status), Ok(200));
}

#[test]
fn a_client_that_does_not_wait() {
    // RFC 9110 10.1.1 lets a server be silent that has the body already.
    let server = Server::start(&[]);
    let bytes = expecting("GET /hello.txt HTTP/1.1", "Content-Length: 3\r\n") + "abc";
    let mut connection = server.connect();
    connection.send(bytes.as_bytes());
    let mut response = connection.next_response(Asked::by(bytes.as_bytes())).expect("a response");
    if response.status == 100 {
        response = connection.next_answer(bytes.as_bytes()).expect("the final one");
    }
    assert_eq!(response.text(), "hello, world\n");
    assert_eq!(connection.is_open(), Ok(()));
}

#[test]
fn other_expectations_fail() {
    let server = Server::start(&["--header-timeout", "1"]);
    let rows = [
        "Expect: 200-ok",
        "Expect: 100-continued",
        "Expect: 100-continue-now",
        "Expect: 100",
        "Expect: a, b",
        "Expect: 100-continue, x",
        "Expect: x=\"100-continue\"",
    ];
    each(rows.map(|row| (row, row)), |field| {
        let bytes = format!("GET /hello.txt HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n");
        let mut connection = server.connect();
        connection.exchange(bytes.as_bytes())?.is(417)?;
        connection.is_open()?;
        // With a body the client would wait for ever: it is not read.
        let bytes = format!("GET /hello.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n{field}\r\n\r\n");
        let mut connection = server.connect();
        let response = connection.exchange(bytes.as_bytes())?;
        response.is(417)?;
        response.has("Connection", "close")?;
        connection.at_end()
    });
}
