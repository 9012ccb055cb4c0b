//! Connections persist (RFC 9112 9.3): as long as the client wants it, without
//! a trace of one request in the answer to the next.

use svcd_tests::process::{children, until_children, visible};
use svcd_tests::server::request;
use svcd_tests::tree::FILES;
use svcd_tests::{Response, Server, clock, each, scale, until};

/// What the answer says of the connection, and whether it is open then.
fn connection_is(server: &Server, request: &[u8], said: Option<&str>) -> Result<(), String> {
    let mut connection = server.connect();
    let response = connection.exchange(request)?;
    if response.field("Connection") != said {
        return Err(format!("expected Connection: {said:?}, got {:?}", response.fields));
    }
    match said {
        Some("close") => connection.at_end(),
        // Still so after the next one.
        _ => connection.is_open().and_then(|()| connection.is_open()),
    }
}

#[test]
fn who_wants_it() {
    const STAYS: Option<&str> = None;
    const ENDS: Option<&str> = Some("close");
    const STAYS_OLD: Option<&str> = Some("keep-alive");
    let rows: &[(&str, &str, &str, Option<&str>)] = &[
        ("1.1", "HTTP/1.1", "", STAYS),
        ("1.2", "HTTP/1.2", "", STAYS),
        ("close", "HTTP/1.1", "Connection: close\r\n", ENDS),
        ("close in 1.2", "HTTP/1.2", "Connection: close\r\n", ENDS),
        ("capital letters", "HTTP/1.1", "CONNECTION: CLOSE\r\n", ENDS),
        ("mixed letters", "HTTP/1.1", "connection: cLoSe\r\n", ENDS),
        ("first of a list", "HTTP/1.1", "Connection: close, x\r\n", ENDS),
        ("last of a list", "HTTP/1.1", "Connection: x, close\r\n", ENDS),
        ("a list without spaces", "HTTP/1.1", "Connection: x,close,y\r\n", ENDS),
        ("tabs and empty elements", "HTTP/1.1", "Connection: ,\t, close\t,\r\n", ENDS),
        ("the second of two fields", "HTTP/1.1", "Connection: x\r\nA: b\r\nConnection: close\r\n", ENDS),
        ("close wins", "HTTP/1.1", "Connection: keep-alive, close\r\n", ENDS),
        ("keep-alive", "HTTP/1.1", "Connection: keep-alive\r\n", STAYS),
        ("an empty field", "HTTP/1.1", "Connection:\r\n", STAYS),
        ("a longer word", "HTTP/1.1", "Connection: closed\r\n", STAYS),
        ("a word with close at its end", "HTTP/1.1", "Connection: x-close\r\n", STAYS),
        ("close as a value", "HTTP/1.1", "Connection: x=close\r\n", STAYS),
        ("two words that are no list", "HTTP/1.1", "Connection: x close\r\n", STAYS),
        ("another field", "HTTP/1.1", "X-Connection: close\r\n", STAYS),
        ("a proxy's field", "HTTP/1.1", "Proxy-Connection: close\r\n", STAYS),
        ("1.0", "HTTP/1.0", "", ENDS),
        ("1.0 that asks", "HTTP/1.0", "Connection: keep-alive\r\n", STAYS_OLD),
        ("1.0 that asks in capitals", "HTTP/1.0", "Connection: Keep-Alive\r\n", STAYS_OLD),
        ("1.0 that asks in a list", "HTTP/1.0", "Connection: x, keep-alive, TE\r\n", STAYS_OLD),
        ("1.0 that asks for both", "HTTP/1.0", "Connection: keep-alive, close\r\n", ENDS),
        ("1.0 and close", "HTTP/1.0", "Connection: close\r\n", ENDS),
        ("1.0 with another option", "HTTP/1.0", "Connection: x\r\n", ENDS),
        ("1.0 with a longer word", "HTTP/1.0", "Connection: keep-alives\r\n", ENDS),
        ("1.0 with parameters only", "HTTP/1.0", "Keep-Alive: timeout=5\r\n", ENDS),
        ("1.0 with a proxy's field", "HTTP/1.0", "Proxy-Connection: keep-alive\r\n", ENDS),
    ];
    let server = Server::start(&[]);
    for (method, target) in
        [("GET", "/hello.txt"), ("HEAD", "/big.bin"), ("GET", "/missing"), ("GET", "/dir")]
    {
        let named = rows.iter().map(|row| (format!("{method} {target}, {}", row.0), row));
        each(named, |(_, version, fields, said)| {
            let request = format!("{method} {target} {version}\r\nHost: a\r\n{fields}\r\n");
            connection_is(&server, request.as_bytes(), *said)
        });
    }
}

/// Requests of every kind that leave the connection as it is.
const KEPT: &[(&str, &[u8], u16)] = &[
    ("a file", b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    ("an empty file", b"GET /empty.txt HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    ("a file in pieces", b"GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    ("HEAD", b"HEAD /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    ("HEAD of a large file", b"HEAD /big.bin HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    ("HEAD of nothing", b"HEAD /missing HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ("a listing", b"GET /bare/ HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    ("HEAD of a listing", b"HEAD /bare/ HTTP/1.1\r\nHost: a\r\n\r\n", 200),
    ("a redirect", b"GET /dir HTTP/1.1\r\nHost: a\r\n\r\n", 301),
    ("HEAD of a redirect", b"HEAD /dir HTTP/1.1\r\nHost: a\r\n\r\n", 301),
    ("a part", b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=0-3\r\n\r\n", 206),
    ("a part of a large file", b"GET /big.bin HTTP/1.1\r\nHost: a\r\nRange: bytes=100-4000000\r\n\r\n", 206),
    ("a part that is not there", b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=99-\r\n\r\n", 416),
    ("nothing new", b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n\r\n", 304),
    ("HEAD of nothing new", b"HEAD /hello.txt HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n\r\n", 304),
    ("a condition", b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nIf-Match: \"x\"\r\n\r\n", 412),
    ("nothing", b"GET /missing HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ("a hidden file", b"GET /.secret HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ("OPTIONS", b"OPTIONS /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", 204),
    ("OPTIONS of all", b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204),
    ("POST", b"POST /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    ("POST with a body", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", 405),
    ("DELETE", b"DELETE /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    ("TRACE", b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    ("BREW", b"BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", 418),
    ("an unknown method", b"FETCH / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    ("an expectation", b"GET / HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\n\r\n", 417),
    ("an empty line first", b"\r\nGET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", 200),
];

#[test]
fn whatever_was_answered() {
    let server = Server::start(&[]);
    each(KEPT.iter().map(|row| (row.0, row)), |(_, request, status)| {
        let mut connection = server.connect();
        let response = connection.exchange(request)?;
        response.is(*status)?;
        match response.field("Connection") {
            None => connection.is_open(),
            said => Err(format!("Connection: {said:?}")),
        }
    });
}

#[test]
fn a_thousand_requests_on_one_connection() {
    let server = Server::start(&[]);
    // Each answer alone, to compare with.
    let alone: Vec<Response> =
        KEPT.iter().map(|row| server.connect().exchange(row.1).expect(row.0)).collect();
    let mut connection = server.connect();
    let small: Vec<_> = KEPT.iter().zip(&alone).filter(|(_, alone)| alone.raw.len() < 100_000).collect();
    for number in 0..scale(1000) {
        let ((name, request, _), alone) = small[number % small.len()];
        let response = connection.exchange(request).unwrap_or_else(|why| panic!("{number}, {name}: {why}"));
        assert!(response.undated() == alone.undated(), "{number}, {name}: {response:?}");
    }
    connection.half_close();
    assert_eq!(connection.at_end(), Ok(()));
}

#[test]
fn the_date_is_that_of_each_answer() {
    let server = Server::start(&[]);
    let mut connection = server.connect();
    let mut date = || {
        let response = connection.exchange(&request("GET", b"/hello.txt")).expect("an answer");
        response.need("Date").expect("a date").to_owned()
    };
    let first = date();
    until("another second", || (date() != first).then_some(()));
}

/// A request, and another one that must not be answered differently because of it.
#[test]
fn nothing_of_a_request_is_left_for_the_next() {
    let plain = "GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n";
    let field = |field: &str| format!("GET /hello.txt HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n");
    let long = |count: usize| field(&format!("X: {}", "y".repeat(count)));
    let date = clock::imf_fixdate(4_000_000_000);
    let rows: &[(&str, String, &str)] = &[
        ("the range", field("Range: bytes=0-0"), plain),
        ("several ranges", field("Range: bytes=0-0,3-4"), plain),
        ("an entity tag", field("If-None-Match: *"), plain),
        ("a date", field(&format!("If-Modified-Since: {date}")), plain),
        ("a precondition", field("If-Match: \"x\""), plain),
        ("the codings", field("Accept-Encoding: gzip"), plain),
        ("an expectation", field("Expect: x"), plain),
        ("HEAD", plain.replace("GET", "HEAD"), plain),
        ("the end of the target", plain.replace("hello.txt", "missing/and/so/on/and/on/and/on"), plain),
        ("the query", plain.replace("/hello.txt", "/dir?a=b"), "GET /dir HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("a long head", long(15_000), plain),
        ("the Host", plain.to_owned(), "GET /hello.txt HTTP/1.1\r\n\r\n"),
        (
            "keep-alive of 1.0",
            "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".to_owned(),
            "GET /hello.txt HTTP/1.0\r\n\r\n",
        ),
        ("the length of a body", plain.replace("\r\n\r\n", "\r\nContent-Length: 5\r\n\r\n12345"), plain),
        (
            "a chunked body",
            plain.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nHost: b\r\n\r\n"),
            plain,
        ),
        (
            "the method",
            "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
            "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
        ),
    ];
    let server = Server::start(&[]);
    each(rows.iter().map(|row| (row.0, row)), |(_, first, next)| {
        let alone = server.connect().exchange(next.as_bytes())?;
        let mut connection = server.connect();
        connection.exchange(first.as_bytes()).map_err(|why| format!("the first: {why}"))?;
        let response = connection.exchange(next.as_bytes())?;
        if response.undated() == alone.undated() {
            return Ok(());
        }
        Err(format!(
            "alone: {} {:?}, now: {} {:?}",
            alone.status, alone.fields, response.status, response.fields
        ))
    });
}

#[test]
fn the_log_says_of_each_request_what_it_had() {
    let server = Server::start(&[]);
    let mut connection = server.connect();
    let first = b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nReferer: http://b/\r\nUser-Agent: probe\r\n\r\n";
    for request in [&first[..], &request("HEAD", b"/missing")] {
        connection.exchange(request).expect("an answer");
    }
    let lines = server.log().lines(2);
    assert!(lines[0].contains("\"GET /hello.txt HTTP/1.1\" 200 13 \"http://b/\" \"probe\""), "{lines:?}");
    assert!(lines[1].contains("\"HEAD /missing HTTP/1.1\" 404 0 \"-\" \"-\""), "{lines:?}");
}

#[test]
fn head_between_gets() {
    let server = Server::start(&[]);
    let mut connection = server.connect();
    for (name, bytes) in FILES.iter().filter(|file| !file.0.contains("/.") && !file.0.starts_with('.')) {
        let target = format!("/{name}");
        let head = connection.exchange(&request("HEAD", target.as_bytes())).expect(name);
        assert_eq!(head.has("Content-Length", &bytes.len().to_string()), Ok(()), "{name}");
        let get = connection.exchange(&request("GET", target.as_bytes())).expect(name);
        assert!(get.status == 200 && get.body == *bytes, "{name}: {get:?}");
    }
}

#[test]
fn one_process_for_each_connection() {
    if !visible("the process of a connection") {
        return;
    }
    let server = Server::start(&[]);
    let mut first = server.connect();
    first.is_open().expect("an answer");
    let child = until_children(server.id(), 1).remove(0).id;
    for _ in 0..10 {
        first.is_open().expect("an answer");
        let ids: Vec<u32> = children(server.id()).iter().map(|child| child.id).collect();
        assert_eq!(ids, [child], "the same process");
    }
    let mut second = server.connect();
    second.is_open().expect("an answer");
    until_children(server.id(), 2);
    drop(second);
    let left = until_children(server.id(), 1);
    assert_eq!(left[0].id, child);
    first.half_close();
    assert_eq!(first.at_end(), Ok(()));
    until_children(server.id(), 0);
}
