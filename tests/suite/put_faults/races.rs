//! Writers that meet at the worst moment: strace(1) holds one up just before its
//! rename(2).

use std::fs;
use std::thread;

use svcd_tests::asking::asking;
use svcd_tests::strace::{Strace, traceable, usable};
use svcd_tests::versions::put;
use svcd_tests::{Server, Tree, until};

fn start(arguments: &[&str]) -> Server {
    let server =
        traceable(Server::with(Tree::standard())).arguments(&["--write"]).arguments(arguments).start();
    server.assert_serving();
    server
}

/// Holds up every rename from now on.
fn hold_up(server: &Server) -> Strace {
    let words = ["--trace=renameat2", "--inject=renameat2:delay_enter=500ms"];
    Strace::attach(server, &words.map(str::to_owned))
}

/// The moment at which a writer has looked for the last time.
fn until_looked(server: &Server) {
    until("a file about to be renamed", || server.tree.path("dir/.svcd-00000000").exists().then_some(()));
}

#[test]
fn what_somebody_else_has_just_put_there_is_not_replaced() {
    if !usable("a file that appears during a write") {
        return;
    }
    let server = start(&[]);
    let strace = hold_up(&server);
    let answer = thread::scope(|scope| {
        let answer = scope.spawn(|| server.ask(&put("/dir/new.bin", b"of the client")));
        until_looked(&server);
        server.tree.file("dir/new.bin", b"of somebody who takes no locks");
        answer.join().expect("a client")
    });
    drop(strace);
    assert_eq!(answer.map(|answer| answer.status), Ok(409));
    let found = fs::read(server.tree.path("dir/new.bin")).expect("the file");
    assert_eq!(found, b"of somebody who takes no locks");
    assert!(!server.tree.path("dir/.svcd-00000000").exists());
    server.assert_serving();
}

#[test]
fn of_two_that_want_to_be_the_first_one_is() {
    if !usable("two writers at once") {
        return;
    }
    let server = start(&[]);
    let strace = hold_up(&server);
    let create = |body: &str| {
        let length = format!("Content-Length: {}", body.len());
        let lines = ["Host: localhost", "If-None-Match: *", &length];
        [asking("PUT", "/dir/new.bin", &lines), body.as_bytes().to_vec()].concat()
    };
    let (first, second, read) = thread::scope(|scope| {
        let first = scope.spawn(|| server.ask(&create("first")));
        until_looked(&server);
        let second = scope.spawn(|| server.ask(&create("second")));
        // Whoever only reads does not wait.
        let read = server.get("/dir/new.bin");
        (first.join().expect("a client"), second.join().expect("a client"), read)
    });
    drop(strace);
    let status = |answer: Result<svcd_tests::Response, String>| answer.map(|answer| answer.status);
    assert_eq!((status(first), status(second), status(read)), (Ok(201), Ok(412), Ok(404)));
    assert_eq!(fs::read(server.tree.path("dir/new.bin")).ok().as_deref(), Some(&b"first"[..]));
}

#[test]
fn a_delete_waits_for_the_write_before_it() {
    if !usable("a write and a delete at once") {
        return;
    }
    let server = start(&["--no-sync"]);
    let strace = hold_up(&server);
    let delete = asking("DELETE", "/dir/new.bin", &["Host: localhost"]);
    let (write, delete) = thread::scope(|scope| {
        let write = scope.spawn(|| server.ask(&put("/dir/new.bin", b"short-lived")));
        until_looked(&server);
        let delete = scope.spawn(|| server.ask(&delete));
        (write.join().expect("a client"), delete.join().expect("a client"))
    });
    drop(strace);
    let status = |answer: Result<svcd_tests::Response, String>| answer.map(|answer| answer.status);
    assert_eq!((status(write), status(delete)), (Ok(201), Ok(204)));
    assert!(!server.tree.path("dir/new.bin").exists());
}
