//! Whose a connection is, to count those of one client.

use core::net::IpAddr;

/// A number for an IPv4 address, or for the half of an IPv6 address that one site has:
/// who has a network of 64 bits has all the addresses in it (RFC 4291 2.5.1). Never 0.
pub fn source(ip: IpAddr) -> u64 {
    match ip.to_canonical() {
        IpAddr::V4(ip) => 1 << 32 | u64::from(ip.to_bits()),
        IpAddr::V6(ip) => ((ip.to_bits() >> 64) as u64).max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_site_are_one_source() {
        let rows = [
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("10.0.0.0", "10.0.0.1", false),
            ("0.0.0.0", "0.0.0.1", false),
            // As a socket for both kinds tells it.
            ("::ffff:192.0.2.7", "192.0.2.7", true),
            ("::ffff:192.0.2.7", "::ffff:192.0.2.8", false),
            ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", true),
            ("2001:db8:0:0::1", "2001:db8:0:1::1", false),
            ("2001:db8:0:2::1", "2001:db8:0:3::1", false),
            ("2001:db8:1::1", "2001:db8:2::1", false),
            ("::1", "127.0.0.1", false),
            ("::1", "::2", true),
        ];
        for (one, other, same) in rows {
            let [one, other] = [one, other].map(|ip| source(ip.parse().unwrap()));
            assert_eq!(one == other, same, "{one:x} {other:x}");
            assert!(one != 0 && other != 0);
        }
    }
}
