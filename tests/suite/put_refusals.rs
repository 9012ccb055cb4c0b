//! Requests to write that are refused: nothing is new afterwards, and what was
//! there is what it was.

mod bodies;
mod rates;

use svcd_tests::asking::{asking, status, without};
use svcd_tests::server::request;
use svcd_tests::tree::pseudo_random;
use svcd_tests::writing::{self, HOST_LINE, delete, goes_on, head, put, put_chunks, refused, stored};
use svcd_tests::{Server, Snapshot, chunked, each};

/// Of the servers of these tests.
const MAX_BODY: usize = 1000;

/// Each is refused for a file that is there and for one that is not.
const TARGETS: &[&str] = &["/hello.txt", "/new.txt", "/dir/new.txt"];

fn server() -> Server {
    writing::server(&["--max-body", "1000"])
}

/// Name, field lines beside Host, body, statuses.
type Row<'a> = (&'a str, &'a [&'a str], &'a [u8], &'a [u16]);

fn all_refused(server: &Server, rows: &[Row]) {
    for target in TARGETS {
        each(rows.iter().map(|row| (format!("{target}, {}", row.0), row)), |(_, lines, body, right)| {
            let request = [head("PUT", target, lines), body.to_vec()].concat();
            refused(server, &request, right).map(drop)
        });
    }
    server.assert_serving();
}

#[test]
fn without_a_length() {
    let server = server();
    all_refused(&server, &[("none", &[], b"", &[411]), ("close", &["Connection: close"], b"", &[411])]);
    for target in TARGETS {
        let old = format!("PUT {target} HTTP/1.0\r\n\r\n");
        refused(&server, old.as_bytes(), &[411]).expect("HTTP/1.0");
    }
    let answer = server.ask(&head("PUT", "/new.txt", &[])).expect("an answer");
    assert_eq!(answer.reason, "Length Required");
}

#[test]
fn with_a_length_in_dispute() {
    let digits = format!("Content-Length: {}", "9".repeat(40));
    let zeros = format!("Content-Length: {}3", "0".repeat(40));
    let chunks = b"3\r\nabc\r\n0\r\n\r\n";
    all_refused(
        &server(),
        &[
            ("a tail", &["Content-Length: 3x"], b"abc", &[400]),
            ("a minus", &["Content-Length: -3"], b"abc", &[400]),
            ("a plus", &["Content-Length: +3"], b"abc", &[400]),
            ("in hex", &["Content-Length: 0x3"], b"abc", &[400]),
            ("in two words", &["Content-Length: 3 3"], b"abc", &[400]),
            ("nothing", &["Content-Length:"], b"abc", &[400]),
            ("twice the same", &["Content-Length: 3", "Content-Length: 3"], b"abc", &[400]),
            ("twice another", &["Content-Length: 3", "Content-Length: 5"], b"abcde", &[400]),
            ("a list", &["Content-Length: 3, 3"], b"abc", &[400]),
            ("forty digits", &[&digits], b"abc", &[400, 413]),
            ("beyond 63 bits", &["Content-Length: 9223372036854775808"], b"abc", &[400, 413]),
            ("beyond 64 bits", &["Content-Length: 18446744073709551619"], b"abc", &[400, 413]),
            ("and chunks", &["Content-Length: 13", "Transfer-Encoding: chunked"], chunks, &[400]),
            ("chunks and it", &["Transfer-Encoding: chunked", "Content-Length: 3"], chunks, &[400]),
            ("gzip as transfer coding", &["Transfer-Encoding: gzip, chunked"], chunks, &[501]),
            ("identity", &["Transfer-Encoding: identity"], b"abc", &[400, 501]),
            ("chunks twice", &["Transfer-Encoding: chunked, chunked"], chunks, &[400]),
        ],
    );
    let server = server();
    let old = b"PUT /new.txt HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    refused(&server, old, &[400]).expect("chunks in HTTP/1.0");
    let padded = head("PUT", "/padded", &[&zeros]);
    let answer = server.ask(&[&padded[..], b"abc"].concat()).expect("zeros in front");
    assert!([201, 400].contains(&answer.status), "{}", answer.status);
    // A space behind a value is none of it, and a longer name is another field.
    let request = [&head("PUT", "/spaces", &["Content-Length: \t3 "])[..], b"abc"].concat();
    stored(&server, &request, 201, "/spaces", b"abc").expect("spaces around it");
    let lines = ["Content-Length-Foo: 7", "X-Content-Length: 8"];
    stored(&server, &put("/other", b"abc", &lines), 201, "/other", b"abc").expect("other fields");
}

#[test]
fn more_than_is_allowed() {
    let server = server();
    let full = pseudo_random(MAX_BODY);
    stored(&server, &put("/full", &full, &[]), 201, "/full", &full).expect("as much as is allowed");
    let chunks = chunked::encode(&full, 100);
    stored(&server, &put_chunks("/full2", &chunks, &[]), 201, "/full2", &full).expect("the same in chunks");
    for target in TARGETS {
        for length in [MAX_BODY + 1, 5000, 70_000, 3_000_000] {
            let content = pseudo_random(length);
            let answer = refused(&server, &put(target, &content, &[]), &[413]).expect("a length");
            assert_eq!(answer.reason, "Content Too Large");
            for size in [1, 100, MAX_BODY, MAX_BODY + 1, 60_000] {
                if length / size <= 5000 {
                    let body = chunked::encode(&content, size);
                    refused(&server, &put_chunks(target, &body, &[]), &[413])
                        .unwrap_or_else(|why| panic!("{length} in chunks of {size}: {why}"));
                }
            }
        }
    }
    server.assert_serving();
}

#[test]
fn a_length_above_it_is_answered_at_once() {
    let server = server();
    let before = Snapshot::of(server.tree.base());
    // What is short enough to be dropped for the next request is waited for,
    // unless the client has asked whether it is wanted.
    let rows = [("1001", "Expect: 100-continue"), ("65537", "X: y"), ("9223372036854775807", "X: y")];
    for (length, expect) in rows {
        let line = format!("Content-Length: {length}");
        let request = head("PUT", "/hello.txt", &[&line, expect]);
        let mut connection = server.connect();
        // Not a byte of it comes.
        let answer = connection.exchange(&request).expect(length);
        assert_eq!((answer.status, answer.is_kept()), (413, false), "{length}");
        assert_eq!(connection.at_end(), Ok(()), "{length}");
    }
    assert_eq!(before.is_kept(), Ok(()));
}

#[test]
fn the_default_is_a_gigabyte() {
    let server = writing::server(&[]);
    let ask = |length: u64, right: u16| {
        let line = format!("Content-Length: {length}");
        let request = head("PUT", "/hello.txt", &[&line, "Expect: 100-continue"]);
        let mut connection = server.connect();
        connection.send(&request);
        let response = connection.next_response(svcd_tests::response::Asked::by(&request));
        assert_eq!(response.map(|response| response.status), Ok(right), "{length}");
    };
    let before = Snapshot::of(server.tree.base());
    ask(1 << 30, 100);
    ask((1 << 30) + 1, 413);
    assert_eq!(before.is_kept(), Ok(()));
}

#[test]
fn content_that_is_a_part_or_coded() {
    let server = server();
    all_refused(
        &server,
        &[
            ("a part", &["Content-Range: bytes 0-2/13", "Content-Length: 3"], b"abc", &[400]),
            ("the whole as a part", &["Content-Range: bytes 0-2/3", "Content-Length: 3"], b"abc", &[400]),
            ("no part", &["Content-Range: bytes */3", "Content-Length: 3"], b"abc", &[400]),
            ("a malformed part", &["Content-Range: x", "Content-Length: 3"], b"abc", &[400]),
            ("gzip", &["Content-Encoding: gzip", "Content-Length: 3"], b"abc", &[415]),
            ("GZIP", &["content-encoding: GZIP", "Content-Length: 3"], b"abc", &[415]),
            ("br", &["Content-Encoding: br", "Content-Length: 3"], b"abc", &[415]),
            ("identity, gzip", &["Content-Encoding: identity, gzip", "Content-Length: 3"], b"abc", &[415]),
            (
                "in two lines",
                &["Content-Encoding: identity", "Content-Encoding: x", "Content-Length: 3"],
                b"abc",
                &[415],
            ),
            ("a longer word", &["Content-Encoding: identityx", "Content-Length: 3"], b"abc", &[415]),
            ("chunked as a coding", &["Content-Encoding: chunked", "Content-Length: 3"], b"abc", &[415]),
        ],
    );
    let answer = server.ask(&put("/new.txt", b"abc", &["Content-Encoding: gzip"])).expect("an answer");
    // RFC 9110 15.5.16: it says what would be taken.
    assert_eq!(answer.has("Accept-Encoding", "identity"), Ok(()));
    let rows = ["identity", "Identity", "", ",", " , identity ,", "identity, identity"];
    each(rows.map(|row| (row, row)), |coding| {
        let line = format!("Content-Encoding: {coding}");
        let answer = server.ask(&put("/coded.txt", b"abc", &[&line]))?;
        writing::is_stored(&server, &answer, answer.status, "/coded.txt", b"abc")
    });
}

#[test]
fn without_the_option() {
    let server = Server::with(svcd_tests::Tree::small()).arguments(&["--max-body", "10"]).start();
    let chunks = put_chunks("/new.txt", b"3\r\nabc\r\n0\r\n\r\n", &[]);
    let rows = [
        ("PUT", put("/hello.txt", b"abc", &[])),
        ("PUT of a new one", put("/new.txt", b"abc", &[])),
        ("PUT in chunks", chunks),
        ("PUT without a length", head("PUT", "/new.txt", &[])),
        ("PUT of much", put("/new.txt", &[b'x'; 100_000], &[])),
        ("PUT of a hidden name", put("/.new", b"abc", &[])),
        ("PUT to a folder", put("/dir/", b"abc", &[])),
        ("PUT to another host", put("/new.txt", b"abc", &["Host: evil.example"])),
        ("PUT of another site", put("/new.txt", b"abc", &["Sec-Fetch-Site: cross-site"])),
        ("DELETE", delete("/hello.txt", &[])),
        ("DELETE of nothing", delete("/missing", &[])),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, request)| {
        refused(&server, request, &[405])?.has("Allow", "GET, HEAD, OPTIONS")
    });
    server.assert_serving();
}

#[test]
fn with_the_option_other_methods_stay_refused() {
    const ALLOW: &str = "GET, HEAD, OPTIONS, PUT, DELETE";
    let server = server();
    for method in ["POST", "PATCH", "TRACE"] {
        for target in ["/hello.txt", "/missing", "/"] {
            let line = "Content-Length: 3";
            let request = [head(method, target, &[line]), b"abc".to_vec()].concat();
            let answer = refused(&server, &request, &[405]).expect(method);
            assert_eq!(answer.has("Allow", ALLOW), Ok(()), "{method} {target}");
        }
    }
    for method in ["FETCH", "put", "Put", "PUTX", "DELETED", "delete"] {
        refused(&server, &request(method, b"/hello.txt"), &[501]).expect(method);
    }
    for target in ["/hello.txt", "/", "*", "/dir/"] {
        let answer = server.ask(&asking("OPTIONS", target, &[HOST_LINE])).expect("an answer");
        assert_eq!(status(&answer, &[204]).and(answer.has("Allow", ALLOW)), Ok(()), "{target}");
        // To allow other sites is another matter.
        let names = ["Access-Control-Allow-Origin", "Access-Control-Allow-Methods"];
        assert_eq!(without(&answer, &names), Ok(()), "{target}");
    }
}

#[test]
fn malformed_heads() {
    let server = server();
    let rows: [(&str, &[u8], &[u16]); 7] = [
        ("no Host", b"PUT /new.txt HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", &[400]),
        (
            "two Hosts",
            b"PUT /new HTTP/1.1\r\nHost: localhost\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
            &[400],
        ),
        ("a space", b"PUT /new.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length : 3\r\n\r\nabc", &[400]),
        ("a fold", b"PUT /new.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length:\r\n 3\r\n\r\nabc", &[400]),
        ("bare line feeds", b"PUT /new.txt HTTP/1.1\nHost: localhost\nContent-Length: 3\n\nabc", &[400]),
        ("a version", b"PUT /new.txt HTTP/2.0\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", &[505]),
        ("no version", b"PUT /new.txt\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc", &[400]),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, request, right)| {
        refused(&server, request, right).map(drop)
    });
    let expecting = put("/new.txt", b"abc", &["Expect: a-miracle"]);
    let answer = refused(&server, &expecting, &[417]).expect("an expectation");
    let mut connection = server.connect();
    connection.send(&expecting);
    assert_eq!(connection.next_answer(&expecting).map(|answer| answer.status), Ok(417));
    assert_eq!(goes_on(&mut connection, &answer), Ok(()));
}
