//! Many connections, one after the other and at once, leave nothing behind.

use std::thread;

use svcd_tests::process::{descriptors, until_children, until_descriptors, visible};
use svcd_tests::{Server, scale};

/// Runs `work`, then compares what the server holds with what it held before.
fn leaves_nothing_behind(what: &str, work: impl FnOnce(&Server)) {
    let server = Server::start(&["-q"]);
    server.assert_serving();
    if !visible(what) {
        work(&server);
        return server.assert_serving();
    }
    until_children(server.id(), 0);
    let before = descriptors(server.id());
    work(&server);
    // A zombie is a child too, until it is waited for.
    until_children(server.id(), 0);
    until_descriptors(server.id(), &before);
    server.assert_serving();
}

#[test]
fn five_hundred_in_a_row() {
    leaves_nothing_behind("500 connections in a row", |server| {
        for number in 0..scale(500) {
            let response = server.get("/hello.txt");
            assert_eq!(response.map(|response| response.status), Ok(200), "connection {number}");
        }
    });
}

#[test]
fn sixty_four_at_once() {
    leaves_nothing_behind("64 connections at once", |server| {
        thread::scope(|scope| {
            for number in 0..scale(64) {
                scope.spawn(move || {
                    for _ in 0..4 {
                        let response = server.get("/hello.txt");
                        assert_eq!(response.map(|response| response.status), Ok(200), "client {number}");
                    }
                });
            }
        });
    });
}

#[test]
fn open_at_once_and_closed_without_a_word() {
    leaves_nothing_behind("silent connections", |server| {
        for _ in 0..scale(4) {
            let open: Vec<_> = (0..scale(64)).map(|_| server.connect()).collect();
            until_children(server.id(), open.len());
            drop(open);
            until_children(server.id(), 0);
        }
    });
}

#[test]
fn refusals_and_answers_mixed() {
    leaves_nothing_behind("refused connections", |server| {
        for number in 0..scale(100) {
            let (target, status) = match number % 4 {
                0 => ("/missing", 404),
                1 => ("/%zz", 400),
                2 => ("/dir", 301),
                _ => ("/bytes.bin", 200),
            };
            let response = server.get(target);
            assert_eq!(response.map(|response| response.status), Ok(status), "connection {number}");
        }
    });
}
