use super::*;
use crate::http::{Parsed, request};

/// What the fields of a request with these lines give.
fn with<T>(lines: &str, look: impl FnOnce(Fields) -> T) -> T {
    let head = format!("GET / HTTP/1.1\r\nHost: x\r\n{lines}\r\n");
    match request::parse(head.as_bytes()) {
        Ok(Parsed::Complete(request, _)) => look(request.fields),
        other => panic!("{lines:?}: {other:?}"),
    }
}

fn decoded(text: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut room = [0; limits::CREDENTIALS];
    let credentials = decode(text.as_bytes(), &mut room)?;
    Some((credentials.user.to_vec(), credentials.password.to_vec()))
}

#[test]
fn the_scheme_is_basic_in_any_case_and_the_field_is_there_once() {
    for (lines, expected) in [
        ("Authorization: Basic bTp3\r\n", Some("bTp3")),
        ("authorization: bASIC   bTp3 \r\n", Some("bTp3")),
        ("Authorization: Basic =\r\n", Some("=")),
        ("Authorization: Basic a b\r\n", Some("a b")),
        ("", None),
        ("Authorization:\r\n", None),
        ("Authorization: Basic\r\n", None),
        ("Authorization: Basic\tbTp3\r\n", None),
        ("Authorization: BasicbTp3\r\n", None),
        ("Authorization: Basics bTp3\r\n", None),
        ("Authorization: Bas bTp3\r\n", None),
        ("Authorization: Bearer bTp3\r\n", None),
        ("Authorization: Digest username=\"m\"\r\n", None),
        ("Authorization: Basic bTp3\r\nAuthorization: Basic bTp3\r\n", None),
        ("Proxy-Authorization: Basic bTp3\r\n", None),
    ] {
        with(lines, |fields| assert_eq!(basic(fields), expected.map(str::as_bytes), "{lines:?}"));
    }
}

#[test]
fn user_and_password_are_read() {
    for (text, user, password) in [
        // RFC 7617 2 and 2.1.
        ("QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),
        ("dGVzdDoxMjPCow==", "test", "123£"),
        ("YTpiOmM6", "a", "b:c:"),
        ("Og==", "", ""),
        ("YTo=", "a", ""),
        ("OmE=", "", "a"),
    ] {
        assert_eq!(decoded(text), Some((user.into(), password.into())), "{text}");
    }
    // They need not be UTF-8.
    assert_eq!(decoded("YTr+/vv/"), Some((b"a".to_vec(), b"\xfe\xfe\xfb\xff".to_vec())));
}

#[test]
fn what_is_no_base64_or_has_no_colon_says_nothing() {
    for text in [
        "",
        "=",
        "====",
        "YQ==",         // no colon
        "YTpi\u{20}",   // a space
        "YTpiYg",       // no padding
        "YTpiYg=",      // too little
        "YTpiYg===",    // too much
        "YTpiYg==YTpi", // behind the padding
        "YTpiYh==",     // bits that nobody needs
        "YTpiYmJ=",     //
        "YTp",          // too short
        "YTpiY",        //
        "YTpi-_==",     // another alphabet
        "YTpi\u{e9}",   // not ASCII
        "YTpi,,,,",
        "YTpiCg==", // a line feed
        "AGE6Yg==", // a zero byte
        "YTp/",     // a delete
    ] {
        assert_eq!(decoded(text), None, "{text:?}");
    }
}

#[test]
fn letters_are_those_of_base64() {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for byte in 0..=255 {
        let place = alphabet.iter().position(|letter| *letter == byte);
        assert_eq!(six(byte), place.map(|place| place as u32), "{byte}");
    }
}

#[test]
fn credentials_have_a_longest_length() {
    let text = |length: usize| {
        // `a:` and zeros of base64 behind it, three bytes a group.
        format!("YTpi{}", "YWJj".repeat(length / 3 - 1)) + ["", "YQ==", "YWI="][length % 3]
    };
    let (_, password) = decoded(&text(limits::CREDENTIALS)).unwrap();
    assert_eq!(password.len(), limits::CREDENTIALS - 2);
    assert_eq!(decoded(&text(limits::CREDENTIALS + 1)), None);
    assert_eq!(decoded(&text(limits::HEAD)), None);
}

#[test]
fn secrets_are_the_same_or_not() {
    for (one, other) in [("", ""), ("a", "a"), ("", "a"), ("a", "b"), ("ab", "a"), ("ab", "bb"), ("ab", "aa")]
    {
        assert_eq!(is_same(one.as_bytes(), other.as_bytes()), one == other, "{one} {other}");
    }
}
