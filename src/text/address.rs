//! IP addresses as text (RFC 4291 2.2, RFC 5952).

use core::net::{IpAddr, Ipv6Addr, SocketAddr};

use super::{Buffer, decimal, find, find_last, hex, split};

/// Reads an IPv4 or IPv6 literal; the latter may stand in brackets.
///
/// The parser of `core::net` is not used: it can panic as far as the compiler
/// sees, and is three times the size.
pub fn parse(text: &[u8]) -> Option<IpAddr> {
    match text.strip_prefix(b"[") {
        Some(rest) => parse_v6(rest.strip_suffix(b"]")?).map(IpAddr::V6),
        None => parse_v4(text).map(IpAddr::from).or_else(|| parse_v6(text).map(IpAddr::V6)),
    }
}

/// Reads `ADDRESS` or `ADDRESS:PORT`; before a port, an IPv6 address must stand
/// in brackets.
pub fn parse_with_port(text: &[u8]) -> Option<(IpAddr, Option<u16>)> {
    if let Some(address) = parse(text) {
        return Some((address, None));
    }
    let colon = find_last(text, b':')?;
    let host = text.get(..colon)?;
    let address = parse(host).filter(|address| address.is_ipv4() || host.starts_with(b"["))?;
    let port = u16::try_from(decimal::parse(text.get(colon + 1..)?)?).ok()?;
    Some((address, Some(port)))
}

/// Four numbers without leading zeros, which some readers take for octal.
fn parse_v4(text: &[u8]) -> Option<[u8; 4]> {
    let mut octets = [0; 4];
    let mut parts = split(text, b'.');
    for octet in &mut octets {
        let part = parts.next()?;
        if part.len() > 1 && part.first() == Some(&b'0') {
            return None;
        }
        *octet = u8::try_from(decimal::parse(part)?).ok()?;
    }
    parts.next().is_none().then_some(octets)
}

fn parse_v6(text: &[u8]) -> Option<Ipv6Addr> {
    let mut groups = [0; 8];
    let gap = text.windows(2).position(|pair| pair == b"::");
    let Some(gap) = gap else {
        return (parse_groups(text, &mut groups, true)? == 8).then_some(Ipv6Addr::from(groups));
    };
    let mut behind = [0; 8];
    let first = parse_groups(text.get(..gap)?, &mut groups, false)?;
    let last = parse_groups(text.get(gap + 2..)?, &mut behind, true)?;
    // `::` stands for one group at least (RFC 5952 4.2.2 wants two).
    if first + last > 7 {
        return None;
    }
    let places = groups.iter_mut().skip(8 - last);
    places.zip(behind).for_each(|(place, group)| *place = group);
    Some(Ipv6Addr::from(groups))
}

/// Reads groups with a colon between them, perhaps none; returns how many. The
/// last ones may be an IPv4 address when these are the last of all.
fn parse_groups(text: &[u8], groups: &mut [u16; 8], is_end: bool) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    let mut count = 0;
    let mut parts = split(text, b':');
    let mut places = groups.iter_mut();
    while let Some(part) = parts.next() {
        if is_end && !parts.has_more() && find(part, b'.').is_some() {
            let [a, b, c, d] = parse_v4(part)?;
            *places.next()? = u16::from_be_bytes([a, b]);
            *places.next()? = u16::from_be_bytes([c, d]);
            return Some(count + 2);
        }
        *places.next()? = parse_group(part)?;
        count += 1;
    }
    Some(count)
}

/// One to four hexadecimal digits.
fn parse_group(text: &[u8]) -> Option<u16> {
    if !(1..=4).contains(&text.len()) {
        return None;
    }
    text.iter().try_fold(0, |value, digit| Some(value << 4 | (*digit as char).to_digit(16)? as u16))
}

/// Appends an address; an IPv6 one in the form of RFC 5952.
pub fn push(buffer: &mut Buffer, address: &IpAddr) {
    match address {
        IpAddr::V4(address) => push_octets(buffer, &address.octets()),
        IpAddr::V6(address) => match address.octets() {
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, v4 @ ..] => {
                buffer.push(b"::ffff:");
                push_octets(buffer, &v4);
            }
            _ => push_groups(buffer, address),
        },
    }
}

/// Appends `ADDRESS:PORT`, an IPv6 address in brackets (RFC 3986 3.2.2).
pub fn push_authority(buffer: &mut Buffer, address: &SocketAddr) {
    let brackets: (&[u8], &[u8]) = if address.is_ipv6() { (b"[", b"]") } else { (b"", b"") };
    buffer.push(brackets.0);
    push(buffer, &address.ip());
    buffer.push(brackets.1);
    buffer.push_byte(b':');
    decimal::push(buffer, u64::from(address.port()));
}

fn push_octets(buffer: &mut Buffer, octets: &[u8; 4]) {
    for (place, octet) in octets.iter().enumerate() {
        if place > 0 {
            buffer.push_byte(b'.');
        }
        decimal::push(buffer, u64::from(*octet));
    }
}

fn push_groups(buffer: &mut Buffer, address: &Ipv6Addr) {
    let groups = address.segments();
    // RFC 5952 4.2: the longest run of zeros, the first of equals, and never a
    // single one, becomes `::`.
    let mut longest = (0, 1);
    for first in 0..groups.len() {
        let run = groups.iter().skip(first).take_while(|group| **group == 0).count();
        if run > longest.1 {
            longest = (first, run);
        }
    }
    let (first, run) = if longest.1 > 1 { longest } else { (groups.len(), 0) };
    for (place, group) in groups.iter().enumerate() {
        if place == first {
            buffer.push(b"::");
        }
        if (first..first + run).contains(&place) {
            continue;
        }
        if place > 0 && place != first + run {
            buffer.push_byte(b':');
        }
        // RFC 5952 4.1, 4.3: lower case, no leading zeros.
        hex::push_padded(buffer, u64::from(*group), 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_literals_and_nothing_else() {
        for text in [
            "127.0.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "::ffff:1.2.3.4",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "1:2:3:4:5:6:1.2.3.4",
            "A:b::C",
            "1::1.2.3.4",
            "",
            ".",
            "1",
            "1.2.3",
            "1.2.3.",
            "1.2.3.4.",
            "1.2.3.4.5",
            "1.2.3.256",
            "01.2.3.4",
            "1.2.3.04",
            "00.0.0.0",
            "+1.2.3.4",
            "1.2.3.4:80",
            ":",
            ":::",
            "1:",
            ":1",
            "1:2",
            "1::2::3",
            "1:::2",
            "::1:",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4::5:6:7:8",
            "::1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7:8::",
            "12345::",
            "g::",
            "1.2.3.4::",
            "::1.2.3.4:1",
            "1:2:3:4:5:6:7:1.2.3.4",
            "::1.2.3",
            "::1.2.3.256",
            "localhost",
            "1.2.3.4 ",
            " ::1",
            "::1%lo",
            "\u{661}.2.3.4",
        ] {
            assert_eq!(parse(text.as_bytes()), text.parse().ok(), "{text}");
        }
        assert_eq!(parse(b"[::1]"), Some("::1".parse().unwrap()));
        for bad in ["[::1", "::1]", "[1.2.3.4]", "[]", "[[::1]]"] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(parse(b"\xff"), None);
    }

    #[test]
    fn a_port_follows_what_cannot_be_taken_for_more_of_the_address() {
        for (text, address, port) in [
            ("127.0.0.1", "127.0.0.1", None),
            ("127.0.0.1:0", "127.0.0.1", Some(0)),
            ("127.0.0.1:65535", "127.0.0.1", Some(65535)),
            ("::1", "::1", None),
            ("[::1]", "::1", None),
            ("[::]:8080", "::", Some(8080)),
            ("::1:80", "::1:80", None),
        ] {
            let expected = Some((address.parse().unwrap(), port));
            assert_eq!(parse_with_port(text.as_bytes()), expected, "{text}");
        }
        for bad in [
            "",
            ":",
            ":80",
            "127.0.0.1:",
            "127.0.0.1:65536",
            "127.0.0.1:+1",
            "127.0.0.1:1:1",
            "[127.0.0.1]:1",
            "[::1]80",
            "[::1]:",
            "[::1:80",
            "::1]:80",
            "1:2:3:4:5:6:7:8:80",
            "localhost:80",
        ] {
            assert_eq!(parse_with_port(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn writes_what_the_standard_formatter_writes() {
        for text in [
            "127.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "1::",
            "fe80::1:0:0:1",
            "2001:db8::1",
            "1:0:2:0:3:0:4:0",
            "1:0:0:2:0:0:3:4",
            "1:2:3:4:5:6:7:8",
            "::ffff:1.2.3.4",
            "0:1::",
            "a:b:c:d:e:f:0:1",
            "::5:0:0:0",
            "1:2:3:4:5:6::",
        ] {
            let address: IpAddr = text.parse().unwrap();
            let mut room = [0; 64];
            let mut buffer = Buffer::new(&mut room);
            push(&mut buffer, &address);
            assert_eq!(String::from_utf8_lossy(buffer.bytes()), address.to_string(), "{text}");
            let authority = SocketAddr::new(address, 8080);
            buffer.truncate(0);
            push_authority(&mut buffer, &authority);
            assert_eq!(String::from_utf8_lossy(buffer.bytes()), authority.to_string(), "{text}");
        }
    }
}
