//! What a client sends and what it is to get for it, byte by byte, in two files.
//!
//! Both are sent and compared as they are; only words in braces mean something:
//!
//! | in what is sent | |
//! |---|---|
//! | `{wait}` | until the answer is there, up to the same word in it |
//! | `{cut}` | what follows is a segment of its own |
//! | `{half-close}` | nothing more is sent |
//!
//! | in the answer | |
//! |---|---|
//! | `{date}` | an IMF-fixdate of now |
//! | `{etag}` | a strong entity tag; the same one each time |
//! | `{length}` | a number |
//! | `{body}` | as many bytes as the last `{length}` said |
//! | `{wait}` | what is before it came before what is sent behind the same word |
//! | `{close}` | last: the server closes |
//! | `{open}` | last: the connection is open, and nothing is under way |
//!
//! A line end right behind one of the words that are no bytes (`wait`, `cut`,
//! `half-close`, `close`, `open`) belongs to the word.

use std::time::Instant;

use crate::clock;
use crate::connection::Connection;
use crate::pace::deadline;
use crate::response::shown;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Bytes(Vec<u8>),
    Word(String),
}

const WORDS: &[&str] = &["wait", "cut", "half-close", "date", "etag", "length", "body", "close", "open"];
const BYTES: &[&str] = &["date", "etag", "length", "body"];

/// Takes a file apart.
pub fn parts(mut text: &[u8]) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    while let Some(start) = text.iter().position(|byte| *byte == b'{') {
        let length =
            text[start..].iter().position(|byte| *byte == b'}').ok_or("a brace without its other")?;
        let word = String::from_utf8_lossy(&text[start + 1..start + length]).into_owned();
        if !WORDS.contains(&word.as_str()) {
            return Err(format!("{{{word}}} means nothing"));
        }
        if start > 0 {
            parts.push(Part::Bytes(text[..start].to_vec()));
        }
        text = &text[start + length + 1..];
        if !BYTES.contains(&word.as_str()) {
            text = text.strip_prefix(b"\r\n").or(text.strip_prefix(b"\n")).unwrap_or(text);
        }
        parts.push(Part::Word(word));
    }
    if !text.is_empty() {
        parts.push(Part::Bytes(text.to_vec()));
    }
    Ok(parts)
}

/// What an answer said so far.
#[derive(Default)]
struct Seen {
    etag: Option<Vec<u8>>,
    length: usize,
}

impl Seen {
    /// How many bytes at the start of `bytes` are this part. None: more must come.
    fn matched(&mut self, part: &Part, bytes: &[u8]) -> Result<Option<usize>, String> {
        let word = match part {
            Part::Bytes(expected) => return literal(expected, bytes),
            Part::Word(word) => word.as_str(),
        };
        match word {
            "date" => {
                let Some(date) = bytes.get(..29) else { return Ok(None) };
                let date = String::from_utf8_lossy(date);
                let is_now = clock::is_recent(&date, clock::imf_fixdate);
                if is_now { Ok(Some(29)) } else { Err(format!("{date:?} is not now as an IMF-fixdate")) }
            }
            "etag" => {
                if let Some(etag) = &self.etag {
                    return literal(etag, bytes);
                }
                let Some(end) = bytes.iter().skip(1).position(|byte| *byte == b'"') else { return Ok(None) };
                let etag = &bytes[..end + 2];
                let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"-.".contains(byte);
                if !etag.starts_with(b"\"") || end == 0 || !etag[1..=end].iter().all(inside) {
                    return Err(format!("no entity tag: {}", shown(etag)));
                }
                self.etag = Some(etag.to_vec());
                Ok(Some(etag.len()))
            }
            "length" => {
                let Some(end) = bytes.iter().position(|byte| !byte.is_ascii_digit()) else { return Ok(None) };
                let digits = String::from_utf8_lossy(&bytes[..end]);
                self.length = digits.parse().map_err(|_| format!("no length: {}", shown(bytes)))?;
                Ok(Some(end))
            }
            "body" => Ok((bytes.len() >= self.length).then_some(self.length)),
            _ => Err(format!("{{{word}}} is no part of an answer")),
        }
    }
}

fn literal(expected: &[u8], bytes: &[u8]) -> Result<Option<usize>, String> {
    let same = expected.iter().zip(bytes).take_while(|(one, other)| one == other).count();
    if same == expected.len() {
        return Ok(Some(same));
    }
    if same == bytes.len() {
        return Ok(None);
    }
    Err(format!("expected {} and got {}", shown(&expected[same..]), shown(&bytes[same..])))
}

/// Sends what is to be sent and compares what comes.
pub fn play(connection: &mut Connection, sent: &[u8], expected: &[u8]) -> Result<(), String> {
    let (sent, expected) = (parts(sent)?, parts(expected)?);
    let mut seen = Seen::default();
    let mut expected = expected.iter();
    for part in &sent {
        match part {
            Part::Bytes(bytes) => {
                connection.try_send(bytes).map_err(|error| format!("while sending: {error}"))?;
            }
            Part::Word(word) => match word.as_str() {
                // Segments are not put together: TCP_NODELAY is set.
                "cut" => {}
                "half-close" => connection.half_close(),
                "wait" => {
                    let end = take(connection, &mut expected, &mut seen)?;
                    if end != "wait" {
                        return Err(format!("{{{end}}} where the client still waits"));
                    }
                }
                word => return Err(format!("{{{word}}} cannot be sent")),
            },
        }
    }
    match take(connection, &mut expected, &mut seen)?.as_str() {
        "close" => connection.at_end(),
        "open" => connection.is_open(),
        end => Err(format!("the answer ends in {end:?}, and not in {{close}} or {{open}}")),
    }
}

/// Takes the answer up to the next word that is no bytes, and says which one that is.
fn take<'a>(
    connection: &mut Connection,
    expected: &mut impl Iterator<Item = &'a Part>,
    seen: &mut Seen,
) -> Result<String, String> {
    for part in expected {
        match part {
            Part::Word(word) if !BYTES.contains(&word.as_str()) => return Ok(word.clone()),
            part => connection.take(Instant::now() + deadline(), |bytes| seen.matched(part, bytes))?,
        }
    }
    Ok(String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &[u8]) -> Part {
        Part::Bytes(text.to_vec())
    }

    fn word(text: &str) -> Part {
        Part::Word(text.to_owned())
    }

    #[test]
    fn words_and_the_line_ends_behind_them() {
        let found = parts(b"GET\r\n\r\n{wait}\r\nabc{cut}\n\r\nDate: {date}\r\n{close}\n");
        let expected = [
            bytes(b"GET\r\n\r\n"),
            word("wait"),
            bytes(b"abc"),
            word("cut"),
            bytes(b"\r\nDate: "),
            word("date"),
            bytes(b"\r\n"),
            word("close"),
        ];
        assert_eq!(found, Ok(expected.to_vec()));
        assert!(parts(b"{what}").is_err() && parts(b"{close").is_err());
    }

    #[test]
    fn what_is_compared() {
        let now = clock::imf_fixdate(clock::seconds(std::time::SystemTime::now()));
        type Row<'a> = (Part, &'a [u8], Result<Option<usize>, ()>);
        let rows: &[Row] = &[
            (bytes(b"abc"), b"abcd", Ok(Some(3))),
            (bytes(b"abc"), b"ab", Ok(None)),
            (bytes(b"abc"), b"abd", Err(())),
            (bytes(b"abc"), b"x", Err(())),
            (word("date"), now.as_bytes(), Ok(Some(29))),
            (word("date"), &now.as_bytes()[..28], Ok(None)),
            (word("date"), b"Sun, 06 Nov 1994 08:49:37 GMT", Err(())),
            (word("etag"), b"\"1f-2.a\"\r\n", Ok(Some(8))),
            (word("etag"), b"\"1f", Ok(None)),
            (word("etag"), b"\"\"\r\n", Err(())),
            (word("etag"), b"W/\"a\"\r\n", Err(())),
            (word("length"), b"12\r\n", Ok(Some(2))),
            (word("length"), b"12", Ok(None)),
            (word("length"), b"\r\n", Err(())),
        ];
        for (part, bytes, expected) in rows {
            let found = Seen::default().matched(part, bytes).map_err(drop);
            assert_eq!(found, *expected, "{part:?} of {}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_body_is_as_long_as_was_said_and_a_tag_is_always_the_same() {
        let mut seen = Seen::default();
        assert_eq!(seen.matched(&word("length"), b"3\r\n"), Ok(Some(1)));
        assert_eq!(seen.matched(&word("body"), b"ab"), Ok(None));
        assert_eq!(seen.matched(&word("body"), b"abcd"), Ok(Some(3)));
        assert_eq!(seen.matched(&word("etag"), b"\"a\""), Ok(Some(3)));
        assert!(seen.matched(&word("etag"), b"\"b\"").is_err());
    }
}
