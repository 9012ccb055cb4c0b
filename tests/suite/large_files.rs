//! Large files arrive whole, to quick readers and to slow ones.

use std::thread;
use std::time::Duration;

use svcd_tests::asking::asking;
use svcd_tests::server::request;
use svcd_tests::tree::{big, pseudo_random};
use svcd_tests::{Connection, Server, Tree, response, scale};

#[test]
fn every_byte_arrives() {
    let server = Server::start(&[]);
    let expected = big();
    assert!(server.get("/big.bin").expect("a response").body == expected);
    assert!(server.client().get("/big.bin").expect("a response").body == expected);
}

#[test]
fn to_a_slow_reader() {
    let server = Server::start(&[]);
    let mut connection = Connection::open_narrow(server.address);
    connection.send(&request("GET", b"/big.bin"));
    let mut bytes = Vec::new();
    loop {
        let piece = connection.read_for(svcd_tests::deadline()).expect("no reset").expect("in time");
        if piece.is_empty() {
            break;
        }
        bytes.extend(piece);
        // Not to wait for anything: this is what a slow reader is.
        if bytes.len() < 200_000 {
            thread::sleep(Duration::from_millis(1));
        }
    }
    let response = response::only(&bytes, false).expect("a whole response");
    assert!(response.body == big());
}

#[test]
fn to_a_client_that_asks_again_meanwhile() {
    let server = Server::start(&[]);
    let (first, second) = (request("GET", b"/big.bin"), request("GET", b"/hello.txt"));
    let mut connection = Connection::open_narrow(server.address);
    connection.send(&first);
    connection.send(&second);
    assert!(connection.next_answer(&first).expect("a whole response").body == big());
    assert_eq!(connection.next_answer(&second).map(|answer| answer.text()), Ok("hello, world\n".to_owned()));

    // Closed after the first answer, with a request unread: that must not reset
    // the connection while bytes are under way.
    let last = asking("GET", "/big.bin", &[]);
    let mut connection = Connection::open_narrow(server.address);
    connection.send(&last);
    connection.send(&second);
    assert!(connection.answer(&last).expect("all of it, and no reset").body == big());
}

#[test]
fn to_many_at_once() {
    let server = Server::start(&[]);
    let expected = big();
    thread::scope(|scope| {
        for _ in 0..scale(8) {
            let server = &server;
            scope.spawn(move || assert!(server.get("/big.bin").expect("a response").body == expected));
        }
    });
}

#[test]
fn around_the_sizes_of_buffers() {
    let server = Server::start(&[]);
    let edges = [4096, 8192, 16 << 10, 24 << 10, 32 << 10, 40 << 10, 64 << 10, 128 << 10, 1 << 20];
    let random = pseudo_random((1 << 20) + 1);
    for length in edges.into_iter().flat_map(|edge| [edge - 1, edge, edge + 1]) {
        server.tree.file("edge.bin", &random[..length]);
        let body = server.get("/edge.bin").unwrap_or_else(|why| panic!("{length} bytes: {why}")).body;
        assert!(body == random[..length], "{length} bytes: other bytes");
    }
}

#[test]
fn lengths_beyond_32_bits() {
    let tree = Tree::empty();
    tree.hole("5G.bin", 5 << 30);
    let server = Server::with(tree).start();
    let response = server.head("/5G.bin").expect("a response");
    assert_eq!(response.has("Content-Length", "5368709120"), Ok(()));
}

#[test]
fn beyond_what_one_call_sends() {
    // Linux sends at most 0x7ffff000 bytes a call.
    const LENGTH: usize = 0x8000_0000 + 12345;
    let tree = Tree::empty();
    tree.hole("2G.bin", LENGTH as u64);
    let server = Server::with(tree).start();
    let mut connection = server.connect();
    connection.send(&request("GET", b"/2G.bin"));
    let count = connection.count_to_end().expect("the end");
    assert!((LENGTH + 50..LENGTH + 1000).contains(&count), "{count} bytes with the head");
}

#[test]
fn a_file_that_shrinks_while_it_is_sent() {
    // What was promised cannot be kept; the connection must end, not hang or be filled up.
    let tree = Tree::standard();
    tree.hole("huge.bin", 256 << 20);
    let server = Server::with(tree).start();
    let mut connection = Connection::open_narrow(server.address);
    connection.send(&request("GET", b"/huge.bin"));
    connection.read(1000).expect("the beginning");
    server.tree.hole("huge.bin", 4096);
    match connection.count_to_end() {
        Ok(count) => assert!(count < 255 << 20, "{count} bytes of a file that no longer has them"),
        Err(why) => assert!(!why.contains("no end"), "{why}"),
    }
    server.assert_serving();
}
