//! Clients that mean harm: heads that never end, readers that hardly read, and more
//! connections than the server takes.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use svcd_tests::Connection;
use svcd_tests::server::request;

/// Between two bytes of a head that never ends.
const DRIP: Duration = Duration::from_secs(1);

/// Keeps so many connections open, each with a head that gets a byte longer every
/// second. What the server ends is opened again. `open` is their number.
pub fn slow_heads(address: SocketAddr, count: usize, open: &AtomicUsize, is_over: &AtomicBool) {
    let mut all: Vec<Option<TcpStream>> = (0..count).map(|_| None).collect();
    let mut is_first = true;
    while !is_over.load(Ordering::Relaxed) {
        for slow in &mut all {
            let goes_on =
                slow.as_mut().is_some_and(|stream| is_kept(stream) && stream.write_all(b"a").is_ok());
            if !goes_on {
                *slow = begin(address);
            }
            if !is_first {
                thread::sleep(DRIP / count as u32);
            }
            if is_over.load(Ordering::Relaxed) {
                break;
            }
        }
        is_first = false;
        open.store(all.iter().flatten().count(), Ordering::Relaxed);
    }
    open.store(0, Ordering::Relaxed);
}

fn begin(address: SocketAddr) -> Option<TcpStream> {
    let mut stream = TcpStream::connect_timeout(&address, DRIP).ok()?;
    stream.set_nonblocking(true).ok()?;
    stream.write_all(b"GET /hello.txt HTTP/1.1\r\nHost: svcd.test\r\nX: ").ok()?;
    Some(stream)
}

/// Nothing has come from the server, not even its end.
fn is_kept(stream: &mut TcpStream) -> bool {
    stream.read(&mut [0; 512]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

/// Asks for a large file again and again, and takes little of it at a time.
pub fn slow_reader(address: SocketAddr, is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        let mut connection = Connection::open_narrow(address);
        if connection.try_send(&request("GET", b"/big.bin")).is_err() {
            continue;
        }
        for _ in 0..100 {
            thread::sleep(Duration::from_millis(50));
            if is_over.load(Ordering::Relaxed) || connection.read(2048).is_err() {
                break;
            }
        }
    }
}

/// What came of connections that were too many.
#[derive(Default)]
pub struct Attempts {
    pub made: usize,
    pub time: Duration,
    /// Answered 503.
    pub refused: usize,
    /// No connection came about.
    pub failed: usize,
}

impl Attempts {
    pub fn rate(&self) -> f64 {
        self.made as f64 / self.time.as_secs_f64().max(0.001)
    }
}

/// So many connection attempts a second, or as many as this machine can.
pub fn attempts(address: SocketAddr, rate: u32, is_over: &AtomicBool) -> Attempts {
    /// Each is looked at when so many have come after it. The server may be that late.
    const BEHIND: usize = 400;
    let start = Instant::now();
    let mut found = Attempts::default();
    let mut open: Vec<Option<TcpStream>> = (0..BEHIND).map(|_| None).collect();
    while !is_over.load(Ordering::Relaxed) {
        let due = Duration::from_secs(1) * found.made as u32 / rate;
        if let Some(early) = due.checked_sub(start.elapsed()).filter(|early| early.as_micros() > 500) {
            thread::sleep(early);
        }
        let place = found.made % BEHIND;
        if open[place].take().is_some_and(is_refused) {
            found.refused += 1;
        }
        match TcpStream::connect_timeout(&address, DRIP) {
            Ok(stream) => open[place] = Some(stream),
            Err(_) => found.failed += 1,
        }
        found.made += 1;
    }
    found.refused += open.into_iter().flatten().filter_map(|stream| is_refused(stream).then_some(())).count();
    found.time = start.elapsed();
    found
}

fn is_refused(mut stream: TcpStream) -> bool {
    let mut head = [0; 12];
    let _ = stream.set_nonblocking(true);
    stream.read(&mut head).is_ok_and(|count| head.get(..count) == Some(b"HTTP/1.1 503"))
}
