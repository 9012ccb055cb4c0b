//! `Location` (RFC 3875 6.2.2 to 6.2.4): to the client, or inside the server.

use std::fs;

use svcd_tests::asking::{asking, status};
use svcd_tests::each;
use svcd_tests::log_line::LogLine;
use svcd_tests::scripts::{CAT, ENV, SAY, have, say, script, server, variables};

#[test]
fn to_the_client() {
    type Row<'a> = (&'a str, &'a str, u16, &'a str, &'a str);
    const ROWS: &[Row] = &[
        ("alone", "Location: http://a.example/b?c#d\n\n", 302, "http://a.example/b?c#d", ""),
        ("in capitals", "LOCATION:HTTPS://a.example\r\n\r\n", 302, "HTTPS://a.example", ""),
        ("another scheme", "Location: mailto:ann@a.example\n\n", 302, "mailto:ann@a.example", ""),
        (
            "with a document",
            "Status: 302 Found\nLocation: http://a.example/\nContent-Type: text/plain\n\nabc",
            302,
            "http://a.example/",
            "abc",
        ),
        (
            "with a document and no status",
            "Location: http://a.example/\nContent-Type: text/plain\n\nabc",
            302,
            "http://a.example/",
            "abc",
        ),
        ("for ever", "Status: 301 Moved\nLocation: http://a.example/\n\n", 301, "http://a.example/", ""),
        (
            "as PHP says it",
            "Status: 302 Found\r\nLocation: /hello.txt\r\nContent-type: text/html; charset=UTF-8\r\n\r\n",
            302,
            "/hello.txt",
            "",
        ),
        (
            "after a POST",
            "Status: 303 See Other\nLocation: /hello.txt\nContent-Type: text/plain\n\nabc",
            303,
            "/hello.txt",
            "abc",
        ),
        (
            "what was made",
            "Status: 201 Created\nLocation: http://a.example/new\nContent-Type: text/plain\n\nabc",
            201,
            "http://a.example/new",
            "abc",
        ),
    ];
    let server = server(&[("say", SAY)], &[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(_, said, code, location, body)| {
        let answer = say(&server, said.as_bytes())?;
        status(&answer, &[*code])?;
        answer.has("Location", location)?;
        if answer.text() == *body { Ok(()) } else { Err(answer.text()) }
    });
    let answer = say(&server, b"Location: http://a.example/\nSet-Cookie: a=b\n\n").expect("an answer");
    assert_eq!((answer.status, answer.reason.as_str()), (302, "Found"));
    assert_eq!(answer.has("Set-Cookie", "a=b"), Ok(()));
}

#[test]
fn inside_to_what_is_there() {
    const ROWS: &[(&str, u16, &str)] = &[
        ("/hello.txt", 200, "hello, world\n"),
        ("/hello.txt?query", 200, "hello, world\n"),
        ("/dir/../hello.txt", 200, "hello, world\n"),
        ("/%68ello.txt", 200, "hello, world\n"),
        ("/dir/", 200, "<!doctype html><title>dir</title>\n"),
        ("/missing", 404, ""),
        ("/.secret", 404, ""),
        ("/cgi-bin/.secret", 404, ""),
        ("/cgi-bin/said", 403, ""),
        ("/../outside/secret.txt", 404, ""),
        ("/%2e%2e/outside/secret.txt", 404, ""),
    ];
    let server = server(&[("say", SAY)], &[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(location, code, text)| {
        let answer = say(&server, format!("Location: {location}\n\n").as_bytes())?;
        // How a path above the root is answered is tested with all paths.
        let right: &[u16] = if location.contains("outside") { &[400, 403, 404] } else { &[*code] };
        status(&answer, right)?;
        if answer.field("Location").is_some() {
            return Err("the client is told".to_owned());
        }
        if answer.status != 200 || answer.text() == *text { Ok(()) } else { Err(answer.text()) }
    });
    let answer = say(&server, b"Location: /hello.txt\n\n").expect("an answer");
    assert_eq!(answer.has("Content-Type", "text/plain; charset=utf-8"), Ok(()));
    let head = server.head("/cgi-bin/say").expect("an answer");
    assert_eq!((head.status, head.field("Content-Length")), (200, Some("13")));
    let bad = say(&server, b"Location: /%zz\n\n").expect("an answer");
    assert!([400, 404, 502].contains(&bad.status), "{}", bad.status);
}

#[test]
fn inside_to_another_program() {
    let server = server(&[("say", SAY), ("env", ENV), ("cat", CAT)], &[]);
    server.tree.file("cgi-bin/said", b"Location: /cgi-bin/env/more?a=b%20c\n\n");
    let expected = [
        ("REQUEST_METHOD", Some("GET")),
        ("QUERY_STRING", Some("a=b%20c")),
        ("PATH_INFO", Some("/more")),
        ("SCRIPT_NAME", Some("/cgi-bin/env")),
        ("CONTENT_LENGTH", None),
        ("HTTP_X_A", Some("b")),
    ];
    let mut connection = server.connect();
    for request in [
        &b"GET /cgi-bin/say?first HTTP/1.1\r\nHost: a\r\nX-A: b\r\n\r\n"[..],
        b"POST /cgi-bin/say?first HTTP/1.1\r\nHost: a\r\nX-A: b\r\nContent-Length: 4\r\n\r\nbody",
        b"POST /cgi-bin/say HTTP/1.1\r\nHost: a\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    ] {
        let answer = connection.exchange(request).expect("an answer");
        assert_eq!(have(&variables(&answer).expect("an environment"), &expected), Ok(()));
        assert_eq!(connection.is_open(), Ok(()));
    }
    // The body belongs to the first; the second has none.
    server.tree.file("cgi-bin/said", b"Location: /cgi-bin/cat\n\n");
    let post = b"POST /cgi-bin/say HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
    let answer = connection.exchange(post).expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (200, ""));
    assert_eq!(connection.is_open(), Ok(()));
    // Nor what the first has left unread.
    let mut post = b"POST /cgi-bin/say HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n".to_vec();
    post.resize(post.len() + 300_000, b'x');
    let answer = server.connect().exchange(&post).expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (200, ""));
}

#[test]
fn a_few_times_and_not_for_ever() {
    let server = server(&[], &[]);
    let step = "n=${QUERY_STRING:-0}\nprintf x >>steps\n\
        if [ $n -gt 0 ]; then printf 'Location: /cgi-bin/step?%s\\n\\n' $((n - 1))\n\
        else printf 'Content-Type: text/plain\\n\\narrived'; fi\n";
    script(&server.tree, "cgi-bin/step", step);
    for count in [1, 3, 7] {
        let answer = server.get(format!("/cgi-bin/step?{count}")).expect("an answer");
        assert_eq!((answer.status, answer.text().as_str()), (200, "arrived"), "{count}");
    }
    let _ = fs::remove_file(server.tree.path("cgi-bin/steps"));
    let answer = server.ask(&asking("GET", "/cgi-bin/step?1000", &[])).expect("an answer");
    assert_eq!(answer.status, 502);
    let steps = fs::read(server.tree.path("cgi-bin/steps")).expect("steps").len();
    assert!((8..=10).contains(&steps), "{steps} programs were run");
    // One line for one request, whatever went on inside.
    let lines = server.log().lines(4);
    let line = LogLine::parse(&lines[3]).expect("a line");
    assert_eq!(
        (lines.len(), line.status, line.request.as_str()),
        (4, 502, "GET /cgi-bin/step?1000 HTTP/1.1")
    );
    server.assert_serving();
}
