//! --min-rate for answers: a client that takes next to nothing, but never nothing
//! at all, does not hold a process for ever.

use std::thread;
use std::time::{Duration, Instant};

use svcd_tests::log_line::LogLine;
use svcd_tests::server::request;
use svcd_tests::{Connection, Server, deadline, scripts};

/// More than any socket buffers.
const HUGE: u64 = 1 << 30;

fn start(arguments: &[&str]) -> Server {
    let tree = scripts::tree(&[(
        "endless",
        "printf 'Content-Type: text/plain\\n\\n'; while :; do printf '%1000s'; done\n",
    )]);
    tree.hole("huge.bin", HUGE);
    Server::with(tree).arguments(arguments).start()
}

/// Takes some bytes at a time, with pauses of so many milliseconds, until the server has enough of it (Ok) or
/// for so many seconds (Err: what has come by then).
fn sip(server: &Server, target: &str, pause: u64, seconds: u64) -> Result<(), usize> {
    let mut connection = Connection::open_narrow(server.address);
    connection.send(&request("GET", target.as_bytes()));
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut taken = 0;
    while Instant::now() < end {
        match connection.read_for(Duration::from_millis(100)) {
            Ok(Some(bytes)) if bytes.is_empty() => return Ok(()),
            Ok(bytes) => taken += bytes.map_or(0, |bytes| bytes.len()),
            Err(_) => return Ok(()),
        }
        thread::sleep(Duration::from_millis(pause));
    }
    Err(taken)
}

fn is_dropped(target: &str, pause: u64) {
    // What arrives in a tenth of a second is far less, and never nothing.
    let server = start(&["--min-rate", "100000000", "--idle-timeout", "2"]);
    assert_eq!(sip(&server, target, pause, 2 * deadline().as_secs()), Ok(()), "{target}, {pause}");
    let line = LogLine::parse(&server.log().lines(1)[0]).expect("a line");
    assert!(line.status == 200 && line.bytes < HUGE, "{line:?}");
    server.assert_serving();
}

#[test]
fn who_reads_the_output_of_a_program_slower_is_dropped() {
    // It goes out in pieces, and each is waited for by itself.
    is_dropped("/cgi-bin/endless", 1000);
}

#[test]
fn who_reads_a_file_slower_is_dropped() {
    thread::scope(|scope| {
        for pause in [100, 1000] {
            scope.spawn(move || is_dropped("/huge.bin", pause));
        }
    });
}

#[test]
fn who_reads_faster_is_kept_and_so_is_everybody_without_a_rate() {
    thread::scope(|scope| {
        for rate in ["1", "0"] {
            for target in ["/huge.bin", "/cgi-bin/endless"] {
                scope.spawn(move || {
                    let server = start(&["--min-rate", rate, "--idle-timeout", "2"]);
                    let taken = sip(&server, target, 100, 7).expect_err("it is kept");
                    assert!(taken > 0, "--min-rate {rate}: {target}");
                });
            }
        }
    });
}
