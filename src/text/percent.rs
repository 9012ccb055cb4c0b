//! Percent-encoding (RFC 3986 2.1).

use super::Buffer;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// The value of two hexadecimal digits.
pub fn decode(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16);
    Some((digit(high)? << 4 | digit(low)?) as u8)
}

/// Appends a path: `/` and the characters that RFC 3986 allows in a segment
/// stay, every other byte is encoded.
pub fn push_path(buffer: &mut Buffer, path: &[u8]) {
    for &byte in path {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' => buffer.push_byte(byte),
            b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' => {
                buffer.push_byte(byte)
            }
            b',' | b';' | b'=' | b':' | b'@' => buffer.push_byte(byte),
            _ => push_encoded(buffer, byte),
        }
    }
}

/// Appends a query that has no control byte: what a field value could not
/// carry safely is encoded, everything else stays as it is.
pub fn push_query(buffer: &mut Buffer, query: &[u8]) {
    for &byte in query {
        match byte {
            b'"' | b'<' | b'>' => push_encoded(buffer, byte),
            b'!'..=b'~' => buffer.push_byte(byte),
            _ => push_encoded(buffer, byte),
        }
    }
}

fn push_encoded(buffer: &mut Buffer, byte: u8) {
    buffer.push_byte(b'%');
    push_hex(buffer, byte);
}

/// Appends two upper-case hexadecimal digits.
pub fn push_hex(buffer: &mut Buffer, byte: u8) {
    for digit in [byte >> 4, byte & 15] {
        buffer.push(HEX.get(usize::from(digit)..).and_then(|rest| rest.get(..1)).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_two_digits_of_either_case() {
        assert_eq!(decode(b'2', b'f'), Some(b'/'));
        assert_eq!(decode(b'F', b'F'), Some(255));
        assert_eq!(decode(b'g', b'0'), None);
        assert_eq!(decode(b'0', b' '), None);
    }

    #[test]
    fn a_query_stays_as_it_is_where_it_can() {
        let mut room = [0; 64];
        let mut buffer = Buffer::new(&mut room);
        push_query(&mut buffer, b"a=%20&b=/?[]{}|\\^`\"<>\xe9");
        assert_eq!(buffer.bytes(), b"a=%20&b=/?[]{}|\\^`%22%3C%3E%E9");
    }

    #[test]
    fn a_path_survives_the_way_there_and_back() {
        let mut room = [0; 1024];
        let mut buffer = Buffer::new(&mut room);
        let every: Vec<u8> = (0..=255).collect();
        push_path(&mut buffer, &every);
        let mut back = Vec::new();
        let mut bytes = buffer.bytes().iter().copied();
        while let Some(byte) = bytes.next() {
            assert!(byte.is_ascii_graphic());
            back.push(match byte {
                b'%' => decode(bytes.next().unwrap(), bytes.next().unwrap()).unwrap(),
                _ => byte,
            });
        }
        assert_eq!(back, every);
    }
}
