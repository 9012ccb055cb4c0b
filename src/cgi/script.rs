//! What of a path is a program's name, and what is behind it (RFC 3875 3.3).
//!
//! The path is taken apart as it was sent, because what is behind the program's
//! name is its own: empty segments and encoded slashes mean something there. A
//! path is [`normalize`]d, and what is [`below`] a prefix is walked along with
//! [`next_segment`] and [`push_segment`] until a program is found. The rest is
//! for [`decode_path_info`].

use crate::http::{Refusal, target};
use crate::text::{Buffer, find, find_last, percent, split};

/// Appends a path, which begins with `/`, without its dot segments. Everything
/// else stays as it was sent. `..` takes away what it would in
/// [`target::resolve`]: empty segments, and the one before them.
pub fn normalize(path: &[u8], out: &mut Buffer) -> Result<(), Refusal> {
    out.push(b"/");
    let mut segments = split(path, b'/');
    segments.next();
    while let Some(segment) = segments.next() {
        match strip_dot(segment) {
            Some(b"") => {}
            Some(rest) if strip_dot(rest) == Some(b"") => out.truncate(parent(out.bytes())),
            _ => {
                out.push(segment);
                if segments.has_more() {
                    out.push_byte(b'/');
                }
            }
        }
    }
    if out.overflowed() { Err(Refusal::LongPath) } else { Ok(()) }
}

fn strip_dot(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// The length of `path`, which ends in `/`, without its last segment.
fn parent(path: &[u8]) -> usize {
    let end = path.iter().rposition(|byte| *byte != b'/').unwrap_or(0);
    path.get(..end).and_then(|path| find_last(path, b'/')).map_or(1, |slash| slash + 1)
}

/// What is behind `prefix` in a normalized path: empty, or it begins with `/`.
/// A prefix has no slash at either end; an empty one is before every path.
///
/// ASCII case does not count. Where it counts in the file system, a path in
/// another case names nothing. Where it does not, the file would be sent as it
/// is if the path were not below the prefix.
pub fn below<'a>(normalized: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let mut rest = normalized;
    for name in split(prefix, b'/').filter(|name| !name.is_empty()) {
        let (segment, behind) = next_segment(rest)?;
        if !is_called(segment, name) {
            return None;
        }
        rest = behind;
    }
    Some(rest)
}

/// Whether a segment, decoded, is `name`.
fn is_called(mut segment: &[u8], name: &[u8]) -> bool {
    for wanted in name {
        let (byte, rest) = match segment {
            [b'%', high, low, rest @ ..] => (percent::decode(*high, *low), rest),
            [byte, rest @ ..] => (Some(*byte), rest),
            [] => return false,
        };
        if !byte.is_some_and(|byte| byte.eq_ignore_ascii_case(wanted)) {
            return false;
        }
        segment = rest;
    }
    segment.is_empty()
}

/// The first segment that is not empty, as it was sent, and what is behind it:
/// empty, or it begins with `/`.
pub fn next_segment(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = rest.iter().position(|byte| *byte != b'/')?;
    let rest = rest.get(start..)?;
    let end = find(rest, b'/').unwrap_or(rest.len());
    rest.split_at_checked(end)
}

/// Appends a segment, decoded, to the name of a folder, with a slash between
/// them. An encoded slash is refused: no file has it in its name.
pub fn push_segment(name: &mut Buffer, segment: &[u8]) -> Result<(), Refusal> {
    if !name.is_empty() && !name.bytes().ends_with(b"/") {
        name.push_byte(b'/');
    }
    target::decode(segment, name, false)?;
    if name.overflowed() { Err(Refusal::LongPath) } else { Ok(()) }
}

/// Appends PATH_INFO (RFC 3875 4.1.5): what is behind the program's name,
/// decoded once. An encoded slash becomes one; that it makes a dot segment of
/// what was none is refused, because many programs open what they are given.
pub fn decode_path_info(rest: &[u8], out: &mut Buffer) -> Result<(), Refusal> {
    let start = out.len();
    target::decode(rest, out, true)?;
    if out.overflowed() {
        return Err(Refusal::LongPath);
    }
    let info = out.bytes().get(start..).unwrap_or_default();
    let has_dots = split(info, b'/').any(|segment| matches!(segment, b"." | b".."));
    if has_dots { Err(Refusal::HiddenDots) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
