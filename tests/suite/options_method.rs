//! Methods: OPTIONS (RFC 9110 9.3.7), what is not allowed (15.5.6), and BREW
//! (RFC 2324).

use svcd_tests::asking::{asking, status, without};
use svcd_tests::server::request;
use svcd_tests::{Server, each};

const ALLOW: &str = "GET, HEAD, OPTIONS";

#[test]
fn options() {
    let rows: &[(&str, Vec<u8>)] = &[
        ("the server", asking("OPTIONS", "*", &[])),
        ("a file", asking("OPTIONS", "/hello.txt", &[])),
        ("the root", asking("OPTIONS", "/", &[])),
        ("a folder", asking("OPTIONS", "/dir/", &[])),
        ("a query", asking("OPTIONS", "/hello.txt?q", &[])),
        ("absolute-form", asking("OPTIONS", "http://svcd.test/hello.txt", &[])),
        ("the server, by 1.0", b"OPTIONS * HTTP/1.0\r\n\r\n".to_vec()),
        ("with content", b"OPTIONS / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n1234".to_vec()),
        ("with content, by 1.0", b"OPTIONS / HTTP/1.0\r\nContent-Length: 4\r\n\r\n1234".to_vec()),
        (
            "preflight",
            asking("OPTIONS", "/hello.txt", &["Origin: http://a", "Access-Control-Request-Method: GET"]),
        ),
    ];
    let server = Server::start(&[]);
    each(rows.iter().map(|row| (row.0, row)), |(_, request)| {
        let answer = server.ask(request)?;
        status(&answer, &[204])?;
        answer.has("Allow", ALLOW)?;
        answer.need("Date")?;
        answer.need("Server")?;
        // RFC 9110 8.6, 9112 6.1: neither may stand in a 204.
        without(&answer, &["Content-Length", "Transfer-Encoding", "Content-Type"])?;
        if answer.body.is_empty() { Ok(()) } else { Err(format!("content: {:?}", answer.text())) }
    });
}

#[test]
fn options_of_a_server_that_is_written_to() {
    const TARGETS: &[&str] = &["*", "/hello.txt", "/", "/dir/", "/hello.txt?q", "http://svcd.test/hello.txt"];
    let server = Server::start(&["--write"]);
    each(TARGETS.iter().map(|target| (target, target)), |target| {
        let answer = server.ask(&asking("OPTIONS", target, &[]))?;
        status(&answer, &[204])?;
        // RFC 9110 9.3.7 tells of the server; who may, is another matter.
        answer.has("Allow", "GET, HEAD, OPTIONS, PUT, DELETE")?;
        without(&answer, &["Content-Length", "Access-Control-Allow-Origin", "Access-Control-Allow-Methods"])
    });
}

#[test]
fn what_options_cannot_ask() {
    let rows: &[(&str, Vec<u8>, &[u16])] = &[
        ("a star and more", asking("OPTIONS", "*x", &[]), &[400]),
        ("a star and a path", asking("OPTIONS", "*/", &[]), &[400]),
        ("a bad target", asking("OPTIONS", "/%zz", &[]), &[400]),
        ("another protocol", b"OPTIONS rtsp://a:80 RTSP/1.1\r\nHost: a:80\r\n\r\n".to_vec(), &[400, 505]),
        ("no Host", b"OPTIONS * HTTP/1.1\r\n\r\n".to_vec(), &[400]),
        ("GET of the server", asking("GET", "*", &[]), &[400]),
        ("HEAD of the server", asking("HEAD", "*", &[]), &[400]),
        ("what is missing", asking("OPTIONS", "/missing", &[]), &[204, 404]),
        ("what is hidden", asking("OPTIONS", "/.secret", &[]), &[204, 404]),
    ];
    let server = Server::start(&[]);
    each(rows.iter().map(|row| (row.0, row)), |(_, request, right)| status(&server.ask(request)?, right));
}

#[test]
fn methods_that_are_not_allowed() {
    let server = Server::start(&[]);
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE"] {
        for target in ["/hello.txt", "/missing", "/"] {
            let answer = server.ask(&request(method, target.as_bytes())).expect("an answer");
            // RFC 9110 15.5.6 asks for Allow.
            assert_eq!((answer.status, answer.field("Allow")), (405, Some(ALLOW)), "{method} {target}");
            assert!(answer.text().contains("405"), "{method} {target}: {}", answer.text());
        }
    }
}

#[test]
fn methods_that_are_not_known() {
    const ROWS: &[(&str, &[u16])] = &[
        ("FETCH", &[501]),
        ("get", &[501]),
        ("Get", &[501]),
        ("GETS", &[501]),
        ("GE", &[501]),
        ("PROPFIND", &[405, 501]),
        ("M-SEARCH", &[405, 501]),
        ("X_$!", &[501]),
        ("GE(T", &[400]),
        ("GET/", &[400]),
        ("\u{e4}", &[400]),
    ];
    let server = Server::start(&[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(method, right)| {
        status(&server.ask(&request(method, b"/hello.txt"))?, right)
    });
}

#[test]
fn connect_is_of_proxies() {
    let rows = ["localhost:8080", "localhost", "/", "svcd.test:80"];
    let server = Server::start(&[]);
    each(rows.map(|row| (row, row)), |target| {
        status(&server.ask(&request("CONNECT", target.as_bytes()))?, &[400, 405, 501])
    });
    server.assert_serving();
}

#[test]
fn a_server_that_is_no_teapot_but_says_it_is() {
    let server = Server::start(&[]);
    let rows: [&[u8]; 3] = [b"/pot", b"/", b"/hello.txt"];
    each(rows.map(|row| (String::from_utf8_lossy(row).into_owned(), row)), |target| {
        let answer = server.ask(&request("BREW", target))?;
        status(&answer, &[418])?;
        if answer.reason != "I'm a teapot" {
            return Err(format!("reason: {}", answer.reason));
        }
        if answer.text().contains("418") { Ok(()) } else { Err(answer.text()) }
    });
}
