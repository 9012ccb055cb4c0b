//! Whether a connection serves another request (RFC 9112 9.3).

use super::field::Fields;
use super::request::Version;
use crate::text::is_same_word;

/// What becomes of the connection after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persistence {
    /// It ends, and the answer says so.
    Close,
    /// HTTP/1.1, where nothing has to be said about it.
    Default,
    /// HTTP/1.0 with `Connection: keep-alive`, which the answer repeats.
    Asked,
}

impl Persistence {
    /// What a request asks for.
    pub fn of(version: Version, fields: Fields) -> Persistence {
        let has = |option: &[u8]| fields.members("Connection").any(|found| is_same_word(found, option));
        match version {
            _ if has(b"close") => Persistence::Close,
            Version::Http11 => Persistence::Default,
            Version::Http10 if has(b"keep-alive") => Persistence::Asked,
            Version::Http10 => Persistence::Close,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_wins_and_the_version_decides_the_rest() {
        use Persistence::{Asked, Close, Default};
        for (fields, on_11, on_10) in [
            (&b""[..], Default, Close),
            (b"Connection: close\r\n", Close, Close),
            (b"Connection: Close\r\n", Close, Close),
            (b"Connection: keep-alive\r\n", Default, Asked),
            (b"Connection: Keep-Alive, TE\r\n", Default, Asked),
            (b"Connection: keep-alive, close\r\n", Close, Close),
            (b"Connection: x ,\tclose\r\n", Close, Close),
            (b"Connection: keep-alive\r\nConnection: close\r\n", Close, Close),
            (b"Connection: closed\r\n", Default, Close),
            (b"Keep-Alive: close\r\n", Default, Close),
        ] {
            assert_eq!(
                Persistence::of(Version::Http11, Fields::new(fields)),
                on_11,
                "{}",
                fields.escape_ascii()
            );
            assert_eq!(
                Persistence::of(Version::Http10, Fields::new(fields)),
                on_10,
                "{}",
                fields.escape_ascii()
            );
        }
    }
}
