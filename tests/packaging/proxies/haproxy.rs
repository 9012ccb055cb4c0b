//! deploy/haproxy/haproxy.cfg.

use std::cell::Cell;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::Path;

use svcd_tests::server::request;
use svcd_tests::{Connection, Server, skip, until};

use super::front::{Front, Ports, Start};
use super::{Curl, addresses, as_each_in_front, three};

/// With the file as it is. None if there is no HAProxy.
pub fn start(servers: &[Server; 3]) -> Option<Front> {
    Some(Start::of("haproxy")?.start(|start, ports| configure(start, ports, servers, "")))
}

/// With a second file, as the first one has no way in without TLS but a redirect.
pub fn start_without_tls(servers: &[Server; 3]) -> Option<Front> {
    let start = |start: &Start, ports: Ports| configure(start, ports, servers, &without_tls(ports.plain));
    Some(Start::of("haproxy")?.start(start))
}

fn configure(start: &Start, ports: Ports, servers: &[Server; 3], more: &str) -> Vec<String> {
    let mut meanings = addresses(servers);
    meanings.extend([
        ("bind :80".to_owned(), format!("bind 127.0.0.1:{}", ports.http)),
        ("bind :443".to_owned(), format!("bind 127.0.0.1:{}", ports.https)),
        ("/etc/haproxy/site.pem".to_owned(), start.path("site.pem")),
        ("/run/haproxy/svcd.sock".to_owned(), start.path("svcd.sock")),
        // There may be no such user here, and not everybody may become another one.
        ("    user haproxy\n    group haproxy\n".to_owned(), String::new()),
    ]);
    let files = [start.path("haproxy.cfg"), start.path("more.cfg")];
    fs::write(&files[0], start.filled("haproxy/haproxy.cfg", &meanings)).expect("a new file");
    fs::write(&files[1], more).expect("a new file");
    let files: Vec<&str> =
        if more.is_empty() { vec!["-f", &files[0]] } else { vec!["-f", &files[0], "-f", &files[1]] };
    start.check(&[&["-c"], &files[..]].concat());
    [&["-db"], &files[..]].concat().into_iter().map(str::to_owned).collect()
}

fn without_tls(port: u16) -> String {
    format!(
        "frontend plain\n    mode http\n    bind 127.0.0.1:{port}\n    timeout client 30s\n    \
         timeout http-request 10s\n    default_backend svcd\n"
    )
}

/// Asks it by its socket.
pub fn ask(folder: &Path, command: &str) -> String {
    let mut socket = until("its socket", || UnixStream::connect(folder.join("svcd.sock")).ok());
    socket.write_all(format!("{command}\n").as_bytes()).expect("a command");
    let mut said = String::new();
    socket.read_to_string(&mut said).expect("an answer");
    said
}

/// A field of the line that it keeps for a server, or for all of them (BACKEND).
pub fn figure(folder: &Path, server: &str, field: &str) -> String {
    let table = ask(folder, "show stat");
    let mut rows = table.lines().map(|line| line.trim_start_matches("# ").split(',').collect::<Vec<_>>());
    let titles = rows.next().expect("titles");
    let place = titles.iter().position(|title| *title == field).expect("a field of it");
    let row = rows.find(|row| row.first() == Some(&"svcd") && row.get(1) == Some(&server)).expect("a server");
    row[place].to_owned()
}

/// Waits until its checks have found a server so.
pub fn until_status(folder: &Path, server: &str, status: &str) {
    until(&format!("{server} to be {status}"), || (figure(folder, server, "status") == status).then_some(()));
}

#[test]
fn haproxy_in_front() {
    let servers = three("proxy", &[]);
    let Some(front) = start(&servers) else { return };
    let Some(curl) = Curl::find(&front.folder(), front.ports.https) else { return };
    ["a", "b", "c"].iter().for_each(|server| until_status(&front.folder(), server, "UP"));
    as_each_in_front(&front, &curl, &servers);
    // As its comment says, to take one out.
    ask(&front.folder(), "set server svcd/a state drain");
    until_status(&front.folder(), "a", "DRAIN");
    let url = format!("https://{}:{}/drained.txt?[1-8]", super::NAME, front.ports.https);
    curl.run(&["-o", "/dev/null", &url]);
    assert!(!servers[0].log().so_far().contains("drained"), "a server that is out is not asked");
}

/// Somebody else may have got a port before it.
#[test]
fn a_server_in_front_whose_port_is_taken_is_started_with_another_one() {
    let servers = three("proxy", &[]);
    let Some(start) = Start::of("haproxy") else { return };
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let https = taken.local_addr().expect("its address").port();
    let first = Cell::new(true);
    let front = start.start(|start, ports| {
        let ports = if first.replace(false) { Ports { https, ..ports } } else { ports };
        configure(start, ports, &servers, "")
    });
    assert_ne!(front.ports.https, https);
}

#[test]
fn haproxy_finds_out_who_does_not_answer() {
    let [a, b, c] = three("proxy", &[]);
    let servers = [a, b, c];
    let Some(front) = start(&servers) else { return };
    until_status(&front.folder(), "a", "UP");
    let [a, ..] = servers;
    assert_eq!(a.stop().status.code(), Some(0));
    until_status(&front.folder(), "a", "DOWN");
}

/// A server with all of `--max-conns` in use answers 503, and another one is asked.
#[test]
fn haproxy_asks_another_one_where_one_is_full() {
    if !cfg!(target_os = "linux") {
        return skip("a full server", "this system's loopback has one address only");
    }
    let servers = three("proxy", &["--max-conns", "4"]);
    let Some(front) = start(&servers) else { return };
    let Some(curl) = Curl::find(&front.folder(), front.ports.https) else { return };
    ["a", "b", "c"].iter().for_each(|server| until_status(&front.folder(), server, "UP"));
    // Programs that take a while, for somebody who is no proxy.
    let long = request("GET", b"/cgi-bin/sleep");
    let full: Vec<Connection> = (0..4)
        .map(|_| {
            let source = "127.0.0.6".parse().expect("an address");
            let mut connection = Connection::open_from(source, servers[0].address).expect("a connection");
            connection.send(&long);
            connection
        })
        .collect();
    until("the first server to be full", || {
        let answer = servers[0].get("/healthz").ok()?;
        (answer.status == 503).then_some(())
    });
    let url = format!("https://{}:{}/hello.txt?[1-24]", super::NAME, front.ports.https);
    let said = curl.run(&["-o", "/dev/null", "-w", "%{http_code}\n", &url]);
    assert_eq!(said, "200\n".repeat(24));
    drop(full);
}
