use super::*;
use std::time::SystemTime;

/// A head with what all answers have.
fn answer(status: &str, fields: &str) -> Vec<u8> {
    let date = clock::imf_fixdate(clock::seconds(SystemTime::now()));
    format!("HTTP/1.1 {status}\r\nDate: {date}\r\nServer: svcd\r\n{fields}\r\n").into_bytes()
}

fn with_body(status: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    [&answer(status, fields), body].concat()
}

const PLAIN: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const OLD: &[u8] = b"GET / HTTP/1.0\r\n\r\n";
const HEAD: &[u8] = b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn malformed_responses_fail() {
    let rows: [(&str, &[u8]); 9] = [
        ("bare line feeds", b"HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
        ("cut head", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"),
        ("old version", b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ("no reason", b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"),
        ("no length", b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n"),
        ("short body", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"),
        ("signed length", b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nab"),
        ("twice", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab"),
        ("folded", b"HTTP/1.1 200 OK\r\nA: b\r\n c: d\r\nContent-Length: 0\r\n\r\n"),
    ];
    for (name, bytes) in rows {
        assert!(framed(bytes, Asked::by(PLAIN), true).is_err(), "{name}");
    }
    assert!(only(b"", false).is_err());
    let good = only(&with_body("200 OK", "Content-Length: 2\r\n", b"ab"), false);
    assert_eq!(good.map(|response| response.body), Ok(b"ab".to_vec()));
    assert!(only(&with_body("200 OK", "Content-Length: 2\r\n", b"abc"), false).is_err());
}

#[test]
fn the_end_of_a_response_is_where_its_framing_says() {
    type Row<'a> = (&'a str, &'a [u8], &'a str, &'a str, &'a [u8], Option<&'a [u8]>);
    let rows: [Row; 13] = [
        ("a length", PLAIN, "200 OK", "Content-Length: 2\r\n", b"abHTTP", Some(b"ab")),
        ("length 0", PLAIN, "200 OK", "Content-Length: 0\r\n", b"HTTP", Some(b"")),
        ("chunks", PLAIN, "200 OK", "Transfer-Encoding: chunked\r\n", b"1\r\na\r\n0\r\n\r\nHTTP", Some(b"a")),
        ("HEAD", HEAD, "200 OK", "Content-Length: 2\r\n", b"HTTP", Some(b"")),
        ("HEAD of chunks", HEAD, "200 OK", "Transfer-Encoding: chunked\r\n", b"HTTP", Some(b"")),
        ("HEAD of neither", HEAD, "200 OK", "", b"HTTP", Some(b"")),
        ("204", PLAIN, "204 No Content", "", b"HTTP", Some(b"")),
        ("304", PLAIN, "304 Not Modified", "", b"HTTP", Some(b"")),
        ("204 with a length", PLAIN, "204 No Content", "Content-Length: 0\r\n", b"", None),
        ("304 with a length", PLAIN, "304 Not Modified", "Content-Length: 5\r\n", b"", None),
        (
            "both",
            PLAIN,
            "200 OK",
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            b"1\r\na\r\n0\r\n\r\n",
            None,
        ),
        ("another coding", PLAIN, "200 OK", "Transfer-Encoding: gzip\r\n", b"", None),
        (
            "chunks for HTTP/1.0",
            OLD,
            "200 OK",
            "Connection: close\r\nTransfer-Encoding: chunked\r\n",
            b"0\r\n\r\n",
            None,
        ),
    ];
    for (name, request, status, fields, after, expected) in rows {
        let taken = take(&with_body(status, fields, after), Asked::by(request), false);
        match (taken, expected) {
            (Ok(Some(response)), Some(body)) => {
                assert_eq!(response.body, body, "{name}");
                let rest = if after.ends_with(b"HTTP") { 4 } else { 0 };
                let whole = answer(status, fields).len() + after.len() - rest;
                assert_eq!(response.raw.len(), whole, "{name}");
            }
            (Err(_), None) => {}
            (taken, _) => panic!("{name}: {taken:?}"),
        }
    }
}

#[test]
fn an_interim_response_is_one_of_its_own() {
    let bytes = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n";
    let response = take(bytes, Asked::by(PLAIN), false).expect("good").expect("whole");
    assert!(response.is_interim() && response.raw.len() == 25, "{response:?}");
    assert!(take(b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n", Asked::by(PLAIN), false).is_err());
}

#[test]
fn only_the_end_of_an_old_connection_is_an_end_of_a_body() {
    let closing = with_body("200 OK", "Connection: close\r\n", b"abc");
    assert!(matches!(take(&closing, Asked::by(OLD), false), Ok(None)));
    assert_eq!(take(&closing, Asked::by(OLD), true).map(|taken| taken.map(|it| it.body.len())), Ok(Some(3)));
    assert!(take(&closing, Asked::by(PLAIN), true).is_err());
    let kept = answer("200 OK", "Connection: keep-alive\r\n");
    assert!(take(&kept, Asked::by(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), true).is_err());
}

#[test]
fn a_cut_response_is_an_error_only_when_nothing_more_comes() {
    let whole = with_body("200 OK", "Content-Length: 2\r\n", b"ab");
    for cut in 0..whole.len() {
        assert!(matches!(take(&whole[..cut], Asked::by(PLAIN), false), Ok(None)), "{cut}");
        assert!(take(&whole[..cut], Asked::by(PLAIN), true).is_err(), "{cut}");
    }
}

#[test]
fn what_every_answer_promises() {
    let kept = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    let closed = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let plain = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let old = "GET / HTTP/1.0\r\n\r\n";
    for (good, request, status, connection) in [
        (true, plain, "200 OK", ""),
        (true, plain, "200 OK", "Connection: close\r\n"),
        (false, plain, "200 OK", "Connection: keep-alive\r\n"),
        (false, plain, "200 OK", "Connection: Close\r\n"),
        (true, closed, "200 OK", "Connection: close\r\n"),
        (false, closed, "200 OK", ""),
        (true, old, "200 OK", "Connection: close\r\n"),
        (false, old, "200 OK", ""),
        (false, old, "200 OK", "Connection: keep-alive\r\n"),
        (true, kept, "200 OK", "Connection: keep-alive\r\n"),
        (true, kept, "200 OK", "Connection: close\r\n"),
        (false, kept, "200 OK", ""),
        (true, plain, "400 Bad Request", "Connection: close\r\n"),
        (false, plain, "408 Request Timeout", ""),
        (false, plain, "505 HTTP Version Not Supported", ""),
        (true, plain, "408 Request Timeout", "Connection: close\r\n"),
        (true, "\x16\x03", "400 Bad Request", "Connection: close\r\n"),
    ] {
        let bytes = answer(status, &format!("{connection}Content-Length: 0\r\n"));
        let taken = take(&bytes, Asked::by(request.as_bytes()), false);
        assert_eq!(taken.is_ok(), good, "{request:?} answered {status} {connection:?}: {taken:?}");
    }
    for head in [
        "HTTP/1.1 200 OK\r\nServer: svcd\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nServer: svcd\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n",
    ] {
        assert!(take(head.as_bytes(), Asked::by(PLAIN), false).is_err(), "{head}");
    }
    let nameless = String::from_utf8(answer("200 OK", "Content-Length: 0\r\n")).expect("text");
    assert!(take(nameless.replace("Server", "X").as_bytes(), Asked::by(PLAIN), false).is_err());
}

#[test]
fn wishes_of_requests() {
    let plain = Asked::default();
    for (request, expected) in [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", plain),
        ("\r\nHEAD / HTTP/1.1\r\nHost: a\r\n\r\n", Asked { head: true, ..plain }),
        ("GET / HTTP/1.0\r\n\r\n", Asked { old: true, ..plain }),
        ("GET / HTTP/1.1\r\nconnection: x ,\tCLOSE\r\n\r\n", Asked { close: true, ..plain }),
        ("GET / HTTP/1.1\r\nConnection: x\r\nConnection:close\r\n\r\n", Asked { close: true, ..plain }),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", Asked { old: true, keep_alive: true, ..plain }),
        ("GET / HTTP/1.1\r\nConnection: closed\r\nX-Connection: close\r\n\r\n", plain),
        ("POST / HTTP/1.1\r\n\r\nConnection: close\r\n", plain),
        ("", Asked { unknown: true, ..plain }),
        ("\x16\x03\r\n", Asked { unknown: true, ..plain }),
    ] {
        assert_eq!(Asked::by(request.as_bytes()), expected, "{request:?}");
    }
}

#[test]
fn answers_are_compared_without_their_dates() {
    let response = |bytes: &[u8]| only(bytes, false).expect("a response");
    let one = response(&with_body("200 OK", "Content-Length: 2\r\n", b"ab"));
    assert!(one.undated().ends_with(b"\r\nDate: .\r\nServer: svcd\r\nContent-Length: 2\r\n\r\nab"));
    let other = response(&with_body("200 OK", "Content-Length: 2\r\n", b"ac"));
    assert_ne!(one.undated(), other.undated());
}
