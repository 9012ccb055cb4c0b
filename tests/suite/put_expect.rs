//! `Expect: 100-continue` with PUT (RFC 9110 10.1.1): a body is asked for when it
//! would be stored, and else not.

use std::fs;
use std::io::Write;

use svcd_tests::asking::status;
use svcd_tests::response::Asked;
use svcd_tests::server::request;
use svcd_tests::writing::{self, head, is_stored, put};
use svcd_tests::{Server, Snapshot, Tree, each};

const EXPECT: &str = "Expect: 100-continue";

const THREE: &str = "Content-Length: 3";

const CHUNKED: &str = "Transfer-Encoding: chunked";

#[test]
fn a_body_that_would_be_stored_is_asked_for() {
    type Row<'a> = (&'a str, &'a str, &'a [&'a str], &'a str, u16, &'a str);
    let server = writing::server(&["--max-body", "100k"]);
    let long = "x".repeat(102_400);
    let rows: &[Row] = &[
        ("a new file", "/new", &[THREE], "abc", 201, "abc"),
        ("a file that is there", "/dir/inner.txt", &[THREE], "new", 204, "new"),
        ("chunks", "/chunks", &[CHUNKED], "3\r\nabc\r\n0\r\n\r\n", 201, "abc"),
        ("no chunk", "/none", &[CHUNKED], "0\r\n\r\n", 201, ""),
        ("the longest", "/long", &["Content-Length: 102400"], &long, 201, &long),
        ("a condition that holds", "/first", &["If-None-Match: *", THREE], "abc", 201, "abc"),
        ("identity", "/identity", &["Content-Encoding: identity", THREE], "abc", 201, "abc"),
        ("another site's own", "/own", &["Sec-Fetch-Site: same-origin", THREE], "abc", 201, "abc"),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, target, lines, body, right, content)| {
        let request = head("PUT", target, &[lines, &[EXPECT][..]].concat());
        let mut connection = server.connect();
        connection.send(&request);
        let interim = connection.next_response(Asked::by(&request))?;
        if interim.raw != b"HTTP/1.1 100 Continue\r\n\r\n" {
            return Err(format!("{interim:?}"));
        }
        connection.send(body.as_bytes());
        let answer = connection.next_answer(&request)?;
        is_stored(&server, &answer, *right, target, content.as_bytes())?;
        connection.is_open()
    });
}

#[test]
fn a_refusal_does_not_ask_for_the_body() {
    let tree = Tree::small();
    tree.link("link", "hello.txt");
    tree.file("errors/404.html", b"lost\n");
    let errors = tree.path("errors").display().to_string();
    let server = writing::server_of(tree, &["--max-body", "10", "--errors", &errors]);
    let rows: &[(&str, &str, &[&str], u16)] = &[
        ("no parent", "/missing/x", &[THREE], 409),
        ("no parent, chunks", "/missing/x", &[CHUNKED], 409),
        ("a folder", "/dir/", &[THREE], 409),
        ("a link", "/link", &[THREE], 403),
        ("a dot", "/.new", &[THREE], 403),
        ("the error pages", "/errors/404.html", &[THREE], 403),
        ("another site", "/new", &["Sec-Fetch-Site: cross-site", THREE], 403),
        ("another origin", "/new", &["Origin: http://evil.example", CHUNKED], 403),
        ("another host", "/new", &["Host: evil.example", THREE], 421),
        ("a target", "/%zz", &[THREE], 400),
        ("a part", "/new", &["Content-Range: bytes 0-2/3", THREE], 400),
        ("a coding", "/new", &["Content-Encoding: gzip", THREE], 415),
        ("too long", "/new", &["Content-Length: 11"], 413),
        ("far too long", "/new", &["Content-Length: 1000000000000"], 413),
        ("a condition", "/hello.txt", &["If-None-Match: *", THREE], 412),
        ("a condition of a new one", "/new", &["If-Match: *", CHUNKED], 412),
        ("two lengths", "/new", &[THREE, THREE], 400),
        ("close", "/missing/x", &["Connection: close", THREE], 409),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, target, lines, right)| {
        is_final(&server, &head("PUT", target, &[lines, &[EXPECT][..]].concat()), *right)
    });
    let plain = Server::with(Tree::small()).start();
    is_final(&plain, &head("PUT", "/new", &[THREE, EXPECT]), 405).expect("without --write");
    let file = plain.tree.outside().join("users");
    fs::File::create(&file)
        .and_then(|mut users| users.write_all(crate::auth::ANN.as_bytes()))
        .expect("users");
    let file = file.display().to_string();
    for option in ["--auth", "--auth-write"] {
        let server = writing::server(&[option, &file]);
        let before = Snapshot::of(server.tree.base());
        let request = head("PUT", "/new", &[THREE, EXPECT]);
        let mut connection = server.connect();
        connection.send(&request);
        let response = connection.next_response(Asked::by(&request)).expect("a response");
        assert_eq!((response.status, response.is_kept()), (401, false), "{option}");
        assert_eq!(connection.at_end(), Ok(()), "{option}");
        assert_eq!(before.is_kept(), Ok(()), "{option}");
    }
}

/// The final status at once and the end of the connection, whether the client
/// leaves it at that or sends the body all the same.
fn is_final(server: &Server, bytes: &[u8], right: u16) -> Result<(), String> {
    let before = Snapshot::of(server.tree.base());
    for rest in [&b""[..], b"abc"] {
        let mut connection = server.connect();
        connection.send(bytes);
        let response = connection.next_response(Asked::by(bytes))?;
        status(&response, &[right])?;
        response.has("Connection", "close")?;
        let _ = connection.try_send(rest);
        let _ = connection.try_send(&request("DELETE", b"/hello.txt"));
        connection.at_end()?;
    }
    before.is_kept()
}

#[test]
fn other_expectations_fail() {
    let server = writing::server(&[]);
    for value in ["200-ok", "100-continue, x", "100"] {
        let line = format!("Expect: {value}");
        assert_eq!(is_final(&server, &head("PUT", "/new", &[THREE, &line]), 417), Ok(()), "{value}");
    }
}

#[test]
fn nothing_is_asked_for_where_nothing_comes() {
    let server = writing::server(&[]);
    let request = head("PUT", "/empty", &["Content-Length: 0", EXPECT]);
    let mut connection = server.connect();
    let answer = connection.exchange(&request).expect("no interim response");
    assert_eq!(is_stored(&server, &answer, 201, "/empty", b""), Ok(()));
    assert_eq!(connection.is_open(), Ok(()));
    let mut connection = server.connect();
    let answer = connection.exchange(&head("PUT", "/no-length", &[EXPECT])).expect("no interim response");
    assert_eq!(answer.status, 411);
    let mut connection = server.connect();
    let request = head("DELETE", "/empty", &[EXPECT]);
    assert_eq!(connection.exchange(&request).map(|answer| answer.status), Ok(204));
    assert_eq!(connection.is_open(), Ok(()));
}

#[test]
fn http_1_0_does_not_know_it() {
    let server = writing::server(&[]);
    let request = b"PUT /old HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc";
    let mut connection = server.connect();
    let answer = connection.exchange(request).expect("no interim response");
    assert_eq!(is_stored(&server, &answer, 201, "/old", b"abc"), Ok(()));
    assert_eq!(connection.at_end(), Ok(()));
}

#[test]
fn a_client_that_does_not_wait() {
    let server = writing::server(&[]);
    let request = put("/impatient", b"abc", &[EXPECT]);
    let mut connection = server.connect();
    connection.send(&request);
    let mut response = connection.next_response(Asked::by(&request)).expect("a response");
    if response.status == 100 {
        response = connection.next_answer(&request).expect("the final one");
    }
    assert_eq!(is_stored(&server, &response, 201, "/impatient", b"abc"), Ok(()));
    assert_eq!(connection.is_open(), Ok(()));
}

#[test]
fn a_body_that_was_asked_for_and_turns_out_wrong() {
    let server = writing::server(&["--max-body", "10", "--header-timeout", "1"]);
    let before = Snapshot::of(server.tree.base());
    let rows: [(&str, &str, &[u8], &[u16]); 4] = [
        ("too long", CHUNKED, b"b\r\nhello world\r\n0\r\n\r\n", &[413]),
        ("malformed", CHUNKED, b"x\r\n", &[400]),
        ("cut", THREE, b"ab", &[400, 408]),
        ("nothing", THREE, b"", &[400, 408]),
    ];
    each(rows.map(|row| (row.0, row)), |(name, line, body, right)| {
        let request = head("PUT", "/hello.txt", &[line, EXPECT]);
        let mut connection = server.connect();
        connection.send(&request);
        status(&connection.next_response(Asked::by(&request))?, &[100])?;
        connection.send(body);
        if name == "cut" {
            connection.half_close();
        }
        let answer = connection.next_answer(&request)?;
        status(&answer, right)?;
        writing::goes_on(&mut connection, &answer)?;
        before.is_kept()
    });
}
