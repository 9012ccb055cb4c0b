//! HTML text.

use super::Buffer;

/// Appends `text` so that it is safe as element content and inside a quoted
/// attribute.
pub fn push_escaped(buffer: &mut Buffer, text: &[u8]) {
    for &byte in text {
        match byte {
            b'&' => buffer.push(b"&amp;"),
            b'<' => buffer.push(b"&lt;"),
            b'>' => buffer.push(b"&gt;"),
            b'"' => buffer.push(b"&quot;"),
            b'\'' => buffer.push(b"&#39;"),
            _ => buffer.push_byte(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_with_a_meaning_in_html_is_escaped() {
        let mut room = [0; 64];
        let mut buffer = Buffer::new(&mut room);
        push_escaped(&mut buffer, b"a<b>&\"'z");
        assert_eq!(buffer.bytes(), b"a&lt;b&gt;&amp;&quot;&#39;z");
    }
}
