//! The chunked transfer coding (RFC 9112 7.1), read strictly: this server sends
//! no extensions and no trailer fields.

/// The content at the start of `bytes`, and how many of them it takes. None: more
/// must come.
pub fn decode(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, String> {
    let mut content = Vec::new();
    let mut rest = bytes;
    loop {
        let Some(end) = rest.windows(2).position(|two| two == b"\r\n") else {
            return match rest.len() {
                // A size of 64 bits, and the first byte of its line end.
                0..=17 => size(rest.strip_suffix(b"\r").unwrap_or(rest)).map(|_| None),
                _ => Err("a chunk size without end".to_owned()),
            };
        };
        let size = size(&rest[..end])?.ok_or("an empty chunk size")?;
        rest = &rest[end + 2..];
        if rest.len() < size + 2 {
            let tail = &rest[size.min(rest.len())..];
            return if b"\r\n".starts_with(tail) { Ok(None) } else { Err(no_line_end(size)) };
        }
        if &rest[size..size + 2] != b"\r\n" {
            return Err(no_line_end(size));
        }
        content.extend_from_slice(&rest[..size]);
        rest = &rest[size + 2..];
        if size == 0 {
            return Ok(Some((content, bytes.len() - rest.len())));
        }
    }
}

/// Content in chunks of `size` bytes, and the last one.
pub fn encode(content: &[u8], size: usize) -> Vec<u8> {
    let mut coded = Vec::new();
    for chunk in content.chunks(size) {
        coded.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
        coded.extend(chunk);
        coded.extend(b"\r\n");
    }
    coded.extend(b"0\r\n\r\n");
    coded
}

fn no_line_end(size: usize) -> String {
    format!("no line end behind a chunk of {size} bytes")
}

/// Hex digits only; None if there is none yet.
fn size(digits: &[u8]) -> Result<Option<usize>, String> {
    let wrong = || format!("chunk size {:?}", digits.escape_ascii().to_string());
    if digits.is_empty() {
        return Ok(None);
    }
    if digits.len() > 15 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(wrong());
    }
    let text = std::str::from_utf8(digits).map_err(|_| wrong())?;
    usize::from_str_radix(text, 16).map(Some).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_put_together() {
        for (bytes, content, rest) in [
            (&b"0\r\n\r\n"[..], &b""[..], 0),
            (b"3\r\nabc\r\n0\r\n\r\n", b"abc", 0),
            (b"3\r\na\r\n\r\n0a\r\n0123456789\r\n0\r\n\r\nHTTP", b"a\r\n0123456789", 4),
            (b"0003\r\nabc\r\n000\r\n\r\n", b"abc", 0),
        ] {
            let expected = Ok(Some((content.to_vec(), bytes.len() - rest)));
            assert_eq!(decode(bytes), expected, "{}", bytes.escape_ascii());
            // It is known that it is cut, wherever it is.
            for cut in 0..bytes.len() - rest {
                assert_eq!(decode(&bytes[..cut]), Ok(None), "{} of {}", cut, bytes.escape_ascii());
            }
        }
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for bytes in [
            &b"\r\n"[..],
            b"g\r\n",
            b"x",
            b"+3\r\nabc\r\n",
            b"0x3\r\nabc\r\n",
            b"-1\r\n",
            b" 3\r\nabc\r\n",
            b"3 \r\nabc\r\n",
            b"3;a=b\r\nabc\r\n",
            b"3\nabc\n",
            b"3\r\nabcd\r\n0\r\n\r\n",
            b"3\r\nabcX",
            b"3\r\nabc\n0\r\n\r\n",
            b"3\r\nab\r\n0\r\n\r\n",
            b"0\r\nTrailer: x\r\n\r\n",
            b"ffffffffffffffff\r\n",
            b"111111111111111111111",
        ] {
            assert!(decode(bytes).is_err(), "{}", bytes.escape_ascii());
        }
    }
}
