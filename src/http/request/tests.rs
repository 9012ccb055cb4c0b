use super::*;

const GOOD: &[u8] = b"GET /a?b HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n";

fn error(head: &[u8]) -> HeadError {
    match parse(head) {
        Err(error) => error,
        Ok(parsed) => panic!("{}: {parsed:?}", head.escape_ascii()),
    }
}

#[test]
fn a_whole_head_is_taken_apart() {
    let bytes = [GOOD, b"next"].concat();
    let Ok(Parsed::Complete(request, len)) = parse(&bytes) else {
        panic!("not complete");
    };
    assert_eq!(len, GOOD.len());
    assert_eq!(request.method, Method::Get);
    assert_eq!(request.target, b"/a?b");
    assert_eq!(request.version, Version::Http11);
    assert_eq!(request.fields.first("accept"), Some(&b"*/*"[..]));
    assert_eq!(request.body, BodyLength::None);
}

#[test]
fn every_prefix_of_a_good_head_is_partial() {
    for head in [GOOD, b"\r\nHEAD / HTTP/1.0\r\n\r\n"] {
        for len in 0..head.len() {
            assert!(matches!(parse(&head[..len]), Ok(Parsed::Partial)), "{len}");
        }
        assert!(matches!(parse(head), Ok(Parsed::Complete(_, _))));
    }
}

#[test]
fn an_error_is_found_with_its_last_byte_and_not_before() {
    // Each one is cut right behind the byte that makes it wrong.
    for (head, expected) in [
        (&b" "[..], HeadError::Method),
        (b"\x16", HeadError::Method),
        (b"\n", HeadError::Method),
        (b"\r\n\r", HeadError::Method),
        (b"G@", HeadError::Method),
        (b"GET\r", HeadError::Method),
        (b"GET  ", HeadError::Target),
        (b"GET /\x00", HeadError::Target),
        (b"GET /\x7f", HeadError::Target),
        (b"GET /\t", HeadError::Target),
        (b"GET /#", HeadError::Target),
        (b"GET /\r", HeadError::Version),
        (b"GET /\n", HeadError::Version),
        (b"GET / h", HeadError::Version),
        (b"GET / HTTP/1.1x", HeadError::Version),
        (b"GET / HTTP/1.1 ", HeadError::Version),
        (b"GET / HTTP/1.x", HeadError::Version),
        (b"GET / HTTP/1,1", HeadError::Version),
        (b"GET / HTTP/1.1\n", HeadError::BareLf),
        (b"GET / HTTP/1.1\rx", HeadError::BareCr),
        (b"GET / HTTP/1.1\r\n\n", HeadError::BareLf),
        (b"GET / HTTP/1.1\r\n\rx", HeadError::BareCr),
        (b"GET / HTTP/1.1\r\n ", HeadError::ObsFold),
        (b"GET / HTTP/1.1\r\n\t", HeadError::ObsFold),
        (b"GET / HTTP/1.1\r\nA: b\r\n ", HeadError::ObsFold),
        (b"GET / HTTP/1.1\r\nA ", HeadError::SpaceBeforeColon),
        (b"GET / HTTP/1.1\r\n:", HeadError::FieldName),
        (b"GET / HTTP/1.1\r\nA\r", HeadError::FieldName),
        (b"GET / HTTP/1.1\r\nA\xe9", HeadError::FieldName),
        (b"GET / HTTP/1.1\r\nA: \x00", HeadError::FieldValue),
        (b"GET / HTTP/1.1\r\nA: \x7f", HeadError::FieldValue),
        (b"GET / HTTP/1.1\r\nA: b\n", HeadError::BareLf),
        (b"GET / HTTP/1.1\r\nA: b\rc", HeadError::BareCr),
    ] {
        assert_eq!(error(head), expected, "{}", head.escape_ascii());
        let before = &head[..head.len() - 1];
        assert!(matches!(parse(before), Ok(Parsed::Partial)), "{}", before.escape_ascii());
    }
}

#[test]
fn a_whole_head_that_breaks_a_rule_is_refused() {
    for (rest, expected) in [
        (&b"PRI * HTTP/2.0\r\n"[..], HeadError::VersionMajor),
        (b"GET / HTTP/0.9\r\nHost: x\r\n", HeadError::VersionMajor),
        (b"GET / HTTP/1.1\r\n", HeadError::HostMissing),
        (b"GET / HTTP/1.1\r\nHosts: x\r\n", HeadError::HostMissing),
        (b"GET / HTTP/1.1\r\nHost: x\r\nhost: x\r\n", HeadError::HostRepeated),
        (b"GET / HTTP/1.0\r\nHost: x\r\nhost: y\r\n", HeadError::HostRepeated),
        (b"GET / HTTP/1.1\r\nHost:\r\n", HeadError::HostInvalid),
        (b"GET / HTTP/1.1\r\nHost: a b\r\n", HeadError::HostInvalid),
    ] {
        assert_eq!(error(&[rest, b"\r\n"].concat()), expected, "{}", rest.escape_ascii());
    }
}

#[test]
fn versions_are_read_as_rfc_9110_2_5_says() {
    for (version, expected) in [
        ("1.0", Version::Http10),
        ("1.1", Version::Http11),
        ("1.2", Version::Http11),
        ("1.9", Version::Http11),
    ] {
        let head = format!("GET / HTTP/{version}\r\nHost: x\r\n\r\n");
        match parse(head.as_bytes()) {
            Ok(Parsed::Complete(request, _)) => assert_eq!(request.version, expected, "{version}"),
            other => panic!("{version}: {other:?}"),
        }
    }
}

#[test]
fn the_request_line_has_a_limit_and_the_limit_is_not_one_too_low() {
    let line = |len: usize| {
        let fixed = "GET / HTTP/1.1\r\n".len();
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(len - fixed))
    };
    let longest = line(limits::REQUEST_LINE);
    assert!(matches!(parse(longest.as_bytes()), Ok(Parsed::Complete(_, _))));
    assert_eq!(error(line(limits::REQUEST_LINE + 1).as_bytes()), HeadError::RequestLineTooLong);
    let endless = "a".repeat(limits::REQUEST_LINE + 1);
    assert_eq!(error(endless.as_bytes()), HeadError::RequestLineTooLong);
}

#[test]
fn the_log_gets_the_request_line_of_a_broken_head_too() {
    assert_eq!(request_line(GOOD), b"GET /a?b HTTP/1.1");
    assert_eq!(request_line(b"\r\nGET / HT"), b"GET / HT");
    assert_eq!(request_line(b"GET /\nx"), b"GET /");
    assert_eq!(request_line(b""), b"");
}

#[test]
fn a_method_is_a_token_in_exactly_its_letters() {
    for (name, expected) in
        [("GET", Method::Get), ("get", Method::Unknown), ("BREW", Method::Brew), ("A!~", Method::Unknown)]
    {
        let head = format!("{name} / HTTP/1.1\r\nHost: x\r\n\r\n");
        match parse(head.as_bytes()) {
            Ok(Parsed::Complete(request, _)) => assert_eq!(request.method, expected, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}
