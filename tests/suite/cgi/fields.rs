//! The fields of the request as variables (RFC 3875 4.1.18).

use svcd_tests::scripts::{ENV, have, server, variables};
use svcd_tests::{Program, each};

#[test]
fn fields_and_their_variables() {
    type Row<'a> = (&'a str, &'a str, &'a [(&'a str, Option<&'a str>)]);
    const ROWS: &[Row] = &[
        ("a name", "X-Some-Name: a b", &[("HTTP_X_SOME_NAME", Some("a b"))]),
        ("in any case", "x-sOmE: A", &[("HTTP_X_SOME", Some("A"))]),
        ("digits", "X-1: 2", &[("HTTP_X_1", Some("2"))]),
        ("around the value", "X-A: \t a \t ", &[("HTTP_X_A", Some("a"))]),
        ("no value", "X-A:", &[("HTTP_X_A", Some(""))]),
        ("what a shell would read", "X-A: $(id) `id` ; 'x", &[("HTTP_X_A", Some("$(id) `id` ; 'x"))]),
        ("functions", "X-A: () { :;}; echo x", &[("HTTP_X_A", Some("() { :;}; echo x"))]),
        ("UTF-8", "X-A: \u{e4}", &[("HTTP_X_A", Some("\u{e4}"))]),
        ("twice", "X-A: a\r\nX-B: x\r\nx-a: b", &[("HTTP_X_A", Some("a, b")), ("HTTP_X_B", Some("x"))]),
        ("thrice", "Accept: a\r\nAccept: b, c\r\nAccept: d", &[("HTTP_ACCEPT", Some("a, b, c, d"))]),
        ("cookies", "Cookie: a=b\r\nCookie: c=d; e=f", &[("HTTP_COOKIE", Some("a=b; c=d; e=f"))]),
        ("a referer", "Referer: http://a/", &[("HTTP_REFERER", Some("http://a/"))]),
        ("a user agent", "User-Agent: x/1 (y)", &[("HTTP_USER_AGENT", Some("x/1 (y)"))]),
        ("conditions", "If-None-Match: \"x\"", &[("HTTP_IF_NONE_MATCH", Some("\"x\""))]),
        ("a range", "Range: bytes=0-1", &[("HTTP_RANGE", Some("bytes=0-1"))]),
        ("codings", "Accept-Encoding: gzip", &[("HTTP_ACCEPT_ENCODING", Some("gzip"))]),
        ("Proxy", "Proxy: http://evil.example", &[("HTTP_PROXY", None)]),
        ("Proxy in any case", "pRoXy: http://evil.example", &[("HTTP_PROXY", None)]),
        ("Proxy twice", "Proxy: a\r\nProxy: b", &[("HTTP_PROXY", None)]),
        ("another proxy", "Proxy-X: a", &[("HTTP_PROXY_X", Some("a")), ("HTTP_PROXY", None)]),
        ("Authorization", "Authorization: Bearer x", &[("HTTP_AUTHORIZATION", None)]),
        ("underscores", "X_A: a", &[("HTTP_X_A", None)]),
        ("both", "X-A: good\r\nX_A: evil", &[("HTTP_X_A", Some("good"))]),
        ("both, the other way", "X_A: evil\r\nX-A: good", &[("HTTP_X_A", Some("good"))]),
        ("what a dash may be", "X-Forwarded_For: evil", &[("HTTP_X_FORWARDED_FOR", None)]),
        ("other letters", "X.A: a\r\nX!A: b\r\nX~A: c", &[("HTTP_X.A", None), ("HTTP_X_A", None)]),
        ("Connection", "Connection: X-A\r\nX-A: b", &[("HTTP_CONNECTION", None)]),
        ("Keep-Alive", "Keep-Alive: timeout=5", &[("HTTP_KEEP_ALIVE", None)]),
        ("TE", "TE: trailers", &[("HTTP_TE", None)]),
        ("Upgrade", "Connection: Upgrade\r\nUpgrade: websocket", &[("HTTP_UPGRADE", None)]),
        ("Content-Length", "Content-Length: 0", &[("HTTP_CONTENT_LENGTH", None)]),
        ("Content-Type", "Content-Type: a/b", &[("HTTP_CONTENT_TYPE", None), ("CONTENT_TYPE", Some("a/b"))]),
        (
            "a name of its own",
            "Remote-User: ann",
            &[("REMOTE_USER", None), ("HTTP_REMOTE_USER", Some("ann"))],
        ),
        ("PATH", "Path: /evil", &[("PATH", Some("/usr/local/bin:/usr/bin:/bin"))]),
        ("a made-up prefix", "HTTP-PROXY: x", &[("HTTP_PROXY", None), ("HTTP_HTTP_PROXY", Some("x"))]),
    ];
    let server = server(&[("env", ENV)], &[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(_, lines, expected)| {
        let text = format!("GET /cgi-bin/env HTTP/1.1\r\nHost: svcd.test\r\n{lines}\r\n\r\n");
        have(&variables(&server.ask(text.as_bytes())?)?, expected)
    });
}

#[test]
fn authorization_is_passed_if_it_shall_be() {
    let server = server(&[("env", ENV)], &["--cgi-pass-auth"]);
    let text = "GET /cgi-bin/env HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x y\r\nProxy: z\r\n\r\n";
    let found = variables(&server.ask(text.as_bytes()).expect("an answer")).expect("an environment");
    let expected = [
        ("HTTP_AUTHORIZATION", Some("Bearer x y")),
        ("AUTH_TYPE", None),
        ("REMOTE_USER", None),
        ("HTTP_PROXY", None),
    ];
    assert_eq!(have(&found, &expected), Ok(()));
}

#[test]
fn as_many_as_a_head_may_hold() {
    let server = server(&[("env", ENV)], &[]);
    // Of long values, and of names that become longer by their prefix.
    let long = format!("X-A: {}\r\n", "x".repeat(7000));
    let long = format!("{long}{}", long.replace("X-A", "X-B"));
    // Each is compared with all others, which takes an emulator long.
    let count = if Program::chosen().is_emulated() { 400 } else { 1400 };
    let short: String = (0..count).map(|number| format!("n{number}:\r\n")).collect();
    for (lines, may_be_much) in [(long, false), (short, true)] {
        let text = format!("GET /cgi-bin/env HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
        let answer = server.ask(text.as_bytes()).expect("an answer");
        if answer.status == 431 && may_be_much {
            continue;
        }
        let found = variables(&answer).expect("an environment");
        assert!(found.contains_key("HTTP_X_B") || found.contains_key("HTTP_N399"), "{}", found.len());
    }
    server.assert_serving();
}
