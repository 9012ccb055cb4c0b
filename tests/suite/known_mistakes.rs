//! Mistakes that servers like this one were seen to make on the wire: one case
//! for each, so that it is not made here.

mod writing;

use svcd_tests::server::request;
use svcd_tests::{Response, Server, Tree, each};

/// A file of 10,000 bytes, no two parts alike.
fn digits() -> Vec<u8> {
    (0..2500).flat_map(|number: u32| format!("{number:04}").into_bytes()).collect()
}

fn start() -> Server {
    let tree = Tree::standard();
    tree.file("digits.txt", &digits());
    tree.file("page.html", b"<p>0123456789");
    Server::with(tree).start()
}

/// GET with one field more.
fn get(server: &Server, target: &str, field: &str) -> Result<Response, String> {
    server.ask(format!("GET {target} HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n").as_bytes())
}

#[test]
fn head_has_no_body() {
    let server = start();
    each(
        ["/hello.txt", "/missing", "/dir/", "/dir", "/bare/", "/big.bin"].map(|target| (target, target)),
        |target| {
            let request = request("HEAD", target.as_bytes());
            let mut connection = server.connect();
            connection.exchange(&request)?;
            connection.half_close();
            // Not a byte between the head and the end.
            connection.at_end()
        },
    );
}

#[test]
fn a_part_has_the_media_type_of_the_whole() {
    let server = start();
    for target in ["/hello.txt", "/page.html", "/bytes.bin"] {
        let whole = server.get(target).expect(target);
        let part = get(&server, target, "Range: bytes=1-3").expect(target);
        assert_eq!((part.status, part.body.as_slice()), (206, &whole.body[1..4]), "{target}");
        assert_eq!(part.field("Content-Type"), whole.field("Content-Type"), "{target}");
    }
}

#[test]
fn if_modified_since_is_honoured() {
    let server = start();
    let modified =
        server.get("/hello.txt").expect("a file").need("Last-Modified").expect("a date").to_owned();
    let again = get(&server, "/hello.txt", &format!("If-Modified-Since: {modified}"));
    assert_eq!(again.map(|response| response.status), Ok(304));
}

#[test]
fn three_of_three_are_answered() {
    let server = start();
    let request = request("GET", b"/hello.txt");
    let mut connection = server.connect();
    connection.send(&request.repeat(3));
    for number in 1..=3 {
        let response = connection.next_answer(&request);
        assert_eq!(response.map(|response| response.text()), Ok("hello, world\n".to_owned()), "{number}");
    }
}

#[test]
fn a_file_with_a_slash_is_not_there() {
    let server = start();
    for target in ["/hello.txt/", "/hello.txt/x", "/hello.txt//", "/digits.txt/?a=b", "/big.bin/"] {
        assert_eq!(server.get(target).map(|response| response.status), Ok(404), "{target}");
    }
}

#[test]
fn the_body_of_a_get_is_no_request() {
    let server = start();
    let body = "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n";
    let bytes = format!("GET /hello.txt HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let mut connection = server.connect();
    assert_eq!(connection.exchange(bytes.as_bytes()).map(|response| response.status), Ok(200));
    assert_eq!(connection.is_open(), Ok(()));
}

#[test]
fn a_suffix_longer_than_the_file_is_the_file() {
    let server = start();
    let response = get(&server, "/digits.txt", "Range: bytes=-99999").expect("an answer");
    assert!(response.body == digits(), "{} bytes", response.body.len());
    match response.status {
        200 => assert_eq!(response.field("Content-Range"), None),
        _ => assert_eq!(response.is(206).and(response.has("Content-Range", "bytes 0-9999/10000")), Ok(())),
    }
}

#[test]
fn the_same_range_again_and_again_does_not_multiply_the_file() {
    let server = start();
    for ranges in ["0-,0-,0-,0-,0-", "0-9999,0-9999", "-10000,0-,1-,2-,3-,4-"] {
        let response = get(&server, "/digits.txt", &format!("Range: bytes={ranges}")).expect(ranges);
        assert!([200, 206, 416].contains(&response.status), "{ranges}: {}", response.status);
        assert!(response.body.len() <= 10_000, "{ranges}: {} bytes", response.body.len());
    }
}

#[test]
fn a_suffix_is_answered() {
    let server = start();
    let response = get(&server, "/digits.txt", "Range: bytes=-5").expect("an answer");
    assert_eq!((response.status, response.text().as_str()), (206, "82499"));
    assert_eq!(response.has("Content-Range", "bytes 9995-9999/10000"), Ok(()));
}

#[test]
fn a_location_is_where_the_folder_is_and_nothing_else() {
    let server = start();
    for (target, location) in [("/dir", "/dir/"), ("/bare", "/bare/"), ("/dir?a=b&c", "/dir/?a=b&c")] {
        let response = server.get(target).expect(target);
        assert_eq!(response.is(301).and(response.has("Location", location)), Ok(()), "{target}");
    }
}

#[test]
fn a_charset_is_one() {
    let server = start();
    for target in ["/hello.txt", "/page.html", "/dir/", "/missing", "/bare/"] {
        let response = server.get(target).expect(target);
        let media_type = response.need("Content-Type").expect(target);
        assert!(media_type.ends_with("; charset=utf-8"), "{target}: {media_type}");
    }
}

#[test]
fn what_is_announced_to_be_kept_is_kept() {
    let server = start();
    for version in ["1.0", "1.1"] {
        let bytes = format!("GET /hello.txt HTTP/{version}\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
        let mut connection = server.connect();
        let response = connection.exchange(bytes.as_bytes()).expect(version);
        let said = response.field("Connection");
        assert_eq!(said, (version == "1.0").then_some("keep-alive"), "{version}");
        assert_eq!(connection.is_open(), Ok(()), "{version}");
    }
}

#[test]
fn the_entity_tag_that_was_sent_is_known_again() {
    let server = start();
    for target in ["/hello.txt", "/empty.txt", "/big.bin", "/dir/"] {
        let response = server.get(target).expect(target);
        let tag = response.need("ETag").expect(target);
        let again = get(&server, target, &format!("If-None-Match: {tag}")).expect(target);
        assert_eq!(again.is(304).and(again.has("ETag", tag)), Ok(()), "{target}");
        let other = get(&server, target, "If-None-Match: \"another\"").expect(target);
        assert_eq!(other.is(200), Ok(()), "{target}");
    }
}

#[test]
fn a_range_of_another_unit_is_no_range() {
    let server = start();
    for range in ["foo=0-1", "byte=0-1", "bytes 0-1", "seconds=1-2", "bytesx=0-1"] {
        let response = get(&server, "/digits.txt", &format!("Range: {range}")).expect(range);
        assert!(response.status == 200 && response.body == digits(), "{range}: {}", response.status);
    }
}
