use super::*;

fn resolved(path: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut room = [0; 64];
    let mut name = Buffer::new(&mut room);
    resolve(path, &mut name).map(|()| name.bytes().to_vec())
}

#[test]
fn the_forms_of_a_target() {
    for (target, path, query) in [
        (&b"/"[..], &b"/"[..], None),
        (b"/a?", b"/a", Some(&b""[..])),
        (b"/a?b?c", b"/a", Some(b"b?c")),
        (b"http://h/a?b", b"/a", Some(b"b")),
        (b"HTTP://h:80", b"/", None),
        (b"http://h?b", b"/", Some(b"b")),
        (b"https://[::1]:8080//a", b"//a", None),
    ] {
        assert_eq!(parse(Method::Get, target), Ok(Target { path, query }), "{}", target.escape_ascii());
    }
    for target in
        [&b"a"[..], b"h:80", b"?a", b"*a", b"ftp://h/", b"http:/h", b"http://", b"http:///a", b"http://u@h/"]
    {
        assert_eq!(parse(Method::Get, target), Err(Refusal::MalformedTarget), "{}", target.escape_ascii());
    }
    assert_eq!(parse(Method::Get, b"*"), Err(Refusal::Asterisk));
}

#[test]
fn a_path_is_decoded_once_and_loses_its_dots() {
    for (path, name) in [
        (&b"/"[..], &b""[..]),
        (b"/a", b"a"),
        (b"/a/", b"a/"),
        (b"//a", b"a"),
        (b"/a//b", b"a/b"),
        (b"/a//", b"a/"),
        (b"/.", b""),
        (b"/./a", b"a"),
        (b"/a/.", b"a/"),
        (b"/a/./b", b"a/b"),
        (b"/..", b""),
        (b"/../a", b"a"),
        (b"/../../a", b"a"),
        (b"/a/..", b""),
        (b"/a/../b", b"b"),
        (b"/a/b/..", b"a/"),
        (b"/a/b/../c", b"a/c"),
        (b"/a/b/../../../c", b"c"),
        (b"/a//../b", b"b"),
        (b"/%2e%2E/a", b"a"),
        (b"/a/.%2e/b", b"b"),
        (b"/%252e%252e/a", b"%2e%2e/a"),
        (b"/...", b"..."),
        (b"/a%20b%25", b"a b%"),
        (b"/%c3%a9\xc3\xa9", b"\xc3\xa9\xc3\xa9"),
        (b"/a\\b", b"a\\b"),
    ] {
        assert_eq!(resolved(path).as_deref(), Ok(name), "{}", path.escape_ascii());
    }
}

#[test]
fn a_path_that_could_be_misread_is_refused() {
    for (path, refusal) in [
        (&b"/%"[..], Refusal::MalformedEncoding),
        (b"/%4", Refusal::MalformedEncoding),
        (b"/%zz", Refusal::MalformedEncoding),
        (b"/%4/1", Refusal::MalformedEncoding),
        (b"/a%2fb", Refusal::EncodedSlash),
        (b"/%2F", Refusal::EncodedSlash),
        (b"/%00", Refusal::ControlByte),
        (b"/%0a", Refusal::ControlByte),
        (b"/%7f", Refusal::ControlByte),
    ] {
        assert_eq!(resolved(path), Err(refusal), "{}", path.escape_ascii());
    }
    assert_eq!(resolved(&[b"/".as_slice(), &[b'a'; 65]].concat()), Err(Refusal::LongPath));
    assert_eq!(resolved(&[b"/".as_slice(), &[b'a'; 64]].concat()).map(|name| name.len()), Ok(64));
}

#[test]
fn hidden_names() {
    for name in
        [&b".a"[..], b"a/.b", b"a/.b/c", b"..a", b".well-known", b".well-known/.a", b"a/.well-known/b"]
    {
        assert!(is_hidden(name), "{}", name.escape_ascii());
    }
    for name in [&b""[..], b"a", b"a.b", b"a/b.", b".well-known/a", b".well-known/"] {
        assert!(!is_hidden(name), "{}", name.escape_ascii());
    }
}
