//! Where the answer of a program ends, and what comes behind it.

use std::time::{Duration, Instant};

use svcd_tests::asking::{status, without};
use svcd_tests::scripts::{CAT, ENV, SAY, say, server};
use svcd_tests::server::request;
use svcd_tests::{Connection, Response, Server, each};

const PLAIN: &[u8] = b"Content-Type: text/plain\n\nabc";
const LONG: &[u8] = b"Content-Type: text/plain\nContent-Length: 3\n\nabc";

fn ask(server: &Server, said: &[u8], request: &str) -> Result<(Connection, Response), String> {
    server.tree.file("cgi-bin/said", said);
    let mut connection = server.connect();
    let answer = connection.exchange(request.as_bytes())?;
    Ok((connection, answer))
}

#[test]
fn by_the_version_and_what_is_wished() {
    type Row<'a> = (&'a str, &'a [u8], &'a str, Option<&'a str>, Option<&'a str>, bool);
    let chunked = Some("chunked");
    let three = Some("3");
    let rows: [Row; 9] = [
        ("1.1", PLAIN, "GET /cgi-bin/say HTTP/1.1\r\nHost: a\r\n\r\n", chunked, None, true),
        ("1.1, a length", LONG, "GET /cgi-bin/say HTTP/1.1\r\nHost: a\r\n\r\n", None, three, true),
        (
            "close",
            PLAIN,
            "GET /cgi-bin/say HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            chunked,
            None,
            false,
        ),
        (
            "close, a length",
            LONG,
            "GET /cgi-bin/say HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            None,
            three,
            false,
        ),
        ("1.0", PLAIN, "GET /cgi-bin/say HTTP/1.0\r\n\r\n", None, None, false),
        ("1.0, a length", LONG, "GET /cgi-bin/say HTTP/1.0\r\n\r\n", None, three, false),
        (
            "1.0, kept",
            PLAIN,
            "GET /cgi-bin/say HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            None,
            None,
            false,
        ),
        (
            "1.0, kept, a length",
            LONG,
            "GET /cgi-bin/say HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            None,
            three,
            true,
        ),
        ("1.2", PLAIN, "GET /cgi-bin/say HTTP/1.2\r\nHost: a\r\n\r\n", chunked, None, true),
    ];
    let server = server(&[("say", SAY)], &[]);
    each(rows.map(|row| (row.0, row)), |(_, said, request, coding, length, kept)| {
        let (mut connection, answer) = ask(&server, said, request)?;
        let found = (answer.field("Transfer-Encoding"), answer.field("Content-Length"));
        if found != (coding, length) {
            return Err(format!("{found:?}"));
        }
        if (answer.status, answer.text().as_str(), answer.is_kept()) != (200, "abc", kept) {
            return Err(format!("{} {:?}, kept: {}", answer.status, answer.text(), answer.is_kept()));
        }
        if kept { connection.is_open() } else { connection.at_end() }
    });
}

#[test]
fn head_has_no_body() {
    let server = server(&[("say", SAY), ("env", ENV)], &[]);
    let rows: [(&str, &[u8], u16); 6] = [
        ("a document", PLAIN, 200),
        ("a length", LONG, 200),
        ("a large body", b"Content-Type: text/plain\n\n", 200),
        ("an error", b"Status: 404 No\nContent-Type: text/plain\n\nabc", 404),
        ("a redirect", b"Location: http://a.example/\n\n", 302),
        ("204", b"Status: 204 None\n\n", 204),
    ];
    each(rows.map(|row| (row.0, row)), |(name, said, right)| {
        let mut said = said.to_vec();
        if name == "a large body" {
            said.extend(vec![b'x'; 1_000_000]);
        }
        let request = "HEAD /cgi-bin/say HTTP/1.1\r\nHost: a\r\n\r\n";
        let (mut connection, answer) = ask(&server, &said, request)?;
        status(&answer, &[right])?;
        if name == "a length" {
            answer.has("Content-Length", "3")?;
        }
        connection.is_open()
    });
    // The program is told, and may save itself the work.
    let request = request("HEAD", b"/cgi-bin/env");
    let mut connection = server.connect();
    assert_eq!(connection.exchange(&request).map(|answer| answer.status), Ok(200));
    assert_eq!(connection.is_open(), Ok(()));
}

/// The system waits up to 200 ms for bytes that were announced behind others.
#[test]
fn an_answer_without_content_waits_for_nothing() {
    let server = server(&[("say", SAY)], &[]);
    let time = |method: &str, said: &[u8]| {
        server.tree.file("cgi-bin/said", said);
        let mut connection = server.connect();
        let request = format!("{method} /cgi-bin/say HTTP/1.1\r\nHost: a\r\n\r\n");
        let begin = Instant::now();
        connection.exchange(request.as_bytes()).expect("an answer");
        begin.elapsed()
    };
    for (method, said) in [
        ("HEAD", PLAIN),
        ("HEAD", LONG),
        ("GET", b"Status: 304 Same\n\n"),
        ("GET", b"Status: 204 None\n\n"),
        ("GET", b"Content-Length: 0\n\n"),
        ("GET", b"Location: http://a.example/\n\n"),
    ] {
        // The system would wait each time; the machine may be slow many times, but not always.
        let is_quick = (0..50).any(|_| {
            let usual = time("GET", LONG);
            time(method, said) < usual + Duration::from_millis(100)
        });
        assert!(is_quick, "{method} {:?} takes longer than others, each time", String::from_utf8_lossy(said));
    }
}

#[test]
fn more_than_was_said_is_cut() {
    let server = server(&[("say", SAY)], &[]);
    let mut long = LONG.to_vec();
    long.extend(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    let mut much = LONG.to_vec();
    much.extend(vec![b'x'; 1_000_000]);
    for said in [long, much, b"Content-Type: text/plain\nContent-Length: 0\n\nabc".to_vec()] {
        let request = "GET /cgi-bin/say HTTP/1.1\r\nHost: a\r\n\r\n";
        let (mut connection, answer) = ask(&server, &said, request).expect("an answer");
        assert!(["abc", ""].contains(&answer.text().as_str()), "{:?}", answer.text());
        // With or without the rest read, nothing of it gets to the client.
        let next = if answer.is_kept() { connection.is_open() } else { connection.at_end() };
        assert_eq!(next.or_else(|_| connection.at_end()), Ok(()));
    }
    server.assert_serving();
}

#[test]
fn less_than_was_said_ends_the_connection() {
    let server = server(&[("say", SAY)], &[]);
    for said in
        ["Content-Type: text/plain\nContent-Length: 4\n\nabc", "Content-Type: a/b\nContent-Length: 9\n\n"]
    {
        server.tree.file("cgi-bin/said", said.as_bytes());
        let mut connection = server.connect();
        connection.send(&request("GET", b"/cgi-bin/say"));
        let bytes = connection.read_to_end().expect("an end");
        let text = String::from_utf8_lossy(&bytes);
        let body = text.split_once("\r\n\r\n").map_or("", |parts| parts.1);
        assert!(
            text.starts_with("HTTP/1.1 200 ") && body == said.split_once("\n\n").expect("a body").1,
            "{text}"
        );
    }
    server.assert_serving();
}

#[test]
fn a_connection_goes_on_after_programs() {
    let server = server(&[("say", SAY), ("cat", CAT)], &[]);
    server.tree.file("cgi-bin/said", PLAIN);
    let mut connection = server.connect();
    for number in 0..svcd_tests::scale(20) {
        let answer = connection.exchange(&request("GET", b"/cgi-bin/say")).expect("an answer");
        assert_eq!(answer.text(), "abc", "{number}");
        let post = b"POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
        assert_eq!(connection.exchange(post).map(|answer| answer.text()), Ok("body".to_owned()));
        assert_eq!(connection.is_open(), Ok(()), "{number}");
    }
}

#[test]
fn requests_that_are_sent_at_once() {
    let server = server(&[("say", SAY), ("cat", CAT)], &[]);
    server.tree.file("cgi-bin/said", PLAIN);
    let rows: [(&[u8], u16, &str); 8] = [
        (b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", 200, "hello, world\n"),
        (b"GET /cgi-bin/say HTTP/1.1\r\nHost: a\r\n\r\n", 200, "abc"),
        (b"POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nfirst", 200, "first"),
        (
            b"POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsecond\r\n0\r\n\r\n",
            200,
            "second",
        ),
        (b"POST /cgi-bin/say HTTP/1.1\r\nHost: a\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n", 200, "abc"),
        (b"GET /cgi-bin/missing HTTP/1.1\r\nHost: a\r\n\r\n", 404, ""),
        (b"HEAD /cgi-bin/say HTTP/1.1\r\nHost: a\r\n\r\n", 200, ""),
        (b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 200, "hello, world\n"),
    ];
    let mut connection = server.connect();
    connection.send(&rows.iter().flat_map(|row| row.0.to_vec()).collect::<Vec<u8>>());
    for (number, (request, code, text)) in rows.into_iter().enumerate() {
        let answer = connection.next_answer(request).unwrap_or_else(|why| panic!("{number}: {why}"));
        assert_eq!(answer.status, code, "{number}");
        assert!(text.is_empty() || answer.text() == text, "{number}: {:?}", answer.text());
    }
    assert_eq!(connection.at_end(), Ok(()));
}

#[test]
fn an_answer_has_nothing_of_a_file() {
    let server = server(&[("say", SAY)], &["--header", "X-Added: yes"]);
    let answer = say(&server, PLAIN).expect("an answer");
    // Whether it may be kept or asked for in parts is the program's to say.
    assert_eq!(without(&answer, &["ETag", "Last-Modified", "Accept-Ranges", "Cache-Control"]), Ok(()));
    let range = "GET /cgi-bin/say HTTP/1.1\r\nHost: a\r\nRange: bytes=1-1\r\nIf-None-Match: *\r\n\r\n";
    let (_, answer) = ask(&server, PLAIN, range).expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (200, "abc"));
}
