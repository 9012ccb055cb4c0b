//! What a proxy says of a connection before its first byte: the PROXY protocol,
//! versions 1 and 2 (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt).

use core::net::{IpAddr, SocketAddr};

use super::forwarded::Remote;
use crate::limits;
use crate::text::{address, decimal, find, split};

/// How a connection begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preface {
    /// With a request.
    None,
    /// More has to come before that is known.
    Partial,
    Malformed,
    /// So many bytes are before the request. Without a remote, the proxy speaks for
    /// itself, or does not know (2.1, 2.2).
    Complete(usize, Option<Remote>),
}

const VERSION_1: &[u8] = b"PROXY ";
/// The longest line, with its end (2.1).
const LINE: usize = 107;

const VERSION_2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// A proxy that checks the server's health.
const LOCAL: u8 = 0x20;
const PROXY: u8 = 0x21;
const TCP_OVER_IPV4: u8 = 0x11;
const TCP_OVER_IPV6: u8 = 0x21;
/// Something said besides: the client has spoken TLS (2.2.6).
const PP2_TYPE_SSL: u8 = 0x20;
const PP2_CLIENT_SSL: u8 = 0x01;

/// Reads the beginning of what has arrived on a connection.
pub fn parse(bytes: &[u8]) -> Preface {
    if bytes.starts_with(VERSION_1) {
        version_1(bytes)
    } else if bytes.starts_with(VERSION_2) {
        version_2(bytes)
    } else if !bytes.is_empty() && [VERSION_1, VERSION_2].iter().any(|begin| begin.starts_with(bytes)) {
        Preface::Partial
    } else {
        Preface::None
    }
}

/// `PROXY TCP4 SOURCE DESTINATION PORT PORT` or `PROXY UNKNOWN ...`, and CRLF.
#[inline(never)]
fn version_1(bytes: &[u8]) -> Preface {
    let bytes = bytes.get(..LINE).unwrap_or(bytes);
    let Some(end) = find(bytes, b'\n') else {
        return if bytes.len() < LINE { Preface::Partial } else { Preface::Malformed };
    };
    let line = bytes.get(VERSION_1.len()..end).unwrap_or_default();
    let remote = line.strip_suffix(b"\r").and_then(|line| {
        let mut words = split(line, b' ');
        let is_v4 = match words.next()? {
            b"UNKNOWN" => return Some(None),
            b"TCP4" => true,
            b"TCP6" => false,
            _ => return None,
        };
        let [from, to] = [address::parse(words.next()?)?, address::parse(words.next()?)?];
        let [port, to_port] = [decimal::parse(words.next()?)?, decimal::parse(words.next()?)?];
        let is_right = from.is_ipv4() == is_v4 && to.is_ipv4() == is_v4 && to_port <= u16::MAX.into();
        let client = SocketAddr::new(from, u16::try_from(port).ok()?);
        (is_right && !words.has_more()).then_some(Some(Remote { address: Some(client), is_https: false }))
    });
    remote.map_or(Preface::Malformed, |remote| Preface::Complete(end + 1, remote))
}

/// Version and command, family, length, addresses, and what is said besides.
fn version_2(bytes: &[u8]) -> Preface {
    let Some(([command, family, high, low], behind)) =
        bytes.get(VERSION_2.len()..).and_then(|rest| rest.split_first_chunk())
    else {
        return Preface::Partial;
    };
    let len = usize::from(u16::from_be_bytes([*high, *low]));
    let whole = VERSION_2.len() + 4 + len;
    if !matches!(*command, LOCAL | PROXY) || whole > limits::HEAD {
        return Preface::Malformed;
    }
    let Some(rest) = behind.get(..len) else { return Preface::Partial };
    let client = match *family {
        _ if *command == LOCAL => return Preface::Complete(whole, None),
        TCP_OVER_IPV4 => client::<4>(rest),
        TCP_OVER_IPV6 => client::<16>(rest),
        // Not said, over UDP or a Unix socket: nobody has an address for a log.
        0 | 0x12 | 0x22 | 0x31 | 0x32 => return Preface::Complete(whole, None),
        _ => None,
    };
    let Some((client, besides)) = client else { return Preface::Malformed };
    Preface::Complete(whole, Some(Remote { address: Some(client), is_https: is_https(besides) }))
}

/// The first of two addresses and of two ports, and what is behind them.
fn client<const N: usize>(bytes: &[u8]) -> Option<(SocketAddr, &[u8])>
where
    IpAddr: From<[u8; N]>,
{
    let (from, rest) = bytes.split_first_chunk::<N>()?;
    let ([high, low, _, _], rest) = rest.get(N..)?.split_first_chunk()?;
    Some((SocketAddr::new(IpAddr::from(*from), u16::from_be_bytes([*high, *low])), rest))
}

/// Looks for the element that tells it, through those before it: a type, a length of two
/// bytes, a value.
fn is_https(mut bytes: &[u8]) -> bool {
    while let Some(([kind, high, low], rest)) = bytes.split_first_chunk() {
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        let (value, behind) = rest.split_at_checked(len).unwrap_or_default();
        if *kind == PP2_TYPE_SSL {
            return value.first().is_some_and(|client| client & PP2_CLIENT_SSL != 0);
        }
        bytes = behind;
    }
    false
}

#[cfg(test)]
mod tests;
