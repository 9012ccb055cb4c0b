//! PUT (RFC 9110 9.3.4): what was sent is stored as a whole, and the answer says
//! of it what a GET then says.

mod connections;
mod folders;
mod kinds;
mod modes;
mod names;
mod permissions;
mod settings;

use std::fs::{self, File};
use std::io::Read;

use svcd_tests::asking::Validators;
use svcd_tests::log_line::LogLine;
use svcd_tests::tree::{every_byte, pseudo_random};
use svcd_tests::writing::{self, names_in, put, put_chunks, stored};
use svcd_tests::{chunked, clock, each};

/// Lengths of content, around those of buffers.
const LENGTHS: &[usize] = &[0, 1, 42, 4096, 12_000, 16 << 10, (32 << 10) + 1, (64 << 10) - 1, 300_000];

#[test]
fn a_new_file_is_created() {
    let server = writing::server(&[]);
    each(LENGTHS.iter().map(|length| (length, *length)), |length| {
        let target = format!("/new-{length}.bin");
        let content = pseudo_random(length);
        let answer = stored(&server, &put(&target, &content, &[]), 201, &target, &content)?;
        answer.has("Location", &target)?;
        if !clock::is_recent(answer.need("Last-Modified")?, clock::imf_fixdate) {
            return Err(format!("Last-Modified is not now: {:?}", answer.field("Last-Modified")));
        }
        let file = fs::read(server.tree.path(&target[1..])).map_err(|error| error.to_string())?;
        if file == content { Ok(()) } else { Err(format!("the file has {} bytes", file.len())) }
    });
}

#[test]
fn a_file_that_is_there_is_replaced() {
    let server = writing::server(&[]);
    server.tree.file("old.bin", b"old");
    let before = names_in(server.tree.root());
    each(LENGTHS.iter().map(|length| (length, *length)), |length| {
        // Longer and shorter than the one before, and as long.
        let content = pseudo_random(length);
        let reversed: Vec<u8> = content.iter().rev().copied().collect();
        stored(&server, &put("/old.bin", &content, &[]), 204, "/old.bin", &content)?;
        stored(&server, &put("/old.bin", &reversed, &[]), 204, "/old.bin", &reversed)?;
        stored(&server, &put("/old.bin", b"short", &[]), 204, "/old.bin", b"short").map(drop)
    });
    assert_eq!(names_in(server.tree.root()), before);
}

#[test]
fn every_byte_is_kept() {
    let server = writing::server(&[]);
    let content = every_byte();
    stored(&server, &put("/bytes", &content, &[]), 201, "/bytes", &content).expect("with a length");
    for size in [1, 7, 1000, 5000] {
        let body = chunked::encode(&content, size);
        let target = format!("/in-{size}");
        stored(&server, &put_chunks(&target, &body, &[]), 201, &target, &content).expect("in chunks");
    }
}

#[test]
fn twenty_megabytes() {
    let server = writing::server(&[]);
    let content = pseudo_random(20 << 20);
    stored(&server, &put("/large", &content, &[]), 201, "/large", &content).expect("with a length");
    let body = chunked::encode(&content[1..], 100_000);
    let answer = server.ask(&put_chunks("/large", &body, &[])).expect("an answer");
    assert_eq!(writing::is_stored(&server, &answer, 204, "/large", &content[1..]), Ok(()), "in chunks");
}

#[test]
fn each_content_has_its_own_entity_tag() {
    let server = writing::server(&[]);
    let mut tags = Vec::new();
    for content in [b"one", b"two", b"one", b"six"] {
        let answer = server.ask(&put("/tagged", content, &[])).expect("an answer");
        tags.push(Validators::in_answer(&answer).expect("validators").etag);
    }
    // As long, and within the same second.
    assert!(tags.windows(2).all(|two| two[0] != two[1]), "{tags:?}");
}

#[test]
fn who_reads_the_old_file_reads_it_to_its_end() {
    let server = writing::server(&[]);
    let old = pseudo_random(100_000);
    let mut reader = File::open(server.tree.file("old.bin", &old)).expect("the file");
    let mut read = vec![0; 1000];
    reader.read_exact(&mut read).expect("the beginning");
    let answer = server.ask(&put("/old.bin", b"new", &[])).expect("an answer");
    assert_eq!(writing::is_stored(&server, &answer, 204, "/old.bin", b"new"), Ok(()));
    reader.read_to_end(&mut read).expect("the rest");
    assert!(read == old, "{} bytes of the old file", read.len());
}

#[test]
fn a_name_of_several_links_is_one_of_its_own_afterwards() {
    let server = writing::server(&[]);
    fs::hard_link(server.tree.path("hello.txt"), server.tree.path("other.txt")).expect("a hard link");
    let answer = server.ask(&put("/other.txt", b"new", &[])).expect("an answer");
    assert_eq!(writing::is_stored(&server, &answer, 204, "/other.txt", b"new"), Ok(()));
    assert_eq!(server.get("/hello.txt").map(|answer| answer.text()), Ok("hello, world\n".to_owned()));
}

#[test]
fn of_http_1_0() {
    let server = writing::server(&[]);
    let rows = [
        ("no Host", "PUT /{} HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"),
        ("a Host", "PUT /{} HTTP/1.0\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"),
        ("kept", "PUT /{} HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc"),
        ("empty", "PUT /{} HTTP/1.0\r\nContent-Length: 0\r\n\r\n"),
    ];
    each(rows, |request| {
        let name = format!("old-{}", request.len());
        let request = request.replace("{}", &name);
        let content = request.split_once("\r\n\r\n").map_or("", |two| two.1);
        stored(&server, request.as_bytes(), 201, &format!("/{name}"), content.as_bytes()).map(drop)
    });
}

#[test]
fn what_the_log_says_of_it() {
    let server = writing::server(&[]);
    let rows = [("/new.txt", 201), ("/hello.txt", 204), ("/missing/x", 409), ("/.x", 403)];
    for (number, (target, status)) in rows.into_iter().enumerate() {
        let answer = server.ask(&put(target, b"abc", &["User-Agent: probe"])).expect("an answer");
        let lines = server.log().lines(number + 1);
        let line = LogLine::parse(&lines[number]).expect("a line");
        assert_eq!((answer.status, line.status), (status, status), "{target}");
        assert_eq!(line.request, format!("PUT {target} HTTP/1.1"));
        assert_eq!((line.bytes, line.user.as_str()), (answer.body.len() as u64, "-"), "{target}");
        assert_eq!(line.user_agent, "probe");
    }
}

#[test]
fn a_new_file_is_listed() {
    let server = writing::server(&[]);
    let listing = || server.get("/bare/").expect("a listing").text();
    assert!(!listing().contains("new.txt"));
    stored(&server, &put("/bare/new.txt", b"abc", &[]), 201, "/bare/new.txt", b"abc").expect("stored");
    assert!(listing().contains("new.txt"), "{}", listing());
}
