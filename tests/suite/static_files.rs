//! Files are served as they are, with fields that say what they are.

use svcd_tests::server::request;
use svcd_tests::tree::{BIG, FILES, MODIFIED, every_byte};
use svcd_tests::{Response, Server, Tree, clock, each, statuses};

/// A file whose bytes, length and time of modification arrive.
fn check(response: &Response, bytes: &[u8]) -> Result<(), String> {
    if (response.status, response.reason.as_str()) != (200, "OK") {
        return Err(format!("{} {}", response.status, response.reason));
    }
    response.has("Content-Length", &bytes.len().to_string())?;
    response.has("Last-Modified", &clock::imf_fixdate(MODIFIED))?;
    response.need("Content-Type")?;
    if response.body == bytes { Ok(()) } else { Err("other bytes".to_owned()) }
}

#[test]
fn bytes_of_files() {
    let server = Server::start(&[]);
    let everything = every_byte();
    let shown = FILES.iter().copied().filter(|(name, _)| {
        name.starts_with(".well-known/") || !name.split('/').any(|part| part.starts_with('.'))
    });
    let files = shown.chain([("bytes.bin", &*everything)]);
    each(files.map(|file| (file.0, file)), |(name, bytes)| check(&server.get(format!("/{name}"))?, bytes));
}

#[test]
fn head_is_get_without_the_body() {
    let server = Server::start(&[]);
    let targets =
        ["/hello.txt", "/empty.txt", "/", "/dir/", "/big.bin", "/dir", "/missing", "/bare/", "/%zz"];
    each(targets.map(|target| (target, target)), |target| {
        let (get, head) = (server.get(target)?, server.head(target)?);
        let fields = |response: &Response| {
            let mut fields = response.fields.clone();
            fields.retain(|field| field.0 != "Date");
            fields
        };
        if get.status != head.status || fields(&get) != fields(&head) {
            return Err(format!(
                "GET {} {:?}, HEAD {} {:?}",
                get.status, get.fields, head.status, head.fields
            ));
        }
        Ok(())
    });
}

#[test]
fn media_types() {
    const ROWS: &[(&str, &str)] = &[
        ("a.html", "text/html"),
        ("a.htm", "text/html"),
        ("a.css", "text/css"),
        ("a.js", "text/javascript"),
        ("a.mjs", "text/javascript"),
        ("a.txt", "text/plain"),
        ("a.json", "application/json"),
        ("a.xml", "xml"),
        ("a.svg", "image/svg+xml"),
        ("a.png", "image/png"),
        ("a.jpg", "image/jpeg"),
        ("a.jpeg", "image/jpeg"),
        ("a.gif", "image/gif"),
        ("a.webp", "image/webp"),
        ("a.ico", "image/"),
        ("a.woff2", "font/woff2"),
        ("a.wasm", "application/wasm"),
        ("a.pdf", "application/pdf"),
        ("a.mp4", "video/mp4"),
        ("a.mp3", "audio/mpeg"),
        ("A.HTML", "text/html"),
        ("a.b.png", "image/png"),
        ("a.unheard-of", "application/octet-stream"),
        ("no-extension", "application/octet-stream"),
        ("html", "application/octet-stream"),
        ("png.d/file", "application/octet-stream"),
    ];
    let tree = Tree::empty();
    for (name, _) in ROWS {
        tree.file(name, name.as_bytes());
    }
    let server = Server::with(tree).start();
    each(ROWS.iter().map(|row| (row.0, row)), |(name, expected)| {
        let response = server.get(format!("/{name}"))?;
        check(&response, name.as_bytes())?;
        let found = response.need("Content-Type")?;
        // Text is UTF-8 here; without a charset a browser would guess.
        let charset = !expected.starts_with("text/") || found.to_ascii_lowercase().contains("charset=utf-8");
        if found.contains(expected) && charset { Ok(()) } else { Err(format!("Content-Type: {found}")) }
    });
}

#[test]
fn forms_of_requests() {
    let server = Server::start(&[]);
    statuses(
        &server,
        &[
            ("1.0 without Host", b"GET /hello.txt HTTP/1.0\r\n\r\n", &[200]),
            ("1.0 with Host", b"GET /hello.txt HTTP/1.0\r\nHost: a\r\n\r\n", &[200]),
            ("1.2 is treated like 1.1", b"GET /hello.txt HTTP/1.2\r\nHost: a\r\n\r\n", &[200]),
            ("1.9 is treated like 1.1", b"GET /hello.txt HTTP/1.9\r\nHost: a\r\n\r\n", &[200]),
            ("1.2 needs a Host too", b"GET /hello.txt HTTP/1.2\r\n\r\n", &[400]),
            ("field names in any case", b"GET /hello.txt HTTP/1.1\r\nhOST: a\r\n\r\n", &[200]),
            ("no space behind the colon", b"GET /hello.txt HTTP/1.1\r\nHost:a\r\n\r\n", &[200]),
            ("spaces around the value", b"GET /hello.txt HTTP/1.1\r\nHost: \t a \t \r\n\r\n", &[200]),
            ("an empty value", b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", &[200]),
            (
                "bytes from 0x80 in a value",
                b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nX: \xff\xc3\xa4\r\n\r\n",
                &[200],
            ),
            ("a tab in a value", b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nX: a\tb\r\n\r\n", &[200]),
            ("every tchar in a name", b"GET / HTTP/1.1\r\nHost: a\r\n!#$%&'*+-.^_`|~9zZ: x\r\n\r\n", &[200]),
            ("Host with port", b"GET /hello.txt HTTP/1.1\r\nHost: a:80\r\n\r\n", &[200]),
            ("Host is an IPv6 address", b"GET /hello.txt HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", &[200]),
            ("one empty line first", b"\r\nGET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", &[200]),
            ("absolute-form", b"GET http://a/hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", &[200]),
            (
                "absolute-form, case and port",
                b"GET HTTP://a:80/hello.txt HTTP/1.1\r\nHost: a\r\n\r\n",
                &[200],
            ),
            ("absolute-form without path", b"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", &[200]),
            ("absolute-form with query only", b"GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n", &[200]),
            ("query", b"GET /hello.txt?a=b&c HTTP/1.1\r\nHost: a\r\n\r\n", &[200]),
            ("empty query", b"GET /hello.txt? HTTP/1.1\r\nHost: a\r\n\r\n", &[200]),
            ("path in a query", b"GET /hello.txt?/../x?y HTTP/1.1\r\nHost: a\r\n\r\n", &[200]),
            (
                "body with length",
                b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
                &[200],
            ),
            ("length 0", b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", &[200]),
        ],
    );
}

#[test]
fn a_request_may_come_byte_by_byte() {
    let server = Server::start(&[]);
    let request = request("GET", b"/hello.txt");
    let mut connection = server.connect();
    for byte in &request {
        connection.send(&[*byte]);
    }
    let response = connection.answer(&request).expect("an answer");
    assert_eq!(response.text(), "hello, world\n");
}

#[test]
fn a_half_closed_client_gets_its_answer() {
    let server = Server::start(&[]);
    let request = request("GET", b"/big.bin");
    let mut connection = server.connect();
    connection.send(&request);
    connection.half_close();
    assert_eq!(connection.answer(&request).map(|response| response.body.len()), Ok(BIG));
}

#[test]
fn an_ordinary_client_reads_it() {
    let server = Server::start(&[]);
    let client = server.client();
    let page = client.get("/dir").expect("a page");
    assert_eq!((page.status, page.body.as_slice()), (200, &b"<!doctype html><title>dir</title>\n"[..]));
    assert!(page.content_type.starts_with("text/html"), "{}", page.content_type);
    assert_eq!(client.get("/missing").map(|page| page.status), Ok(404));
    assert_eq!(client.get("/empty.txt").map(|page| page.body), Ok(Vec::new()));
}

#[test]
fn a_changed_file_is_served_as_it_is_now() {
    let server = Server::start(&[]);
    server.assert_serving();
    server.tree.file("hello.txt", b"changed\n");
    assert_eq!(server.get("/hello.txt").map(|response| response.text()), Ok("changed\n".to_owned()));
    std::fs::remove_file(server.tree.path("hello.txt")).expect("remove");
    assert_eq!(server.get("/hello.txt").map(|response| response.status), Ok(404));
}

#[test]
fn times_of_modification() {
    const ROWS: &[(&str, u64)] = &[
        ("1970", 0),
        ("a leap day", 951_782_400),
        ("a century that is a leap year", 983_404_799),
        ("the last second of a year", 1_735_689_599),
    ];
    let server = Server::start(&[]);
    each(ROWS.iter().copied(), |seconds| {
        modify(&server, seconds)?;
        server.get("/time.txt")?.has("Last-Modified", &clock::imf_fixdate(seconds))
    });
}

#[test]
fn a_time_of_modification_is_never_after_the_answer() {
    // RFC 9110 8.8.2.1: such a time is replaced by that of the answer.
    const ROWS: &[(&str, u64)] = &[("2100", 4_107_542_400), ("beyond 32 bits", 4_294_967_296)];
    let server = Server::start(&[]);
    each(ROWS.iter().copied(), |seconds| {
        modify(&server, seconds)?;
        let response = server.get("/time.txt")?;
        response.has("Last-Modified", response.need("Date")?)
    });
}

fn modify(server: &Server, seconds: u64) -> Result<(), String> {
    let path = server.tree.file("time.txt", b"x");
    let file = std::fs::File::options().write(true).open(path).map_err(|error| error.to_string())?;
    file.set_modified(clock::at(seconds)).map_err(|error| error.to_string())
}
