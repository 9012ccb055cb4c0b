//! What the values of options may look like. An error says what is asked for.

use core::ffi::CStr;

use super::{Bind, Mapping, suffix};
use crate::http::{field, host};
use crate::limits;
use crate::text::{List, address, decimal, find, split, split_once, without_first, without_last};

pub const MAX_CONNS: &str = "--max-conns is a number from 1 to 4096";
pub const TIMEOUT: &str = "a timeout is a number of seconds from 1 to 86400";
pub const CACHE: &str = "--cache is a number of seconds from 0 to 31536000";
pub const MIN_RATE: &str = "--min-rate is a number of bytes a second";
pub const MAX_PER_IP: &str = "--max-per-ip is a number of connections";
pub const SPARE: &str = "--spare is a number of processes from 0 to 256";
pub const REUSE: &str = "--reuse is a number of connections from 1 on";
pub const TRUSTED: &str =
    "--trusted is IP, IP/LEN or unix, perhaps with =proxy, =x-forwarded-for or =forwarded behind it";
pub const CGI_LIMIT: &str = "a limit is a number of seconds from 0 to 86400";
pub const CGI_PROCS: &str = "--cgi-procs is a number of processes";
pub const FULL: &str = "too many options of this name";
pub const ADDED_FIELDS: &str = "all headers together are longer than 4096 bytes";

/// A number from `least` to `most`.
pub fn number(text: &[u8], least: u32, most: u32, problem: &'static str) -> Result<u32, &'static str> {
    let number = decimal::parse(text).and_then(|number| u32::try_from(number).ok());
    number.filter(|number| (least..=most).contains(number)).ok_or(problem)
}

/// A number of bytes, perhaps with a unit of 1024, its square or its cube.
pub fn size(text: &[u8]) -> Result<u64, &'static str> {
    let (digits, unit) = match text {
        [digits @ .., b'k' | b'K'] => (digits, 1 << 10),
        [digits @ .., b'm' | b'M'] => (digits, 1 << 20),
        [digits @ .., b'g' | b'G'] => (digits, 1 << 30),
        _ => (text, 1),
    };
    let size = decimal::parse(digits).and_then(|number| number.checked_mul(unit));
    size.ok_or("a size is a number of bytes, perhaps with k, m or g behind it")
}

/// A path as a request can have it, without a query.
pub fn url(text: &[u8]) -> Result<&[u8], &'static str> {
    let is_path =
        text.starts_with(b"/") && text.iter().all(|byte| field::is_target_byte(*byte) && *byte != b'?');
    is_path.then_some(text).ok_or("a path begins with a slash, and has no space, ? or #")
}

/// A name without port; the dot that may end it is left out.
pub fn host(text: &[u8]) -> Result<&[u8], &'static str> {
    let name = without_last(text, b'.');
    let is_name = host::is_valid(name) && find(name, b':').is_none();
    is_name.then_some(name).ok_or("a host is a name without port")
}

pub fn bind(text: &CStr) -> Result<Bind<'_>, &'static str> {
    match text.to_bytes().strip_prefix(b"unix:") {
        Some(b"") => Err("a Unix socket needs a path"),
        Some(path) => Ok(Bind::Unix(suffix(text, path.len()))),
        None => address::parse_with_port(text.to_bytes())
            .map(|(address, port)| Bind::Ip(address, port))
            .ok_or("not IP, IPV4:PORT, [IPV6]:PORT or unix:PATH"),
    }
}

/// `UID` or `UID:GID`; a group that is not said has the user's number. 0 is
/// refused: whoever has it can take everything back.
pub fn user(text: &[u8]) -> Result<(u32, u32), &'static str> {
    let problem = "--user is UID or UID:GID, numbers above 0";
    let id = |text| number(text, 1, u32::MAX - 1, problem);
    let (user, group) = split_once(text, b':').unwrap_or((text, text));
    Ok((id(user)?, id(group)?))
}

/// The name of a file that is not hidden, perhaps with folders before it.
pub fn is_path(text: &[u8]) -> bool {
    split(text, b'/').all(|name| name.first().is_some_and(|byte| *byte != b'.'))
}

/// A path below DOCROOT; its slashes at both ends are left out.
pub fn prefix(text: &[u8]) -> Result<&[u8], &'static str> {
    let path = without_first(text, b'/');
    let path = without_last(path, b'/');
    let problem = "a prefix is the path of a folder, and no name in it begins with a dot";
    is_path(path).then_some(path).ok_or(problem)
}

/// `/URL/=/PROGRAM`.
pub fn alias(text: &CStr) -> Result<Mapping<'_>, &'static str> {
    let key = |url: &'_ [u8]| match url {
        b"/" => true,
        [b'/', path @ .., b'/'] => is_path(path),
        _ => false,
    };
    let mapping =
        mapping(text, key).ok_or("--alias is /URL/=/PROGRAM, and no name in URL begins with a dot")?;
    let key = mapping.key.strip_prefix(b"/").unwrap_or_default();
    Ok(Mapping { key: key.strip_suffix(b"/").unwrap_or_default(), ..mapping })
}

/// `EXT=/PROGRAM`, without the dot that may stand before it.
pub fn interpreter(text: &CStr) -> Result<Mapping<'_>, &'static str> {
    let text = if text.to_bytes().starts_with(b".") { suffix(text, text.count_bytes() - 1) } else { text };
    mapping(text, |key| is_token(key) && find(key, b'.').is_none()).ok_or("--cgi-run is .EXT=/PROGRAM")
}

fn mapping(text: &CStr, is_key: fn(&[u8]) -> bool) -> Option<Mapping<'_>> {
    let (key, program) = split_once(text.to_bytes(), b'=')?;
    let is_right = is_key(key) && program.starts_with(b"/") && !program.ends_with(b"/");
    is_right.then(|| Mapping { key, program: suffix(text, program.len()) })
}

/// `NAME=VALUE` or `NAME`, a name as programs can have it.
pub fn variable(text: &[u8]) -> Result<&[u8], &'static str> {
    let (name, _) = split_once(text, b'=').unwrap_or((text, b""));
    let is_name = name.first().is_some_and(|byte| !byte.is_ascii_digit())
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    is_name.then_some(text).ok_or("--cgi-env is NAME=VALUE or NAME, of letters, digits and _")
}

/// What the server says itself, besides framing. A second value
/// would contradict the first, or take the framing of the message apart. Vary is
/// not here, since two add up, nor Cache-Control, which is there only at times.
const OWN_FIELDS: &[u8] = b"\
Accept-Ranges
Allow
Content-Encoding
Content-Range
Content-Type
Date
ETag
Last-Modified
Location
Retry-After
Server
WWW-Authenticate";

/// A field line without its end: `NAME: VALUE`, the space may be missing.
pub fn header<'a, const N: usize>(
    text: &'a [u8],
    headers: &mut List<&'a [u8], N>,
) -> Result<(), &'static str> {
    let form = "a header is NAME: VALUE of printable characters";
    let (name, value) = split_once(text, b':').ok_or(form)?;
    let value = without_first(value, b' ');
    if !is_token(name) || !is_value(value) {
        return Err(form);
    }
    if field::is_listed(OWN_FIELDS, name) {
        return Err("the server sets this field itself");
    }
    let len = headers.iter().fold(text.len() + 2, |len, line| len + line.len() + 2);
    if len > limits::ADDED_FIELDS {
        return Err(ADDED_FIELDS);
    }
    if headers.push(text) { Ok(()) } else { Err(FULL) }
}

/// `EXT=TYPE`, without the dot that may stand before it.
pub fn media_type(text: &[u8]) -> Result<&[u8], &'static str> {
    let text = without_first(text, b'.');
    let is_right = text.len() <= limits::ADDED_FIELDS / 16
        && split_once(text, b'=').is_some_and(|(extension, media_type)| {
            is_token(extension) && find(extension, b'.').is_none() && is_media_type(media_type)
        });
    is_right.then_some(text).ok_or("--mime is EXT=TYPE/SUBTYPE, perhaps with ; NAME=VALUE behind it")
}

/// RFC 9110 8.3.1; the parameters are not looked into.
fn is_media_type(text: &[u8]) -> bool {
    let (essence, parameters) = split_once(text, b';').unwrap_or((text, b"x"));
    split_once(essence, b'/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
        && is_value(without_first(parameters, b' '))
}

/// Neither empty nor with spaces around it.
fn is_value(text: &[u8]) -> bool {
    !text.is_empty()
        && field::trim(text).len() == text.len()
        && text.iter().copied().all(field::is_value_byte)
}

fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().copied().all(field::is_tchar)
}
