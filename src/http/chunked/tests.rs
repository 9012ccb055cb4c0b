use super::*;

/// Feeds `body` in pieces of `size`; the content and the bytes that were
/// consumed, once complete.
fn decode(body: &[u8], size: usize) -> Result<Option<(Vec<u8>, usize)>, Refusal> {
    let mut decoder = Decoder::new();
    let (mut content, mut consumed) = (Vec::new(), 0);
    while consumed < body.len() {
        let piece = &body[consumed..body.len().min(consumed + size)];
        let step = decoder.feed(piece)?;
        content.extend_from_slice(step.content);
        consumed += step.consumed;
        if decoder.is_complete() {
            assert_eq!(decoder.feed(b"more"), Ok(Step { consumed: 0, content: b"" }));
            return Ok(Some((content, consumed)));
        }
        assert!(step.consumed > 0);
    }
    Ok(None)
}

fn every_way(body: &[u8]) -> Result<Option<(Vec<u8>, usize)>, Refusal> {
    let whole = decode(body, usize::MAX / 2);
    for size in [1, 2, 3, 5] {
        assert_eq!(decode(body, size), whole, "{} in pieces of {size}", body.escape_ascii());
    }
    whole
}

#[test]
fn a_body_is_decoded_however_it_is_cut() {
    for (body, content) in [
        ("0\r\n\r\n", ""),
        ("000\r\n\r\n", ""),
        ("5\r\nhello\r\n0\r\n\r\n", "hello"),
        ("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", "hello!"),
        ("a\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        ("B\r\n0123456789a\r\n0\r\n\r\n", "0123456789a"),
        ("0000000000000001\r\nx\r\n0\r\n\r\n", "x"),
        ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
        ("1;a\r\nx\r\n0;b=\"c;d\"\r\n\r\n", "x"),
        ("1 \t;a = b \r\nx\r\n0\r\n\r\n", "x"),
        ("1;\r\nx\r\n0\r\n\r\n", "x"),
        ("1\r\nx\r\n0\r\nA: b\r\nC-d:\te \r\nf:\r\n\r\n", "x"),
    ] {
        let expected = Ok(Some((content.as_bytes().to_vec(), body.len())));
        assert_eq!(every_way(body.as_bytes()), expected, "{body:?}");
        let longer = format!("{body}GET / HTTP/1.1\r\n");
        assert_eq!(every_way(longer.as_bytes()), expected, "{longer:?}");
        for end in 0..body.len() {
            assert_eq!(every_way(&body.as_bytes()[..end]), Ok(None), "{body:?} up to {end}");
        }
    }
}

#[test]
fn a_body_that_two_readers_could_read_differently_is_refused() {
    for (body, refusal) in [
        ("\r\n", Refusal::ChunkSize),
        ("x\r\n", Refusal::ChunkSize),
        ("0x1\r\n", Refusal::ChunkSize),
        ("+1\r\n", Refusal::ChunkSize),
        ("-1\r\n", Refusal::ChunkSize),
        (" 1\r\n", Refusal::ChunkSize),
        (";a\r\n", Refusal::ChunkSize),
        ("1,\r\n", Refusal::ChunkSize),
        ("1_0\r\n", Refusal::ChunkSize),
        ("1\0\r\n", Refusal::ChunkSize),
        ("00000000000000001\r\n", Refusal::ChunkTooLarge),
        ("8000000000000000\r\n", Refusal::ChunkTooLarge),
        ("ffffffffffffffff\r\n", Refusal::ChunkTooLarge),
        ("10000000000000001\r\n", Refusal::ChunkTooLarge),
        ("\n", Refusal::ChunkBareLf),
        ("1\nx\n", Refusal::ChunkBareLf),
        ("1 \r\nx", Refusal::ChunkExtension),
        ("1 2\r\nx", Refusal::ChunkExtension),
        ("1 \nx", Refusal::ChunkBareLf),
        ("1;a\nx", Refusal::ChunkBareLf),
        ("1;a\"\nx", Refusal::ChunkBareLf),
        ("1;\0\r\nx", Refusal::ChunkExtension),
        ("1;\x7f\r\nx", Refusal::ChunkExtension),
        ("1\rx", Refusal::ChunkBareCr),
        ("1\r\r\nx", Refusal::ChunkBareCr),
        ("1;a\rb\r\nx", Refusal::ChunkBareCr),
        ("1\r\nxy", Refusal::ChunkUnended),
        ("1\r\nx\n", Refusal::ChunkUnended),
        ("1\r\nx0\r\n", Refusal::ChunkUnended),
        ("1\r\nx\r0", Refusal::ChunkBareCr),
        ("1\r\nx\r\n\r\n", Refusal::ChunkSize),
        ("0\r\n\n", Refusal::ChunkBareLf),
        ("0\r\n\rx", Refusal::ChunkBareCr),
        ("0\r\nA\r\n", Refusal::MalformedTrailer),
        ("0\r\nA b: c\r\n", Refusal::MalformedTrailer),
        ("0\r\nA : b\r\n", Refusal::MalformedTrailer),
        ("0\r\n: b\r\n", Refusal::MalformedTrailer),
        ("0\r\n A: b\r\n", Refusal::MalformedTrailer),
        ("0\r\nA: b\r\n c\r\n", Refusal::MalformedTrailer),
        ("0\r\nA: b\n", Refusal::ChunkBareLf),
        ("0\r\nA\n", Refusal::ChunkBareLf),
        ("0\r\nA: b\rc", Refusal::ChunkBareCr),
        ("0\r\nA: \0\r\n", Refusal::MalformedTrailer),
        ("0\r\n\u{e9}: b\r\n", Refusal::MalformedTrailer),
    ] {
        assert_eq!(every_way(body.as_bytes()), Err(refusal), "{body:?}");
    }
}

#[test]
fn the_largest_size_is_the_largest_file_offset() {
    let mut decoder = Decoder::new();
    assert_eq!(decoder.feed(b"7FFFFFFFFFFFFFFF\r\nabc"), Ok(Step { consumed: 21, content: b"abc" }));
    assert_eq!(decoder.feed(b"\r\n0"), Ok(Step { consumed: 3, content: b"\r\n0" }));
    assert!(!decoder.is_complete());
}

#[test]
fn what_is_dropped_is_bounded_over_the_whole_body() {
    let tiny = |count| format!("1;{}\r\nx\r\n", "e".repeat(7)).repeat(count);
    let fits = tiny(limits::CHUNK_EXTRAS / 8);
    assert!(matches!(every_way(fits.as_bytes()), Ok(None)));
    assert!(matches!(every_way((fits.clone() + "0\r\n\r\n").as_bytes()), Ok(Some(_))));
    assert_eq!(every_way((fits.clone() + "0;\r\n\r\n").as_bytes()), Err(Refusal::ChunkExtras));
    assert_eq!(every_way((fits + "0\r\nA:\r\n\r\n").as_bytes()), Err(Refusal::ChunkExtras));
    let line = format!("0\r\nA:{}", "v".repeat(limits::CHUNK_EXTRAS));
    assert_eq!(every_way(line.as_bytes()), Err(Refusal::ChunkExtras));
    // Tiny chunks without extensions cost 21 bytes for each of content at most:
    // the bound of the content bounds them.
    assert!(matches!(every_way(b"0000000000000001\r\nx\r\n".repeat(2000).as_slice()), Ok(None)));
}
