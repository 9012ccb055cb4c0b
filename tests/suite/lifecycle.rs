//! How the server ends, and what it survives.

use std::net::TcpStream;
use std::process::Command;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use svcd_tests::process::{children, until_children, until_descriptors, visible};
use svcd_tests::server::request;
use svcd_tests::tree::{BIG, big};
use svcd_tests::{Connection, Program, Server, Tree, process, response, scale, skip, until};

/// A client in the middle of a large response, which cannot go on without it.
fn stuck(server: &Server, target: &[u8]) -> (Connection, Vec<u8>) {
    let mut connection = Connection::open_narrow(server.address);
    connection.send(&request("GET", target));
    let beginning = connection.read(1000).expect("the beginning of a response");
    (connection, beginning)
}

#[test]
fn sigterm_and_sigint_end_it() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let server = Server::start(&[]);
        server.assert_serving();
        let address = server.address;
        server.signal(signal);
        let ended = server.end();
        assert_eq!(ended.status.code(), Some(0), "{signal}");
        assert!(TcpStream::connect(address).is_err(), "{signal}: still listening");
    }
}

#[test]
fn running_requests_finish() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let server = Server::start(&[]);
        let (mut connection, mut bytes) = stuck(&server, b"/big.bin");
        server.signal(signal);
        until("new connections to be refused", || TcpStream::connect(server.address).err());
        bytes.extend(connection.read_to_end().expect("the rest"));
        let response = response::only(&bytes, false).expect("a whole response");
        assert!(response.body == big(), "{signal}: other bytes");
        let ended = server.end();
        assert_eq!(ended.status.code(), Some(0), "{signal}");
        assert_eq!(ended.stdout.lines().count(), 1, "{signal}: the request is logged: {}", ended.stdout);
    }
}

#[test]
fn running_requests_finish_when_the_terminal_interrupts_the_whole_group() {
    let server = Server::with(Tree::standard()).own_group().start();
    let (mut connection, mut bytes) = stuck(&server, b"/big.bin");
    killpg(Pid::from_raw(server.id().cast_signed()), Signal::SIGINT).expect("a group");
    bytes.extend(connection.read_to_end().expect("the rest"));
    assert_eq!(response::only(&bytes, false).map(|response| response.body.len()), Ok(BIG));
    assert_eq!(server.end().status.code(), Some(0));
}

#[test]
fn clients_that_stay_do_not_keep_it_from_ending() {
    let server = Server::start(&[]);
    let _idle = server.connect();
    let mut half = server.connect();
    half.send(b"GET / HTTP/1.1\r\n");
    server.assert_serving();
    let (_stuck, _) = stuck(&server, b"/big.bin");
    assert_eq!(server.stop().status.code(), Some(0));
}

#[test]
fn a_crash_costs_one_connection() {
    if !visible("a crash in mid-response") {
        return;
    }
    let tree = Tree::standard();
    // More than any socket buffers, so the response is surely under way.
    tree.hole("huge.bin", 1 << 30);
    let server = Server::with(tree).start();
    server.assert_serving();
    until_children(server.id(), 0);
    let before = process::descriptors(server.id());
    for signal in [Signal::SIGSEGV, Signal::SIGKILL] {
        let (mut connection, _) = stuck(&server, b"/huge.bin");
        let child = until_children(server.id(), 1).remove(0);
        kill(Pid::from_raw(child.id.cast_signed()), signal).expect("the child runs");
        until_children(server.id(), 0);
        let rest = connection.read_to_end().map_or(0, |rest| rest.len());
        assert!(rest < 1 << 30, "{signal}: the connection ended with its process");
        server.assert_serving();
    }
    until_children(server.id(), 0);
    until_descriptors(server.id(), &before);
    assert_eq!(server.stop().status.code(), Some(0));
}

#[test]
fn clients_that_vanish() {
    let server = Server::start(&[]);
    for _ in 0..scale(10) {
        let (connection, _) = stuck(&server, b"/big.bin");
        connection.reset();
        let (connection, _) = stuck(&server, b"/big.bin");
        drop(connection);
    }
    server.assert_serving();
    if visible("what vanished clients leave behind") {
        until_children(server.id(), 0);
    }
    assert_eq!(server.stop().status.code(), Some(0));
}

#[test]
fn signals_that_mean_nothing_to_it() {
    // They come with every day's work.
    let server = Server::start(&[]);
    for signal in [Signal::SIGPIPE, Signal::SIGCHLD] {
        server.signal(signal);
        server.assert_serving();
    }
}

#[test]
fn stopped_and_continued() {
    // As by ^Z and `fg`. Waits with a time limit end with EINTR then, even
    // where no signal is handled; see signal(7).
    let server = Server::with(Tree::standard()).own_group().start();
    let whole = request("GET", b"/hello.txt");
    let (silent, cut) = (server.connect(), server.connect());
    let mut waiting = [(silent, &whole[..0]), (cut, &whole[..10])];
    for (connection, sent) in &mut waiting {
        connection.send(sent);
    }
    let (mut large, mut bytes) = stuck(&server, b"/big.bin");
    let group = Pid::from_raw(server.id().cast_signed());
    for _ in 0..3 {
        killpg(group, Signal::SIGSTOP).expect("a group");
        killpg(group, Signal::SIGCONT).expect("a group");
        server.assert_serving();
    }
    for (connection, sent) in &mut waiting {
        connection.send(&whole[sent.len()..]);
        let status = connection.answer(&whole).map(|response| response.status);
        assert_eq!(status, Ok(200), "after {} bytes", sent.len());
    }
    bytes.extend(large.read_to_end().expect("the rest"));
    assert!(response::only(&bytes, false).expect("a whole response").body == big());
}

#[test]
fn started_again_on_the_same_port() {
    // The server closed these connections, so the kernel keeps the port busy for a while.
    let first = Server::start(&[]);
    for _ in 0..3 {
        first.assert_serving();
    }
    let port = first.address.port().to_string();
    assert_eq!(first.stop().status.code(), Some(0));
    let second = Server::start(&["-p", &port]);
    second.assert_serving();
    // But never two of them at once.
    let third = Program::chosen().run(&["-p", &port, "."]);
    assert_eq!(third.status.code(), Some(1), "{}", third.stderr);
    assert!(third.stderr.contains("EADDRINUSE"), "{}", third.stderr);
}

#[test]
fn every_prefix_of_a_request() {
    let server = Server::start(&[]);
    let whole = request("GET", b"/hello.txt?a=%20b");
    for length in 0..whole.len() {
        let mut connection = server.connect();
        connection.send(&whole[..length]);
        connection.half_close();
        let bytes = connection.read_to_end().unwrap_or_else(|why| panic!("{length} bytes: {why}"));
        if !bytes.is_empty() {
            let response = response::only(&bytes, false);
            let status = response.map(|response| response.status);
            assert_eq!(status, Ok(400), "{length} bytes: {:?}", String::from_utf8_lossy(&whole[..length]));
        }
        // The same, and gone without a word.
        let mut connection = server.connect();
        connection.send(&whole[..length]);
        connection.reset();
    }
    server.assert_serving();
    if visible("what cut requests leave behind") {
        until_children(server.id(), 0);
        assert_eq!(children(server.id()), []);
    }
}

#[test]
fn children_are_counted_though_sigchld_was_ignored_at_the_start() {
    // As some supervisors leave it: the kernel would reap children unseen. Not
    // every sh can ignore it.
    let script = "$SIG{CHLD} = 'IGNORE'; exec @ARGV";
    if Command::new("perl").arg("-v").output().is_err() {
        skip("a start with SIGCHLD ignored", "there is no perl to ignore it");
        return;
    }
    let server = Server::with(Tree::standard())
        .behind(&["perl", "-e", script])
        .arguments(&["--max-conns", "2"])
        .start();
    for _ in 0..6 {
        until("a free place", || {
            server.get("/hello.txt").is_ok_and(|answer| answer.status == 200).then_some(())
        });
    }
}
