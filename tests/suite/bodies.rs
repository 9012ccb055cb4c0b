//! Bodies that nobody wants: read and dropped, so that the next request begins
//! where it begins (RFC 9112 6). What could be read in two ways is refused, and
//! nothing behind it is taken for a request.

mod chunks;

use svcd_tests::chunked::encode as chunks;
use svcd_tests::server::request;
use svcd_tests::tree::BIG;
use svcd_tests::{Connection, Server, each};

/// Longest body that is read for the sake of the connection.
const LONGEST: usize = 64 * 1024;

/// What a body must never be taken for.
const INNER: &[u8] = b"GET /dir/inner.txt HTTP/1.1\r\nHost: body\r\n\r\n";

/// Method, target and status: every kind of answer that leaves the connection.
const ASKED: &[(&str, &str, u16)] = &[
    ("GET", "/hello.txt", 200),
    ("GET", "/big.bin", 200),
    ("HEAD", "/hello.txt", 200),
    ("OPTIONS", "/hello.txt", 204),
    ("OPTIONS", "*", 204),
    ("GET", "/missing", 404),
    ("HEAD", "/dir", 301),
    ("GET", "/bare/", 200),
    ("POST", "/hello.txt", 405),
    ("PUT", "/new.txt", 405),
    ("DELETE", "/hello.txt", 405),
    ("PATCH", "/hello.txt", 405),
    ("TRACE", "/", 405),
    ("BREW", "/pot", 418),
    ("FETCH", "/", 501),
];

fn with_length(method: &str, target: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("{method} {target} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

fn chunked(method: &str, target: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("{method} {target} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// Requests as many as are needed for a body of this length.
fn inner(length: usize) -> Vec<u8> {
    INNER.iter().copied().cycle().take(length).collect()
}

/// The answer, and then that to the next request, which was sent with it.
fn is_kept(server: &Server, request: &[u8], status: u16) -> Result<(), String> {
    let mut connection = server.connect();
    let next = b"GET /dir/ HTTP/1.1\r\nHost: a\r\n\r\n";
    connection.send(&[request, next].concat());
    let response = connection.next_answer(request)?;
    response.is(status)?;
    if !response.is_kept() {
        return Err(format!("{status} and closed"));
    }
    let second = connection.next_answer(next).map_err(|why| format!("the next: {why}"))?;
    if !second.text().contains("<title>dir</title>") {
        return Err(format!("the next is answered {} {:?}", second.status, second.text()));
    }
    connection.is_open()
}

/// One answer, and the end, though a request follows.
fn is_closed(server: &Server, bytes: &[u8], statuses: &[u16]) -> Result<(), String> {
    let mut connection = server.connect();
    let sending = connection.send_beside([bytes, &request("GET", b"/hello.txt")].concat());
    let response = connection.next_answer(bytes)?;
    if !statuses.contains(&response.status) {
        return Err(format!("expected {statuses:?}, got {}", response.status));
    }
    response.has("Connection", "close")?;
    connection.at_end()?;
    let _ = sending.join();
    Ok(())
}

#[test]
fn of_every_method_with_a_length() {
    let server = Server::start(&[]);
    for length in [0, 1, 42, INNER.len(), 5000] {
        let rows = ASKED.iter().map(|row| (format!("{} {}, {length} bytes", row.0, row.1), row));
        each(rows, |(method, target, status)| {
            is_kept(&server, &with_length(method, target, &inner(length)), *status)
        });
    }
}

#[test]
fn of_every_method_in_chunks() {
    let server = Server::start(&[]);
    for (length, size) in [(0, 1), (1, 1), (INNER.len(), 7), (INNER.len(), 1000), (5000, 999)] {
        let rows = ASKED.iter().map(|row| (format!("{} {}, {length} in {size}", row.0, row.1), row));
        each(rows, |(method, target, status)| {
            is_kept(&server, &chunked(method, target, &chunks(&inner(length), size)), *status)
        });
    }
}

#[test]
fn around_the_sizes_of_buffers() {
    let server = Server::start(&[]);
    let head = with_length("POST", "/", b"").len();
    // The buffer of the head, with the head and without it; then the longest.
    let edges = [16 * 1024 - head - 4, 16 * 1024, 32 * 1024, LONGEST - 1];
    let lengths = edges.into_iter().flat_map(|edge| [edge - 1, edge, edge + 1]);
    each(lengths.map(|length| (length, length)), |length| {
        for method in ["GET", "POST"] {
            let status = if method == "GET" { 200 } else { 405 };
            is_kept(&server, &with_length(method, "/hello.txt", &inner(length)), status)?;
            for size in [100, 4096, LONGEST] {
                is_kept(&server, &chunked(method, "/hello.txt", &chunks(&inner(length), size)), status)
                    .map_err(|why| format!("in chunks of {size}: {why}"))?;
            }
        }
        Ok(())
    });
}

#[test]
fn longer_than_what_is_read_for_the_next_request() {
    let server = Server::start(&[]);
    for length in [LONGEST + 1, 200_000, 3_000_000] {
        let rows =
            [("GET", "/hello.txt", 200), ("HEAD", "/", 200), ("POST", "/", 405), ("GET", "/missing", 404)];
        each(
            rows.map(|row| (format!("{} {}, {length} bytes", row.0, row.1), row)),
            |(method, target, status)| {
                is_closed(&server, &with_length(method, target, &inner(length)), &[status])?;
                // Only when too much has come it is known to be too much.
                is_closed(&server, &chunked(method, target, &chunks(&inner(length), 5000)), &[status])
                    .map_err(|why| format!("in chunks: {why}"))
            },
        );
    }
}

#[test]
fn a_length_that_nobody_waits_for() {
    // It says much, and sends nothing of it: the answer does not wait.
    let server = Server::start(&[]);
    for length in ["65537", "1000000000000", "9223372036854775807"] {
        let request = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
        let mut connection = server.connect();
        let response = connection.exchange(request.as_bytes()).expect(length);
        assert_eq!((response.status, response.is_kept()), (405, false), "{length}");
        assert_eq!(connection.at_end(), Ok(()), "{length}");
    }
}

#[test]
fn in_pieces() {
    let server = Server::start(&[]);
    let coded = chunks(&inner(100), 30);
    let rows = [with_length("POST", "/", &inner(100)), chunked("GET", "/hello.txt", &coded)];
    for whole in &rows {
        let status = if whole.starts_with(b"GET") { 200 } else { 405 };
        let mut connection = server.connect();
        for byte in whole {
            connection.send(&[*byte]);
        }
        assert_eq!(connection.next_answer(whole).and_then(|response| response.is(status)), Ok(()));
        assert_eq!(connection.is_open(), Ok(()));
        let edges = whole.windows(2).position(|two| two == b"\r\n\r").unwrap_or(0)..whole.len();
        each(edges.map(|cut| (format!("cut at {cut}"), cut)), |cut| {
            connection.send(&whole[..cut]);
            connection.send(&whole[cut..]);
            connection.next_answer(whole)?.is(status)?;
            connection.is_open()
        });
    }
}

#[test]
fn a_large_answer_to_a_request_with_a_body() {
    let server = Server::start(&[]);
    let mut connection = server.connect();
    for body in [with_length("GET", "/big.bin", &inner(60_000)), request("GET", b"/big.bin")] {
        assert_eq!(connection.exchange(&body).map(|response| response.body.len()), Ok(BIG));
    }
}

#[test]
fn lengths_and_codings_in_dispute() {
    let server = Server::start(&[]);
    let both = [400];
    let rows: &[(&str, &str, &[u16])] = &[
        ("length and chunked", "Content-Length: 5\r\nTransfer-Encoding: chunked", &both),
        ("chunked and length", "Transfer-Encoding: chunked\r\nContent-Length: 5", &both),
        ("chunked and length 0", "Transfer-Encoding: chunked\r\nContent-Length: 0", &both),
        ("two lengths", "Content-Length: 0\r\nContent-Length: 5", &[400]),
        ("two lengths in a list", "Content-Length: 0, 5", &[400]),
        ("length with a plus", "Content-Length: +5", &[400]),
        ("length in hex", "Content-Length: 0x5", &[400]),
        ("gzip", "Transfer-Encoding: gzip", &[501]),
        ("gzip, chunked", "Transfer-Encoding: gzip, chunked", &[501]),
        ("identity", "Transfer-Encoding: identity", &[501]),
        ("a longer word", "Transfer-Encoding: xchunked", &[501]),
        ("chunked in quotes", "Transfer-Encoding: \"chunked\"", &[501]),
        ("chunked with a parameter", "Transfer-Encoding: chunked;a=b", &[400, 501]),
        ("chunked twice", "Transfer-Encoding: chunked, chunked", &[400]),
        ("two fields of chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", &[400]),
        ("chunked and then another", "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip", &[400, 501]),
        ("an empty coding", "Transfer-Encoding:", &[400, 501]),
        ("a vertical tab", "Transfer-Encoding: \x0bchunked", &[400]),
        ("a space before the colon", "Transfer-Encoding : chunked", &[400]),
        ("a folded line", "Transfer-Encoding:\r\n chunked", &[400]),
        ("a bare line feed before it", "X: y\nTransfer-Encoding: chunked", &[400]),
    ];
    for method in ["GET", "POST"] {
        each(rows.iter().map(|row| (format!("{method}, {}", row.0), row)), |(_, fields, statuses)| {
            let request = format!("{method} /hello.txt HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n0\r\n\r\n");
            is_closed(&server, request.as_bytes(), statuses)
        });
    }
    let old =
        b"GET /hello.txt HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(is_closed(&server, old, &[400]), Ok(()), "chunked in HTTP/1.0");
    let twice = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc";
    assert_eq!(is_closed(&server, twice, &[400]), Ok(()), "the same length twice");
}

#[test]
fn of_http_1_0() {
    let server = Server::start(&[]);
    let head = "POST / HTTP/1.0\r\nContent-Length: 42\r\n";
    let kept = [format!("{head}Connection: keep-alive\r\n\r\n").as_bytes(), &inner(42)].concat();
    assert_eq!(is_kept(&server, &kept, 405), Ok(()));
    let closed = [format!("{head}\r\n").as_bytes(), &inner(42)].concat();
    assert_eq!(is_closed(&server, &closed, &[405]), Ok(()));
}

#[test]
fn cut_by_the_end_of_the_connection() {
    let server = Server::start(&[]);
    let rows = [
        with_length("GET", "/hello.txt", b"abcdef"),
        chunked("POST", "/", b"3;e\r\nabc\r\n0\r\nX: y\r\n\r\n"),
    ];
    for whole in &rows {
        let head = whole.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
        each((head..whole.len()).map(|cut| (format!("cut at {cut}"), cut)), |cut| {
            let mut connection: Connection = server.connect();
            connection.send(&whole[..cut]);
            connection.half_close();
            let response = connection.next_answer(whole)?;
            response.is(400)?;
            response.has("Connection", "close")?;
            connection.at_end()
        });
    }
}
