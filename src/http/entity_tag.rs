//! Entity tags (RFC 9110 8.8.3).

use super::field::Fields;
use crate::text::{Buffer, hex};

#[cfg(test)]
mod tests;

/// Bytes of the longest tag that [`EntityTag::push`] writes.
const LENGTH: usize = 2 + 3 * 16 + 8 + 3;

/// What a file's content is known by. It is a strong tag: when the bytes change,
/// one of these numbers does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntityTag {
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// Time of the last modification, in seconds since 1970.
    pub seconds: u64,
    /// The rest of that time, in nanoseconds.
    pub nanos: u32,
}

impl EntityTag {
    /// Appends the tag with its quotes: `"1a2b-c-65e0d3fd-0"`.
    pub fn push(&self, buffer: &mut Buffer) {
        let mut before = b'"';
        for number in [self.inode, self.size, self.seconds, u64::from(self.nanos)] {
            buffer.push_byte(before);
            hex::push_padded(buffer, number, 1);
            before = b'-';
        }
        buffer.push_byte(b'"');
    }

    /// The date for Last-Modified, never later than `now` (RFC 9110 8.8.2.1).
    pub fn modified(&self, now: u64) -> u64 {
        self.seconds.min(now)
    }

    /// The tag with its quotes, put into `room`.
    fn text<'a>(&self, room: &'a mut [u8; LENGTH]) -> &'a [u8] {
        let mut buffer = Buffer::new(room);
        self.push(&mut buffer);
        buffer.split().0
    }

    /// True when `value` is one entity tag, and the same by strong comparison.
    pub fn is_strongly(&self, value: &[u8]) -> bool {
        split(value).is_some_and(|(tag, rest)| {
            rest.is_empty() && !tag.is_weak && self.text(&mut [0; LENGTH]) == tag.opaque
        })
    }
}

/// RFC 9110 8.8.3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// A weak tag equals none.
    Strong,
    /// A weak tag equals a strong one with the same characters.
    Weak,
}

/// What a field's list of entity tags says about the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched {
    /// There is no such field.
    Absent,
    Yes,
    No,
    /// Not `*`, and not a list of entity tags: it matches nothing, and what was
    /// meant by it is not known.
    Malformed,
}

/// Compares all tags of the field called `name` with the current one; there is
/// none when nothing is there yet. `*` matches whatever is there.
pub fn compare(fields: Fields, name: &str, current: Option<&EntityTag>, comparison: Comparison) -> Matched {
    let mut values = fields.all(name).peekable();
    if values.peek().is_none() {
        return Matched::Absent;
    }
    let mut room = [0; LENGTH];
    // Empty when nothing is there; no opaque-tag is.
    let current = current.map_or(&b""[..], |current| current.text(&mut room));
    let mut matched = false;
    let mut is_any = false;
    let mut count = 0;
    for value in values {
        count += 1;
        is_any |= value == b"*";
        if value != b"*" && list(value, current, comparison, &mut matched).is_none() {
            return Matched::Malformed;
        }
    }
    // `*` is no member of a list.
    if is_any && count > 1 {
        return Matched::Malformed;
    }
    if matched || (is_any && !current.is_empty()) { Matched::Yes } else { Matched::No }
}

/// Reads `#entity-tag`, whose empty members count for nothing (RFC 9110 5.6.1).
/// None when it is something else.
fn list(value: &[u8], current: &[u8], comparison: Comparison, matched: &mut bool) -> Option<()> {
    let mut rest = value;
    let mut needs_comma = false;
    loop {
        match rest {
            [] => return Some(()),
            [b' ' | b'\t', behind @ ..] => rest = behind,
            [b',', behind @ ..] => {
                needs_comma = false;
                rest = behind;
            }
            _ if needs_comma => return None,
            _ => {
                let (tag, behind) = split(rest)?;
                let comparable = comparison == Comparison::Weak || !tag.is_weak;
                *matched |= comparable && current == tag.opaque;
                needs_comma = true;
                rest = behind;
            }
        }
    }
}

/// An entity tag as it was sent.
struct Sent<'a> {
    is_weak: bool,
    /// The opaque-tag with its quotes.
    opaque: &'a [u8],
}

/// Splits one `entity-tag` from what is behind it.
fn split(text: &[u8]) -> Option<(Sent<'_>, &[u8])> {
    let weak = text.strip_prefix(b"W/");
    let text = weak.unwrap_or(text);
    let inner = text.strip_prefix(b"\"")?;
    let end = inner.iter().position(|byte| !is_etagc(*byte))?;
    let (opaque, rest) = text.split_at_checked(end + 2)?;
    opaque.ends_with(b"\"").then_some((Sent { is_weak: weak.is_some(), opaque }, rest))
}

/// `etagc`: no quote, no space, no control byte.
fn is_etagc(byte: u8) -> bool {
    byte > b' ' && byte != b'"' && byte != 0x7f
}
