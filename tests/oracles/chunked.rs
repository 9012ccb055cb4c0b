//! `http::chunked` and `httparse::parse_chunk_size`, and what must hold
//! however a body is cut into pieces.

use proptest::prelude::*;
use svcd::http::{Refusal, chunked::Decoder};

/// Content, bytes consumed, and whether the body is complete. `cuts` are
/// lengths of the pieces that arrive, used in turn.
fn decode(body: &[u8], cuts: &[usize]) -> Result<(Vec<u8>, usize, bool), Refusal> {
    let mut decoder = Decoder::new();
    let (mut content, mut consumed, mut arrived) = (Vec::new(), 0, 0);
    let mut cuts = cuts.iter().cycle();
    while !decoder.is_complete() {
        if consumed == arrived {
            if arrived == body.len() {
                break;
            }
            arrived = body.len().min(arrived + cuts.next().unwrap());
        }
        let step = decoder.feed(&body[consumed..arrived])?;
        assert!(step.consumed > 0 && step.content.len() <= step.consumed);
        consumed += step.consumed;
        assert_eq!(step.content, &body[consumed - step.content.len()..consumed]);
        content.extend_from_slice(step.content);
    }
    Ok((content, consumed, decoder.is_complete()))
}

/// One chunk: what its line has in front of and behind the size, and content.
fn chunks() -> impl Strategy<Value = Vec<(&'static str, &'static str, Vec<u8>)>> {
    let zeros = prop::sample::select(vec!["", "0", "0000000000"]);
    let extension = prop::sample::select(vec!["", ";a", "\t; b=\"c;\" ;d", ";"]);
    prop::collection::vec((zeros, extension, prop::collection::vec(any::<u8>(), 1..70)), 0..6)
}

/// Bodies put together from good and bad pieces.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "1\r\nx\r\n",
        "0\r\n",
        "\r\n",
        "0\r\n\r\n",
        "A: b\r\n",
        "3;e\r\n\r\n\r\r\n",
        "\r",
        "\n",
        " ",
        ";",
        "1",
        "f",
        "0x",
        "\t",
        ":",
        "\0",
        "\u{e9}",
        "7fffffffffffffff\r\n",
        "GET / HTTP/1.1\r\n",
    ]);
    prop::collection::vec(pieces, 0..10).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn what_is_encoded_comes_back_and_nothing_behind_it_is_touched(
        chunks in chunks(),
        trailer in prop::sample::select(vec!["", "A: b\r\n", "A-b:\r\nC:\td \r\n"]),
        behind in prop::collection::vec(any::<u8>(), 0..9),
        cuts in prop::collection::vec(1usize..40, 1..5),
    ) {
        let mut body = Vec::new();
        for (zeros, extension, content) in &chunks {
            body.extend_from_slice(format!("{zeros}{:x}{extension}\r\n", content.len()).as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("0\r\n{trailer}\r\n").as_bytes());
        let len = body.len();
        body.extend_from_slice(&behind);
        let content: Vec<u8> = chunks.into_iter().flat_map(|chunk| chunk.2).collect();
        prop_assert_eq!(decode(&body, &cuts), Ok((content, len, true)));
    }

    #[test]
    fn cuts_change_nothing(body in bodies(), cuts in prop::collection::vec(1usize..9, 1..5)) {
        let whole = decode(&body, &[usize::MAX / 2]);
        prop_assert_eq!(decode(&body, &cuts), whole.clone(), "{}", body.escape_ascii());
        prop_assert_eq!(decode(&body, &[1]), whole, "{}", body.escape_ascii());
    }

    /// svcd is the stricter one: a line that it takes means the same there.
    #[test]
    fn a_size_is_the_same_there(line in "(0{0,3}[0-9a-fA-F]{1,3}|[0-9a-f]{13,17}|[0-9a-fx +-]{0,4})[ \t]{0,2}(;[a-z=\" ]{0,4}){0,2}\r?\n?") {
        let theirs = httparse::parse_chunk_size(line.as_bytes());
        let mut with_content = line.clone().into_bytes();
        with_content.resize(line.len() + 5000, b'x');
        let mut decoder = Decoder::new();
        if decoder.feed(line.as_bytes()).is_ok() && line.ends_with('\n') {
            let Ok(httparse::Status::Complete((len, size))) = theirs else {
                return Err(TestCaseError::fail(format!("{line:?}: {theirs:?}")));
            };
            prop_assert_eq!(len, line.len());
            if size > 0 {
                let step = decoder.feed(&with_content[len..]).unwrap();
                prop_assert_eq!(step.content.len() as u64, size.min(5000), "{:?}", line);
            }
        }
    }
}
