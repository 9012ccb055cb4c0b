//! Bytes between quotes.

use crate::text::Buffer;

/// Appends no more than `limit` of `bytes` as C has them in a string; dots say that
/// there are more. A number is written with as few digits as the next byte allows.
pub fn quote(text: &mut Buffer, bytes: &[u8], limit: usize) {
    text.push_byte(b'"');
    let shown = bytes.get(..limit).unwrap_or(bytes);
    let mut rest = shown.iter().peekable();
    while let Some(byte) = rest.next() {
        let letter = match *byte {
            b'"' | b'\\' => *byte,
            b'\n' => b'n',
            b'\t' => b't',
            b'\r' => b'r',
            0x0b => b'v',
            0x0c => b'f',
            b' '..=b'~' => {
                text.push_byte(*byte);
                continue;
            }
            _ => {
                let is_digit_next = rest.peek().is_some_and(|next| matches!(next, b'0'..=b'7'));
                octal(text, *byte, is_digit_next);
                continue;
            }
        };
        text.push_byte(b'\\');
        text.push_byte(letter);
    }
    text.push_byte(b'"');
    if shown.len() < bytes.len() {
        text.push(b"...");
    }
}

fn octal(text: &mut Buffer, byte: u8, is_whole: bool) {
    text.push_byte(b'\\');
    if is_whole || byte >= 0o100 {
        text.push_byte(b'0' + (byte >> 6));
    }
    if is_whole || byte >= 0o10 {
        text.push_byte(b'0' + (byte >> 3 & 7));
    }
    text.push_byte(b'0' + (byte & 7));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_strace_writes_them() {
        for (bytes, text) in [
            (&b""[..], r#""""#),
            (b"a\"\\?", r#""a\"\\?""#),
            (b"\n\t\r\x0b\x0c\x07\x1b", r#""\n\t\r\v\f\7\33""#),
            (b"\x00\x001\x00a", r#""\0\0001\0a""#),
            (b"\xff9\xff\x7f", r#""\3779\377\177""#),
            (b"\n9", r#""\n9""#),
            (b"\x078\x077", r#""\78\0077""#),
        ] {
            let mut room = [0; 64];
            let mut buffer = Buffer::new(&mut room);
            quote(&mut buffer, bytes, 32);
            assert_eq!(String::from_utf8_lossy(buffer.bytes()), text, "{bytes:?}");
        }
    }

    #[test]
    fn dots_stand_for_what_is_left_out() {
        let mut room = [0; 64];
        let mut buffer = Buffer::new(&mut room);
        quote(&mut buffer, b"abc", 3);
        quote(&mut buffer, b"abcd", 3);
        assert_eq!(buffer.bytes(), br#""abc""abc"..."#);
    }
}
