//! --max-per-ip: so many connections of one address, whatever others have.

use std::net::IpAddr;

use svcd_tests::process::{children, visible};
use svcd_tests::server::request;
use svcd_tests::{Connection, Server, Tree, skip, unix, until};

fn status(connection: &mut Connection) -> Result<u16, String> {
    connection.exchange(&request("GET", b"/hello.txt")).map(|answer| answer.status)
}

/// A connection that has an answer already, so that it is counted.
fn kept(server: &Server) -> Connection {
    let mut connection = server.connect();
    assert_eq!(status(&mut connection), Ok(200));
    connection
}

/// From an address that is not that of the other clients.
fn from_another(server: &Server) -> Option<Connection> {
    let source: IpAddr = [127, 0, 0, 2].into();
    match Connection::open_from(source, server.address) {
        Ok(connection) => Some(connection),
        Err(error) => {
            skip("clients of two addresses", &format!("{source}: {error}"));
            None
        }
    }
}

#[test]
fn one_more_than_an_address_may_have_is_turned_away() {
    let server = Server::start(&["--max-per-ip", "2"]);
    let mut first = kept(&server);
    let mut second = kept(&server);
    for _ in 0..3 {
        let answer = server.get("/hello.txt").expect("an answer");
        assert_eq!(answer.status, 503);
        assert!(answer.need("Retry-After").is_ok_and(|seconds| seconds.parse::<u32>().is_ok()));
    }
    if visible("503 without fork") {
        assert_eq!(children(server.id()).len(), 2, "503 is answered without a process");
    }
    // Others are served as ever, as many as they may have too.
    if let (Some(mut other), Some(mut another)) = (from_another(&server), from_another(&server)) {
        assert_eq!((status(&mut other), status(&mut another)), (Ok(200), Ok(200)));
        let mut third = from_another(&server).expect("an address");
        assert_eq!(status(&mut third), Ok(503));
    }
    assert_eq!((status(&mut first), status(&mut second)), (Ok(200), Ok(200)));
}

#[test]
fn a_connection_that_ends_makes_room_for_the_next_of_its_address() {
    let server = Server::start(&["--max-per-ip=1"]);
    for _ in 0..3 {
        let one = until("a place", || {
            let mut connection = server.connect();
            (status(&mut connection) == Ok(200)).then_some(connection)
        });
        assert_eq!(server.get("/hello.txt").map(|answer| answer.status), Ok(503));
        drop(one);
    }
}

#[test]
fn what_waits_of_an_address_does_not_make_room_for_another_of_it() {
    // Only above --max-conns does one that waits give way.
    let server = Server::start(&["--max-per-ip", "1", "--max-conns", "2"]);
    let mut one = kept(&server);
    std::thread::sleep(std::time::Duration::from_millis(2200));
    assert_eq!(server.get("/hello.txt").map(|answer| answer.status), Ok(503));
    assert_eq!(status(&mut one), Ok(200));
}

#[test]
fn clients_of_a_unix_socket_have_no_address() {
    let tree = Tree::standard();
    let path = tree.outside().join("s");
    let argument = format!("unix:{}", path.display());
    let arguments = ["-b127.0.0.1", "-b", &argument, "--max-per-ip=1"];
    let server = Server::with(tree).arguments(&arguments).start();
    server.errors().lines(2);
    let held: Vec<_> = (0..3).map(|_| unix::connect(&path).expect("a connection")).collect();
    assert_eq!(unix::get(&path, "/hello.txt").map(|answer| answer.status), Ok(200));
    let mut tcp = server.connect();
    assert_eq!(status(&mut tcp), Ok(200));
    drop(held);
}

#[test]
fn without_the_option_an_address_may_have_all() {
    for arguments in [&["--max-per-ip", "0"][..], &[]] {
        let server = Server::start(arguments);
        let mut all: Vec<Connection> = (0..8).map(|_| kept(&server)).collect();
        for connection in &mut all {
            assert_eq!(status(connection), Ok(200));
        }
    }
}

#[test]
fn clients_of_ipv6_are_counted_too() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return skip("--max-per-ip of IPv6 clients", "no IPv6 here");
    }
    let server = Server::start(&["-b", "::1", "--max-per-ip=1"]);
    let _one = kept(&server);
    assert_eq!(server.get("/hello.txt").map(|answer| answer.status), Ok(503));
}
