//! --max-conns: so many connections, and a civil answer to the next.

use svcd_tests::process::{children, until_children, until_descriptors, visible};
use svcd_tests::server::request;
use svcd_tests::{Connection, Response, Server, process, scale, until};

fn turned_away(server: &Server) -> Result<Response, String> {
    let response = server.get("/hello.txt")?;
    let seconds = response.need("Retry-After").unwrap_or_default();
    if response.status != 503 || seconds.parse::<u32>().is_err() {
        return Err(format!("expected 503 with Retry-After, got {} {:?}", response.status, response.fields));
    }
    if response.need("Content-Type")?.starts_with("text/html") && response.text().contains("503") {
        return Ok(response);
    }
    Err(format!("no page: {response:?}"))
}

fn serves_again(server: &Server) {
    until("service", || server.get("/hello.txt").ok().filter(|response| response.status == 200));
}

#[test]
fn one_too_many() {
    let server = Server::start(&["--max-conns", "3", "--header", "X-Own: kept"]);
    let mut idle: Vec<Connection> = (0..3).map(|_| server.connect()).collect();
    for _ in 0..scale(10) {
        let response = turned_away(&server).expect("503");
        assert_eq!(response.has("X-Own", "kept"), Ok(()));
    }
    if visible("503 without fork") {
        assert_eq!(children(server.id()).len(), 3, "503 is answered without a process");
    }
    // The three are as good as ever.
    let request = request("GET", b"/hello.txt");
    let mut first = idle.remove(0);
    first.send(&request);
    assert_eq!(first.answer(&request).map(|response| response.status), Ok(200));
    drop(first);
    serves_again(&server);
    drop(idle);
    serves_again(&server);
}

#[test]
fn each_place_is_given_again() {
    let server = Server::start(&["--max-conns=1"]);
    for _ in 0..scale(5) {
        // The process of the client before may not have ended yet, and it is
        // this one then that is turned away.
        let idle = until("503 to the second of two", || {
            let idle = server.connect();
            turned_away(&server).ok().map(|_| idle)
        });
        drop(idle);
        serves_again(&server);
    }
}

#[test]
fn those_turned_away_leave_nothing_behind() {
    if !visible("what 503 leaves behind") {
        return;
    }
    let server = Server::start(&["--max-conns", "2"]);
    server.assert_serving();
    until_children(server.id(), 0);
    let before = process::descriptors(server.id());
    let idle = [server.connect(), server.connect()];
    until_children(server.id(), 2);
    // Clients of every manner: silent, leaving at once, sending much.
    let silent: Vec<Connection> = (0..scale(20)).map(|_| server.connect()).collect();
    for _ in 0..scale(20) {
        server.connect().reset();
        drop(server.connect());
        turned_away(&server).expect("503");
    }
    drop(silent);
    drop(idle);
    until_children(server.id(), 0);
    until_descriptors(server.id(), &before);
    server.assert_serving();
}

#[test]
fn a_long_request_above_the_limit_is_answered_too() {
    let server = Server::start(&["--max-conns", "1"]);
    let _idle = server.connect();
    let mut long = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n".to_vec();
    long.resize(long.len() + 100_000, b'x');
    for request in [&long[..], b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b""] {
        let response = server.ask(request);
        assert_eq!(response.map(|response| response.status), Ok(503), "{} bytes sent", request.len());
    }
}

#[test]
fn who_waits_longest_for_a_request_makes_room() {
    let server = Server::start(&["--max-conns", "3"]);
    let request = request("GET", b"/hello.txt");
    let status = |response: Result<Response, String>| response.map(|response| response.status);
    // One is in the middle of a head, one has asked, one has not yet.
    let mut busy = server.connect();
    busy.send(b"GET /hello.txt HTTP/1.1\r\n");
    let mut kept = server.connect();
    assert_eq!(status(kept.exchange(&request)), Ok(200));
    let mut silent = server.connect();
    // Nobody gives way at once.
    turned_away(&server).expect("503");
    let mut first = until("room for one more", || {
        let mut first = server.connect();
        (status(first.exchange(&request)) == Ok(200)).then_some(first)
    });
    let mut second = until("room for another", || {
        let mut second = server.connect();
        (status(second.exchange(&request)) == Ok(200)).then_some(second)
    });
    assert_eq!((kept.at_end(), silent.at_end()), (Ok(()), Ok(())), "both have made room");
    assert_eq!(status(first.exchange(&request)), Ok(200));
    assert_eq!(status(second.exchange(&request)), Ok(200));
    busy.send(b"Host: a\r\n\r\n");
    assert_eq!(status(busy.next_answer(&request)), Ok(200));
    assert_eq!(server.stop().stderr.lines().count(), 1, "nothing to complain about");
}

#[test]
fn as_many_as_allowed() {
    let count = scale(64);
    let server = Server::start(&["--max-conns", &count.to_string()]);
    let mut idle: Vec<Connection> = (0..count).map(|_| server.connect()).collect();
    turned_away(&server).expect("503");
    let request = request("GET", b"/hello.txt");
    for connection in &mut idle {
        connection.send(&request);
    }
    for (number, connection) in idle.iter_mut().enumerate() {
        let status = connection.answer(&request).map(|response| response.status);
        assert_eq!(status, Ok(200), "connection {number} of {count}");
    }
}
