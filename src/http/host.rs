//! The Host field and the authority of a target (RFC 9110 7.2, RFC 3986 3.2).

use crate::text::{Buffer, find, without_last};

/// `uri-host [ ":" port ]`, with a host: an empty one names no http resource
/// (RFC 9110 4.2.1). User information is refused (RFC 9110 4.2.4).
pub fn is_valid(authority: &[u8]) -> bool {
    let (host, rest) = match authority.strip_prefix(b"[") {
        Some(literal) => match find(literal, b']') {
            Some(end) => {
                let (host, rest) = literal.split_at_checked(end).unwrap_or_default();
                (host, rest.get(1..).unwrap_or_default())
            }
            None => return false,
        },
        None => {
            let end = find(authority, b':').unwrap_or(authority.len());
            authority.split_at_checked(end).unwrap_or_default()
        }
    };
    let literal = authority.first() == Some(&b'[');
    let port = match rest {
        [] => true,
        [b':', digits @ ..] => digits.len() <= 5 && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    !host.is_empty() && port && host.iter().all(|byte| is_host_byte(*byte) || (literal && *byte == b':'))
}

/// The host of an authority and its port, which is empty when there is none.
pub fn split(authority: &[u8]) -> (&[u8], &[u8]) {
    let colon = authority.iter().rposition(|byte| matches!(byte, b':' | b']'));
    let colon = colon.filter(|place| authority.get(*place) == Some(&b':'));
    let (host, port) = authority.split_at_checked(colon.unwrap_or(authority.len())).unwrap_or_default();
    (host, port.get(1..).unwrap_or_default())
}

/// Appends the host of an authority as a file name: in lower case, without its
/// port and without the dot that may end a domain name.
pub fn push_name(name: &mut Buffer, authority: &[u8]) {
    let (host, _) = split(authority);
    for byte in without_last(host, b'.') {
        name.push_byte(byte.to_ascii_lowercase());
    }
}

/// unreserved / pct-encoded / sub-delims of RFC 3986.
fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'%' | b'!' | b'$' | b'&' | b'\'')
        || matches!(byte, b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_and_perhaps_a_port() {
        for good in ["a", "a:80", "a:", "127.0.0.1:8080", "[::1]", "[::1]:8080", "xn--a_b.example"] {
            assert!(is_valid(good.as_bytes()), "{good}");
        }
        for bad in [
            "", ":80", "a:b", "a:80:80", "u@a", "a b", "a/b", "[::1", "[]", "[::1]x", "a,b:x", "::1",
            "a:123456",
        ] {
            assert!(!is_valid(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn a_port_is_behind_the_last_colon() {
        for (authority, host, port) in [
            ("a", "a", ""),
            ("a:", "a", ""),
            ("a:80", "a", "80"),
            ("a:b:80", "a:b", "80"),
            ("[::1]", "[::1]", ""),
            ("[::1]:80", "[::1]", "80"),
            ("", "", ""),
            (":", "", ""),
        ] {
            assert_eq!(split(authority.as_bytes()), (host.as_bytes(), port.as_bytes()), "{authority}");
        }
    }

    #[test]
    fn a_host_becomes_a_file_name() {
        for (authority, expected) in [
            ("Example.ORG", "example.org"),
            ("example.org:8080", "example.org"),
            ("example.org.:80", "example.org"),
            ("[::1]", "[::1]"),
            ("[::1]:80", "[::1]"),
            ("a:", "a"),
            ("..", "."),
        ] {
            let mut room = [0; 32];
            let mut name = Buffer::new(&mut room);
            push_name(&mut name, authority.as_bytes());
            assert_eq!(name.bytes(), expected.as_bytes());
        }
    }
}
