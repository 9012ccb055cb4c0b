//! `http::chunked`, cut at any place, beside `httparse`.
//!
//! The first byte of the input is about the cuts; the others are a body and
//! whatever follows it.

use svcd::http::Refusal;
use svcd::http::chunked::Decoder;

/// What came of a body.
#[derive(Debug, PartialEq, Eq)]
struct Decoded {
    content: Vec<u8>,
    end: End,
}

#[derive(Debug, PartialEq, Eq)]
enum End {
    /// Behind so many bytes.
    Complete(usize),
    /// More must come.
    Open,
    Refused(Refusal),
}

pub fn check(data: &[u8]) {
    let Some((cut, body)) = data.split_first() else { return };
    let whole = decode(body, &[body.len()]);
    let cuts = [usize::from(cut & 15) + 1, usize::from(cut >> 4) * 5 + 1];
    assert_eq!(decode(body, &cuts), whole);
    let (bytewise, refused_at) = decode_bytewise(body);
    assert_eq!(bytewise, whole);

    // What is refused is refused from that byte on, whatever follows, and not before.
    if let Some(place) = refused_at {
        assert_eq!(decode(&body[..place], &[place]).end, End::Open);
        assert_eq!(decode(&body[..=place], &cuts), whole);
    }
    assert!(whole.content.len() <= body.len());
    if let End::Complete(len) = whole.end {
        assert!(whole.content.len() + b"0\r\n\r\n".len() <= len && len <= body.len());
        assert_eq!(decode(&body[..len], &cuts), whole);
        assert_eq!(decode(&body[..len - 1], &cuts).end, End::Open);
        assert_eq!(by_httparse(&body[..len]), whole.content);
    }
    round_trip(&whole.content, &cuts);
}

/// Feeds pieces of these lengths, in turn.
fn decode(body: &[u8], cuts: &[usize]) -> Decoded {
    let mut decoder = Decoder::new();
    let mut content = Vec::new();
    let (mut consumed, mut arrived) = (0, 0);
    let mut cuts = cuts.iter().cycle();
    while !decoder.is_complete() {
        if consumed == arrived {
            if arrived == body.len() {
                return Decoded { content, end: End::Open };
            }
            arrived = body.len().min(arrived + cuts.next().expect("a cycle"));
        }
        let step = match decoder.feed(&body[consumed..arrived]) {
            Ok(step) => step,
            Err(refusal) => return Decoded { content, end: End::Refused(refusal) },
        };
        assert!(step.consumed > 0 && step.content.len() <= step.consumed);
        consumed += step.consumed;
        assert_eq!(step.content, &body[consumed - step.content.len()..consumed]);
        content.extend_from_slice(step.content);
    }
    assert_eq!(decoder.feed(&body[consumed..arrived]).map(|step| step.consumed), Ok(0));
    Decoded { content, end: End::Complete(consumed) }
}

/// Byte for byte; also the place of the byte that is refused.
fn decode_bytewise(body: &[u8]) -> (Decoded, Option<usize>) {
    let mut decoder = Decoder::new();
    let mut content = Vec::new();
    for (place, byte) in body.chunks(1).enumerate() {
        if decoder.is_complete() {
            return (Decoded { content, end: End::Complete(place) }, None);
        }
        match decoder.feed(byte) {
            Ok(step) => {
                assert_eq!(step.consumed, 1);
                content.extend_from_slice(step.content);
            }
            Err(refusal) => return (Decoded { content, end: End::Refused(refusal) }, Some(place)),
        }
    }
    let end = if decoder.is_complete() { End::Complete(body.len()) } else { End::Open };
    (Decoded { content, end }, None)
}

/// The content of a whole body, as another reader has it. Fails when that one
/// does not take it for a whole body.
fn by_httparse(body: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    let mut rest = body;
    loop {
        let Ok(httparse::Status::Complete((line, size))) = httparse::parse_chunk_size(rest) else {
            panic!("no chunk: {}", rest.escape_ascii());
        };
        rest = &rest[line..];
        if size == 0 {
            break;
        }
        let size = usize::try_from(size).expect("a size that has come");
        content.extend_from_slice(&rest[..size]);
        rest = rest[size..].strip_prefix(b"\r\n").expect("CRLF behind a chunk");
    }
    let mut trailers = [httparse::EMPTY_HEADER; 2048];
    match httparse::parse_headers(rest, &mut trailers) {
        Ok(httparse::Status::Complete((len, _))) => assert_eq!(len, rest.len()),
        other => panic!("trailers: {other:?}"),
    }
    content
}

/// What is sent in chunks of these lengths comes back.
fn round_trip(content: &[u8], cuts: &[usize]) {
    let mut body = Vec::new();
    let mut rest = content;
    for cut in cuts.iter().cycle() {
        let (chunk, behind) = rest.split_at((*cut).min(rest.len()));
        if chunk.is_empty() {
            break;
        }
        body.extend_from_slice(format!("{:X}\r\n", chunk.len()).as_bytes());
        body.extend_from_slice(chunk);
        body.extend_from_slice(b"\r\n");
        rest = behind;
    }
    body.extend_from_slice(b"0\r\n\r\n");
    let end = End::Complete(body.len());
    assert_eq!(decode(&body, &[7, 1, 3]), Decoded { content: content.to_vec(), end });
}
