//! Heads that programs write, and what is made of them (RFC 3875 6).

use svcd_tests::asking::without;
use svcd_tests::scripts::{SAY, say, server};
use svcd_tests::tree::every_byte;
use svcd_tests::{Response, each};

#[test]
fn documents() {
    type Row<'a> = (&'a str, &'a str, u16, &'a str, &'a [(&'a str, &'a str)], &'a str);
    const TYPE: (&str, &str) = ("Content-Type", "text/plain");
    const ROWS: &[Row] = &[
        ("LF", "Content-Type: text/plain\n\nabc", 200, "OK", &[TYPE], "abc"),
        ("CRLF", "Content-Type: text/plain\r\n\r\nabc", 200, "OK", &[TYPE], "abc"),
        (
            "LF, then CRLF",
            "X-A: b\nContent-Type: text/plain\r\n\r\nabc",
            200,
            "OK",
            &[TYPE, ("X-A", "b")],
            "abc",
        ),
        (
            "CRLF, then LF",
            "X-A: b\r\nContent-Type: text/plain\n\nabc",
            200,
            "OK",
            &[TYPE, ("X-A", "b")],
            "abc",
        ),
        (
            "line ends in the body",
            "Content-Type: text/plain\n\n\n\r\nabc\n\n",
            200,
            "OK",
            &[TYPE],
            "\n\r\nabc\n\n",
        ),
        ("no body", "Content-Type: text/plain\n\n", 200, "OK", &[TYPE], ""),
        ("no space", "content-type:text/plain\n\nabc", 200, "OK", &[TYPE], "abc"),
        ("spaces and tabs", "CONTENT-TYPE: \t text/plain \t\n\nabc", 200, "OK", &[TYPE], "abc"),
        (
            "parameters",
            "Content-Type: text/html; charset=\"x y\"\n\nabc",
            200,
            "OK",
            &[("Content-Type", "text/html; charset=\"x y\"")],
            "abc",
        ),
        (
            "a status",
            "Status: 404 Not Here\nContent-Type: text/plain\n\nabc",
            404,
            "Not Here",
            &[TYPE],
            "abc",
        ),
        ("a status behind it", "Content-Type: text/plain\nstatus:403 No\n\nabc", 403, "No", &[TYPE], "abc"),
        ("201", "Status: 201 Created\nContent-Type: text/plain\n\nabc", 201, "Created", &[TYPE], "abc"),
        (
            "one of its own",
            "Status: 299 Odd (very)\nContent-Type: text/plain\n\na",
            299,
            "Odd (very)",
            &[TYPE],
            "a",
        ),
        ("the largest", "Status: 599 x\nContent-Type: text/plain\n\na", 599, "x", &[TYPE], "a"),
        ("500", "Status: 500 Broken\nContent-Type: text/plain\n\na", 500, "Broken", &[TYPE], "a"),
        (
            "401",
            "Status: 401 Who\nWWW-Authenticate: Basic\nContent-Type: text/plain\n\na",
            401,
            "Who",
            &[TYPE],
            "a",
        ),
        (
            "a length",
            "Content-Type: text/plain\nContent-Length: 3\n\nabc",
            200,
            "OK",
            &[TYPE, ("Content-Length", "3")],
            "abc",
        ),
        ("length 0", "Content-Length: 0\n\n", 200, "OK", &[("Content-Length", "0")], ""),
        ("a status alone, as of git", "Status: 404 Not Found\n\n", 404, "Not Found", &[], ""),
        ("204", "Status: 204 No Content\n\n", 204, "No Content", &[], ""),
        (
            "204 with a body",
            "Status: 204 No Content\nContent-Type: text/plain\n\nabc",
            204,
            "No Content",
            &[],
            "",
        ),
        ("204 with a length", "Status: 204 None\nContent-Length: 3\n\nabc", 204, "None", &[], ""),
        ("304", "Status: 304 Not Modified\nETag: \"a\"\n\n", 304, "Not Modified", &[("ETag", "\"a\"")], ""),
        ("304 with a body", "Status: 304 Same\nContent-Type: text/plain\n\nabc", 304, "Same", &[], ""),
        (
            "fields of all kinds",
            "Content-Type: text/plain\nETag: \"a\"\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\n\
                Cache-Control: no-cache\nVary: Cookie\nContent-Disposition: attachment; filename=\"x\"\n\
                Content-Encoding: x\nX-B: (c) \"d\" , e\nExpires: 0\n\nabc",
            200,
            "OK",
            &[
                TYPE,
                ("ETag", "\"a\""),
                ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
                ("Cache-Control", "no-cache"),
                ("Vary", "Cookie"),
                ("Content-Disposition", "attachment; filename=\"x\""),
                ("Content-Encoding", "x"),
                ("X-B", "(c) \"d\" , e"),
                ("Expires", "0"),
            ],
            "abc",
        ),
    ];
    let server = server(&[("say", SAY)], &[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(_, said, code, reason, fields, body)| {
        let answer = say(&server, said.as_bytes())?;
        if (answer.status, answer.reason.as_str()) != (*code, *reason) {
            return Err(format!("{} {:?}", answer.status, answer.reason));
        }
        without(&answer, &["Status"])?;
        for (name, value) in *fields {
            answer.has(name, value)?;
        }
        if answer.text() == *body { Ok(()) } else { Err(format!("{:?}", answer.text())) }
    });
    server.assert_serving();
}

#[test]
fn a_status_without_a_phrase() {
    let server = server(&[("say", SAY)], &[]);
    for line in ["Status: 404", "Status: 404 ", "Status:404"] {
        let answer = say(&server, format!("{line}\nContent-Type: text/plain\n\nabc").as_bytes()).expect(line);
        assert_eq!((answer.status, answer.text().as_str()), (404, "abc"), "{line:?}");
    }
}

/// The values of all fields of this name, in their order.
fn values<'a>(answer: &'a Response, name: &str) -> Vec<&'a str> {
    let fields = answer.fields.iter().filter(|field| field.0.eq_ignore_ascii_case(name));
    fields.map(|field| field.1.as_str()).collect()
}

#[test]
fn several_cookies_keep_their_order() {
    let server = server(&[("say", SAY)], &[]);
    let said = "Set-Cookie: b=1\nContent-Type: text/plain\nSet-Cookie: a=2; Path=/\nset-cookie: c=3\n\nabc";
    let answer = say(&server, said.as_bytes()).expect("an answer");
    assert_eq!(values(&answer, "Set-Cookie"), ["b=1", "a=2; Path=/", "c=3"]);
}

#[test]
fn what_the_server_says_itself_is_not_copied() {
    let server = server(&[("say", SAY)], &[]);
    let lines = [
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip",
        "Connection: close",
        "Connection: keep-alive, X-A",
        "Keep-Alive: timeout=99",
        "Date: Sun, 06 Nov 1994 08:49:37 GMT",
        "Server: other/1",
        "TE: trailers",
        "Trailer: X-B",
        "Upgrade: websocket",
        "Proxy-Connection: close",
        "Proxy-Authenticate: Basic",
    ];
    each(lines.map(|line| (line, line)), |line| {
        // The strict reader finds a second Date or Server, and two framings.
        let answer = say(&server, format!("{line}\nContent-Type: text/plain\nX-A: b\n\nabc").as_bytes())?;
        if (answer.status, answer.text().as_str()) != (200, "abc") {
            return Err(format!("{} {:?}", answer.status, answer.text()));
        }
        let name = line.split_once(':').map_or("", |line| line.0);
        let own = ["Transfer-Encoding", "Connection", "Date", "Server"];
        if own.contains(&name) { Ok(()) } else { without(&answer, &[name]) }
    });
    // Content that looks like a coding is content.
    let coded = "Transfer-Encoding: chunked\nContent-Type: text/plain\n\n3\r\nabc\r\n0\r\n\r\n";
    let answer = say(&server, coded.as_bytes()).expect("an answer");
    assert_eq!(answer.text(), "3\r\nabc\r\n0\r\n\r\n");
    let smuggled = "Content-Type: text/plain\nContent-Length: 3\nTransfer-Encoding: chunked\n\nabc";
    let answer = say(&server, smuggled.as_bytes()).expect("an answer");
    assert_eq!(answer.text(), "abc");
}

#[test]
fn bodies_of_any_bytes() {
    let server = server(&[("say", SAY)], &[]);
    let head = b"Content-Type: application/octet-stream\n\n".to_vec();
    for body in [every_byte(), b"\0".to_vec(), vec![b'\n'; 70_000], svcd_tests::tree::pseudo_random(300_000)]
    {
        let answer = say(&server, &[head.clone(), body.clone()].concat()).expect("an answer");
        assert!(answer.status == 200 && answer.body == body, "{} of {}", answer.body.len(), body.len());
    }
}

#[test]
fn a_head_that_comes_in_pieces() {
    // A process for each, so that each is a write of its own.
    let text = "for part in Con 'tent-Type: te' 'xt/plain\\r' '\\n' '\\r' '\\na' bc; do\n\
        sh -c 'printf \"$1\"' sh \"$part\"\ndone\n";
    let server = server(&[("drip", text)], &[]);
    let answer = server.get("/cgi-bin/drip").expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (200, "abc"));
    assert_eq!(answer.has("Content-Type", "text/plain"), Ok(()));
}

#[test]
fn long_heads() {
    let server = server(&[("say", SAY)], &[]);
    let long = "x".repeat(15_000);
    let said = format!("Content-Type: text/plain\nX-A: {long}\n\nabc");
    let answer = say(&server, said.as_bytes()).expect("an answer");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.has("X-A", &long), Ok(()));
    let many: String = (0..400).map(|number| format!("X-{number}: {number}\n")).collect();
    let answer =
        say(&server, format!("{many}Content-Type: text/plain\n\nabc").as_bytes()).expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (200, "abc"));
    assert_eq!(answer.has("X-399", "399"), Ok(()));
    for said in [
        format!("Content-Type: text/plain\nX-A: {}\n\nabc", "x".repeat(17_000)),
        format!("Content-Type: text/plain\nX-A: {}", "x".repeat(300_000)),
        "X-A: b\n".repeat(5_000),
    ] {
        assert_eq!(say(&server, said.as_bytes()).map(|answer| answer.status), Ok(502));
    }
    server.assert_serving();
}
