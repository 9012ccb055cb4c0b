//! Proxies whose word is taken for who the client is: --trusted.

use core::net::IpAddr;

use crate::limits;
use crate::text::{self, address, decimal, split_once};

/// Those of the command line.
pub type List = text::List<Trusted, { limits::TRUSTED }>;

/// A network of proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trusted {
    /// An IPv6 address, or an IPv4 one that is mapped to one, and how many of its bits
    /// count; None: who comes over a Unix socket.
    network: Option<(u128, u32)>,
    how: How,
}

/// How a proxy says who the client is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By whatever is there of the three.
    Any,
    /// By what is before the first request of a connection, and nothing else.
    ProxyProtocol,
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

impl Trusted {
    /// `ADDR`, `ADDR/LEN` or `unix`, perhaps with `=HOW` behind it.
    pub fn parse(text: &[u8]) -> Option<Trusted> {
        let (network, how) = match split_once(text, b'=') {
            None => (text, How::Any),
            Some((network, b"proxy")) => (network, How::ProxyProtocol),
            Some((network, b"x-forwarded-for")) => (network, How::XForwardedFor),
            Some((network, b"forwarded")) => (network, How::Forwarded),
            Some(_) => return None,
        };
        if network == b"unix" {
            return Some(Trusted { network: None, how });
        }
        let (ip, len) = match split_once(network, b'/') {
            None => (network, None),
            Some((ip, len)) => (ip, Some(u32::try_from(decimal::parse(len)?).ok()?)),
        };
        let ip = address::parse(ip)?;
        let before = if ip.is_ipv4() { 96 } else { 0 };
        let len = len.unwrap_or(128 - before).checked_add(before).filter(|len| *len <= 128)?;
        Some(Trusted { network: Some((bits(ip), len)), how })
    }

    fn has(&self, ip: Option<IpAddr>) -> bool {
        match (self.network, ip) {
            (Some((network, len)), Some(ip)) => {
                let differing = network ^ bits(ip);
                differing.checked_shr(128 - len).unwrap_or(0) == 0
            }
            (network, ip) => network.is_none() && ip.is_none(),
        }
    }
}

fn bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

/// How a peer is trusted, by the first network that has it; None: not at all. A peer
/// without an address came over a Unix socket.
pub fn how(trusted: &List, ip: Option<IpAddr>) -> Option<How> {
    trusted.iter().find(|network| network.has(ip)).map(|network| network.how)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_its_addresses_and_no_others() {
        for (network, ip, expected) in [
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("127.0.0.1/8", "127.255.0.9", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.1.2.128/25", "10.1.2.127", false),
            ("10.1.2.128/25", "10.1.2.200", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "::1", true),
            // A socket for both kinds says so of an IPv4 address.
            ("192.0.2.0/24", "::ffff:192.0.2.7", true),
            ("::ffff:192.0.2.0/120", "192.0.2.7", true),
            ("::ffff:192.0.2.0/120", "192.0.3.7", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("[::1]", "::1", true),
            ("::1/128", "::", false),
        ] {
            let trusted = Trusted::parse(network.as_bytes()).unwrap();
            assert_eq!(trusted.has(Some(ip.parse().unwrap())), expected, "{network} {ip}");
            assert!(!trusted.has(None));
        }
        let unix = Trusted::parse(b"unix").unwrap();
        assert!(unix.has(None) && !unix.has(Some("127.0.0.1".parse().unwrap())));
    }

    #[test]
    fn the_first_network_that_has_it_says_how() {
        let mut list = List::new();
        for text in ["10.0.0.1=proxy", "10.0.0.0/8=forwarded", "unix=x-forwarded-for", "::1"] {
            assert!(list.push(Trusted::parse(text.as_bytes()).unwrap()));
        }
        let of = |ip: &str| how(&list, Some(ip.parse().unwrap()));
        assert_eq!(of("10.0.0.1"), Some(How::ProxyProtocol));
        assert_eq!(of("10.0.0.2"), Some(How::Forwarded));
        assert_eq!(of("::1"), Some(How::Any));
        assert_eq!(of("127.0.0.1"), None);
        assert_eq!(how(&list, None), Some(How::XForwardedFor));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "a",
            "/8",
            "10.0.0.0/",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/8/8",
            "10.0.0.0/-1",
            "10/8",
            "127.0.0.1=",
            "127.0.0.1=x",
            "=proxy",
            "unix/8",
            "127.0.0.1:80",
            "10.0.0.0/4294967295",
        ] {
            assert_eq!(Trusted::parse(text.as_bytes()), None, "{text}");
        }
    }
}
