use super::*;

fn head_of(bytes: &[u8]) -> Head<'_> {
    match parse(bytes) {
        Ok(Parsed::Complete(head, len)) => {
            assert_eq!(len, bytes.len(), "{}", bytes.escape_ascii());
            head
        }
        other => panic!("{}: {other:?}", bytes.escape_ascii()),
    }
}

fn document(status: &str) -> Kind<'_> {
    Kind::Document { status: Some(status.as_bytes()).filter(|status| !status.is_empty()) }
}

#[test]
fn the_kind_of_an_answer() {
    let client = |location: &'static str, status: Option<&'static str>| Kind::ClientRedirect {
        location: location.as_bytes(),
        status: status.map(str::as_bytes),
    };
    for (lines, kind, line) in [
        ("Content-Type: a/b\n", document(""), "200 OK"),
        ("content-type:a/b\r\n", document(""), "200 OK"),
        ("Content-Length: 0\n", document(""), "200 OK"),
        ("Status: 404 Not Here\n", document("404 Not Here"), "404 Not Here"),
        ("status:\t299 \n", document("299"), "299"),
        ("Status: 404\nContent-Type: a/b\n", document("404"), "404 Not Found"),
        ("Status: 599 \u{e4}\n", document("599 \u{e4}"), "599 \u{e4}"),
        ("Location: /a?b\n", Kind::LocalRedirect(b"/a?b"), "200 OK"),
        ("LOCATION://a\r\n", Kind::LocalRedirect(b"//a"), "200 OK"),
        ("Location: /a#b\n", client("/a#b", None), "302 Found"),
        ("Location: /a b\n", client("/a b", None), "302 Found"),
        ("Location: /a\nSet-Cookie: b\n", client("/a", None), "302 Found"),
        ("Location: /a\nStatus: 303 Other\n", client("/a", Some("303 Other")), "303 Other"),
        ("Location: http://a/\n", client("http://a/", None), "302 Found"),
        ("Location: a\nContent-Type: a/b\n", client("a", None), "302 Found"),
        ("Location: http://a/\nStatus: 301\n", client("http://a/", Some("301")), "301 Moved Permanently"),
    ] {
        for end in ["\n", "\r\n"] {
            let text = format!("{lines}{end}");
            let head = head_of(text.as_bytes());
            assert_eq!(head.kind, kind, "{lines:?}");
            let (status, own) = head.status();
            assert_eq!(String::from_utf8_lossy(own), line, "{lines:?}");
            assert_eq!(u64::from(status.code()), line[..3].parse().unwrap(), "{lines:?}");
        }
    }
}

#[test]
fn what_is_no_head_is_refused() {
    for (head, refusal) in [
        ("\n", Refusal::ProgramNothing),
        ("\r\n", Refusal::ProgramNothing),
        ("X: y\n\n", Refusal::ProgramNothing),
        ("Content-Length: 1\n\n", Refusal::ProgramNothing),
        ("<p>\n", Refusal::ProgramLine),
        ("HTTP/1.1 200 OK\n", Refusal::ProgramLine),
        (": a\n", Refusal::ProgramLine),
        ("A : b\n", Refusal::ProgramLine),
        (" A: b\n", Refusal::ProgramLine),
        ("Status: 200 OK\n b\n", Refusal::ProgramLine),
        ("A\u{e4}: b\n", Refusal::ProgramLine),
        ("A: b\0\n", Refusal::ProgramLine),
        ("A: b\rc\n", Refusal::ProgramLine),
        ("A: b\r\r\n", Refusal::ProgramLine),
        ("A: \x1b[m\n", Refusal::ProgramLine),
        ("Status: 200 OK\nstatus: 200 OK\n\n", Refusal::ProgramRepeated),
        ("Location: /a\nLocation: /a\n\n", Refusal::ProgramRepeated),
        ("Content-Type: a/b\nContent-Type: a/b\n\n", Refusal::ProgramRepeated),
        ("Content-Type: a/b\nContent-Length: 1\nContent-Length: 1\n\n", Refusal::ProgramRepeated),
        ("Content-Type: a/b\nContent-Length: 1, 1\n\n", Refusal::ProgramLength),
        ("Content-Type: a/b\nContent-Length: -1\n\n", Refusal::ProgramLength),
        ("Content-Type: a/b\nContent-Length:\n\n", Refusal::ProgramLength),
        ("Content-Type: a/b\nContent-Length: 9223372036854775808\n\n", Refusal::ProgramLength),
        ("Location:\n\n", Refusal::ProgramLocation),
        ("Status:\n\n", Refusal::ProgramStatus),
        ("Status: OK\n\n", Refusal::ProgramStatus),
        ("Status: 20\n\n", Refusal::ProgramStatus),
        ("Status: 100 Continue\n\n", Refusal::ProgramStatus),
        ("Status: 199\n\n", Refusal::ProgramStatus),
        ("Status: 600\n\n", Refusal::ProgramStatus),
        ("Status: 2000\n\n", Refusal::ProgramStatus),
        ("Status: 200OK\n\n", Refusal::ProgramStatus),
        ("Status: 200\tOK\n\n", Refusal::ProgramStatus),
        ("Status: +20 OK\n\n", Refusal::ProgramStatus),
        ("Status: HTTP/1.1 200 OK\n\n", Refusal::ProgramStatus),
    ] {
        assert_eq!(parse(head.as_bytes()).map(|_| ()), Err(refusal), "{head:?}");
    }
}

#[test]
fn a_head_comes_piece_by_piece() {
    let whole = b"Status: 200 OK\r\nContent-Type: a/b\n\r\n";
    for len in 0..whole.len() {
        assert!(matches!(parse(&whole[..len]), Ok(Parsed::Partial)), "{len}");
    }
    let more = [whole, &b"Status: x\n\n\0"[..]].concat();
    assert!(matches!(parse(&more), Ok(Parsed::Complete(_, len)) if len == whole.len()));
}

#[test]
fn a_head_has_a_longest_length() {
    let of = |len: usize| format!("Status: 200 {}\n\n", "x".repeat(len - 14)).into_bytes();
    assert!(matches!(parse(&of(limits::CGI_HEAD)), Ok(Parsed::Complete(_, limits::CGI_HEAD))));
    assert_eq!(parse(&of(limits::CGI_HEAD + 1)).map(|_| ()), Err(Refusal::ProgramLongHead));
    let endless = vec![b'x'; limits::CGI_HEAD];
    assert!(matches!(parse(&endless[1..]), Ok(Parsed::Partial)));
    assert_eq!(parse(&endless).map(|_| ()), Err(Refusal::ProgramLongHead));
}

#[test]
fn the_server_says_its_own_fields_itself() {
    let head = head_of(
        b"Status: 200 OK\nX-A:  b \r\nConnection: close\nKEEP-ALIVE: 1\nTransfer-Encoding: chunked\nTE: x\n\
        Trailer: x\nUpgrade: x\nProxy-Authenticate: x\nproxy-connection: x\nDate: x\nserver: x\n\
        Content-Length: 7\nContent-Type: a/b\nProx: y\nSet-Cookie: 1\nSet-Cookie: 2\n\n",
    );
    let fields: Vec<_> = head.fields().map(|(name, value)| [name, b"=", value].concat()).collect();
    assert_eq!(
        fields.join(&b' ').escape_ascii().to_string(),
        "X-A=b Content-Type=a/b Prox=y Set-Cookie=1 Set-Cookie=2"
    );
    assert_eq!((head.content_length, head.has_content_type), (Some(7), true));
    let head = head_of(b"Status: 204 None\n\n");
    assert_eq!((head.content_length, head.has_content_type, head.fields().count()), (None, false, 0));
}
