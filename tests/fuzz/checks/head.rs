//! `http::request::parse` beside `httparse`, and in all its prefixes.
//!
//! The input is a head and whatever follows it.

use std::collections::BTreeSet;

use svcd::http::field::{self, Fields};
use svcd::http::framing::{self, BodyLength, Expectation};
use svcd::http::request::{self, HeadError, Version};
use svcd::http::{Method, Parsed, Persistence, Request, host};
use svcd::limits;

pub fn check(data: &[u8]) {
    let parsed = request::parse(data);
    let line = request::request_line(data);
    assert!(!line.contains(&b'\r') && !line.contains(&b'\n'));
    for cut in cuts(data) {
        prefix(&data[..cut], parsed);
    }
    match parsed {
        Ok(Parsed::Complete(request, len)) => complete(data, &request, len),
        Ok(Parsed::Partial) => {}
        Err(error) => {
            let refusal = error.refusal();
            assert!(refusal.status().is_error() && !refusal.status().line().is_empty());
            assert!(
                !refusal.reason().is_empty()
                    && refusal.reason().iter().all(|byte| (b' '..=b'~').contains(byte))
            );
        }
    }
    beside_httparse(data, parsed);
}

/// Every cut of a short input, some of a long one, and both ends.
fn cuts(data: &[u8]) -> impl Iterator<Item = usize> {
    let step = data.len() / 24 + 1;
    let line_ends = data.windows(2).enumerate().filter(|pair| pair.1 == b"\r\n").map(|pair| pair.0 + 1);
    (0..data.len()).step_by(step).chain(line_ends.take(8)).chain(data.len().checked_sub(1))
}

/// A head is a partial one until it is whole, and an error is never mended.
fn prefix(prefix: &[u8], whole: Result<Parsed, HeadError>) {
    match (request::parse(prefix), whole) {
        (Ok(Parsed::Partial), Ok(Parsed::Complete(_, len))) => assert!(prefix.len() < len),
        (Ok(Parsed::Partial), _) => {}
        (Ok(Parsed::Complete(request, len)), Ok(Parsed::Complete(same, same_len))) => {
            assert_eq!(len, same_len);
            assert_eq!(
                (request.method, request.target, request.version),
                (same.method, same.target, same.version)
            );
            assert!(request.fields.iter().eq(same.fields.iter()));
            assert_eq!(request.body, same.body);
        }
        (Err(_), Err(_)) => {}
        (sooner, later) => panic!("{sooner:?}, then {later:?}"),
    }
}

fn complete(data: &[u8], request: &Request, len: usize) {
    let head = &data[..len];
    assert!(head.ends_with(b"\r\n\r\n"));
    assert!(request.target.len() < limits::REQUEST_LINE);
    assert!(!request.target.is_empty() && request.target.iter().all(|byte| field::is_target_byte(*byte)));
    each_field(head, request.fields);

    let hosts: Vec<_> = request.fields.all("hOST").collect();
    match hosts[..] {
        [] => assert_eq!(request.version, Version::Http10),
        [value] => assert!(host::is_valid(value)),
        _ => panic!("{} Host fields", hosts.len()),
    }
    body(request);

    let expectation = framing::expectation(request.version, request.fields);
    let expects = request.fields.first("Expect").is_some() && request.version == Version::Http11;
    assert_eq!(expectation != Expectation::None, expects);
    match Persistence::of(request.version, request.fields) {
        Persistence::Default => assert_eq!(request.version, Version::Http11),
        Persistence::Asked => assert_eq!(request.version, Version::Http10),
        Persistence::Close => {
            assert!(request.version == Version::Http10 || request.fields.first("connection").is_some());
        }
    }
}

/// The lines of the section, each of them once, found by their names.
fn each_field(head: &[u8], fields: Fields) {
    let lines = head.split(|byte| *byte == b'\n').filter(|line| *line != b"\r" && !line.is_empty());
    let lines: Vec<_> = lines.skip(1).collect();
    assert_eq!(fields.iter().count(), lines.len());
    let mut found = 0;
    let mut names = BTreeSet::new();
    for ((name, value), line) in fields.iter().zip(lines) {
        assert!(!name.is_empty() && name.iter().all(|byte| field::is_tchar(*byte)));
        assert!(value.iter().all(|byte| field::is_value_byte(*byte)));
        assert_eq!(field::trim(value), value);
        let (before, behind) = line.strip_suffix(b"\r").expect("CRLF").split_at(name.len());
        assert_eq!((before, behind[0]), (name, b':'));
        assert_eq!(crate::trim(&behind[1..]), value);
        let name = std::str::from_utf8(name).expect("ASCII").to_ascii_uppercase();
        if names.len() < 8 && names.insert(name.clone()) {
            found += fields.all(&name).count();
        }
    }
    assert!(found == fields.iter().count() || names.len() == 8);
}

/// RFC 9112 6.3, in the plainest words.
fn body(request: &Request) {
    let coded = request.fields.first("transfer-encoding");
    let lengths: Vec<_> = request.fields.all("content-length").collect();
    assert_eq!(framing::body_length(request.version, request.fields), Ok(request.body));
    assert_eq!(request.has_body(), !matches!(request.body, BodyLength::None | BodyLength::Length(0)));
    match (coded, &lengths[..]) {
        (None, []) => assert_eq!(request.body, BodyLength::None),
        (None, lengths) => {
            for length in lengths {
                let length = std::str::from_utf8(length).expect("digits").parse::<i64>().expect("a length");
                assert_eq!(request.body, BodyLength::Length(length.try_into().expect("no sign")));
            }
        }
        (Some(coding), []) => {
            assert_eq!(request.body, BodyLength::Chunked);
            assert_eq!(request.version, Version::Http11);
            assert!(coding.eq_ignore_ascii_case(b"chunked"));
            assert_eq!(request.fields.all("transfer-encoding").count(), 1);
        }
        (Some(_), _) => panic!("a length and a coding"),
    }
}

/// svcd is the stricter one: what it takes for a whole head, `httparse` takes
/// for the same one. What both take for the beginning of one may differ: bytes
/// of a target that are no UTF-8, and versions.
fn beside_httparse(data: &[u8], ours: Result<Parsed, HeadError>) {
    let mut fields = [httparse::EMPTY_HEADER; 512];
    let mut theirs = httparse::Request::new(&mut fields);
    let status = theirs.parse(data);
    let lenient = matches!(
        status,
        Err(httparse::Error::Token | httparse::Error::Version | httparse::Error::TooManyHeaders)
    );
    match (ours, status) {
        (Ok(_), Err(_)) if lenient => {}
        (Ok(Parsed::Partial), Ok(httparse::Status::Partial)) => {}
        (Ok(Parsed::Complete(ours, len)), Ok(httparse::Status::Complete(same))) => {
            assert_eq!(len, same);
            assert_eq!(theirs.path.map(str::as_bytes), Some(ours.target));
            assert_eq!(Method::parse(theirs.method.expect("a method").as_bytes()), ours.method);
            assert_eq!(theirs.version, Some(u8::from(ours.version == Version::Http11)));
            let theirs = theirs.headers.iter().map(|field| (field.name.as_bytes(), field.value));
            assert!(ours.fields.iter().eq(theirs));
        }
        (Ok(ours), theirs) => panic!("here {ours:?}, there {theirs:?}"),
        (Err(error), Ok(httparse::Status::Complete(_))) => assert!(is_strictness(error, data), "{error:?}"),
        (Err(_), _) => {}
    }
}

/// What svcd refuses in a head that is well-formed for `httparse`, which skips
/// any number of empty lines before it.
fn is_strictness(error: HeadError, data: &[u8]) -> bool {
    let line = data.strip_prefix(b"\r\n").unwrap_or(data);
    match error {
        HeadError::Method => matches!(line, [b'\r' | b'\n', ..]),
        error => !matches!(error, HeadError::Version | HeadError::VersionMajor),
    }
}
