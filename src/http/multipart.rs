//! Several ranges in one answer (RFC 9110 14.6).
//!
//! A part is its head, its bytes, and nothing behind them: the CRLF that ends
//! the bytes belongs to the delimiter that follows (RFC 2046 5.1.1). Each head
//! begins with that CRLF, the first one too, as RFC 9110 14.6 allows.

use super::range::{self, List, Range};
use crate::text::{Buffer, hex};

/// Bytes of a part's head without the media type: `push_part_head` with three
/// numbers of 20 digits. And the longest end.
const HEAD: usize = 160;

/// What a delimiter begins with (RFC 2046 5.1.1).
const DASHES: &[u8] = b"\r\n--";

/// What separates the parts: 32 hexadecimal digits, of two numbers that belong to
/// the file and the second, so that no content has them but by accident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boundary(pub u64, pub u64);

impl Boundary {
    fn push(self, buffer: &mut Buffer, before: &[u8]) {
        buffer.push(before);
        hex::push_padded(buffer, self.0, 16);
        hex::push_padded(buffer, self.1, 16);
    }
}

/// Appends the media type of the whole answer, for its Content-Type.
pub fn push_media_type(buffer: &mut Buffer, boundary: Boundary) {
    boundary.push(buffer, b"multipart/byteranges; boundary=");
}

/// Appends what stands before the bytes of `range`. `media_type` is that of the
/// representation, and `size` its bytes.
pub fn push_part_head(buffer: &mut Buffer, boundary: Boundary, media_type: &[u8], range: Range, size: u64) {
    boundary.push(buffer, DASHES);
    buffer.push(b"\r\nContent-Type: ");
    buffer.push(media_type);
    buffer.push(b"\r\nContent-Range: ");
    range::push_content_range(buffer, Some(range), size);
    buffer.push(b"\r\n\r\n");
}

/// Appends what stands behind the bytes of the last range.
pub fn push_end(buffer: &mut Buffer, boundary: Boundary) {
    boundary.push(buffer, DASHES);
    buffer.push(b"--\r\n");
}

/// Bytes of the whole body, for Content-Length.
pub fn length(media_type: &[u8], ranges: &List, size: u64) -> u64 {
    let mut room = [0; HEAD];
    let mut buffer = Buffer::new(&mut room);
    // Every boundary is as long as this one.
    let boundary = Boundary(0, 0);
    push_end(&mut buffer, boundary);
    let mut length = buffer.len() as u64;
    for range in ranges.iter() {
        buffer.truncate(0);
        push_part_head(&mut buffer, boundary, b"", range, size);
        let head = (buffer.len() + media_type.len()) as u64;
        length = length.saturating_add(head).saturating_add(range.length());
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::field::Fields;
    use crate::http::range::Ranges;

    const BOUNDARY: Boundary = Boundary(0x0123_4567_89ab_cdef, 1);

    fn list(value: &str, size: u64) -> List {
        let lines = format!("Range: bytes={value}\r\n");
        match range::parse(Fields::new(lines.as_bytes()), size) {
            Ranges::Satisfiable(list) => list,
            other => panic!("{value}: {other:?}"),
        }
    }

    fn body(media_type: &[u8], ranges: &List, content: &[u8]) -> Vec<u8> {
        let mut body = Vec::new();
        let mut room = [0; 512];
        let mut buffer = Buffer::new(&mut room);
        for range in ranges.iter() {
            buffer.truncate(0);
            push_part_head(&mut buffer, BOUNDARY, media_type, range, content.len() as u64);
            body.extend_from_slice(buffer.bytes());
            body.extend_from_slice(&content[range.first as usize..=range.last as usize]);
        }
        buffer.truncate(0);
        push_end(&mut buffer, BOUNDARY);
        assert!(!buffer.overflowed());
        body.extend_from_slice(buffer.bytes());
        body
    }

    #[test]
    fn each_part_says_which_bytes_it_is() {
        let expected = "\r\n--0123456789abcdef0000000000000001\r\nContent-Type: text/plain\r\n\
            Content-Range: bytes 0-1/10\r\n\r\n01\r\n--0123456789abcdef0000000000000001\r\n\
            Content-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n\
            --0123456789abcdef0000000000000001--\r\n";
        let built = body(b"text/plain", &list("0-1,-2", 10), b"0123456789");
        assert_eq!(String::from_utf8_lossy(&built), expected);
        let mut room = [0; 128];
        let mut buffer = Buffer::new(&mut room);
        push_media_type(&mut buffer, BOUNDARY);
        assert_eq!(buffer.bytes(), b"multipart/byteranges; boundary=0123456789abcdef0000000000000001");
    }

    #[test]
    fn the_length_is_that_of_what_is_built() {
        let content = vec![b'x'; 12_345];
        let size = content.len() as u64;
        for media_type in [&b""[..], b"text/plain", &[b'x'; 200]] {
            for set in ["0-0", "0-0,5-5", "0-9,10-99,200-,-1", "9-9,99-99,999-999,9999-9999", "-1,0-9998"] {
                let ranges = list(set, size);
                let built = body(media_type, &ranges, &content);
                assert_eq!(length(media_type, &ranges, size), built.len() as u64, "{set}");
            }
        }
    }

    #[test]
    fn the_longest_head_fits_where_it_is_measured() {
        let mut room = [0; HEAD];
        let mut buffer = Buffer::new(&mut room);
        let range = Range { first: u64::MAX - 1, last: u64::MAX - 1 };
        push_part_head(&mut buffer, BOUNDARY, b"", range, u64::MAX);
        assert!(!buffer.overflowed());
        assert_eq!(length(b"", &list("0-", u64::MAX), u64::MAX), u64::MAX);
    }
}
