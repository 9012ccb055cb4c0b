//! What a program answers.

use svcd::cgi::head::{self, Head, Kind, Parsed};
use svcd::http::Status;
use svcd::limits;

pub fn check(output: &[u8]) {
    let (head, len) = match head::parse(output) {
        Ok(Parsed::Complete(head, len)) => (head, len),
        Ok(Parsed::Partial) => return assert!(output.len() < limits::CGI_HEAD),
        Err(refusal) => return assert_eq!(refusal.status(), Status::BAD_GATEWAY),
    };
    let text = &output[..len];
    assert!(text.ends_with(b"\n\n") || text.ends_with(b"\n\r\n"));
    for end in 0..len {
        assert!(matches!(head::parse(&text[..end]), Ok(Parsed::Partial)));
    }
    // What follows is not looked at.
    assert!(matches!(head::parse(text), Ok(Parsed::Complete(same, _)) if same.kind == head.kind));
    let mut room = [httparse::EMPTY_HEADER; 2100];
    let theirs = match httparse::parse_headers(text, &mut room) {
        Ok(httparse::Status::Complete((their_len, fields))) if their_len == len => fields,
        other => panic!("{}: {other:?}", text.escape_ascii()),
    };
    let values = |name: &str| -> Vec<&[u8]> {
        theirs.iter().filter(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value).collect()
    };
    kind(&head, &values("status"), &values("location"), theirs.len());
    assert_eq!(head.has_content_type, values("content-type").len() == 1);
    let lengths: Vec<Option<u64>> = values("content-length")
        .iter()
        .map(|value| std::str::from_utf8(value).expect("digits").parse().ok())
        .collect();
    assert_eq!(lengths, head.content_length.map(Some).into_iter().collect::<Vec<_>>());
    let own = "status content-length connection keep-alive transfer-encoding te trailer upgrade date server";
    let passed: Vec<(&[u8], &[u8])> = theirs
        .iter()
        .map(|field| (field.name.to_ascii_lowercase(), field))
        .filter(|(name, _)| !name.starts_with("proxy-") && !own.split(' ').any(|own| own == name))
        .map(|(_, field)| (field.name.as_bytes(), field.value))
        .collect();
    assert_eq!(head.fields().collect::<Vec<_>>(), passed);
}

fn kind(head: &Head, statuses: &[&[u8]], locations: &[&[u8]], fields: usize) {
    assert!(statuses.len() < 2 && locations.len() < 2);
    let (status, line) = head.status();
    assert!((200..600).contains(&status.code()));
    assert!(line.starts_with(status.code().to_string().as_bytes()));
    assert!(
        matches!(line.get(3), None | Some(b' '))
            && !line.iter().any(|byte| *byte != b'\t' && byte.is_ascii_control())
    );
    match head.kind {
        Kind::LocalRedirect(path) => {
            assert_eq!((locations, fields), (&[path][..], 1));
            assert!(path.starts_with(b"/") && path.iter().all(|byte| *byte > b' ' && *byte != b'#'));
        }
        Kind::ClientRedirect { location, status } => {
            assert_eq!((locations, statuses), (&[location][..], status.as_slice()));
            assert!(!location.is_empty());
        }
        Kind::Document { status } => {
            assert!(locations.is_empty() && statuses == status.as_slice());
            assert!(status.is_some() || head.has_content_type || head.content_length == Some(0));
        }
    }
}
