//! Clients that ask one request after the other, look at every answer, and forgive
//! nothing: no second attempt, whatever goes wrong.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use svcd_tests::server::request;
use svcd_tests::{Connection, until};

/// Requests on a connection, before a client opens another one.
const OF_A_CONNECTION: usize = 40;

pub struct Load {
    shared: Arc<Shared>,
    clients: Vec<JoinHandle<Told>>,
}

/// What clients and who started them tell each other.
#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    /// So many requests came to an end, good or bad.
    ended: AtomicUsize,
    failed: AtomicUsize,
}

/// What clients have to tell in the end.
#[derive(Default)]
pub struct Told {
    /// How long each answer took.
    pub times: Vec<Duration>,
    /// What went wrong, and when.
    pub failures: Vec<String>,
}

impl Load {
    /// So many clients, who pause for so long between two requests for one target.
    pub fn start(
        address: SocketAddr,
        clients: usize,
        pause: Duration,
        target: &'static str,
        body: &'static [u8],
    ) -> Load {
        let (shared, begin) = (Arc::<Shared>::default(), Instant::now());
        let client = |_| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let mut told = Told::default();
                while !shared.stop.load(Ordering::Relaxed) {
                    if let Err(why) = connection(address, pause, (target, body), &shared, &mut told.times) {
                        told.failures.push(format!("at {} ms: {why}", begin.elapsed().as_millis()));
                        shared.failed.fetch_add(1, Ordering::Relaxed);
                        shared.ended.fetch_add(1, Ordering::Relaxed);
                    }
                }
                told
            })
        };
        Load { clients: (0..clients).map(client).collect(), shared }
    }

    /// Waits until so many more requests have come to an end, good or bad.
    pub fn wait_for(&self, more: usize) {
        let wanted = self.shared.ended.load(Ordering::Relaxed) + more;
        until("the load", || (self.shared.ended.load(Ordering::Relaxed) >= wanted).then_some(()));
    }

    pub fn wait_for_a_failure(&self) {
        until("a failure", || (self.shared.failed.load(Ordering::Relaxed) > 0).then_some(()));
    }

    pub fn end(self) -> Told {
        self.shared.stop.store(true, Ordering::Relaxed);
        let mut all = Told::default();
        for client in self.clients {
            let told = client.join().expect("a client does not panic");
            all.times.extend(told.times);
            all.failures.extend(told.failures);
        }
        all.times.sort();
        all
    }
}

fn connection(
    address: SocketAddr,
    pause: Duration,
    (target, body): (&str, &[u8]),
    shared: &Shared,
    times: &mut Vec<Duration>,
) -> Result<(), String> {
    let mut connection = Connection::try_open(address).map_err(|error| format!("connect: {error}"))?;
    for number in 0..OF_A_CONNECTION {
        let request = request("GET", format!("{target}?{number}").as_bytes());
        let begin = Instant::now();
        let answer = connection.exchange(&request)?;
        if answer.status != 200 || answer.body != body {
            return Err(format!("{} with {} bytes", answer.status, answer.body.len()));
        }
        times.push(begin.elapsed());
        shared.ended.fetch_add(1, Ordering::Relaxed);
        if shared.stop.load(Ordering::Relaxed) || !answer.is_kept() {
            break;
        }
        thread::sleep(pause);
    }
    Ok(())
}

impl Told {
    /// In milliseconds: half, 99 of 100 and all came within these.
    pub fn within(&self) -> [f64; 3] {
        let last = self.times.len().saturating_sub(1);
        [last / 2, last * 99 / 100, last]
            .map(|place| self.times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1000.0))
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Load};
    use svcd_tests::{Server, Tree};

    #[test]
    fn clients_of_a_load_see_what_is_wrong() {
        let server = Server::with(Tree::small()).start();
        server.tree.file("load.bin", b"right");
        let told = |body| {
            let load = Load::start(server.address, 2, Duration::from_millis(1), "/load.bin", body);
            load.wait_for(1);
            load.end()
        };
        let right = told(b"right");
        assert!(right.failures.is_empty() && !right.times.is_empty(), "{:?}", right.failures);
        let wrong = told(b"wrong");
        assert!(wrong.times.is_empty() && !wrong.failures.is_empty());
    }
}
