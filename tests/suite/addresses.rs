//! Several addresses at once, Unix sockets among them.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use svcd_tests::log_line::LogLine;
use svcd_tests::server::request;
use svcd_tests::{Connection, Program, Server, Tree, each, path_max, skip, unix, until};

use crate::command_line::fails;

/// Where a test puts its socket, beside what is served.
fn place(tree: &Tree) -> (PathBuf, String) {
    let path = tree.outside().join("s");
    let argument = format!("unix:{}", path.display());
    (path, argument)
}

/// A server that listens on a port, too, which the harness waits for.
fn with_socket(tree: Tree, argument: &str) -> Server {
    let server = Server::with(tree).arguments(&["-b", "127.0.0.1", "-b", argument]).start();
    assert_eq!(server.errors().lines(2)[1], format!("svcd: listening on {argument}"));
    server
}

fn assert_answers(socket: &Path) {
    let response = unix::get(socket, "/hello.txt").expect("an answer over the Unix socket");
    assert_eq!((response.status, response.text().as_str()), (200, "hello, world\n"));
}

fn inode(path: &Path) -> u64 {
    fs::symlink_metadata(path).expect("it is there").ino()
}

#[test]
fn every_address_is_answered() {
    let mut arguments = vec!["-b", "127.0.0.1", "-b", "127.0.0.1:0"];
    if let Err(error) = TcpListener::bind("[::1]:0") {
        skip("binding to IPv6 addresses", &error.to_string());
    } else {
        arguments.extend(["-b", "::1", "-b", "[::1]:0"]);
    }
    let server = Server::start(&arguments);
    let lines = server.errors().lines(arguments.len() / 2);
    let addresses: Vec<SocketAddr> = lines
        .iter()
        .map(|line| line.strip_prefix("svcd: listening on http://").and_then(|rest| rest.strip_suffix('/')))
        .map(|authority| authority.and_then(|authority| authority.parse().ok()).expect("an address"))
        .collect();
    assert_eq!(addresses.len(), arguments.len() / 2);
    assert_eq!(addresses.iter().filter(|address| address.is_ipv6()).count(), addresses.len() - 2);
    for address in &addresses {
        assert!(address.port() != 0 && address.ip().is_loopback(), "{address}");
    }
    // All at once, and the last one first.
    let asked = request("GET", b"/hello.txt");
    let mut connections: Vec<Connection> =
        addresses.iter().map(|address| Connection::open(*address)).collect();
    for connection in connections.iter_mut().rev() {
        connection.send(&asked);
        connection.half_close();
    }
    for mut connection in connections {
        assert_eq!(connection.answer(&asked).expect("an answer").status, 200);
    }
}

#[test]
fn the_port_of_an_address_is_its_own() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its number").port().to_string();
    Server::start(&["-p", &port, "-b", "127.0.0.1:0"]).assert_serving();
}

#[test]
fn a_unix_socket_is_answered_and_logged() {
    let tree = Tree::standard();
    let (path, argument) = place(&tree);
    let server = with_socket(tree, &argument);
    assert_answers(&path);
    server.assert_serving();
    let line = LogLine::parse(&server.log().lines(2)[0]).expect("a line of the log");
    assert_eq!((line.client.as_str(), line.status), ("unix:", 200));
}

#[test]
fn the_umask_decides_who_may_connect() {
    let tree = Tree::standard();
    let (path, argument) = place(&tree);
    let umask = ["sh", "-c", "umask 077; exec \"$@\"", "sh"];
    let _server = Server::with(tree).behind(&umask).arguments(&["-b127.0.0.1", "-b", &argument]).start();
    let metadata = fs::metadata(&path).expect("a socket");
    assert!(metadata.file_type().is_socket());
    assert_eq!(metadata.mode() & 0o077, 0);
}

#[test]
fn the_socket_file_goes_with_its_server() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let tree = Tree::standard();
        let (path, argument) = place(&tree);
        let server = with_socket(tree, &argument);
        assert_answers(&path);
        server.signal(signal);
        // The tree lives as long as the server.
        until("the socket file to go", || (!path.exists()).then_some(()));
        assert_eq!(server.end().status.code(), Some(0), "{signal}");
    }
}

#[test]
fn a_file_that_took_the_place_of_the_socket_stays() {
    let tree = Tree::standard();
    let (path, argument) = place(&tree);
    let server = with_socket(tree, &argument);
    fs::remove_file(&path).expect("the server's file");
    let _other = UnixListener::bind(&path).expect("a socket in its place");
    let before = inode(&path);
    server.signal(Signal::SIGTERM);
    until("the server to stop listening", || std::net::TcpStream::connect(server.address).err());
    assert_eq!(inode(&path), before);
}

#[test]
fn the_socket_of_a_server_that_was_killed_is_replaced() {
    let tree = Tree::standard();
    let (path, argument) = place(&tree);
    drop(UnixListener::bind(&path).expect("a socket that nobody accepts from"));
    // A process that another test begins has it still, until it is a program.
    until("the socket to be nobody's", || unix::connect(&path).err());
    let first = with_socket(tree, &argument);
    assert_answers(&path);

    // A client of the first is still connected, and that must not matter.
    let mut client = unix::connect(&path).expect("a connection");
    client.write_all(&request("HEAD", b"/hello.txt")).expect("a request");
    assert_ne!(client.read(&mut [0; 1000]).expect("an answer"), 0);
    let before = inode(&path);
    first.signal(Signal::SIGKILL);
    until("the first server to go", || unix::connect(&path).err());
    assert_eq!(inode(&path), before, "nobody removed it");
    let second = with_socket(Tree::standard(), &argument);
    assert_answers(&path);
    second.assert_serving();
}

#[test]
fn a_socket_with_a_server_is_left_to_it() {
    let tree = Tree::standard();
    let root = tree.root().display().to_string();
    let (path, argument) = place(&tree);
    let server = with_socket(tree, &argument);
    let ended = Program::chosen().run(&["-b", &argument, &root]);
    fails(&ended, 1).expect("one line");
    assert!(ended.stderr.contains("bind") && ended.stderr.contains("EADDRINUSE"), "{}", ended.stderr);
    assert!(ended.stderr.contains(&path.display().to_string()), "{}", ended.stderr);
    assert_answers(&path);
    server.assert_serving();
}

#[test]
fn what_is_no_socket_is_never_removed() {
    let tree = Tree::standard();
    let root = tree.root().display().to_string();
    drop(UnixListener::bind(tree.outside().join("stale")).expect("a socket"));
    type Make = fn(&Path);
    let make: [(&str, Make); 5] = [
        ("file", |path| fs::write(path, "kept").expect("a file")),
        ("empty file", |path| fs::write(path, "").expect("a file")),
        ("folder", |path| fs::create_dir(path).expect("a folder")),
        ("link to a stale socket", |path| symlink("stale", path).expect("a link")),
        ("link to nothing", |path| symlink("nothing", path).expect("a link")),
    ];
    each(make, |make| {
        let (path, argument) = place(&tree);
        let _ = fs::remove_dir(&path).or_else(|_| fs::remove_file(&path));
        make(&path);
        let before = inode(&path);
        let ended = Program::chosen().run(&["-b", &argument, &root]);
        fails(&ended, 1)?;
        if !ended.stderr.contains("EADDRINUSE") {
            return Err(format!("another error: {:?}", ended.stderr));
        }
        if inode(&path) == before { Ok(()) } else { Err("it was replaced".to_owned()) }
    });
    assert!(tree.outside().join("stale").exists());
}

#[test]
fn a_start_that_fails_leaves_no_socket_behind() {
    let tree = Tree::standard();
    let (path, argument) = place(&tree);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its number").to_string();
    let ended = Program::chosen().run(&["-b", &argument, "-b", &address, &tree.root().display().to_string()]);
    fails(&ended, 1).expect("one line");
    assert!(ended.stderr.contains(&address) && ended.stderr.contains("EADDRINUSE"), "{}", ended.stderr);
    assert!(fs::symlink_metadata(&path).is_err(), "the socket is still there");
}

#[test]
fn the_longest_path_is_the_systems() {
    let tree = Tree::standard();
    let outside = tree.outside();
    let root = tree.root().display().to_string();
    // sun_path of sockaddr_un, without its NUL: Linux, Darwin.
    let longest = if path_max() == 1024 { 103 } else { 107 };
    let too_long = Program::chosen().run(&["-b", &format!("unix:{}", "x".repeat(longest + 1)), &root]);
    fails(&too_long, 1).expect("one line");
    assert!(too_long.stderr.contains("ENAMETOOLONG"), "{}", too_long.stderr);
    let name = "x".repeat(longest);
    let arguments = ["-b127.0.0.1", "-b", &format!("unix:{name}")];
    let server = Server::with(tree).arguments(&arguments).in_folder(&outside).start();
    assert_eq!(server.errors().lines(2)[1], format!("svcd: listening on unix:{name}"));
    assert!(outside.join(name).exists());
}

#[test]
fn a_path_in_no_folder_is_a_failed_start() {
    let tree = Tree::standard();
    let argument = format!("unix:{}/missing/s", tree.outside().display());
    let ended = Program::chosen().run(&["-b", &argument, &tree.root().display().to_string()]);
    fails(&ended, 1).expect("one line");
    assert!(ended.stderr.contains("bind") && ended.stderr.contains("ENOENT"), "{}", ended.stderr);
}

#[test]
fn the_idle_timeout_counts_for_every_kind_of_address() {
    let tree = Tree::standard();
    let (path, argument) = place(&tree);
    let arguments = ["-b127.0.0.1", "-b", &argument, "--idle-timeout", "1"];
    let server = Server::with(tree).arguments(&arguments).start();
    server.errors().lines(2);
    let mut tcp = server.connect();
    let mut unix = unix::connect(&path).expect("a connection");
    let start = Instant::now();
    assert_eq!(tcp.read_to_end().map(|bytes| bytes.len()), Ok(0));
    assert_eq!(unix.read_to_end(&mut Vec::new()).expect("an orderly end"), 0);
    let waited = start.elapsed();
    assert!(waited > Duration::from_millis(500) && waited < Duration::from_secs(10), "{waited:?}");
}
