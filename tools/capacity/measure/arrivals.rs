//! Clients that come at random times, whether those before them are done or not.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use svcd_tests::tree::Random;

/// More than ever are there at a time.
const CLIENTS: usize = 256;

/// What became of one.
pub struct Seen {
    pub status: u16,
    /// From connect to the last byte, without what it waited by itself.
    pub took: Duration,
}

/// A number above 0, at most 1.
fn uniform(random: &mut Random) -> f64 {
    ((random.next() >> 11) as f64 + 1.0) / (1u64 << 53) as f64
}

/// So many a second for so long. Each asks on a connection of its own, after it has held
/// that for a time that is this long on average.
pub fn come(address: SocketAddr, rate: f64, seconds: f64, hold: f64) -> Vec<Seen> {
    let mut random = Random::new(0x5ca1e);
    let mut plan = Vec::new();
    let mut at = 0.0;
    while at < seconds {
        at -= uniform(&mut random).ln() / rate;
        // From a half to one and a half: for what is lost the spread makes no difference.
        plan.push((at, hold * (0.5 + uniform(&mut random))));
    }
    let (next, seen) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let begin = Instant::now() + Duration::from_millis(20);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while let Some((at, hold)) = plan.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let at = begin + Duration::from_secs_f64(*at);
                    thread::sleep(at.saturating_duration_since(Instant::now()));
                    // One that does not answer counts as one that was lost.
                    let one = ask(address, *hold).unwrap_or(Seen { status: 0, took: Duration::ZERO });
                    seen.lock().expect("nobody panics").push(one);
                }
            });
        }
    });
    seen.into_inner().expect("nobody panics")
}

fn ask(address: SocketAddr, hold: f64) -> std::io::Result<Seen> {
    let begin = Instant::now();
    let mut stream = TcpStream::connect(address)?;
    let wait = Duration::from_secs_f64(hold);
    let mut bytes = Vec::new();
    if hold > 0.0 {
        // Who is turned away is told at once.
        stream.set_read_timeout(Some(wait))?;
        let mut first = [0; 1];
        if matches!(stream.read(&mut first), Ok(1)) {
            bytes.push(first[0]);
        }
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    }
    if bytes.is_empty() {
        stream.write_all(b"GET /1k.txt HTTP/1.1\r\nHost: svcd.test\r\nConnection: close\r\n\r\n")?;
    }
    stream.read_to_end(&mut bytes)?;
    let status = bytes.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    Ok(Seen { status: status.unwrap_or(0), took: begin.elapsed().saturating_sub(wait) })
}
