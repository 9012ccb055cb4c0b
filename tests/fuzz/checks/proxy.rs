//! `access::proxy_protocol` and `access::forwarded` beside a model that reads a list from
//! its end, and std's addresses.
//!
//! The first line of the input are the networks of --trusted, with spaces between them;
//! what follows is how a connection begins, and field lines, too.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use svcd::access::forwarded::{self, Remote};
use svcd::access::proxy_protocol::{self, Preface};
use svcd::access::trusted::{self, How, List, Trusted};
use svcd::http::Refusal;
use svcd::http::field::Fields;

const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

pub fn check(data: &[u8]) {
    let (networks, rest) = crate::first_line(data);
    preface(rest);
    let mut trusted = List::new();
    for network in networks.split(|byte| *byte == b' ').filter_map(Trusted::parse) {
        let _ = trusted.push(network);
    }
    let peer = Remote { address: Some(SocketAddr::new(PEER, 5)), is_https: false };
    crate::with_fields(rest, |fields| {
        let ours = forwarded::client(fields, peer, &trusted);
        let how = trusted::how(&trusted, Some(PEER));
        let by =
            |name, one| (how == Some(How::Any) || how == Some(one)).then(|| model(fields, name, &trusted));
        let found = match [by("Forwarded", How::Forwarded), by("X-Forwarded-For", How::XForwardedFor)] {
            [Some(Some(one)), Some(Some(other))]
                if one.map(|hop| hop.0.ip().to_canonical()) != other.map(|hop| hop.0.ip().to_canonical()) =>
            {
                assert_eq!(ours, Err(Refusal::TwoClients));
                return;
            }
            [Some(Some(one)), Some(Some(_))] => {
                one.map(|hop| (SocketAddr::new(hop.0.ip().to_canonical(), 0), false))
            }
            [Some(Some(one)), _] => one,
            [_, other] => other.flatten().flatten(),
        };
        let client = found.map_or(SocketAddr::new(PEER, 5), |hop| hop.0);
        let ours = ours.expect("a client");
        assert_eq!(ours.address, Some(client));
        let schemes: Vec<&[u8]> = fields.all("X-Forwarded-Proto").collect();
        let by_scheme = matches!(how, Some(How::Any | How::XForwardedFor))
            && matches!(schemes[..], [scheme] if scheme.eq_ignore_ascii_case(b"https"));
        assert_eq!(ours.is_https, by_scheme || found.is_some_and(|hop| hop.1));
    });
}

/// Whatever is whole was not before its last byte, and what follows changes nothing.
fn preface(bytes: &[u8]) {
    let parsed = proxy_protocol::parse(bytes);
    let Preface::Complete(len, _) = parsed else { return };
    assert_eq!(proxy_protocol::parse(&bytes[..len]), parsed);
    for part in 1..len {
        assert_eq!(proxy_protocol::parse(&bytes[..part]), Preface::Partial);
    }
}

type Hop = (SocketAddr, bool);

/// None: there is no such field. Else who the client is, as far as it says so.
fn model(fields: Fields, name: &str, trusted: &List) -> Option<Option<Hop>> {
    let lines: Vec<String> =
        fields.all(name).map(|line| line.iter().map(|byte| *byte as char).collect()).collect();
    if lines.is_empty() {
        return None;
    }
    let members = lines.join(",");
    let members = members.split(',').map(|member| member.trim_matches([' ', '\t']));
    let members: Vec<&str> = members.filter(|member| !member.is_empty()).collect();
    let mut client = None;
    for member in members.iter().rev() {
        let Some(hop) =
            (if name == "Forwarded" { element(member) } else { node(member).map(|hop| (hop, false)) })
        else {
            break;
        };
        client = Some(hop);
        if trusted::how(trusted, Some(hop.0.ip())).is_none() {
            break;
        }
    }
    Some(client)
}

/// Every pair is a token and a value, with both quotes or none and no others; none is there
/// twice.
fn element(text: &str) -> Option<Hop> {
    let mut found = Vec::new();
    for pair in text.split(';').map(|pair| pair.trim_matches([' ', '\t'])).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=')?;
        let is_token = |name: &str| {
            name.chars().all(|letter| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter))
        };
        let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let value = inner.unwrap_or(value);
        if !is_token(name) || value.contains(['"', '\\']) {
            return None;
        }
        found.push((name.to_ascii_lowercase(), value));
    }
    let only = |wanted: &str| {
        let mut values = found.iter().filter(|pair| pair.0 == wanted).map(|pair| pair.1);
        (values.next(), values.next())
    };
    let ((client, None), (scheme, None)) = (only("for"), only("proto")) else { return None };
    node(client?).map(|hop| (hop, scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))))
}

fn node(text: &str) -> Option<SocketAddr> {
    let v6 = |text: &str| text.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    let literal = |text: &str| v6(text.strip_prefix('[')?.strip_suffix(']')?);
    let v4 = |text: &str| text.parse::<Ipv4Addr>().ok().map(IpAddr::V4);
    let any = |text: &str| v4(text).or_else(|| v6(text)).or_else(|| literal(text));
    if let Some((host, _)) = text.split_once(":_") {
        return any(host).map(|ip| SocketAddr::new(ip, 0));
    }
    if let Some(ip) = any(text) {
        return Some(SocketAddr::new(ip, 0));
    }
    let (host, port) = text.rsplit_once(':')?;
    if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(SocketAddr::new(v4(host).or_else(|| literal(host))?, port.parse().ok()?))
}
