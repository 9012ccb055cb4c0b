//! The body of a request is the program's input (RFC 3875 4.2).

use std::thread;

use svcd_tests::chunked::encode;
use svcd_tests::response::Asked;
use svcd_tests::scripts::{CAT, server};
use svcd_tests::tree::{big, every_byte, pseudo_random};
use svcd_tests::{Connection, Response, Server, each, scale};

/// `Ok` if it goes on as was said: that is decided when the answer begins, and
/// then a part of the body may still be under way.
fn goes_on(connection: &mut Connection, answer: &Response) -> Result<(), String> {
    if answer.is_kept() { connection.is_open() } else { connection.at_end() }
}

/// Sends a POST beside reading its answer.
fn post(server: &Server, lines: &str, body: Vec<u8>) -> Result<Response, String> {
    let head = format!("POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
    let mut connection = server.connect();
    let sending = connection.send_beside([head.as_bytes(), &body].concat());
    let answer = connection.next_answer(head.as_bytes())?;
    sending.join().expect("a sender").map_err(|error| format!("while sending: {error}"))?;
    goes_on(&mut connection, &answer)?;
    Ok(answer)
}

/// `Ok` if the body came back, and if this was its length in the environment.
fn is_whole(answer: &Response, body: &[u8], said: Option<&str>) -> Result<(), String> {
    answer.is(200)?;
    if let Some(said) = said {
        answer.has("X-Length", said)?;
    }
    if answer.body == body { Ok(()) } else { Err(format!("{} of {} bytes", answer.body.len(), body.len())) }
}

#[test]
fn bodies_whose_length_is_said() {
    let server = server(&[("cat", CAT)], &[]);
    let sizes = [1, 2, 4095, 4096, 12_287, 12_288, 12_289, 16_384, 32_768, 65_535, 65_536, 65_537, 300_000];
    each(sizes.map(|size| (size, size)), |size| {
        let body = pseudo_random(size);
        let answer = post(&server, &format!("Content-Length: {size}\r\n"), body.clone())?;
        is_whole(&answer, &body, Some(&size.to_string()))
    });
}

#[test]
fn bodies_in_chunks() {
    let server = server(&[("cat", CAT)], &[]);
    let rows = [
        (1, 1),
        (100, 7),
        (4096, 4096),
        (10_000, 1000),
        (65_536, 4096),
        (300_000, 10_000),
        (300_000, 300_000),
    ];
    each(rows.map(|row| (format!("{} by {}", row.0, row.1), row)), |(size, chunk)| {
        let body = pseudo_random(size);
        let answer = post(&server, "Transfer-Encoding: chunked\r\n", encode(&body, chunk))?;
        // A length is said as long as the body fits in memory.
        let size = size.to_string();
        let said = if body.len() <= 10_000 { Some(size.as_str()) } else { None };
        is_whole(&answer, &body, said)?;
        match answer.need("X-Length")? {
            "none" => Ok(()),
            said if said == size => Ok(()),
            said => Err(format!("CONTENT_LENGTH={said}")),
        }
    });
    let odd = b"3;name=value\r\nabc\r\n00a ; x=\"y\"\r\n0123456789\r\n0\r\nX-Trailer: y\r\n\r\n".to_vec();
    let answer = post(&server, "Transfer-Encoding: chunked\r\n", odd).expect("an answer");
    assert_eq!(is_whole(&answer, b"abc0123456789", Some("13")), Ok(()));
    let none = post(&server, "Transfer-Encoding: chunked\r\n", b"0\r\n\r\n".to_vec()).expect("an answer");
    assert_eq!(is_whole(&none, b"", None), Ok(()));
}

#[test]
fn large_bodies_both_ways_at_once() {
    let server = server(&[("cat", CAT)], &[]);
    let length = format!("Content-Length: {}\r\n", big().len());
    let answer = post(&server, &length, big().to_vec()).expect("an answer");
    assert_eq!(is_whole(&answer, big(), Some(&big().len().to_string())), Ok(()));
    let answer = post(&server, "Transfer-Encoding: chunked\r\n", encode(big(), 50_000)).expect("an answer");
    assert_eq!(is_whole(&answer, big(), None), Ok(()));
    // And for a client of HTTP/1.0, until the end of the connection.
    let head = format!("POST /cgi-bin/cat HTTP/1.0\r\n{length}\r\n");
    let mut connection = server.connect();
    let sending = connection.send_beside([head.as_bytes(), big()].concat());
    let answer = connection.next_answer(head.as_bytes()).expect("an answer");
    assert_eq!(is_whole(&answer, big(), None), Ok(()));
    sending.join().expect("a sender").expect("it is read");
}

#[test]
fn a_body_that_comes_in_pieces() {
    let server = server(&[("cat", CAT)], &[]);
    let body = every_byte();
    for (head, coded) in [
        (format!("Content-Length: {}\r\n", body.len()), body.clone()),
        ("Transfer-Encoding: chunked\r\n".to_owned(), encode(&body, 100)),
    ] {
        let head = format!("POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\n{head}\r\n");
        let mut connection = server.connect();
        connection.send(head.as_bytes());
        for piece in coded.chunks(97) {
            connection.send(piece);
            thread::yield_now();
        }
        let answer = connection.next_answer(head.as_bytes()).expect("an answer");
        assert_eq!(is_whole(&answer, &body, Some("4096")), Ok(()));
        assert_eq!(goes_on(&mut connection, &answer), Ok(()));
    }
}

#[test]
fn a_body_that_is_asked_for() {
    let server = server(&[("cat", CAT)], &[]);
    let rows = [
        ("a length", "Content-Length: 5\r\n", "abcde"),
        ("chunks", "Transfer-Encoding: chunked\r\n", "5\r\nabcde\r\n0\r\n\r\n"),
    ];
    each(rows.map(|row| (row.0, row)), |(_, lines, body)| {
        let head = format!("POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n{lines}\r\n");
        let mut connection = server.connect();
        connection.send(head.as_bytes());
        let interim = connection.next_response(Asked::by(head.as_bytes()))?;
        interim.is(100)?;
        connection.send(body.as_bytes());
        let answer = connection.next_answer(head.as_bytes())?;
        is_whole(&answer, b"abcde", Some("5"))?;
        goes_on(&mut connection, &answer)
    });
    // Nobody is asked for what is not wanted.
    for (target, code) in [("/cgi-bin/missing", 404), ("/cgi-bin/", 403)] {
        let head =
            format!("POST {target} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        let mut connection = server.connect();
        assert_eq!(connection.exchange(head.as_bytes()).map(|answer| answer.status), Ok(code), "{target}");
    }
}

#[test]
fn bodies_that_are_cut_or_wrong() {
    let server = server(&[("cat", CAT)], &[]);
    let chunked = "POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let rows = [
        ("a size that is none", "zz\r\nabc\r\n0\r\n\r\n".to_owned()),
        ("no end of a chunk", "3\r\nabcd\r\n0\r\n\r\n".to_owned()),
        ("much, and then that", format!("c350\r\n{}\r\nzz\r\n", "x".repeat(50_000))),
    ];
    each(rows.map(|row| (row.0, row)), |(name, body)| {
        let mut connection = server.connect();
        let _ = connection.try_send(format!("{chunked}{body}").as_bytes());
        let bytes = connection.read_to_end().unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        // What has begun already can only be broken off.
        let is_cut = name.starts_with("much") && !text.ends_with("\r\n0\r\n\r\n");
        if text.starts_with("HTTP/1.1 400 ") || is_cut { Ok(()) } else { Err(text.into_owned()) }
    });
    let both = "POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(server.ask(both.as_bytes()).map(|answer| answer.status), Ok(400));
    server.assert_serving();
}

#[test]
fn methods_with_and_without_bodies_in_turn() {
    let server = server(&[("cat", CAT)], &[]);
    let mut connection = server.connect();
    for number in 0..scale(20) {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "PROPFIND"] {
            let body = format!("{method} {number}");
            let text = format!(
                "{method} /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let answer = connection.exchange(text.as_bytes()).expect("an answer");
            assert_eq!(answer.text(), body);
        }
    }
}
