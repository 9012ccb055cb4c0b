//! `access::proxy_protocol` beside `ppp`, `access::trusted` beside `ipnet`.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use ppp::{v1, v2};
use proptest::prelude::*;
use svcd::access::proxy_protocol::{self, Preface};
use svcd::access::trusted::{List, Trusted, how};

fn ip() -> impl Strategy<Value = IpAddr> {
    prop_oneof![any::<[u8; 4]>().prop_map(IpAddr::from), any::<[u8; 16]>().prop_map(IpAddr::from)]
}

/// What both have read: how long it is, and who the client is.
type Read = (usize, Option<SocketAddr>);

fn ours(bytes: &[u8]) -> Option<Read> {
    match proxy_protocol::parse(bytes) {
        Preface::Complete(len, remote) => Some((len, remote.and_then(|remote| remote.address))),
        _ => None,
    }
}

fn theirs(bytes: &[u8]) -> Option<Read> {
    if let Ok(header) = v2::Header::try_from(bytes) {
        let address = match header.addresses {
            _ if header.command == v2::Command::Local || header.protocol != v2::Protocol::Stream => None,
            v2::Addresses::IPv4(found) => {
                Some(SocketAddr::new(found.source_address.into(), found.source_port))
            }
            v2::Addresses::IPv6(found) => {
                Some(SocketAddr::new(found.source_address.into(), found.source_port))
            }
            v2::Addresses::Unspecified | v2::Addresses::Unix(_) => None,
        };
        return Some((header.len(), address));
    }
    let end = bytes.windows(2).position(|pair| pair == b"\r\n")? + 2;
    let header = v1::Header::try_from(&bytes[..end]).ok()?;
    let address = match header.addresses {
        v1::Addresses::Tcp4(found) => Some(SocketAddr::new(found.source_address.into(), found.source_port)),
        v1::Addresses::Tcp6(found) => Some(SocketAddr::new(found.source_address.into(), found.source_port)),
        v1::Addresses::Unknown => None,
    };
    Some((end, address))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn what_ppp_writes_is_read(
        from in any::<([u8; 16], u16)>(), to in any::<([u8; 16], u16)>(), is_v4 in any::<bool>(),
        besides in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..8)), 0..4),
    ) {
        let short = |ip: [u8; 16]| -> [u8; 4] { ip[..4].try_into().unwrap() };
        let (line, addresses): (String, v2::Addresses) = if is_v4 {
            let (one, other) = (short(from.0), short(to.0));
            (
                v1::Addresses::new_tcp4(one, other, from.1, to.1).to_string(),
                v2::IPv4::new(one, other, from.1, to.1).into(),
            )
        } else {
            (
                v1::Addresses::new_tcp6(from.0, to.0, from.1, to.1).to_string(),
                v2::IPv6::new(from.0, to.0, from.1, to.1).into(),
            )
        };
        let ip = if is_v4 { IpAddr::from(short(from.0)) } else { IpAddr::from(from.0) };
        let client = Some(SocketAddr::new(ip, from.1));
        prop_assert_eq!(ours(line.as_bytes()), Some((line.len(), client)));
        let stream = v2::Protocol::Stream;
        let mut head = v2::Builder::with_addresses(v2::Version::Two | v2::Command::Proxy, stream, addresses);
        for (kind, value) in &besides {
            head = head.write_tlv(*kind, value).unwrap();
        }
        let head = head.build().unwrap();
        prop_assert_eq!(ours(&head), Some((head.len(), client)));
        let first = besides.iter().find(|element| element.0 == 0x20);
        let is_https = first.is_some_and(|(_, value)| value.first().is_some_and(|flags| flags & 1 != 0));
        let Preface::Complete(_, Some(remote)) = proxy_protocol::parse(&head) else { panic!("{head:?}") };
        prop_assert_eq!(remote.is_https, is_https);
    }

    /// svcd is the stricter one, but where it ignores addresses and does not look how long
    /// they are, and for zeros before a port.
    #[test]
    fn what_is_read_here_is_the_same_there(place in 0..40usize, byte in any::<u8>(), which in 0..3usize) {
        let mut bytes = [
            b"PROXY TCP4 192.0.2.9 10.0.0.1 7 80\r\nGET / HTTP/1.1\r\n".to_vec(),
            b"PROXY TCP6 2001:db8::9 ::1 7 80\r\nGET / HTTP/1.1\r\n\r\n".to_vec(),
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x09\x0a\0\0\x01\0\x07\0\x50GET / HTTP/1.1\r\n".to_vec(),
        ][which].clone();
        bytes[place] = byte;
        prop_assume!(!bytes.windows(3).any(|three| three[..2] == *b" 0" && three[2].is_ascii_digit()));
        if let Some(read) = ours(&bytes).filter(|read| which < 2 || read.1.is_some()) {
            prop_assert_eq!(Some(read), theirs(&bytes), "{:?}", bytes.escape_ascii().to_string());
        }
    }

    #[test]
    fn a_network_has_the_addresses_that_ipnet_has(network in ip(), len in 0..129u8, other in ip(), flip in 0..128u32) {
        let Ok(net) = IpNet::new(network, len) else {
            prop_assert_eq!(Trusted::parse(format!("{network}/{len}").as_bytes()), None);
            return Ok(());
        };
        let mut list = List::new();
        prop_assert!(list.push(Trusted::parse(net.to_string().as_bytes()).unwrap()));
        let near = match network {
            IpAddr::V4(ip) => IpAddr::from((ip.to_bits() ^ 1 << (flip % 32)).to_be_bytes()),
            IpAddr::V6(ip) => IpAddr::from((ip.to_bits() ^ 1 << flip).to_be_bytes()),
        };
        for ip in [network, near, other] {
            // An IPv4 address is an IPv6 one here that is mapped.
            let expected = match (net, ip) {
                (IpNet::V6(net), IpAddr::V4(ip)) => net.contains(&ip.to_ipv6_mapped()),
                (IpNet::V4(net), IpAddr::V6(ip)) => ip.to_ipv4_mapped().is_some_and(|ip| net.contains(&ip)),
                (net, ip) => net.contains(&ip),
            };
            prop_assert_eq!(how(&list, Some(ip)).is_some(), expected, "{} {}", net, ip);
        }
    }
}
