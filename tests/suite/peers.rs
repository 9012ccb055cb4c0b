//! What the test suites of other servers hold to be facts about connections and
//! request lines; docs/differences.md names them, and says where svcd differs.

use svcd_tests::asking::{asking, status};
use svcd_tests::{Server, each};

const FILE: &str = "hello, world\n";

/// A message of a stream: its status, its head in lower case, its content.
type Message = (u16, String, Vec<u8>);

/// Takes apart what came on one connection; `heads` says which are to HEAD.
fn messages(mut bytes: &[u8], heads: &[bool]) -> Result<Vec<Message>, String> {
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or("a cut head")?;
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let code =
            head.strip_prefix("http/1.1 ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse().ok());
        let code: u16 = code.ok_or_else(|| format!("no status line: {head:?}"))?;
        bytes = &bytes[end + 4..];
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let bare = code < 200 || code == 204 || code == 304 || heads.get(messages.len()) == Some(&true);
        let length =
            if bare { 0 } else { length.and_then(|length| length.parse().ok()).ok_or("no length")? };
        let (content, rest) = bytes.split_at_checked(length).ok_or("a cut content")?;
        messages.push((code, head, content.to_vec()));
        bytes = rest;
    }
    Ok(messages)
}

/// Sends all of it at once and reads until the server closes.
fn stream(server: &Server, requests: &[u8]) -> Result<Vec<u8>, String> {
    let mut connection = server.connect();
    let _ = connection.try_send(requests);
    connection.read_to_end()
}

fn statuses(server: &Server, requests: &[u8], heads: &[bool]) -> Result<Vec<u16>, String> {
    let messages = messages(&stream(server, requests)?, heads)?;
    Ok(messages.iter().map(|message| message.0).collect())
}

#[test]
fn requests_that_follow_one_another() {
    const ROWS: &[(&str, &str, &[u16])] = &[
        ("1.1 keeps", "GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n{last}", &[200, 200]),
        ("1.1 said so", "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n{last}", &[200, 200]),
        ("1.1 closes", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n{last}", &[200]),
        ("1.0 closes", "GET / HTTP/1.0\r\n\r\n{last}", &[200]),
        ("1.0 keeps", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n{last}", &[200, 200]),
        ("1.0 keeps, twice", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n{last10}", &[200, 200]),
        ("an empty line between", "GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n{last}", &[200, 200]),
        ("two empty lines between", "GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n\r\n{last}", &[200, 400]),
        ("HEAD first", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n{last}", &[200, 200]),
        ("a missing one first", "GET /missing HTTP/1.1\r\nHost: a\r\n\r\n{last}", &[404, 200]),
        ("a folder first", "GET /dir HTTP/1.1\r\nHost: a\r\n\r\n{last}", &[301, 200]),
        ("304 first", "GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n\r\n{last}", &[304, 200]),
        ("412 first", "GET / HTTP/1.1\r\nHost: a\r\nIf-Match: \"x\"\r\n\r\n{last}", &[412, 200]),
        ("206 first", "GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=1-3\r\n\r\n{last}", &[206, 200]),
        ("416 first", "GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=99-\r\n\r\n{last}", &[416, 200]),
        ("204 first", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n{last}", &[204, 200]),
        ("content first", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nGET {last}", &[200, 200]),
        (
            "chunks first",
            "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nGET \r\n0\r\n\r\n{last}",
            &[200, 200],
        ),
        (
            "chunks with trailers",
            "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nA;x=y\r\n0123456789\r\n0\r\nT: u\r\n\r\n{last}",
            &[200, 200],
        ),
        ("a bad one first", "GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n{last}", &[400]),
    ];
    const LAST: &str = "GET /hello.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const LAST10: &str = "GET /hello.txt HTTP/1.0\r\n\r\n";
    let server = Server::start(&[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(name, requests, right)| {
        let requests = requests.replace("{last}", LAST).replace("{last10}", LAST10);
        let found = statuses(&server, requests.as_bytes(), &[*name == "HEAD first"])?;
        if found == *right { Ok(()) } else { Err(format!("expected {right:?}, got {found:?}")) }
    });
}

#[test]
fn what_the_connection_field_says() {
    // A list (RFC 9110 7.6.1): members may be empty, in any case, in two lines.
    const ROWS: &[(&str, &str, bool)] = &[
        ("1.1", "Connection: ,close", true),
        ("1.1", "Connection: close,", true),
        ("1.1", "Connection: close, ", true),
        ("1.1", "Connection: close,,TE", true),
        ("1.1", "Connection: close, ,TE", true),
        ("1.1", "Connection: TE\t,\tClose", true),
        ("1.1", "Connection: keep-alive, close", true),
        ("1.1", "Connection: keep-alive\r\nConnection: close", true),
        ("1.1", "Connection: closed", false),
        ("1.1", "Connection: not-close", false),
        ("1.1", "Connection: TE", false),
        ("1.1", "Connection:", false),
        ("1.1", "X-Connection: close", false),
        ("1.0", "Connection: TE, Keep-Alive", false),
        ("1.0", "Connection: keep-alive, close", true),
        ("1.0", "Connection: TE", true),
        ("1.0", "Keep-Alive: timeout=5", true),
    ];
    let server = Server::start(&[]);
    each(ROWS.iter().map(|row| (format!("{} {}", row.0, row.1), row)), |(version, line, closes)| {
        let first = format!("GET /hello.txt HTTP/{version}\r\nHost: a\r\n{line}\r\n\r\n");
        let last = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        let messages = messages(&stream(&server, (first + last).as_bytes())?, &[])?;
        let said = messages[0].1.contains("\r\nconnection: close");
        let expected = if *closes { (1, true) } else { (2, false) };
        if (messages.len(), said) == expected { Ok(()) } else { Err(format!("{} answers", messages.len())) }
    });
}

#[test]
fn hundred_requests_and_the_answers_in_their_order() {
    let server = Server::start(&[]);
    let names = ["/hello.txt", "/dir/inner.txt", "/missing", "/empty.txt"];
    let mut requests = String::new();
    for number in 0..99 {
        requests += &format!("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", names[number % names.len()]);
    }
    requests += "GET /hello.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let messages = messages(&stream(&server, requests.as_bytes()).expect("answers"), &[]).expect("messages");
    let found: Vec<u16> = messages.iter().map(|message| message.0).collect();
    let mut right: Vec<u16> = (0..99).map(|number| if number % 4 == 2 { 404 } else { 200 }).collect();
    right.push(200);
    assert_eq!(found, right);
    assert_eq!((&*messages[0].2, &*messages[1].2), (FILE.as_bytes(), &b"inner\n"[..]));
}

#[test]
fn expect_100_continue() {
    const ROWS: &[(&str, &str, &[u16])] = &[
        ("1.1", "Expect: 100-continue", &[200]),
        ("1.1", "expect: 100-Continue", &[200]),
        ("1.0", "Expect: 100-continue", &[200]),
        ("1.1", "Expect: unknown", &[417]),
        ("1.1", "Expect: token=param", &[417]),
        ("1.1", "Expect: 100-continue, unknown", &[417]),
    ];
    let server = Server::start(&[]);
    each(ROWS.iter().map(|row| (format!("{} {}", row.0, row.1), row)), |(version, line, right)| {
        let request = format!(
            "GET /hello.txt HTTP/{version}\r\nHost: a\r\nConnection: close\r\n{line}\r\nContent-Length: 4\r\n\r\n1234"
        );
        let found = statuses(&server, request.as_bytes(), &[])?;
        // RFC 9110 10.1.1: never to a 1.0 client; none is needed when the content is there.
        let finals: Vec<u16> = found.iter().copied().filter(|code| *code != 100).collect();
        let interim = found.len() - finals.len();
        let right_interim = interim == 0 || (*version == "1.1" && finals == [200]);
        if finals == *right && right_interim { Ok(()) } else { Err(format!("got {found:?}")) }
    });
}

#[test]
fn request_lines() {
    let rows: &[(&[u8], &[u16])] = &[
        (b" a", &[400]),
        (b".", &[400]),
        (b"a", &[400]),
        (b"a ", &[400]),
        (b"GET", &[400]),
        (b"GET ", &[400]),
        (b"GET  ", &[400]),
        (b"GET HTTP/1.0", &[400]),
        (b"GET  HTTP/1.0", &[400]),
        (b"GET   HTTP/1.0", &[400]),
        (b"GET/HTTP/1.0", &[400]),
        (b"GET /HTTP/1.0", &[400]),
        (b"GET  /HTTP/1.0", &[400]),
        (b"GET/ HTTP/1.0", &[400, 501]),
        (b"GET/  HTTP/1.0", &[400]),
        (b"GET /", &[400]),
        (b"BC /", &[400]),
        (b"ABC", &[400]),
        (b"ABC / HTTP/1.0", &[501]),
        (b"GET / HTTP/01.01", &[400]),
        (b"GET / HTTP/.01", &[400]),
        (b"GET / HTTP/01.", &[400]),
        (b"GET / HTTP/a.b", &[400]),
        (b"GET / HTTP/1.3", &[200]),
        (b"GET / HTTP/3.0", &[505]),
        (b"GET / /", &[400]),
        (b"GET /a b HTTP/1.1", &[400]),
        (b"GET /\x02 HTTP/1.1", &[400]),
        (b"GET /\x00/ HTTP/1.1", &[400]),
        (b"GET /index.html%00 HTTP/1.1", &[400]),
        (b"GET /%02 HTTP/1.1", &[400, 404]),
        (b"GET /foo/bar% HTTP/1.1", &[400]),
        (b"GET /foo/bar%1 HTTP/1.1", &[400]),
        (b"GET dir/../ HTTP/1.1", &[400]),
        (b"GET %2f? HTTP/1.1", &[400]),
        (b"GET /index%2ehtml HTTP/1.0", &[200]),
        (b"GET /dir/.?args HTTP/1.1", &[200]),
        (b"GET /dir/..?args HTTP/1.1", &[200]),
        (b"GET /./dir/./../../ HTTP/1.1", &[200]),
        (b"GET //dir///..//// HTTP/1.1", &[200]),
        (b"GET /dir/#fragment HTTP/1.1", &[400]),
        (b"GET http://a?args#fragment HTTP/1.1", &[400]),
        (b"GET http://a:8080?args HTTP/1.1", &[200]),
        (b"GET https://a/ HTTP/1.1", &[200, 400, 421]),
        (b"GET http:///x HTTP/1.1", &[400]),
        (b"GET http://a:80:80/ HTTP/1.1", &[400]),
        (b"GET http://a:123456/ HTTP/1.1", &[400]),
        (b"GET http://[::1/ HTTP/1.1", &[400]),
        (b"GET http://[::1]/ HTTP/1.1", &[200]),
        (b"GET http://x[::1]/ HTTP/1.1", &[400]),
        (b"GET http://[::1]x/ HTTP/1.1", &[400]),
        (b"GET http://u@a/ HTTP/1.1", &[400]),
    ];
    let server = Server::start(&[]);
    each(rows.iter().map(|row| (String::from_utf8_lossy(row.0).into_owned(), row)), |(line, right)| {
        let request = [line, b"\r\nHost: www.example.org\r\nConnection: close\r\n\r\n".as_slice()].concat();
        status(&server.ask(&request)?, right)
    });
}

#[test]
fn fields_that_come_twice_or_odd() {
    const ROWS: &[(&str, &[&str], &[u16])] = &[
        ("Host in two lines", &["Host: a", "Host: b"], &[400]),
        ("the same Host in two lines", &["Host: a", "Host: a"], &[400]),
        ("two lengths", &["Content-Length: 5", "Content-Length: 4"], &[400]),
        ("a negative length", &["Content-Length: -2"], &[400]),
        ("an empty length", &["Content-Length:"], &[400]),
        ("a length and chunks", &["Content-Length: 5", "Transfer-Encoding: chunked"], &[400]),
        ("an unknown coding", &["Transfer-Encoding: identity"], &[400, 501]),
        ("chunks not last", &["Transfer-Encoding: chunked, identity"], &[400, 501]),
        ("chunks twice", &["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], &[400, 501]),
        ("a space in a name", &["A b: c"], &[400]),
        ("a space behind a name", &["A : c"], &[400]),
        ("a colon first", &[": c"], &[400]),
        ("a control byte in a name", &["A\u{2}: c"], &[400]),
        ("a control byte in a value", &["A: \u{0}"], &[400]),
        ("a folded line", &["A: b", "  c"], &[400]),
        ("an underscore", &["A_b: c"], &[200]),
        ("no space", &["A:c"], &[200]),
        ("a Host with a slash", &["Host: a/b"], &[400]),
        ("a Host with a control byte", &["Host: a\u{2}"], &[400]),
        ("a Host with a bad port", &["Host: a:b"], &[400]),
        ("a Host with a negative port", &["Host: a:-1"], &[400]),
        ("a Host with an empty port", &["Host: a:"], &[200]),
        ("a Host that ends in a dot", &["Host: a.example."], &[200]),
        ("a Host of a future address", &["Host: [v1.a:b]"], &[200]),
        ("a field of a request of ours", &["Content-Range: bytes 0-1/2"], &[200, 400]),
    ];
    let server = Server::start(&[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(_, lines, right)| {
        status(&server.ask(&asking("GET", "/hello.txt", lines))?, right)
    });
}

#[test]
fn an_unread_content_does_not_hold_the_connection() {
    // The client promises ten bytes, sends none, and goes.
    let server = Server::start(&[]);
    let mut connection = server.connect();
    connection.send(b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
    connection.half_close();
    connection.read_to_end().expect("an end, and no reset");
    server.assert_serving();
}
