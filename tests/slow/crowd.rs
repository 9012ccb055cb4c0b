//! Clients that nobody wants: slow ones, and too many.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use svcd_tests::Connection;

/// Connections that each send a byte of a head now and then, and come again when they
/// are closed.
pub struct Drippers {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

const BEGINNING: &[u8] = b"GET /hello.txt HTTP/1.1\r\nX: ";

impl Drippers {
    /// When this is done, all are connected.
    pub fn start(address: SocketAddr, count: usize) -> Drippers {
        let begin = move || {
            let mut connection = Connection::try_open(address).ok()?;
            connection.try_send(BEGINNING).ok()?;
            Some(connection)
        };
        let mut all: Vec<Option<Connection>> = (0..count).map(|_| begin()).collect();
        let stop = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            // A second for a round, and each has its own moment in it.
            let pause = Duration::from_secs(1) / count as u32;
            for place in (0..count).cycle() {
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                let is_open = all[place].as_mut().is_some_and(|one| one.try_send(b"x").is_ok());
                if !is_open {
                    all[place] = begin();
                }
                thread::sleep(pause);
            }
        });
        Drippers { stop, thread }
    }

    pub fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("a thread without panics");
    }
}

/// Connections that are opened at a rate, and closed when they have an answer.
pub struct Flood {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<(usize, usize)>>,
}

const THREADS: u32 = 4;

impl Flood {
    pub fn start(address: SocketAddr, per_second: u32) -> Flood {
        let stop = Arc::new(AtomicBool::new(false));
        let (count, begin) = (Arc::new(AtomicUsize::new(0)), Instant::now());
        let client = || {
            let (stop, count) = (Arc::clone(&stop), Arc::clone(&count));
            thread::spawn(move || {
                let (mut turned_away, mut other) = (0, 0);
                while !stop.load(Ordering::Relaxed) {
                    let number = count.fetch_add(1, Ordering::Relaxed) as u32;
                    let due = begin + Duration::from_secs(1) / per_second * number;
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                    match knock(address) {
                        Some(503) => turned_away += 1,
                        _ => other += 1,
                    }
                }
                (turned_away, other)
            })
        };
        let threads = (0..THREADS).map(|_| client()).collect();
        Flood { stop, threads }
    }

    /// How many were turned away, and how many met with something else.
    pub fn stop(self) -> (usize, usize) {
        self.stop.store(true, Ordering::Relaxed);
        let counts = self.threads.into_iter().map(|thread| thread.join().expect("no panic"));
        counts.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
    }
}

/// The status of the answer to a connection. It is left by a reset, which keeps no port.
fn knock(address: SocketAddr) -> Option<u16> {
    let mut connection = Connection::try_open(address).ok()?;
    let beginning = connection.read(12).ok()?;
    connection.reset();
    std::str::from_utf8(&beginning).ok()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}
