//! The request-target (RFC 9112 3.2) and the path in it (RFC 3986 3.3, 5.2.4).

use super::{Method, Refusal, host};
use crate::text::{Buffer, find, find_last, is_same_word, percent, split, split_once, without_last};

/// The parts of a target that this server uses, as they were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// Begins with `/`.
    pub path: &'a [u8],
    /// Without its `?`.
    pub query: Option<&'a [u8]>,
}

/// Reads the forms that name a resource of this server: origin-form and
/// absolute-form (RFC 9112 3.2.1, 3.2.2).
pub fn parse<'a>(method: Method, target: &'a [u8]) -> Result<Target<'a>, Refusal> {
    if target == b"*" && method != Method::Options {
        return Err(Refusal::Asterisk);
    }
    let path_query = match target.first() {
        Some(b'/') => target,
        _ => absolute_form(target).ok_or(Refusal::MalformedTarget)?.1,
    };
    let (path, query) = match split_once(path_query, b'?') {
        Some((path, query)) => (path, Some(query)),
        None => (path_query, None),
    };
    // `http://host?query` has an empty path, which means `/` (RFC 9110 4.2.3).
    let path = if path.is_empty() { b"/" } else { path };
    Ok(Target { path, query })
}

/// The authority in a target, which counts more than the Host field (RFC 9112
/// 3.2.2).
pub fn authority(target: &[u8]) -> Option<&[u8]> {
    absolute_form(target).map(|parts| parts.0)
}

/// Authority, and path with query, of `http://authority/path?query`.
fn absolute_form(target: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = find(target, b':')?;
    let (scheme, rest) = target.split_at_checked(colon)?;
    if !is_same_word(scheme, b"http") && !is_same_word(scheme, b"https") {
        return None;
    }
    let rest = rest.strip_prefix(b"://".as_slice())?;
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
    let (authority, path_query) = rest.split_at_checked(end)?;
    host::is_valid(authority).then_some((authority, path_query))
}

/// Writes the name below DOCROOT that a path means: decoded once, without dot
/// segments and empty segments, without its first slash. A last slash stays,
/// and `/` itself is empty. Nothing is compared with it before this is done.
pub fn resolve(path: &[u8], name: &mut Buffer) -> Result<(), Refusal> {
    let mut segments = split(path, b'/');
    segments.next();
    while let Some(segment) = segments.next() {
        let start = name.len();
        decode(segment, name, false)?;
        match name.bytes().get(start..).unwrap_or_default() {
            b"" => continue,
            b"." => name.truncate(start),
            b".." => name.truncate(parent(name.bytes().get(..start).unwrap_or_default())),
            _ if segments.has_more() => name.push_byte(b'/'),
            _ => {}
        }
    }
    if name.overflowed() { Err(Refusal::LongPath) } else { Ok(()) }
}

/// The length of `name` without its last segment; `name` is empty or ends in `/`.
fn parent(name: &[u8]) -> usize {
    let segments = without_last(name, b'/');
    find_last(segments, b'/').map_or(0, |slash| slash + 1)
}

/// Appends what a text means when it is decoded once. Only what is no name of a
/// file may have a slash.
pub(crate) fn decode(text: &[u8], out: &mut Buffer, may_have_slash: bool) -> Result<(), Refusal> {
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        let decoded = match byte {
            b'%' => match (bytes.next(), bytes.next()) {
                (Some(high), Some(low)) => percent::decode(high, low).ok_or(Refusal::MalformedEncoding)?,
                _ => return Err(Refusal::MalformedEncoding),
            },
            _ => byte,
        };
        match decoded {
            b'/' if !may_have_slash => return Err(Refusal::EncodedSlash),
            byte if byte.is_ascii_control() => return Err(Refusal::ControlByte),
            byte => out.push_byte(byte),
        }
    }
    Ok(())
}

/// True when a segment of `name` begins with a dot. Such names are not shown,
/// except below `/.well-known/` (RFC 8615).
pub fn is_hidden(name: &[u8]) -> bool {
    let name = name.strip_prefix(b".well-known/").unwrap_or(name);
    split(name, b'/').any(|segment| segment.first() == Some(&b'.'))
}

#[cfg(test)]
mod tests;
