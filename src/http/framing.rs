//! How long a request's body is (RFC 9112 6). When in doubt, it is refused:
//! a body of disputed length is how requests are smuggled.

use super::field::Fields;
use super::request::{HeadError, Version};
use crate::text::{decimal, is_same_word};

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyLength {
    None,
    /// Content-Length, in bytes.
    Length(u64),
    /// Transfer-Encoding: chunked.
    Chunked,
}

/// RFC 9112 6.3, and its advice on where to be strict.
pub fn body_length(version: Version, fields: Fields) -> Result<BodyLength, HeadError> {
    let length = content_length(fields)?;
    if !transfer_encoding(fields)? {
        return Ok(length.map_or(BodyLength::None, BodyLength::Length));
    }
    if length.is_some() {
        return Err(HeadError::LengthAndCoding);
    }
    if version == Version::Http10 {
        return Err(HeadError::CodingOn10);
    }
    Ok(BodyLength::Chunked)
}

/// `Content-Length = 1*DIGIT`, once: RFC 9110 8.6 lets a server take equal values
/// for one, and readers differ about it.
fn content_length(fields: Fields) -> Result<Option<u64>, HeadError> {
    let mut length = None;
    for value in fields.all("Content-Length") {
        let value = decimal::parse(value).ok_or(HeadError::ContentLength)?;
        // A length that no file offset can reach is as good as malformed.
        if value > i64::MAX as u64 {
            return Err(HeadError::ContentLength);
        }
        if length.replace(value).is_some() {
            return Err(HeadError::ContentLengthRepeated);
        }
    }
    Ok(length)
}

/// True when the codings are exactly `chunked`, the only one implemented.
fn transfer_encoding(fields: Fields) -> Result<bool, HeadError> {
    let mut chunked = false;
    for coding in fields.members("Transfer-Encoding") {
        if chunked {
            return Err(HeadError::CodingNotLast);
        }
        chunked = is_same_word(coding, b"chunked");
        if !chunked {
            return Err(HeadError::CodingUnknown);
        }
    }
    Ok(chunked)
}

/// What the client waits for before it sends its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    None,
    /// 100-continue: an interim answer, or the final one.
    Continue,
    /// Something that this server cannot meet.
    Unknown,
}

/// RFC 9110 10.1.1; HTTP/1.0 has no interim answers.
pub fn expectation(version: Version, fields: Fields) -> Expectation {
    let mut expectation = Expectation::None;
    if version == Version::Http10 {
        return expectation;
    }
    for value in fields.all("Expect") {
        if !is_same_word(value, b"100-continue") {
            return Expectation::Unknown;
        }
        expectation = Expectation::Continue;
    }
    expectation
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(version: Version, fields: &[u8]) -> Result<BodyLength, HeadError> {
        body_length(version, Fields::new(fields))
    }

    #[test]
    fn the_length_is_certain_or_the_request_is_refused() {
        for (fields, expected) in [
            (&b""[..], Ok(BodyLength::None)),
            (b"Content-Length: 0\r\n", Ok(BodyLength::Length(0))),
            (b"content-length:5\r\nContent-Length: 5\r\n", Err(HeadError::ContentLengthRepeated)),
            (b"Content-Length: 9223372036854775807\r\n", Ok(BodyLength::Length(i64::MAX as u64))),
            (b"Content-Length: 9223372036854775808\r\n", Err(HeadError::ContentLength)),
            (b"Content-Length: 18446744073709551616\r\n", Err(HeadError::ContentLength)),
            (b"Content-Length: 5\r\nContent-Length: 6\r\n", Err(HeadError::ContentLengthRepeated)),
            (b"Content-Length: 5, 5\r\n", Err(HeadError::ContentLength)),
            (b"Content-Length: +5\r\n", Err(HeadError::ContentLength)),
            (b"Content-Length: -5\r\n", Err(HeadError::ContentLength)),
            (b"Content-Length: 5 5\r\n", Err(HeadError::ContentLength)),
            (b"Content-Length: 0x5\r\n", Err(HeadError::ContentLength)),
            (b"Content-Length:\r\n", Err(HeadError::ContentLength)),
            (b"Transfer-Encoding: chunked\r\n", Ok(BodyLength::Chunked)),
            (b"Transfer-Encoding: CHUNKED\r\n", Ok(BodyLength::Chunked)),
            (b"Transfer-Encoding: gzip, chunked\r\n", Err(HeadError::CodingUnknown)),
            (b"Transfer-Encoding: identity\r\n", Err(HeadError::CodingUnknown)),
            (b"Transfer-Encoding: xchunked\r\n", Err(HeadError::CodingUnknown)),
            (b"Transfer-Encoding:\r\n", Err(HeadError::CodingUnknown)),
            (b"Transfer-Encoding: chunked, chunked\r\n", Err(HeadError::CodingNotLast)),
            (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n", Err(HeadError::CodingNotLast)),
            (b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", Err(HeadError::LengthAndCoding)),
        ] {
            assert_eq!(of(Version::Http11, fields), expected, "{}", fields.escape_ascii());
        }
        assert_eq!(of(Version::Http10, b"Transfer-Encoding: chunked\r\n"), Err(HeadError::CodingOn10));
        assert_eq!(of(Version::Http10, b"Content-Length: 5\r\n"), Ok(BodyLength::Length(5)));
    }

    #[test]
    fn only_100_continue_can_be_expected() {
        for (fields, expected) in [
            (&b""[..], Expectation::None),
            (b"Expect: 100-continue\r\n", Expectation::Continue),
            (b"expect: 100-Continue\r\nExpect: 100-continue\r\n", Expectation::Continue),
            (b"Expect: 100-continue, x\r\n", Expectation::Unknown),
            (b"Expect:\r\n", Expectation::Unknown),
            (b"Expect: 100-continue\r\nExpect: x\r\n", Expectation::Unknown),
        ] {
            assert_eq!(
                expectation(Version::Http11, Fields::new(fields)),
                expected,
                "{}",
                fields.escape_ascii()
            );
        }
        assert_eq!(expectation(Version::Http10, Fields::new(b"Expect: 100-continue\r\n")), Expectation::None);
    }
}
