use super::*;

fn complete(bytes: &[u8]) -> String {
    match parse(bytes) {
        Preface::Complete(len, remote) => {
            let remote = remote.map_or("-".to_string(), |remote| {
                let scheme = if remote.is_https { " https" } else { "" };
                format!("{}{scheme}", remote.address.unwrap())
            });
            format!("{len} {remote}")
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn a_line_of_version_1() {
    for (text, expected) in [
        ("PROXY TCP4 192.0.2.9 10.0.0.1 7 80\r\n", "36 192.0.2.9:7"),
        ("PROXY TCP4 192.0.2.9 10.0.0.1 7 80\r\nGET / HTTP/1.1\r\n", "36 192.0.2.9:7"),
        ("PROXY TCP6 2001:db8::9 ::1 65535 443\r\n", "38 [2001:db8::9]:65535"),
        ("PROXY UNKNOWN\r\n", "15 -"),
        ("PROXY UNKNOWN ffff:f...f:ffff 1 2 3\r\n", "37 -"),
        ("", "None"),
        ("P", "Partial"),
        ("PROXY", "Partial"),
        ("PROXY ", "Partial"),
        ("PROXY TCP4 192.0.2.9 10.0.0.1 7 80\r", "Partial"),
        ("PUT / HTTP/1.1\r\n", "None"),
        ("PROXY\r\n", "None"),
        ("proxy TCP4 192.0.2.9 10.0.0.1 7 80\r\n", "None"),
        ("PROXY TCP4 192.0.2.9 10.0.0.1 7 80\n", "Malformed"),
        ("PROXY TCP4 192.0.2.9 10.0.0.1 7\r\n", "Malformed"),
        ("PROXY TCP4 192.0.2.9 10.0.0.1 7 80 9\r\n", "Malformed"),
        ("PROXY TCP4 192.0.2.9 10.0.0.1 7 65536\r\n", "Malformed"),
        ("PROXY TCP4 192.0.2.9 10.0.0.1 -7 80\r\n", "Malformed"),
        ("PROXY TCP4  192.0.2.9 10.0.0.1 7 80\r\n", "Malformed"),
        ("PROXY TCP4 192.0.2.9 ::1 7 80\r\n", "Malformed"),
        ("PROXY TCP6 192.0.2.9 10.0.0.1 7 80\r\n", "Malformed"),
        ("PROXY TCP4 a 10.0.0.1 7 80\r\n", "Malformed"),
        ("PROXY UDP4 192.0.2.9 10.0.0.1 7 80\r\n", "Malformed"),
        ("PROXY / HTTP/1.1\r\n", "Malformed"),
    ] {
        assert_eq!(complete(text.as_bytes()), expected, "{text:?}");
    }
    let long = |len: usize| format!("PROXY UNKNOWN {}\r\n", "x".repeat(len - 16));
    assert_eq!(complete(long(107).as_bytes()), "107 -");
    assert_eq!(complete(long(108).as_bytes()), "Malformed");
}

/// A whole head of version 2.
fn head(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let mut bytes = VERSION_2.to_vec();
    bytes.extend([command, family]);
    bytes.extend(u16::try_from(rest.len()).unwrap().to_be_bytes());
    bytes.extend(rest);
    bytes
}

const V4: &[u8] = &[192, 0, 2, 9, 10, 0, 0, 1, 0, 7, 1, 187];

#[test]
fn a_head_of_version_2() {
    let with = |more: &[u8]| [V4, more].concat();
    let mut v6 = [0; 36];
    (v6[0], v6[15], v6[31], v6[33], v6[35]) = (0x20, 9, 1, 7, 80);
    for (bytes, expected) in [
        (head(0x21, 0x11, V4), "28 192.0.2.9:7"),
        (head(0x21, 0x21, &v6), "52 [2000::9]:7"),
        (head(0x20, 0, b""), "16 -"),
        (head(0x20, 0x11, V4), "28 -"),
        (head(0x21, 0, b"abc"), "19 -"),
        (head(0x21, 0x31, &[b'/'; 216]), "232 -"),
        (head(0x21, 0x12, V4), "28 -"),
        (head(0x21, 0x11, &with(&[4, 0, 1, 0])), "32 192.0.2.9:7"),
        (head(0x21, 0x11, &with(&[4, 0, 1, 0, 0x20, 0, 5, 1, 0, 0, 0, 0])), "40 192.0.2.9:7 https"),
        (head(0x21, 0x11, &with(&[0x20, 0, 5, 0, 0, 0, 0, 0])), "36 192.0.2.9:7"),
        // What is said besides is cut.
        (head(0x21, 0x11, &with(&[0x20, 0, 9, 1])), "32 192.0.2.9:7"),
        (head(0x21, 0x11, &with(&[0x20, 0])), "30 192.0.2.9:7"),
        (head(0x21, 0x11, &V4[..11]), "Malformed"),
        (head(0x21, 0x21, V4), "Malformed"),
        (head(0x21, 0x10, V4), "Malformed"),
        (head(0x21, 0x13, V4), "Malformed"),
        (head(0x22, 0x11, V4), "Malformed"),
        (head(0x11, 0x11, V4), "Malformed"),
        (head(0x21, 0, &[0; limits::HEAD - 16]), "16384 -"),
        (head(0x21, 0, &[0; limits::HEAD - 15]), "Malformed"),
    ] {
        assert_eq!(complete(&bytes), expected, "{bytes:?}");
        let mut followed = bytes.clone();
        followed.extend(b"GET /");
        assert_eq!(complete(&followed), expected);
    }
}

#[test]
fn what_is_not_whole_yet_is_neither_refused_nor_taken() {
    for whole in [head(0x21, 0x11, V4), b"PROXY TCP4 192.0.2.9 10.0.0.1 7 80\r\n".to_vec()] {
        for len in 1..whole.len() {
            assert_eq!(parse(&whole[..len]), Preface::Partial, "{len}");
        }
    }
    // An empty line before a request begins as version 2 does.
    assert_eq!(parse(b"\r\nGET"), Preface::None);
    assert_eq!(parse(b"\r\n\r\nG"), Preface::None);
}
