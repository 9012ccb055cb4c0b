//! Who has sent a request, when a proxy has handed it on: Forwarded (RFC 7239) and
//! X-Forwarded-For.

use core::net::{IpAddr, SocketAddr};

use super::trusted::{How, List, how};
use crate::http::Refusal;
use crate::http::field::{self, Fields};
use crate::text::{address, is_same_word, split, split_once};

/// The other end of a connection, or behind proxies that of the first one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remote {
    /// None: a Unix socket. Port 0: it is not known.
    pub address: Option<SocketAddr>,
    /// The client speaks TLS with a proxy.
    pub is_https: bool,
}

const FORWARDED: &str = "Forwarded";
const X_FORWARDED_FOR: &str = "X-Forwarded-For";

/// Who sent a request with these fields that has come from `peer`: that one, unless it
/// is a proxy that is trusted. Refused where two fields say something else: a proxy
/// has written one of them, and does not know that a client could write the other.
pub fn client(fields: Fields, peer: Remote, trusted: &List) -> Result<Remote, Refusal> {
    let how = how(trusted, peer.address.map(|address| address.ip()));
    let by = |name, one| {
        let is_there = (how == Some(How::Any) || how == Some(one)) && fields.first(name).is_some();
        is_there.then(|| nearest(fields, name, trusted))
    };
    let found = match (by(FORWARDED, How::Forwarded), by(X_FORWARDED_FOR, How::XForwardedFor)) {
        (Some(one), Some(other)) if ip(one) != ip(other) => return Err(Refusal::TwoClients),
        // What else one of them says is perhaps not the proxy's.
        (Some(one), Some(_)) => ip(one).map(Remote::of),
        (one, other) => one.or(other).flatten(),
    };
    let mut client = found.unwrap_or(peer);
    if matches!(how, Some(How::Any | How::XForwardedFor)) {
        let scheme = fields.only("X-Forwarded-Proto");
        client.is_https |= scheme.is_some_and(|scheme| is_same_word(scheme, b"https"));
    }
    Ok(client)
}

impl Remote {
    /// A client of whom nothing else is known.
    fn of(ip: IpAddr) -> Remote {
        Remote { address: Some(SocketAddr::new(ip, 0)), is_https: false }
    }
}

fn ip(remote: Option<Remote>) -> Option<IpAddr> {
    remote.and_then(|remote| remote.address).map(|address| address.ip().to_canonical())
}

/// The last one in a list of who handed a request on that is not trusted itself: all
/// before it may be the client's invention. None: the last ones do not say who.
///
/// The list is cut at every comma, also between quotes: a quote that a client has left
/// open must not swallow what a proxy has written behind it. What is no whole element
/// then says nothing: it may be a part of a name that the client has chosen.
fn nearest(fields: Fields, name: &str, trusted: &List) -> Option<Remote> {
    let mut client = None;
    for member in fields.members(name).filter(|member| !member.is_empty()) {
        let hop = if name == FORWARDED { element(member) } else { node(member) };
        client = match (client, hop) {
            (Some(_), Some(Remote { address: Some(address), .. }))
                if how(trusted, Some(address.ip())).is_some() =>
            {
                client
            }
            _ => hop,
        };
    }
    client
}

/// `forwarded-element` of RFC 7239 4, but that a value without quotes may be an address.
fn element(text: &[u8]) -> Option<Remote> {
    let (mut client, mut scheme) = (None, None);
    for pair in split(text, b';').map(field::trim).filter(|pair| !pair.is_empty()) {
        let (name, value) = split_once(pair, b'=')?;
        let value = match value {
            [b'"', value @ .., b'"'] => value,
            _ => value,
        };
        let is_quoted = value.iter().any(|byte| matches!(byte, b'"' | b'\\'));
        if is_quoted || !name.iter().copied().all(field::is_tchar) {
            return None;
        }
        let place = match () {
            () if is_same_word(name, b"for") => &mut client,
            () if is_same_word(name, b"proto") => &mut scheme,
            () => continue,
        };
        if place.replace(value).is_some() {
            return None;
        }
    }
    let is_https = scheme.is_some_and(|scheme| is_same_word(scheme, b"https"));
    node(client?).map(|remote| Remote { is_https, ..remote })
}

/// An address, perhaps with a port, which may be an invented name (RFC 7239 6.3).
fn node(text: &[u8]) -> Option<Remote> {
    if let Some((host, _)) =
        text.windows(2).position(|pair| pair == b":_").and_then(|end| text.split_at_checked(end))
    {
        return address::parse(host).map(Remote::of);
    }
    let (ip, port) = address::parse_with_port(text)?;
    Some(Remote { address: Some(SocketAddr::new(ip, port.unwrap_or(0))), is_https: false })
}

#[cfg(test)]
mod tests {
    use super::super::trusted::Trusted;
    use super::*;

    fn list(networks: &str) -> List {
        let mut list = List::new();
        for network in networks.split_whitespace() {
            assert!(list.push(Trusted::parse(network.as_bytes()).unwrap()));
        }
        list
    }

    /// The client as a text: its address, and whether it speaks TLS.
    fn of(peer: &str, trusted: &str, lines: &str) -> String {
        let peer = Remote { address: peer.parse().ok(), ..Remote::default() };
        match client(Fields::new(lines.as_bytes()), peer, &list(trusted)) {
            Err(refusal) => String::from_utf8_lossy(refusal.reason()).into_owned(),
            Ok(Remote { address, is_https, .. }) => {
                let address = address.map_or("unix".to_string(), |address| address.to_string());
                address + if is_https { " https" } else { "" }
            }
        }
    }

    #[test]
    fn only_a_trusted_peer_is_believed() {
        let lines = "X-Forwarded-For: 192.0.2.9\r\nX-Forwarded-Proto: https\r\n";
        assert_eq!(of("10.0.0.1:5", "", lines), "10.0.0.1:5");
        assert_eq!(of("10.0.0.1:5", "10.0.0.2 unix", lines), "10.0.0.1:5");
        assert_eq!(of("10.0.0.1:5", "10.0.0.1", lines), "192.0.2.9:0 https");
        assert_eq!(of("", "10.0.0.1", lines), "unix");
        assert_eq!(of("", "unix", lines), "192.0.2.9:0 https");
    }

    #[test]
    fn the_last_that_is_not_trusted_is_the_client() {
        for (list, expected) in [
            ("192.0.2.9", "192.0.2.9:0"),
            // What a client has invented is before its own address.
            ("198.51.100.1, 192.0.2.9", "192.0.2.9:0"),
            ("192.0.2.9, 10.0.0.7", "192.0.2.9:0"),
            ("198.51.100.1,192.0.2.9, 10.0.0.7 ,10.0.0.8", "192.0.2.9:0"),
            ("10.0.0.7, 10.0.0.8", "10.0.0.7:0"),
            ("192.0.2.9:77", "192.0.2.9:77"),
            ("[2001:db8::9]:77", "[2001:db8::9]:77"),
            ("2001:db8::9", "[2001:db8::9]:0"),
            ("192.0.2.9, , ", "192.0.2.9:0"),
            // Behind who is not named, nothing is known but the proxy that did not do it.
            ("192.0.2.9, unknown, 10.0.0.8, 10.0.0.7", "10.0.0.8:0"),
            ("192.0.2.9, unknown", "10.0.0.1:5"),
            ("nonsense", "10.0.0.1:5"),
            ("", "10.0.0.1:5"),
        ] {
            let lines = format!("X-Forwarded-For: {list}\r\n");
            assert_eq!(of("10.0.0.1:5", "10.0.0.0/8", &lines), expected, "{list}");
        }
        let lines = "X-Forwarded-For: 198.51.100.1\r\nA: b\r\nx-forwarded-for: 192.0.2.9\r\n";
        assert_eq!(of("10.0.0.1:5", "10.0.0.0/8", lines), "192.0.2.9:0");
    }

    #[test]
    fn elements_of_forwarded_have_parameters() {
        for (list, expected) in [
            ("for=192.0.2.9", "192.0.2.9:0"),
            ("For=\"192.0.2.9:77\";Proto=HTTPS;by=10.0.0.1", "192.0.2.9:77 https"),
            ("by=x; proto=http ; for=192.0.2.9 , for=10.0.0.7;proto=https", "192.0.2.9:0"),
            ("for=198.51.100.1, for=\"[2001:db8::9]:77\"", "[2001:db8::9]:77"),
            ("for=\"_hidden\"", "10.0.0.1:5"),
            ("192.0.2.9", "10.0.0.1:5"),
            // Left open by a client.
            ("for=\", for=192.0.2.9", "192.0.2.9:0"),
            ("host=\"a,for=198.51.100.1\", for=192.0.2.9", "192.0.2.9:0"),
            // In a name that a client has chosen, and a proxy has put between quotes.
            ("for=192.0.2.9;host=\"a,for=198.51.100.1\"", "10.0.0.1:5"),
            ("proto=http;host=\"a,for=198.51.100.1\";for=192.0.2.9", "10.0.0.1:5"),
            ("host=\"a,for=198.51.100.1;x=\";for=192.0.2.9", "10.0.0.1:5"),
            ("for=198.51.100.1;for=192.0.2.9", "10.0.0.1:5"),
            ("for=192.0.2.9;for=", "10.0.0.1:5"),
            ("for=\"192.0.2.9", "10.0.0.1:5"),
            ("for=192.0.2.9\"", "10.0.0.1:5"),
            ("for=\"192.0.2\\.9\"", "10.0.0.1:5"),
            ("for =192.0.2.9", "10.0.0.1:5"),
            (";for=192.0.2.9;", "192.0.2.9:0"),
            ("for=\"192.0.2.9:_p\"", "192.0.2.9:0"),
            ("for=\"[2001:db8::9]:_p:1\"", "[2001:db8::9]:0"),
        ] {
            let lines = format!("Forwarded: {list}\r\n");
            assert_eq!(of("10.0.0.1:5", "10.0.0.0/8", &lines), expected, "{list}");
        }
    }

    #[test]
    fn a_proxy_is_believed_as_far_as_it_was_said() {
        let both = "Forwarded: for=192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\n";
        let differ = "Forwarded and X-Forwarded-For differ, see --trusted";
        assert_eq!(of("10.0.0.1:5", "10.0.0.1", both), differ);
        assert_eq!(of("10.0.0.1:5", "10.0.0.1=forwarded", both), "192.0.2.1:0");
        assert_eq!(of("10.0.0.1:5", "10.0.0.1=x-forwarded-for", both), "192.0.2.2:0");
        assert_eq!(of("10.0.0.1:5", "10.0.0.1=proxy", both), "10.0.0.1:5");
        for same in [
            "Forwarded: for=192.0.2.1\r\nX-Forwarded-For: 192.0.2.1\r\n",
            "Forwarded: for=\"192.0.2.1:9\";proto=https\r\nX-Forwarded-For: 192.0.2.1:9\r\n",
        ] {
            assert_eq!(of("10.0.0.1:5", "10.0.0.1", same), "192.0.2.1:0");
        }
        // Who writes one of them without an address hides the client, and has not
        // written the other.
        for hidden in [
            "Forwarded: for=_a\r\nX-Forwarded-For: 192.0.2.2\r\n",
            "Forwarded: \r\nX-Forwarded-For: 192.0.2.2\r\n",
        ] {
            assert_eq!(of("10.0.0.1:5", "10.0.0.1", hidden), differ);
        }
        let scheme = "X-Forwarded-Proto: https\r\n";
        assert_eq!(of("10.0.0.1:5", "10.0.0.1", scheme), "10.0.0.1:5 https");
        assert_eq!(of("10.0.0.1:5", "10.0.0.1=forwarded", scheme), "10.0.0.1:5");
        assert_eq!(of("10.0.0.1:5", "10.0.0.1", "X-Forwarded-Proto: http\r\n"), "10.0.0.1:5");
    }
}
