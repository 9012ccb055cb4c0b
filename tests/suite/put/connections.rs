//! Stored files and the connections that bring them: where a body ends, the next
//! request begins.

use std::thread;
use std::time::Duration;

use svcd_tests::server::request;
use svcd_tests::tree::pseudo_random;
use svcd_tests::writing::{self, delete, is_stored, put, put_chunks, stored};
use svcd_tests::{chunked, each};

/// What a body must never be taken for.
const INNER: &[u8] = b"DELETE /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[test]
fn stored_read_and_deleted_in_one_go() {
    let server = writing::server(&[]);
    let target = "/passing.txt";
    let requests = [
        (put(target, b"one", &[]), 201, ""),
        (request("GET", target.as_bytes()), 200, "one"),
        (put_chunks(target, &chunked::encode(b"and two", 3), &[]), 204, ""),
        (request("GET", target.as_bytes()), 200, "and two"),
        (delete(target, &[]), 204, ""),
        (request("GET", target.as_bytes()), 404, ""),
        (put(target, b"", &[]), 201, ""),
        (delete(target, &[]), 204, ""),
        (request("GET", b"/hello.txt"), 200, "hello, world\n"),
    ];
    let all: Vec<u8> = requests.iter().flat_map(|row| row.0.clone()).collect();
    let mut connection = server.connect();
    connection.send(&all);
    for (number, (request, status, text)) in requests.iter().enumerate() {
        let answer = connection.next_answer(request).unwrap_or_else(|why| panic!("{number}: {why}"));
        assert_eq!(answer.status, *status, "{number}");
        assert!(*status != 200 || answer.text() == *text, "{number}: {:?}", answer.text());
    }
    assert_eq!(connection.is_open(), Ok(()));
    // And the same with every byte a segment of its own.
    let mut connection = server.connect();
    for (number, (request, status, _)) in requests.iter().enumerate() {
        request.iter().for_each(|byte| connection.send(&[*byte]));
        assert_eq!(connection.next_answer(request).map(|answer| answer.status), Ok(*status), "{number}");
    }
}

#[test]
fn a_body_is_no_request() {
    let server = writing::server(&[]);
    for length in [INNER.len(), 10 * INNER.len(), 20_000, 70_000] {
        let content: Vec<u8> = INNER.iter().copied().cycle().take(length).collect();
        let target = format!("/inner-{length}");
        stored(&server, &put(&target, &content, &[]), 201, &target, &content).expect("stored");
        let body = chunked::encode(&content, 777);
        stored(&server, &put_chunks(&(target.clone() + "c"), &body, &[]), 201, &(target + "c"), &content)
            .expect("stored from chunks");
    }
    server.assert_serving();
}

#[test]
fn cut_anywhere_into_segments() {
    let server = writing::server(&[]);
    let rows = [
        put("/cut.txt", b"abcdef", &[]),
        put_chunks("/cut.txt", b"3;a=b\r\nabc\r\n3\r\ndef\r\n0\r\nX: y\r\n\r\n", &[]),
    ];
    for whole in &rows {
        let edges = whole.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(0)..whole.len();
        each(edges.map(|cut| (format!("cut at {cut}"), cut)), |cut| {
            let mut connection = server.connect();
            connection.send(&whole[..cut]);
            thread::sleep(Duration::from_millis(5));
            connection.send(&whole[cut..]);
            let answer = connection.next_answer(whole)?;
            is_stored(&server, &answer, answer.status, "/cut.txt", b"abcdef")?;
            connection.is_open()
        });
    }
}

#[test]
fn a_connection_goes_on_after_each() {
    let server = writing::server(&[]);
    let mut connection = server.connect();
    for number in 0..20 {
        let content = pseudo_random(number * 3000);
        let target = format!("/kept-{}", number % 3);
        let body = chunked::encode(&content, 1 + number * 100);
        let request =
            if number % 2 == 0 { put(&target, &content, &[]) } else { put_chunks(&target, &body, &[]) };
        let answer = connection.exchange(&request).expect("an answer");
        assert!([201, 204].contains(&answer.status) && answer.is_kept(), "{number}: {}", answer.status);
        assert_eq!(is_stored(&server, &answer, answer.status, &target, &content), Ok(()), "{number}");
        assert_eq!(connection.is_open(), Ok(()), "{number}");
    }
}

#[test]
fn a_connection_ends_when_it_shall() {
    let server = writing::server(&[]);
    let close = ["Connection: close"];
    let rows = [
        ("length", put("/end.txt", b"abc", &close)),
        ("chunks", put_chunks("/end.txt", b"3\r\nabc\r\n0\r\n\r\n", &close)),
    ];
    each(rows, |request| {
        let mut connection = server.connect();
        connection.send(&[&request[..], INNER].concat());
        let answer = connection.next_answer(&request)?;
        answer.has("Connection", "close")?;
        connection.at_end()?;
        is_stored(&server, &answer, answer.status, "/end.txt", b"abc")
    });
    server.assert_serving();
}

#[test]
fn many_at_once_do_not_mix() {
    let server = writing::server(&[]);
    thread::scope(|scope| {
        for number in 0..8 {
            let server = &server;
            scope.spawn(move || {
                let content = pseudo_random(50_000 + number).split_off(number);
                let target = format!("/at-once-{number}");
                let mut connection = server.connect();
                let request = put(&target, &content, &[]);
                for piece in request.chunks(9000) {
                    connection.send(piece);
                    thread::sleep(Duration::from_millis(2));
                }
                let answer = connection.next_answer(&request).expect("an answer");
                // The others may have their temporary files while this one is looked at.
                let got = server.get(&target).map(|answer| answer.body);
                assert!(answer.status == 201 && got == Ok(content), "{number}: {}", answer.status);
            });
        }
    });
}
