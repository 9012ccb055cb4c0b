//! The Combined Log Format, one line per answered request.

use core::net::IpAddr;

use crate::http::date;
use crate::limits;
use crate::text::{Buffer, address, decimal, percent};

/// What is written about a request.
pub struct Record<'a> {
    /// None: it came over a Unix socket.
    pub client: Option<IpAddr>,
    /// Who proved to be a user; empty when nobody did.
    pub user: &'a [u8],
    /// Seconds since 1970.
    pub time: u64,
    /// As it was sent, whole or not.
    pub request_line: &'a [u8],
    pub status: u16,
    /// Bytes of the body that were sent.
    pub bytes: u64,
    pub referer: &'a [u8],
    pub user_agent: &'a [u8],
    /// Why it was refused; empty when it was served.
    pub reason: &'a [u8],
}

/// Appends the line of `record` with its LF. A refusal has one more quoted
/// field behind the format's own: the reason.
pub fn push(line: &mut Buffer, record: &Record) {
    match &record.client {
        Some(client) => address::push(line, client),
        None => line.push(b"unix:"),
    }
    line.push(b" - ");
    push_escaped(line, record.user, limits::LOG_USER);
    line.push(b" [");
    date::push_log_time(line, record.time);
    line.push(b"] ");
    push_quoted(line, record.request_line);
    line.push_byte(b' ');
    decimal::push(line, u64::from(record.status));
    line.push_byte(b' ');
    decimal::push(line, record.bytes);
    line.push_byte(b' ');
    push_quoted(line, record.referer);
    line.push_byte(b' ');
    push_quoted(line, record.user_agent);
    if !record.reason.is_empty() {
        line.push_byte(b' ');
        push_quoted(line, record.reason);
    }
    line.push_byte(b'\n');
}

/// Appends text in quotes.
fn push_quoted(line: &mut Buffer, text: &[u8]) {
    line.push_byte(b'"');
    push_escaped(line, text, limits::LOG_FIELD);
    line.push_byte(b'"');
}

/// Appends text; an empty one is `-`. What could end the field or the line, or
/// speak to a terminal, is written as `\xHH`: a space only ends a field without
/// quotes. A text that takes more than `most` bytes is cut and ends in `...`.
fn push_escaped(line: &mut Buffer, text: &[u8], most: usize) {
    let start = line.len();
    let is_quoted = most == limits::LOG_FIELD;
    for &byte in if text.is_empty() { b"-" } else { text } {
        if line.len() - start > most - 8 {
            line.push(b"...");
            break;
        }
        match byte {
            b' ' if is_quoted => line.push_byte(byte),
            b'"' | b'\\' | 0..=b' ' | 0x7f.. => {
                line.push(b"\\x");
                percent::push_hex(line, byte);
            }
            _ => line.push_byte(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: Record = Record {
        client: Some(IpAddr::V4(core::net::Ipv4Addr::LOCALHOST)),
        user: b"",
        time: 784_111_777,
        request_line: b"GET /a HTTP/1.1",
        status: 200,
        bytes: 12,
        referer: b"",
        user_agent: b"curl/8",
        reason: b"",
    };

    fn line(record: &Record) -> String {
        let mut room = [0; limits::LOG_LINE];
        let mut buffer = Buffer::new(&mut room);
        push(&mut buffer, record);
        assert!(!buffer.overflowed());
        String::from_utf8(buffer.bytes().to_vec()).unwrap()
    }

    #[test]
    fn the_combined_format_and_the_reason_behind_it() {
        let head = "127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] \"GET /a HTTP/1.1\"";
        assert_eq!(line(&RECORD), format!("{head} 200 12 \"-\" \"curl/8\"\n"));
        let refused = Record { status: 404, reason: b"no such file", ..RECORD };
        assert_eq!(line(&refused), format!("{head} 404 12 \"-\" \"curl/8\" \"no such file\"\n"));
    }

    #[test]
    fn a_client_of_a_unix_socket_has_no_address() {
        assert!(line(&Record { client: None, ..RECORD }).starts_with("unix: - - ["));
    }

    #[test]
    fn a_user_is_one_word() {
        for (user, expected) in [
            (&b"mia"[..], "mia"),
            (b"a b", r"a\x20b"),
            (b"] \"x", r"]\x20\x22x"),
            (b"\\\xc3\xa9", r"\x5C\xC3\xA9"),
        ] {
            assert!(line(&Record { user, ..RECORD }).starts_with(&format!("127.0.0.1 - {expected} [06/")));
        }
    }

    #[test]
    fn bytes_of_a_client_cannot_leave_their_field() {
        let hostile = Record { request_line: b"a\"b\\c\nd\x1be\x7f\xff", ..RECORD };
        assert!(line(&hostile).contains(r#""a\x22b\x5Cc\x0Ad\x1Be\x7F\xFF" 200"#));
    }

    #[test]
    fn the_longest_line_fits_and_says_that_it_was_cut() {
        let long = [0xff; limits::HEAD];
        let longest = Record {
            client: Some(IpAddr::V6(core::net::Ipv6Addr::from([0xff; 16]))),
            user: &long,
            time: u64::MAX,
            request_line: &long,
            status: 999,
            bytes: u64::MAX,
            referer: &long,
            user_agent: &long,
            reason: b"a reason of a length that is not reached by any real one, to be on the safe side",
        };
        assert_eq!(line(&longest).matches("...\"").count(), 3);
        assert!(line(&longest).contains("\\xFF... ["));
        // The longest name in a file of users is whole, if it needs no escape.
        let user = [b'u'; 255];
        assert!(line(&Record { user: &user, ..longest }).contains(&"u".repeat(255)));
    }
}
