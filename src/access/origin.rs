//! Where a request to write came from, and which of the server's names it went
//! to: a page of another site, or a name that is made to point here, must not
//! write in the name of somebody who looks at it.

use crate::http::field::Fields;
use crate::http::{Refusal, host};
use crate::limits;
use crate::text::{Buffer, List, address, decimal, is_same_word};

#[cfg(test)]
mod tests;

/// Sec-Fetch-Site and Origin (RFC 6454 7), which only browsers send and no page
/// can change: the page must be of `authority`, which is that of the request.
pub fn check(fields: Fields, authority: Option<&[u8]>) -> Result<(), Refusal> {
    let is_ours = |site: &[u8]| site == b"same-origin" || site == b"none";
    let is_same = |origin: &[u8]| authority.is_some_and(|authority| is_same(origin, authority));
    // One Origin, or the page's is not known.
    let mut origins = fields.all("Origin");
    let is_right = fields.all("Sec-Fetch-Site").all(is_ours)
        && origins.next().is_none_or(is_same)
        && origins.next().is_none();
    if is_right { Ok(()) } else { Err(Refusal::CrossSite) }
}

/// Whether a page of `origin` is one of `authority`: the same host and port.
fn is_same(origin: &[u8], authority: &[u8]) -> bool {
    let (page, default) =
        match (origin.strip_prefix(b"http://".as_slice()), origin.strip_prefix(b"https://".as_slice())) {
            (Some(page), _) => (page, 80),
            (_, Some(page)) => (page, 443),
            _ => return false,
        };
    let (host, port) = host::split(page);
    let (own_host, own_port) = host::split(authority);
    let number = |port: &[u8]| if port.is_empty() { Some(default) } else { decimal::parse(port) };
    is_same_word(host, own_host) && number(port).is_some() && number(port) == number(own_port)
}

/// Whether it is known that nobody else can let `authority` point here: an
/// address, localhost (RFC 6761 6.3), one of `hosts`.
pub fn is_trusted_host(authority: &[u8], hosts: &List<&[u8], { limits::ADDITIONS }>) -> bool {
    let mut room = [0; limits::HOST];
    let mut name = Buffer::new(&mut room);
    host::push_name(&mut name, authority);
    if name.overflowed() {
        return false;
    }
    let name = name.bytes();
    let is_local = name.strip_suffix(b"localhost").is_some_and(|rest| matches!(rest, [] | [.., b'.']));
    is_local || address::parse(name).is_some() || hosts.iter().any(|host| is_same_word(host, name))
}
