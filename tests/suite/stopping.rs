//! What becomes of kept connections when the server stops: those that wait are
//! closed, and nobody who has asked goes without an answer.

use nix::sys::signal::Signal;
use std::net::TcpStream;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use svcd_tests::server::request;
use svcd_tests::{Connection, Server, scale, until};

#[test]
fn a_stop_closes_idle_connections_at_once() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let server = Server::start(&[]);
        let mut idle: Vec<Connection> = (0..3).map(|_| server.connect()).collect();
        for connection in &mut idle {
            connection.is_open().expect("an answer");
        }
        let start = Instant::now();
        server.signal(signal);
        for connection in &mut idle {
            assert_eq!(connection.at_end(), Ok(()), "{signal}");
        }
        assert_eq!(server.end().status.code(), Some(0));
        // Ten seconds are for those that have a request under way.
        assert!(start.elapsed() < Duration::from_secs(5), "{signal}: after {:?}", start.elapsed());
    }
}

#[test]
fn a_stop_answers_every_request_that_has_arrived() {
    // Clients that ask without a pause, each until it is told that it was the last.
    const CLIENTS: usize = 8;
    for _ in 0..scale(5) {
        let server = Server::start(&[]);
        let request = request("GET", b"/hello.txt");
        let begun = Barrier::new(CLIENTS + 1);
        let ask = || -> Result<(), String> {
            let mut connection = server.connect();
            for count in 0.. {
                let answer =
                    connection.exchange(&request).map_err(|why| format!("request {count}: {why}"))?;
                if answer.field("Connection") == Some("close") {
                    break;
                }
                if count == 10 {
                    begun.wait();
                }
            }
            connection.at_end()
        };
        thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(ask)).collect();
            begun.wait();
            server.signal(Signal::SIGTERM);
            for client in clients {
                assert_eq!(client.join().expect("a client"), Ok(()));
            }
        });
        assert_eq!(server.end().status.code(), Some(0));
    }
}

#[test]
fn the_last_answer_of_a_stopping_server_says_that_it_is_the_last() {
    let server = Server::start(&[]);
    let mut connection = server.connect();
    let request = request("GET", b"/hello.txt");
    let (beginning, rest) = request.split_at(20);
    // In one piece, so that who has answered the first has seen the second begin.
    connection.send(&[&request, beginning].concat());
    let first = connection.next_answer(&request).expect("the first");
    assert_eq!((first.status, first.is_kept()), (200, true));
    server.signal(Signal::SIGTERM);
    until("new connections to be refused", || TcpStream::connect(server.address).err());
    connection.send(rest);
    let last = connection.next_answer(&request).expect("the last");
    assert_eq!((last.status, last.field("Connection")), (200, Some("close")));
    assert_eq!(connection.at_end(), Ok(()));
    assert_eq!(server.end().status.code(), Some(0));
}
