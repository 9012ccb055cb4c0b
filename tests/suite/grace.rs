//! How long a stop waits for requests that are under way.

use nix::sys::signal::Signal;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use svcd_tests::scripts::{self, Gate};
use svcd_tests::server::request;
use svcd_tests::tree::BIG;
use svcd_tests::{Connection, Server, response, until};

/// A client in the middle of a large answer, which cannot go on without it.
fn stuck(server: &Server) -> (Connection, Vec<u8>) {
    let mut connection = Connection::open_narrow(server.address);
    connection.send(&request("GET", b"/big.bin"));
    let beginning = connection.read(1000).expect("the beginning");
    (connection, beginning)
}

fn stop(server: &Server, signal: Signal) {
    server.signal(signal);
    until("new connections to be refused", || TcpStream::connect(server.address).err());
}

#[test]
fn a_request_that_takes_longer_is_cut_and_its_client_sees_that() {
    for (seconds, times) in [("1", 0.9..9.0), ("0", 0.0..9.0)] {
        let server = Server::start(&["--grace", seconds]);
        let (mut connection, mut bytes) = stuck(&server);
        let start = Instant::now();
        stop(&server, Signal::SIGTERM);
        let log = server.log().clone();
        assert_eq!(server.end().status.code(), Some(0));
        // Without the option it is ten, and this client would wait for ever.
        let waited = start.elapsed().as_secs_f32();
        assert!(times.contains(&waited), "--grace {seconds}: after {waited} s");
        bytes.extend(connection.read_to_end().unwrap_or_default());
        assert!(response::only(&bytes, false).is_err(), "it looks like all of it");
        assert!(bytes.len() < BIG, "it is cut");
        assert_eq!(log.so_far(), "", "an answer that was not sent is not logged as one");
    }
}

#[test]
fn a_request_that_ends_in_time_is_finished() {
    let server = Server::start(&["--grace=600"]);
    let (mut connection, mut bytes) = stuck(&server);
    stop(&server, Signal::SIGINT);
    std::thread::sleep(Duration::from_millis(1500));
    bytes.extend(connection.read_to_end().expect("the rest"));
    assert_eq!(response::only(&bytes, false).map(|answer| answer.body.len()), Ok(BIG));
    assert_eq!(server.end().status.code(), Some(0));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    use Signal::{SIGINT, SIGTERM};
    for (first, second) in [(SIGTERM, SIGTERM), (SIGINT, SIGINT), (SIGTERM, SIGINT)] {
        // The harness would not wait so long.
        let server = Server::start(&["--grace", "600"]);
        let (_stuck, _) = stuck(&server);
        stop(&server, first);
        // What waits for the requests behind the first tenth of a second, too.
        std::thread::sleep(Duration::from_millis(if second == SIGINT { 0 } else { 300 }));
        server.signal(second);
        assert_eq!(server.end().status.code(), Some(0), "{first} {second}");
    }
}

#[test]
fn programs_end_with_the_server_at_its_time_and_at_a_second_signal() {
    let script = "trap '' TERM INT\necho $$ >ids\nprintf 'Content-Type: text/plain\\n\\n'; read x <gate\n";
    for second in [false, true] {
        let tree = scripts::tree(&[("wait", script)]);
        let _gate = Gate::new(&tree, "cgi-bin/gate");
        let grace = if second { "600" } else { "1" };
        let server = Server::with(tree).arguments(&["--grace", grace]).start();
        let mut connection = server.connect();
        connection.send(&request("GET", b"/cgi-bin/wait"));
        let ids = scripts::ids_of(&server.tree.path("cgi-bin/ids"));
        stop(&server, Signal::SIGTERM);
        if second {
            server.signal(Signal::SIGTERM);
        }
        assert_eq!(server.end().status.code(), Some(0), "--grace {grace}");
        scripts::until_gone(&ids);
    }
}
