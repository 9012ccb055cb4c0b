//! `http::request::parse` and `httparse`.
//!
//! svcd is the stricter one: whatever it takes for a whole head, `httparse`
//! must take for the same one. The other way round it may refuse, for what is
//! listed in `HeadError`: Host, framing, versions, bare LF, obs-text in a name.

use proptest::prelude::*;
use svcd::http::{Parsed, request};

/// Heads put together from good and bad pieces.
fn heads() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&'static [u8]> = vec![
        b"GET / HTTP/1.1\r\n",
        b"HEAD /a?b HTTP/1.0\r\n",
        b"Host: x\r\n",
        b"Host : x\r\n",
        b"Accept:\t*/*  \r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b"\t",
        b":",
        b"a",
        b"A-b: c\r\n",
        b"a: \xff\r\n",
        b"\x00",
        b"\x7f",
        b"GET",
        b"/",
        b"HTTP/1.1",
        b"HTTP/2.0",
        b"Content-Length: 5\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b" folded\r\n",
        b"\xc3\xa9: x\r\n",
        b"POST /x HTTP/1.1\r\nHost: h\r\n",
        b"GET http://h/ HTTP/1.1\r\nHost: h\r\n",
        b"#",
    ];
    let good = prop::sample::select(vec![&b"GET / HTTP/1.1\r\nHost: x\r\n"[..], b"GET / HTTP/1.0\r\n", b""]);
    (good, prop::collection::vec(prop::sample::select(pieces), 0..8), any::<bool>()).prop_map(
        |(first, rest, end)| {
            let mut head = first.to_vec();
            rest.iter().for_each(|piece| head.extend_from_slice(piece));
            if end {
                head.extend_from_slice(b"\r\n\r\n");
            }
            head
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50_000))]

    #[test]
    fn what_is_complete_here_is_the_same_there(head in heads()) {
        let Ok(Parsed::Complete(ours, len)) = request::parse(&head) else { return Ok(()) };
        let mut fields = [httparse::EMPTY_HEADER; 128];
        let mut theirs = httparse::Request::new(&mut fields);
        let status = theirs.parse(&head);
        let status = match status {
            Ok(status) => status,
            // httparse wants a target to be UTF-8 and knows versions 1.0 and
            // 1.1 only.
            Err(httparse::Error::Token | httparse::Error::Version) => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(format!("{error}: {}", head.escape_ascii()))),
        };
        prop_assert_eq!(status, httparse::Status::Complete(len), "{}", head.escape_ascii());
        prop_assert_eq!(theirs.path.map(str::as_bytes), Some(ours.target));
        let ours: Vec<_> = ours.fields.iter().collect();
        let theirs: Vec<_> = theirs.headers.iter().map(|field| (field.name.as_bytes(), field.value)).collect();
        prop_assert_eq!(ours, theirs, "{}", head.escape_ascii());
    }

    #[test]
    fn any_bytes_get_an_answer(head in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = request::parse(&head);
    }

    /// Once an error, always an error: later bytes cannot mend a head.
    #[test]
    fn an_error_stays_one_whatever_follows(head in heads(), more in heads()) {
        if request::parse(&head).is_err() {
            let longer = [head.clone(), more].concat();
            prop_assert!(request::parse(&longer).is_err(), "{}", longer.escape_ascii());
        }
    }

    /// A complete head is the same when more bytes stand behind it.
    #[test]
    fn what_follows_a_head_is_not_looked_at(head in heads(), more in heads()) {
        if let Ok(Parsed::Complete(_, len)) = request::parse(&head) {
            let longer = [head.clone(), more].concat();
            match request::parse(&longer) {
                Ok(Parsed::Complete(_, same)) => prop_assert_eq!(len, same),
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            }
        }
    }
}
