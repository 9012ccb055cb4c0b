//! Bodies that come slowly: a body has the time of a head, and more the more of
//! it has come (--min-rate).

use std::time::{Duration, Instant};

use svcd_tests::writing::{self, head, put};
use svcd_tests::{Connection, Response, Server, Snapshot, deadline, each, response};

use crate::timeouts::{all_are_late, in_time};

const SLOW: &[(&str, &[u8])] = &[
    ("a length and nothing", b"PUT /new.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n"),
    ("a part", b"PUT /hello.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nab"),
    ("no chunk", b"PUT /new HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"),
    (
        "a part of a chunk",
        b"PUT /hello.txt HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
    ),
    (
        "no last chunk",
        b"PUT /dir/new HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
    ),
    (
        "no end of the trailer",
        b"PUT /new HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n",
    ),
];

#[test]
fn a_body_that_does_not_go_on() {
    for (head, idle) in [("1", "6"), ("6", "1")] {
        let server = writing::server(&["--header-timeout", head, "--idle-timeout", idle]);
        let before = Snapshot::of(server.tree.base());
        all_are_late(&server, SLOW, 1.0);
        assert_eq!(before.is_kept(), Ok(()), "{head} and {idle} s");
        server.assert_serving();
    }
}

/// Sends `drop` again and again, as long as no answer comes, and says how often.
fn drip(connection: &mut Connection, drop: &[u8]) -> Result<(Response, usize), String> {
    let start = Instant::now();
    for count in 1.. {
        let _ = connection.try_send(drop);
        let read = connection.read_for(Duration::from_millis(100));
        match read.map_err(|error| format!("{error} and not an answer"))? {
            Some(first) => {
                let rest = connection.read_to_end()?;
                return Ok((response::only(&[first, rest].concat(), false)?, count));
            }
            None if start.elapsed() > deadline() => break,
            None => {}
        }
    }
    Err("no end to it".to_owned())
}

#[test]
fn a_body_below_the_rate_is_ended() {
    let server = writing::server(&["--header-timeout", "1", "--min-rate", "1000", "--idle-timeout", "9"]);
    let before = Snapshot::of(server.tree.base());
    each([1, 30, 60].map(|bytes| (format!("{bytes} bytes a drop"), bytes)), |bytes| {
        for (line, size) in [("Content-Length: 1000000", ""), ("Transfer-Encoding: chunked", "fffff\r\n")] {
            let mut connection = server.connect();
            let start = Instant::now();
            connection.send(&[&head("PUT", "/hello.txt", &[line])[..], size.as_bytes()].concat());
            let (answer, drops) = drip(&mut connection, &vec![b'x'; bytes])?;
            answer.is(408)?;
            answer.has("Connection", "close")?;
            // The time of a head, and that which the bytes have brought.
            let expected = 1.0 + (drops - 1) as f32 * bytes as f32 / 1000.0;
            in_time(start, expected).map_err(|why| format!("{line}: {why}"))?;
        }
        Ok(())
    });
    assert_eq!(before.is_kept(), Ok(()));
    server.assert_serving();
}

/// A body of so many pieces, with pauses.
fn slowly(server: &Server, pieces: usize, piece: usize, pause: u64) -> Result<Response, String> {
    let request = put("/slow.bin", &vec![b'x'; pieces * piece], &[]);
    let (head, body) = request.split_at(request.len() - pieces * piece);
    let mut connection = server.connect();
    connection.send(head);
    for piece in body.chunks(piece) {
        std::thread::sleep(Duration::from_millis(pause));
        connection.try_send(piece).map_err(|error| format!("while sending: {error}"))?;
    }
    connection.next_answer(&request)
}

#[test]
fn a_body_above_the_rate_has_all_the_time_it_takes() {
    let server = writing::server(&["--header-timeout", "1", "--min-rate", "1000", "--idle-timeout", "3"]);
    let answer = slowly(&server, 15, 600, 200).expect("an answer");
    assert_eq!(answer.status, 201, "3 s of 3000 bytes a second");
    assert_eq!(server.get("/slow.bin").map(|answer| answer.body.len()), Ok(9000));
}

#[test]
fn without_a_rate_only_silence_ends_a_body() {
    let server = writing::server(&["--header-timeout", "1", "--min-rate", "0", "--idle-timeout", "3"]);
    let answer = slowly(&server, 10, 1, 300).expect("an answer");
    assert_eq!(answer.status, 201, "3 s of 3 bytes a second");
    let before = Snapshot::of(server.tree.base());
    all_are_late(&server, &SLOW[..2], 3.0);
    assert_eq!(before.is_kept(), Ok(()));
}
