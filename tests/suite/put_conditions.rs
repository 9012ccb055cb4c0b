//! Preconditions of PUT and DELETE (RFC 9110 13): what somebody else has written
//! meanwhile is not lost.

mod races;

use svcd_tests::asking::{Validators, status};
use svcd_tests::response::Asked;
use svcd_tests::writing::{self, delete, head, put, put_chunks, refused, stored};
use svcd_tests::{Server, Snapshot, each, some};

/// Name, field lines with `{etag}` and dates, and whether they let a write pass.
type Row<'a> = (&'a str, &'a [&'a str], bool);

/// Of a file that is there.
const THERE: &[Row] = &[
    ("the tag", &["If-Match: {etag}"], true),
    ("any", &["If-Match: *"], true),
    ("in a list", &["If-Match: \"other\", {etag}"], true),
    ("in a list of two lines", &["If-Match: \"other\"", "If-Match: {etag}"], true),
    ("with empty members", &["If-Match: ,, {etag} ,"], true),
    ("another tag", &["If-Match: \"other\""], false),
    ("a list of others", &["If-Match: \"other\", \"a\""], false),
    // If-Match compares strongly (RFC 9110 13.1.1).
    ("weak", &["If-Match: W/{etag}"], false),
    ("weak in a list", &["If-Match: \"other\", W/{etag}"], false),
    ("a tag that is an asterisk", &["If-Match: \"*\""], false),
    ("no tag", &["If-Match: other"], false),
    ("none at all", &["If-None-Match: *"], false),
    ("not the tag", &["If-None-Match: {etag}"], false),
    ("not the tag, weakly", &["If-None-Match: W/{etag}"], false),
    ("not of a list", &["If-None-Match: \"other\", {etag}"], false),
    ("not another", &["If-None-Match: \"other\""], true),
    ("unmodified", &["If-Unmodified-Since: {date}"], true),
    ("unmodified since later", &["If-Unmodified-Since: {after}"], true),
    ("modified", &["If-Unmodified-Since: {before}"], false),
    ("a date that is none", &["If-Unmodified-Since: yesterday"], true),
    ("the tag counts more than the date", &["If-Match: {etag}", "If-Unmodified-Since: {before}"], true),
    ("and also when it is another", &["If-Match: \"other\"", "If-Unmodified-Since: {after}"], false),
    ("both tags", &["If-Match: {etag}", "If-None-Match: \"other\""], true),
    ("two that exclude each other", &["If-Match: {etag}", "If-None-Match: {etag}"], false),
    // These are for reading (RFC 9110 13.1.3, 13.1.5, 14.2).
    ("If-Modified-Since", &["If-Modified-Since: {after}"], true),
    ("If-Range", &["If-Range: \"other\"", "Range: bytes=0-0"], true),
    ("Range", &["Range: bytes=99-"], true),
];

/// Of one that is not.
const MISSING: &[Row] = &[
    ("any", &["If-Match: *"], false),
    ("a tag", &["If-Match: \"other\""], false),
    ("none at all", &["If-None-Match: *"], true),
    ("not a tag", &["If-None-Match: \"other\""], true),
    ("both", &["If-Match: *", "If-None-Match: *"], false),
];

const TARGET: &str = "/dir/inner.txt";

/// The standard file once more, and the lines with what is told of it.
fn filled(server: &Server, lines: &[&str]) -> Result<Vec<String>, String> {
    server.tree.file(&TARGET[1..], b"inner\n");
    let validators = Validators::of(server, TARGET, &[])?;
    Ok(lines.iter().map(|line| validators.fill(line)).collect())
}

fn slices(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

#[test]
fn of_a_file_that_is_there() {
    let server = writing::server(&[]);
    let chunks = b"3\r\nnew\r\n0\r\n\r\n";
    each(some(THERE).map(|row| (row.0, row)), |(_, lines, passes)| {
        let filled_once = filled(&server, lines)?;
        if !passes {
            let lines = slices(&filled_once);
            refused(&server, &put(TARGET, b"new", &lines), &[412])?;
            refused(&server, &put_chunks(TARGET, chunks, &lines), &[412])?;
            return refused(&server, &delete(TARGET, &lines), &[412]).map(drop);
        }
        stored(&server, &put(TARGET, b"new", &slices(&filled_once)), 204, TARGET, b"new")?;
        let again = filled(&server, lines)?;
        stored(&server, &put_chunks(TARGET, chunks, &slices(&again)), 204, TARGET, b"new")?;
        let again = filled(&server, lines)?;
        status(&server.ask(&delete(TARGET, &slices(&again)))?, &[204])
    });
}

#[test]
fn of_a_file_that_is_missing() {
    let server = writing::server(&[]);
    each(MISSING.iter().map(|row| (row.0, row)), |(_, lines, passes)| {
        if !passes {
            refused(&server, &put("/new", b"new", lines), &[412])?;
            // That it is missing may be said as well (RFC 9110 13.2.1).
            return refused(&server, &delete("/new", lines), &[404, 412]).map(drop);
        }
        stored(&server, &put("/new", b"new", lines), 201, "/new", b"new")?;
        status(&server.ask(&delete("/new", &[]))?, &[204])?;
        refused(&server, &delete("/new", lines), &[404]).map(drop)
    });
    // Whether a date can be kept by nothing is nobody's promise.
    let line = "If-Unmodified-Since: Thu, 29 Feb 2024 01:06:05 GMT";
    let answer = server.ask(&put("/new", b"new", &[line])).expect("an answer");
    assert!([201, 412].contains(&answer.status), "{}", answer.status);
}

#[test]
fn of_what_cannot_be_written_at_all() {
    let server = writing::server(&[]);
    server.tree.link("link", "hello.txt");
    let rows = [
        ("/dir/", &[409, 412][..]),
        ("/missing/x", &[409, 412]),
        ("/link", &[403, 412]),
        ("/.secret", &[403, 412]),
    ];
    for line in ["If-Match: *", "If-None-Match: *", "If-Match: \"x\"", "If-None-Match: \"x\""] {
        each(rows.map(|row| (format!("{} {line}", row.0), row)), |(target, right)| {
            refused(&server, &put(target, b"new", &[line]), right).map(drop)
        });
    }
}

#[test]
fn the_answer_does_not_wait_for_the_body() {
    let server = writing::server(&[]);
    let before = Snapshot::of(server.tree.base());
    let rows = [
        ("a length", "/hello.txt", "If-None-Match: *", "Content-Length: 1000000"),
        ("a short one", "/hello.txt", "If-Match: \"x\"", "Content-Length: 3"),
        ("a missing file", "/new.txt", "If-Match: *", "Content-Length: 1000000"),
        ("chunks", "/hello.txt", "If-None-Match: *", "Transfer-Encoding: chunked"),
    ];
    each(rows.map(|row| (row.0, row)), |(name, target, condition, framing)| {
        // With Expect none of it was promised to be read.
        for expect in ["X: y", "Expect: 100-continue"] {
            if expect == "X: y" && name != "a length" {
                continue;
            }
            let request = head("PUT", target, &[condition, framing, expect]);
            let mut connection = server.connect();
            connection.send(&request);
            let response = connection.next_response(Asked::by(&request))?;
            status(&response, &[412]).map_err(|why| format!("{expect}: {why}"))?;
            response.has("Connection", "close")?;
            connection.at_end()?;
        }
        Ok(())
    });
    assert_eq!(before.is_kept(), Ok(()));
}

#[test]
fn the_tag_of_a_stored_file_is_the_next_condition() {
    // What an editor does: it never asks again, it goes by the answers.
    let server = writing::server(&[]);
    let mut line = "If-None-Match: *".to_owned();
    for number in 0..10 {
        let content = vec![b'x'; number];
        let right = if number == 0 { 201 } else { 204 };
        let answer = stored(&server, &put("/edited", &content, &[&line]), right, "/edited", &content)
            .unwrap_or_else(|why| panic!("{number}: {why}"));
        refused(&server, &put("/edited", b"again", &[&line]), &[412]).expect("the one before");
        line = format!("If-Match: {}", answer.need("ETag").expect("a tag"));
    }
    assert_eq!(server.ask(&delete("/edited", &[&line])).map(|answer| answer.status), Ok(204));
    refused(&server, &delete("/edited", &[&line]), &[404, 412]).expect("it is gone");
}
