//! The request-target (RFC 9112 3.2) and the path in it (RFC 3986 3.3, 5.2.4).

use super::{Method, Refusal, Status, host};
use crate::text::{Buffer, percent};

/// The parts of a target that this server uses, as they were sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// Begins with `/`.
    pub path: &'a [u8],
    /// Without its `?`.
    pub query: Option<&'a [u8]>,
}

const MALFORMED: Refusal = Refusal::new(Status::BAD_REQUEST, "malformed request-target, RFC 9112 3.2");
const ASTERISK: Refusal = Refusal::new(Status::BAD_REQUEST, "* is for OPTIONS only, RFC 9112 3.2.4");
const ENCODING: Refusal = Refusal::new(Status::BAD_REQUEST, "malformed percent-encoding, RFC 3986 2.1");
const CONTROL: Refusal = Refusal::new(Status::BAD_REQUEST, "control byte in the path");
const SLASH: Refusal = Refusal::new(Status::BAD_REQUEST, "encoded slash in the path");
pub(crate) const LONG: Refusal = Refusal::new(Status::URI_TOO_LONG, "path too long");

/// Reads the forms that name a resource of this server: origin-form and
/// absolute-form (RFC 9112 3.2.1, 3.2.2).
pub fn parse<'a>(method: Method, target: &'a [u8]) -> Result<Target<'a>, Refusal> {
    if target == b"*" && method != Method::Options {
        return Err(ASTERISK);
    }
    let path_query = match target.first() {
        Some(b'/') => target,
        _ => absolute_form(target).ok_or(MALFORMED)?.1,
    };
    let mut parts = path_query.splitn(2, |byte| *byte == b'?');
    let path = parts.next().unwrap_or_default();
    // `http://host?query` has an empty path, which means `/` (RFC 9110 4.2.3).
    let path = if path.is_empty() { b"/" } else { path };
    Ok(Target { path, query: parts.next() })
}

/// The authority in a target, which counts more than the Host field (RFC 9112
/// 3.2.2).
pub fn authority(target: &[u8]) -> Option<&[u8]> {
    absolute_form(target).map(|parts| parts.0)
}

/// Authority, and path with query, of `http://authority/path?query`.
fn absolute_form(target: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = target.iter().position(|byte| *byte == b':')?;
    let (scheme, rest) = target.split_at_checked(colon)?;
    if !scheme.eq_ignore_ascii_case(b"http") && !scheme.eq_ignore_ascii_case(b"https") {
        return None;
    }
    let rest = rest.strip_prefix(b"://")?;
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
    let (authority, path_query) = rest.split_at_checked(end)?;
    host::is_valid(authority).then_some((authority, path_query))
}

/// Writes the name below DOCROOT that a path means: decoded once, without dot
/// segments and empty segments, without its first slash. A last slash stays,
/// and `/` itself is empty. Nothing is compared with it before this is done.
pub fn resolve(path: &[u8], name: &mut Buffer) -> Result<(), Refusal> {
    let mut segments = path.split(|byte| *byte == b'/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let start = name.len();
        decode(segment, name, false)?;
        match name.bytes().get(start..).unwrap_or_default() {
            b"" => continue,
            b"." => name.truncate(start),
            b".." => name.truncate(parent(name.bytes().get(..start).unwrap_or_default())),
            _ if segments.peek().is_some() => name.push_byte(b'/'),
            _ => {}
        }
    }
    if name.overflowed() { Err(LONG) } else { Ok(()) }
}

/// The length of `name` without its last segment; `name` is empty or ends in `/`.
fn parent(name: &[u8]) -> usize {
    let segments = name.strip_suffix(b"/").unwrap_or(name);
    segments.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1)
}

/// Appends what a text means when it is decoded once. Only what is no name of a
/// file may have a slash.
pub(crate) fn decode(text: &[u8], out: &mut Buffer, may_have_slash: bool) -> Result<(), Refusal> {
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        let decoded = match byte {
            b'%' => match (bytes.next(), bytes.next()) {
                (Some(high), Some(low)) => percent::decode(high, low).ok_or(ENCODING)?,
                _ => return Err(ENCODING),
            },
            _ => byte,
        };
        match decoded {
            b'/' if !may_have_slash => return Err(SLASH),
            byte if byte.is_ascii_control() => return Err(CONTROL),
            byte => out.push_byte(byte),
        }
    }
    Ok(())
}

/// True when a segment of `name` begins with a dot. Such names are not shown,
/// except below `/.well-known/` (RFC 8615).
pub fn is_hidden(name: &[u8]) -> bool {
    let name = name.strip_prefix(b".well-known/").unwrap_or(name);
    name.split(|byte| *byte == b'/').any(|segment| segment.first() == Some(&b'.'))
}

#[cfg(test)]
mod tests;
