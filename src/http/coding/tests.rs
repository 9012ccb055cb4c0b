use super::*;

fn of(lines: &str) -> String {
    let names: Vec<_> = accepted(Fields::new(lines.as_bytes())).map(|coding| coding.name()).collect();
    String::from_utf8(names.join(&b' ')).unwrap()
}

#[test]
fn codings_are_accepted_by_their_weight() {
    for (value, expected) in [
        ("", ""),
        (",", ""),
        ("gzip", "gzip"),
        ("gzip, deflate", "gzip"),
        ("gzip, deflate, br, zstd", "br zstd gzip"),
        ("zstd,gzip", "zstd gzip"),
        ("GZip", "gzip"),
        ("x-gzip", "gzip"),
        ("X-GZIP;q=0.5, br;q=0.4", "gzip br"),
        ("br;q=0.1, gzip;q=0.9, zstd;q=0.5", "gzip zstd br"),
        ("br;q=0.5, gzip;q=0.5", "br gzip"),
        ("br;q=0.001", "br"),
        ("deflate, compress, identity", ""),
        // Refused.
        ("gzip;q=0", ""),
        ("gzip;q=0.000, br", "br"),
        ("gzip, gzip;q=0", ""),
        ("gzip, x-gzip;q=0", ""),
        ("gzip;q=x", ""),
        ("gzip;q=1.5, br", "br"),
        // Any other.
        ("*", "br zstd gzip"),
        ("*;q=0", ""),
        ("gzip, *;q=0", "gzip"),
        ("gzip;q=0, *", "br zstd"),
        ("gzip;q=x, *", "br zstd"),
        ("gzip;q=0.2, *;q=0.1", "gzip br zstd"),
        ("br;q=0.1, *", "zstd gzip br"),
        // Plain content is wanted more, as much, less, or not at all.
        ("identity, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0.5, gzip, br;q=0.4", "gzip"),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("identity;q=0", ""),
        ("identity;q=0, *;q=0", ""),
        ("identity, *", "br zstd gzip"),
        ("identity, *;q=0.5", ""),
        // Names that only look like one.
        ("xgzipx", ""),
        ("gzipx", ""),
        ("xgzip", ""),
        ("g", ""),
        ("gz", ""),
        ("brotli", ""),
        ("gzip br", ""),
        ("\"gzip\"", ""),
        ("gzip/br", ""),
        ("**", ""),
    ] {
        assert_eq!(of(&format!("Accept-Encoding: {value}\r\n")), expected, "{value:?}");
    }
    assert_eq!(of(""), "");
    assert_eq!(of("Accept: gzip\r\nX-Accept-Encoding: gzip\r\n"), "");
    assert_eq!(of("accept-encoding: gzip\r\nAccept-Encoding: br;q=0.5\r\n"), "gzip br");
    assert_eq!(of("accept-encoding: gzip\r\nAccept-Encoding: gzip;q=0\r\n"), "");
}

#[test]
fn no_suffix_is_the_end_of_another() {
    for one in Coding::ALL {
        assert!(one.suffix().starts_with(b"."));
        assert!(Coding::ALL.iter().all(|other| *other == one || !other.suffix().ends_with(one.suffix())));
    }
}

#[test]
fn a_body_without_a_coding_is_what_it_says() {
    for (lines, expected) in [
        ("", true),
        ("Content-Encoding:\r\n", true),
        ("Content-Encoding: identity\r\n", true),
        ("content-encoding: Identity , ,\tidentity\r\n", true),
        ("Content-Encoding: identity\r\nContent-Encoding: ,\r\n", true),
        ("Content-Type: gzip\r\n", true),
        ("Content-Encoding: gzip\r\n", false),
        ("Content-Encoding: identity, gzip\r\n", false),
        ("Content-Encoding: gzip, identity\r\n", false),
        ("Content-Encoding: identity\r\nX: y\r\ncontent-encoding: br\r\n", false),
        ("Content-Encoding: identity;q=1\r\n", false),
        ("Content-Encoding: identit\r\n", false),
        ("Content-Encoding: aws-chunked\r\n", false),
    ] {
        assert_eq!(is_identity(Fields::new(lines.as_bytes())), expected, "{lines:?}");
    }
}
