//! The credentials of a request in the scheme Basic (RFC 9110 11.6.2, RFC 7617).

use subtle::ConstantTimeEq;

use crate::http::field::Fields;
use crate::limits;
use crate::text::{Buffer, is_same_word, split_once, without_last};

#[cfg(test)]
mod tests;

/// Who the client says it is. Both are the bytes that were sent, which a client
/// of RFC 7617 writes in UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credentials<'a> {
    pub user: &'a [u8],
    pub password: &'a [u8],
}

/// The base64 text of the only Authorization field when its scheme is Basic, in
/// any case (RFC 9110 11.1).
pub fn basic<'a>(fields: Fields<'a>) -> Option<&'a [u8]> {
    let (scheme, text) = fields.only("Authorization")?.split_at_checked(5)?;
    let text = text.strip_prefix(b" ").filter(|_| is_same_word(scheme, b"basic"))?;
    let start = text.iter().position(|byte| *byte != b' ')?;
    text.get(start..)
}

/// Reads that text: the user ends at the first colon. None when it is no base64
/// with its padding, is longer than `room`, has no colon or a control character.
pub fn decode<'a>(text: &[u8], room: &'a mut [u8; limits::CREDENTIALS]) -> Option<Credentials<'a>> {
    let bytes = base64(text, Buffer::new(room))?;
    let (user, password) = split_once(bytes, b':')?;
    let is_text = !bytes.iter().any(u8::is_ascii_control);
    is_text.then_some(Credentials { user, password })
}

/// Decodes base64 (RFC 4648 4), one text for one content.
fn base64<'a>(text: &[u8], mut content: Buffer<'a>) -> Option<&'a [u8]> {
    let padless = without_last(text, b'=');
    let padless = without_last(padless, b'=');
    // What is not out yet, and how many bits of it.
    let (mut bits, mut count) = (0, 0);
    for &letter in padless {
        bits = bits << 6 | six(letter)?;
        count += 6;
        if count >= 8 {
            count -= 8;
            content.push_byte((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    let is_right = text.len().is_multiple_of(4) && bits == 0 && !content.overflowed();
    is_right.then_some(content.split().0)
}

/// The value of a letter, without a branch or a table that would tell by its
/// time which one it was.
fn six(letter: u8) -> Option<u32> {
    let letter = i32::from(letter);
    let mut value = 0;
    for (first, last, offset) in
        [(b'A', b'Z', -64), (b'a', b'z', -70), (b'0', b'9', 5), (b'+', b'+', 20), (b'/', b'/', 17)]
    {
        let is_in = !((letter - i32::from(first)) | (i32::from(last) - letter)) >> 31;
        value |= is_in & (letter + offset);
    }
    (value != 0).then_some(value.wrapping_sub(1) as u32)
}

/// Compares secrets: how long it takes depends on their lengths only.
pub fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}
