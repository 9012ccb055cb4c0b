//! `cgi` beside `httparse`, `percent-encoding` and Python's `wsgiref`.

use std::io::Write;
use std::process::{Command, Stdio};

use percent_encoding::percent_decode;
use proptest::prelude::*;
use svcd::cgi::environment::{self, Context};
use svcd::cgi::head::{self, Parsed};
use svcd::cgi::{arguments, script};
use svcd::http::field::is_value_byte;
use svcd::http::target::{self, Target};
use svcd::http::{Parsed as Read, request};
use svcd::text::{Buffer, List};

fn written(write: impl FnOnce(&mut Buffer)) -> Vec<u8> {
    let mut room = [0; 32 * 1024];
    let mut out = Buffer::new(&mut room);
    write(&mut out);
    assert!(!out.overflowed());
    out.bytes().to_vec()
}

fn resolved(path: &[u8]) -> Option<Vec<u8>> {
    let mut room = [0; 4096];
    let mut name = Buffer::new(&mut room);
    target::resolve(path, &mut name).ok().map(|()| name.bytes().to_vec())
}

/// Paths of pieces that make one reader of them disagree with another.
fn paths() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "/",
        "/",
        "//",
        "/.",
        "/..",
        "/%2e",
        "/%2E.",
        "/cgi-bin",
        "/CGI-bin",
        "/%63gi-bin",
        "a",
        "/a",
        ".",
        "%2f",
        "%25",
        "%2",
        "%00",
        "\u{e4}",
        "...",
        "/cgi-bin/",
        "+",
    ]);
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| format!("/{}", pieces.concat()))
}

/// Heads of programs, put together from good and bad pieces.
fn heads() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&'static [u8]> = vec![
        b"Content-Type: a/b\n",
        b"Content-Type: a/b\r\n",
        b"Status: 404 Not Here\n",
        b"status:299\r\n",
        b"Location: /a\n",
        b"Location: http://a/\n",
        b"X: \t y \t\n",
        b"x-y:\r\n",
        b"Content-Length: 5\n",
        b"Connection: close\n",
        b"X : y\n",
        b" folded\n",
        b"HTTP/1.0 200 OK\r\n",
        b"\xff: y\n",
        b"X: \xff\n",
        b"\0",
        b"\r",
        b"\n",
        b"a",
        b":",
    ];
    let end = prop::sample::select(vec![&b"\n"[..], b"\r\n", b""]);
    (prop::collection::vec(prop::sample::select(pieces), 0..6), end)
        .prop_map(|(pieces, end)| [&pieces.concat(), end].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// If the one saw a file where the other sees a program, its source would be
    /// sent.
    #[test]
    fn names_of_files_and_of_programs_agree(path in paths()) {
        let normalized = written(|out| script::normalize(path.as_bytes(), out).expect("room"));
        // What is refused there may be what `..` takes away here.
        let Some(name) = resolved(path.as_bytes()) else { return Ok(()) };
        prop_assert_eq!(resolved(&normalized), Some(name.clone()), "{}", path);
        let first = name.split(|byte| *byte == b'/').next().unwrap_or_default();
        let rest = script::below(&normalized, b"cgi-bin");
        prop_assert_eq!(rest.is_some(), first.eq_ignore_ascii_case(b"cgi-bin"), "{}", path);
    }

    #[test]
    fn what_is_behind_a_name_is_decoded_as_percent_encoding_does(rest in paths()) {
        let mut room = [0; 1024];
        let mut out = Buffer::new(&mut room);
        if script::decode_path_info(rest.as_bytes(), &mut out).is_ok() {
            prop_assert_eq!(out.bytes(), percent_decode(rest.as_bytes()).collect::<Vec<u8>>());
        }
    }

    #[test]
    fn words_come_out_as_they_went_in(words in prop::collection::vec("[^-\\p{Cc}][^\\p{Cc}]{0,9}", 1..10)) {
        let encoded: Vec<String> = words
            .iter()
            .map(|word| percent_encoding::utf8_percent_encode(word, percent_encoding::NON_ALPHANUMERIC).to_string())
            .collect();
        let mut room = [0; 4096];
        let mut out = Buffer::new(&mut room);
        prop_assert_eq!(arguments::indexed(encoded.join("+").as_bytes(), &mut out), Some(words.len()));
        let model = words.join("\0") + "\0";
        prop_assert_eq!(out.bytes(), model.as_bytes());
    }

    /// The one for programs is the stricter one.
    #[test]
    fn a_head_that_is_taken_is_the_same_there(bytes in heads()) {
        let Ok(Parsed::Complete(head, len)) = head::parse(&bytes) else { return Ok(()) };
        let mut room = [httparse::EMPTY_HEADER; 16];
        let theirs = match httparse::parse_headers(&bytes, &mut room) {
            Ok(httparse::Status::Complete((their_len, fields))) => {
                prop_assert_eq!(their_len, len, "{}", bytes.escape_ascii());
                fields
            }
            other => return Err(TestCaseError::fail(format!("{}: {other:?}", bytes.escape_ascii()))),
        };
        let own = ["status", "content-length", "connection"];
        let theirs: Vec<(&[u8], &[u8])> = theirs
            .iter()
            .filter(|field| !own.contains(&field.name.to_ascii_lowercase().as_str()))
            .map(|field| (field.name.as_bytes(), field.value))
            .collect();
        prop_assert_eq!(head.fields().collect::<Vec<_>>(), theirs, "{}", bytes.escape_ascii());
    }

    #[test]
    fn any_bytes_are_a_head_or_not(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let _ = head::parse(&bytes);
    }
}

/// Reads the variables of many programs as a Python program does: the NUL-ended
/// `NAME=VALUE` of each, behind its length in a line. It answers with what
/// wsgiref takes for the URL of the request.
const URLS: &str = r#"
import os, sys
from wsgiref.util import request_uri
stream = sys.stdin.buffer
for line in stream:
    block = stream.read(int(line))
    environ = dict(v.decode("latin-1").split("=", 1) for v in block.split(b"\0")[:-1])
    environ["wsgi.url_scheme"] = "http"
    print(request_uri(environ))
"#;

/// RFC 3875 3.3: script name, path info and query are the URL that was asked for.
#[test]
fn python_makes_the_url_of_a_request_from_its_variables() {
    let cases = [
        ("GET /cgi-bin/a HTTP/1.1", "Host: h:81\r\n", "http://h:81/cgi-bin/a"),
        ("GET /cgi-bin/a/b%20c//d?e=f%20&g HTTP/1.1", "Host: h\r\n", "http://h/cgi-bin/a/b%20c//d?e=f%20&g"),
        ("GET http://i/cgi-bin/a?b HTTP/1.1", "Host: h\r\n", "http://i/cgi-bin/a?b"),
        ("GET /cgi-bin/a/%E2%82%AC HTTP/1.1", "Host: h\r\n", "http://h/cgi-bin/a/%E2%82%AC"),
        ("GET /cgi-bin/a HTTP/1.0", "", "http://127.0.0.1:8080/cgi-bin/a"),
    ];
    let mut input = Vec::new();
    for (line, fields, _) in cases {
        let head = format!("{line}\r\n{fields}\r\n");
        let Ok(Read::Complete(request, _)) = request::parse(head.as_bytes()) else { panic!("{head}") };
        let block = variables(&request);
        input.extend_from_slice(format!("{}\n", block.len()).as_bytes());
        input.extend_from_slice(&block);
    }
    let python =
        Command::new("python3").args(["-c", URLS]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut python = match python {
        Ok(python) => python,
        Err(error) => return println!("skipped: no python3: {error}"),
    };
    python.stdin.take().expect("a pipe").write_all(&input).expect("a reader");
    let output = python.wait_with_output().expect("an end");
    assert!(output.status.success());
    let urls = String::from_utf8(output.stdout).expect("text");
    assert_eq!(urls.lines().collect::<Vec<_>>(), cases.map(|case| case.2));
}

fn variables(request: &svcd::http::Request) -> Vec<u8> {
    let target: Target = target::parse(request.method, request.target).expect("a target");
    let normalized = written(|out| script::normalize(target.path, out).expect("room"));
    let rest = script::below(&normalized, b"cgi-bin/a").expect("a program");
    let path_info = written(|out| script::decode_path_info(rest, out).expect("a path"));
    assert!(path_info.iter().copied().all(is_value_byte));
    let extra = List::new();
    let context = Context {
        is_redirected: false,
        request,
        method: b"GET",
        target,
        authority: target::authority(request.target).or_else(|| request.fields.first("Host")),
        script_name: b"cgi-bin/a",
        path_info: &path_info,
        path_translated: b"",
        script_filename: b"/www/cgi-bin/a",
        document_root: b"/www",
        server: Some(([127, 0, 0, 1], 8080).into()),
        remote: svcd::access::forwarded::Remote::default(),
        user: b"",
        content_length: None,
        pass_auth: false,
        extra: &extra,
    };
    written(|block| environment::push(block, &context))
}
