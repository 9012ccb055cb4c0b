//! What must hold for any input, one module for each fuzz target.
//!
//! A `check` takes bytes and panics when something does not hold. The bytes are
//! text as far as they can be, so that a person can write the first inputs and
//! read the last one.

pub mod access;
pub mod cgi;
pub mod chunked;
pub mod condition;
pub mod connection;
pub mod head;
pub mod listing;
pub mod options;
pub mod proxy;
pub mod range;
pub mod target;

use svcd::http::field::Fields;
use svcd::http::{Parsed, Request, request};
use svcd::text::Buffer;

/// The `main` of a target: libFuzzer's, or one that checks the files named on
/// the command line.
#[macro_export]
macro_rules! target {
    ($check:path) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $check(data));

        #[cfg(not(fuzzing))]
        fn main() {
            for name in std::env::args_os().skip(1) {
                println!("{}", name.display());
                $check(&std::fs::read(name).expect("a file"));
            }
        }
    };
}

/// The first line, without its line feed, and what is behind it.
fn first_line(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    (&data[..end], data.get(end + 1..).unwrap_or_default())
}

/// The numbers in a line, 0 for each one that is missing.
fn numbers<const N: usize>(line: &[u8]) -> [u64; N] {
    let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    [(); N].map(|()| {
        let word = words.next().unwrap_or_default();
        word.iter().fold(0, |value: u64, byte| value.wrapping_mul(10).wrapping_add(u64::from(byte & 15)))
    })
}

/// Hands on the fields in `lines`, which end in line feeds, if a request can
/// have them.
fn with_fields(lines: &[u8], check: impl FnOnce(Fields)) {
    let mut head = b"GET / HTTP/1.1\r\nHost: x\r\n".to_vec();
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        head.extend_from_slice(line);
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    if let Ok(Parsed::Complete(Request { fields, .. }, len)) = request::parse(&head) {
        assert_eq!(len, head.len());
        check(fields);
    }
}

/// What is written into a buffer with room for all of it.
fn written(write: impl FnOnce(&mut Buffer)) -> Vec<u8> {
    let mut room = [0; 16 * 1024];
    let mut buffer = Buffer::new(&mut room);
    write(&mut buffer);
    assert!(!buffer.overflowed());
    buffer.bytes().to_vec()
}

/// Spaces and tabs removed at both ends.
fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}
