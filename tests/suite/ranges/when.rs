//! When a Range counts, and when the request is answered as if there were none.

use svcd_tests::asking::{Validators, asking, status};
use svcd_tests::tree::pseudo_random;
use svcd_tests::{Server, each};

use super::{LENGTH, tree};

#[test]
fn a_precondition_comes_before_a_range() {
    const ROWS: &[(&str, u16)] = &[
        ("If-None-Match: {etag}", 304),
        ("If-Modified-Since: {date}", 304),
        ("If-None-Match: \"other\"", 206),
        ("If-Modified-Since: {before}", 206),
        ("If-Match: {etag}", 206),
        ("If-Match: \"other\"", 412),
        ("If-Unmodified-Since: {date}", 206),
        ("If-Unmodified-Since: {before}", 412),
    ];
    let server = Server::with(tree()).start();
    let validators = Validators::of(&server, "/thousand.bin", &[]).expect("validators");
    each(ROWS.iter().map(|row| (row.0, row)), |(line, right)| {
        let line = validators.fill(line);
        status(&server.ask(&asking("GET", "/thousand.bin", &["Range: bytes=0-9", &line]))?, &[*right])
    });
}

#[test]
fn only_of_a_file_that_is_sent() {
    const ROWS: &[(&str, &str, u16)] = &[
        ("GET", "/missing", 404),
        ("GET", "/dir", 301),
        ("GET", "/bare/", 200),
        ("GET", "/%zz", 400),
        ("GET", "/", 206),
        ("HEAD", "/thousand.bin", 200),
        ("HEAD", "/empty.txt", 200),
        ("OPTIONS", "/thousand.bin", 204),
    ];
    let server = Server::with(tree()).start();
    each(ROWS.iter().map(|row| (format!("{} {}", row.0, row.1), row)), |(method, target, right)| {
        status(&server.ask(&asking(method, target, &["Range: bytes=0-3"]))?, &[*right])
    });
    // RFC 9110 14.2: a range is only defined for GET.
    let head = server.ask(&asking("HEAD", "/thousand.bin", &["Range: bytes=0-3"])).expect("an answer");
    assert_eq!(head.has("Content-Length", "1000"), Ok(()));
    let head = server.ask(&asking("HEAD", "/thousand.bin", &["Range: bytes=5000-"])).expect("an answer");
    assert_eq!(head.status, 200);
}

#[test]
fn two_range_fields_are_no_range() {
    let server = Server::with(tree()).start();
    for lines in [["Range: bytes=0-3", "Range: bytes=5-6"], ["Range: 0", "Range: bytes=0-3"]] {
        let answer = server.ask(&asking("GET", "/thousand.bin", &lines)).expect("an answer");
        assert!([200, 400].contains(&answer.status), "{lines:?}: {}", answer.status);
    }
}

#[test]
fn of_a_1_0_client() {
    let server = Server::with(tree()).start();
    let answer = server.ask(b"GET /thousand.bin HTTP/1.0\r\nRange: bytes=0-9\r\n\r\n").expect("an answer");
    assert_eq!((answer.status, &*answer.body), (206, &pseudo_random(LENGTH)[..10]));
}
