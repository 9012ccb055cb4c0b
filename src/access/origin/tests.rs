use super::*;
use crate::http::{Parsed, request};

fn passes(lines: &str, authority: Option<&str>) -> bool {
    let head = format!("PUT / HTTP/1.1\r\nHost: x\r\n{lines}\r\n");
    match request::parse(head.as_bytes()) {
        Ok(Parsed::Complete(request, _)) => match check(request.fields, authority.map(str::as_bytes)) {
            Ok(()) => true,
            Err(refusal) => {
                assert_eq!(refusal, Refusal::CrossSite);
                false
            }
        },
        other => panic!("{lines:?}: {other:?}"),
    }
}

#[test]
fn a_browser_says_from_which_site_a_request_is() {
    for (lines, expected) in [
        ("", true),
        ("Sec-Fetch-Site: same-origin\r\n", true),
        ("sec-fetch-site: none\r\n", true),
        ("Sec-Fetch-Site: same-site\r\n", false),
        ("Sec-Fetch-Site: cross-site\r\n", false),
        ("Sec-Fetch-Site:\r\n", false),
        ("Sec-Fetch-Site: nonesuch\r\n", false),
        ("Sec-Fetch-Site: none, cross-site\r\n", false),
        ("Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\n", false),
        ("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Site: none\r\n", false),
        ("Sec-Fetch-Site: cross-site\r\nOrigin: http://x\r\n", false),
        ("Sec-Fetch-Site: same-origin\r\nOrigin: http://y\r\n", false),
        ("Sec-Fetch-Site: same-origin\r\nOrigin: http://x\r\n", true),
        ("Sec-Fetch-Mode: cors\r\n", true),
    ] {
        assert_eq!(passes(lines, Some("x")), expected, "{lines:?}");
    }
    assert!(passes("Sec-Fetch-Site: none\r\n", None));
}

#[test]
fn the_origin_of_a_page_is_the_authority_of_the_request() {
    for (origin, authority, expected) in [
        ("http://a", "a", true),
        ("https://a", "a", true),
        ("http://a:80", "a", true),
        ("http://a", "a:80", true),
        ("http://a:", "a:80", true),
        ("https://a", "a:443", true),
        ("https://a:443", "a", true),
        ("http://A.b:8080", "a.B:8080", true),
        ("http://a:080", "a:80", true),
        ("http://[::1]:8080", "[::1]:8080", true),
        ("http://[::1]", "[::1]", true),
        ("http://[::1]", "[::1]:80", true),
        ("http://a", "b", false),
        ("http://a", "a:8080", false),
        ("http://a:8080", "a", false),
        ("http://a:8080", "a:8081", false),
        ("http://a", "a:443", false),
        ("https://a", "a:80", false),
        ("http://a.b", "b", false),
        ("http://b", "a.b", false),
        ("http://[::1]:1", "[::1]", false),
        ("http://[::1]", "[::2]", false),
        ("http://a:x", "a:y", false),
        ("http://a:99999999999999999999", "a:99999999999999999999", false),
        ("http://", "a", false),
        ("http://a/", "a", false),
        ("http://u@a", "a", false),
        ("http://a http://a", "a", false),
        ("http:a", "a", false),
        ("ftp://a", "a", false),
        ("file://", "a", false),
        ("a", "a", false),
        ("null", "null", false),
        ("", "a", false),
    ] {
        let line = format!("Origin: {origin}\r\n");
        assert_eq!(passes(&line, Some(authority)), expected, "{origin} {authority}");
        assert!(!passes(&line, None));
        assert!(!passes(&line.repeat(2), Some(authority)));
    }
}

#[test]
fn names_that_nobody_else_can_let_point_here() {
    let mut hosts = List::new();
    assert!(hosts.push(&b"files.example"[..]) && hosts.push(b"Other.Example"));
    for (authority, expected) in [
        ("127.0.0.1", true),
        ("127.0.0.1:8080", true),
        ("192.0.2.1", true),
        ("[::1]", true),
        ("[2001:db8::1]:8080", true),
        ("localhost", true),
        ("LocalHost:80", true),
        ("localhost.", true),
        ("a.localhost", true),
        ("a.b.localhost.:1", true),
        ("files.example", true),
        ("FILES.example.:8080", true),
        ("other.example", true),
        ("example", false),
        ("a.files.example", false),
        ("files.example.org", false),
        ("files.example..", false),
        ("notlocalhost", false),
        ("localhost.example", false),
        ("localhos", false),
        ("127.0.0.1.example", false),
        ("127.1", false),
        ("0x7f.0.0.1", false),
        ("[::1", false),
        ("[localhost]", false),
        ("", false),
    ] {
        assert_eq!(is_trusted_host(authority.as_bytes(), &hosts), expected, "{authority}");
    }
    // What is longer than a name can be is none, whatever it begins with.
    let longest = format!("{}.localhost", "a".repeat(limits::HOST - 10));
    assert!(is_trusted_host(longest.as_bytes(), &hosts));
    assert!(!is_trusted_host(format!("{longest}.example").as_bytes(), &hosts));
    assert!(!is_trusted_host(b"files.example", &List::new()));
}
