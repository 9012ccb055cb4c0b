//! Options of writing.

use super::*;

#[test]
fn a_size_may_have_a_unit() {
    for (text, size) in [
        (c"0", 0),
        (c"0g", 0),
        (c"1", 1),
        (c"1k", 1 << 10),
        (c"1K", 1 << 10),
        (c"3m", 3 << 20),
        (c"3M", 3 << 20),
        (c"1g", 1 << 30),
        (c"1G", 1 << 30),
        (c"18446744073709551615", u64::MAX),
        (c"17179869183g", 17_179_869_183 << 30),
    ] {
        assert_eq!(served(&[c"--max-body", text]).max_body, size, "{text:?}");
    }
    for bad in ["", "k", "1t", "1kb", "1kk", "-1", "1 k", "1.5g", "18446744073709551616", "17179869184g"] {
        refused_value("--max-body", bad);
    }
    for bad in ["", "-1", "1k", "4294967296"] {
        refused_value("--min-rate", bad);
    }
}

#[test]
fn a_host_is_a_name_without_port() {
    for (argument, stored) in [(c"a", "a"), (c"A.example", "A.example"), (c"a.example.", "a.example")] {
        let hosts = served(&[c"--host", c"x", c"--host", argument]).hosts;
        assert_eq!(hosts.iter().copied().collect::<Vec<_>>(), [b"x", stored.as_bytes()], "{argument:?}");
    }
    refused(&[c"--host=a"; limits::ADDITIONS + 1], "--host=a");
    for bad in ["", ".", "a:80", ":80", "http://a", "a/b", "a b", "[::1]", "u@a", "\u{e9}"] {
        refused_value("--host", bad);
    }
}

#[test]
fn nobody_writes_beyond_loopback_without_a_password() {
    for bind in [
        c"-b0.0.0.0",
        c"-b::",
        c"-b192.0.2.1:80",
        c"-b[2001:db8::1]:80",
        c"-b::ffff:192.0.2.1",
        c"-b128.0.0.1",
    ] {
        refused(&[c"--write", bind], "--write");
        refused(&[c"-b127.0.0.1", bind, c"-bunix:s", c"--write", c"--host=a"], "--write");
        for allowed in [c"--write-unprotected", c"--auth=u", c"--auth-write=u"] {
            assert!(served(&[c"--write", bind, allowed]).write);
        }
        assert!(!served(&[bind]).write);
    }
    assert!(served(&[c"--write", c"-b127.1.2.3", c"-b::1", c"-b::ffff:127.0.0.1", c"-bunix:s"]).write);
}
