//! A connection that a proxy takes for a request at the moment when svcd closes it. The
//! files of deploy/ have the proxy close first; but at a stop and above `--max-conns` it
//! is svcd that closes. Then a request that may be sent again is, and no other one.

use std::fs;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use svcd_tests::process::{children, visible};
use svcd_tests::server::request;
use svcd_tests::{Connection, Server, until};

use super::front::Front;
use super::{Curl, NAME, caddy, haproxy, nginx, three};

/// For so long, and a little longer, they remember what went wrong.
const FAIL_TIMEOUT: Duration = Duration::from_millis(2200);

/// Sends this to the processes of all connections.
fn signal(servers: &[Server; 3], signal: Signal) {
    for child in servers.iter().flat_map(|server| children(server.id())) {
        // It may have ended by itself meanwhile.
        let _ = kill(Pid::from_raw(child.id.cast_signed()), signal);
    }
}

/// Whether bytes wait for who has a connection at this port, as in proc_pid_net(5).
fn is_unread(port: u16) -> bool {
    let (table, port) = (fs::read_to_string("/proc/net/tcp").expect("/proc"), format!(":{port:04X}"));
    table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).any(|words| {
        let received = words.get(4).and_then(|queues| queues.split(':').nth(1));
        words.get(1).is_some_and(|local| local.ends_with(&port))
            && words.get(3) == Some(&"01")
            && received.is_some_and(|count| count.bytes().any(|digit| digit != b'0'))
    })
}

/// What `ask` brings when its request goes out on connections that are there, and all
/// of these end before anybody has read it.
fn on_its_way<T: Send>(servers: &[Server; 3], ask: impl FnOnce() -> T + Send) -> T {
    signal(servers, Signal::SIGSTOP);
    let told = thread::scope(|scope| {
        let asking = scope.spawn(ask);
        until("bytes that nobody reads", || {
            let is_there = || servers.iter().any(|server| is_unread(server.address.port()));
            // What a check of the proxy sends is read at once.
            is_there().then(|| thread::sleep(Duration::from_millis(60)))?;
            is_there().then_some(())
        });
        signal(servers, Signal::SIGKILL);
        asking.join()
    });
    told.expect("an answer")
}

fn with_shared_connections(servers: &[Server; 3], curl: &Curl, https: u16) {
    let form = ["-Z", "--parallel-immediate", "-o", "/dev/null", "-w", "%{http_code}\n"];
    let ask = |more: &[&str], target: &str| {
        let url = format!("https://{NAME}:{https}{target}");
        curl.run(&[&form[..], more, &[&url]].concat())
    };
    // The same one, so that there is a connection for it to take.
    let post = ["--data", "something"];
    assert_eq!(ask(&post, "/cgi-bin/env"), "200\n");
    assert_eq!(on_its_way(servers, || ask(&post, "/cgi-bin/env")), "502\n", "it could have been done");
    // Until then it asks another one.
    thread::sleep(FAIL_TIMEOUT);
    let all = "200\n".repeat(8);
    assert_eq!(ask(&[], "/dir/inner.txt?[1-8]"), all);
    assert_eq!(on_its_way(servers, || ask(&[], "/dir/inner.txt?[1-8]")), all, "asked again");
}

#[test]
fn nginx_sends_again_what_svcd_did_not_take() {
    sends_again(nginx::start);
}

#[test]
fn caddy_sends_again_what_svcd_did_not_take() {
    sends_again(caddy::start);
}

fn sends_again(start: fn(&[Server; 3]) -> Option<Front>) {
    if !visible("a connection that ends at the wrong time") {
        return;
    }
    let servers = three("x-forwarded-for", &[]);
    let Some(front) = start(&servers) else { return };
    let Some(curl) = Curl::find(&front.folder(), front.ports.https) else { return };
    with_shared_connections(&servers, &curl, front.ports.https);
}

/// With PROXY each client has connections of its own, which go with the client's: so
/// these are kept here.
#[test]
fn haproxy_sends_again_what_svcd_did_not_take() {
    if !visible("a connection that ends at the wrong time") {
        return;
    }
    let servers = three("proxy", &[]);
    let Some(front) = haproxy::start_without_tls(&servers) else { return };
    ["a", "b", "c"].iter().for_each(|server| haproxy::until_status(&front.folder(), server, "UP"));
    let mut connection = Connection::open(SocketAddr::from(([127, 0, 0, 1], front.ports.plain)));
    let get = request("GET", b"/hello.txt");
    let mut ask = |request: &[u8]| connection.exchange(request).map(|answer| answer.status);
    assert_eq!(ask(&get), Ok(200));
    assert_eq!(on_its_way(&servers, || ask(&get)), Ok(200), "asked again");
    let post = b"POST /cgi-bin/env HTTP/1.1\r\nHost: svcd.test\r\nContent-Length: 1\r\n\r\nx";
    assert_eq!(ask(post), Ok(200));
    let told = on_its_way(&servers, || ask(post));
    assert_ne!(told, Ok(200), "it could have been done");
}
