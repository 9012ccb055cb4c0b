//! Clients of a server that dies.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use svcd_tests::tree::Random;
use svcd_tests::versions::{self, Change, Outcome, Seen, content};
use svcd_tests::{Connection, Server};

use super::NAMES;

/// What clients have done to each of the names, and seen.
pub type Logs = [(Vec<Change>, Vec<Seen>); NAMES.len()];

pub fn join(one: &mut Logs, other: Logs) {
    for (one, other) in one.iter_mut().zip(other) {
        one.0.extend(other.0);
        one.1.extend(other.1);
    }
}

/// A client that uploads, and now and then reads, until it is told to end. A
/// connection that breaks is nothing to it.
pub struct Client<'a> {
    server: &'a Server,
    random: Random,
    numbers: &'a AtomicU64,
    logs: Logs,
}

impl<'a> Client<'a> {
    pub fn new(server: &'a Server, numbers: &'a AtomicU64, seed: u64) -> Client<'a> {
        let random = Random::new((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Client { server, random, numbers, logs: Logs::default() }
    }

    pub fn run(mut self, is_over: impl Fn() -> bool) -> Result<Logs, String> {
        let mut connection = None;
        while !is_over() {
            let mut open = match connection.take() {
                Some(open) => open,
                // Refused when the server is no more.
                None => match Connection::try_open(self.server.address) {
                    Ok(open) => open,
                    Err(_) => continue,
                },
            };
            let name = self.random.below(NAMES.len());
            let stays =
                if self.random.below(4) == 0 { self.get(&mut open, name) } else { self.put(&mut open, name) };
            connection = stays?.then_some(open);
        }
        Ok(self.logs)
    }

    /// Whether the connection stays; Err if the answer is a wrong one.
    fn put(&mut self, connection: &mut Connection, name: usize) -> Result<bool, String> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        // Often a small one, so that its last steps are hit too.
        let size = if self.random.below(2) == 0 { 16 } else { self.random.below(100_000) };
        let body = content(number, size);
        let request = versions::put(&format!("/{}", NAMES[name]), &body);
        let begun = Instant::now();
        let (beginning, rest) = request.split_at(self.random.below(request.len()));
        let is_slow = self.random.below(3) == 0;
        let answer = connection
            .try_send(beginning)
            .map_err(|error| error.to_string())
            .and_then(|()| {
                if is_slow {
                    thread::sleep(Duration::from_millis(self.random.below(5) as u64));
                }
                connection.try_send(rest).map_err(|error| error.to_string())
            })
            .and_then(|()| connection.next_answer(&request));
        let end = Instant::now();
        let outcome = match &answer {
            Ok(answer) if matches!(answer.status, 201 | 204) => Outcome::Done,
            Ok(answer) => return Err(format!("PUT: {} {}", answer.status, answer.text())),
            Err(_) => Outcome::Unknown,
        };
        let etag = answer.as_ref().ok().and_then(|answer| answer.field("ETag")).map(str::to_owned);
        let value = Some(if body.is_empty() { 0 } else { number });
        self.logs[name].0.push(Change { value, start: begun, end, outcome, etag });
        Ok(answer.is_ok_and(|answer| answer.is_kept()))
    }

    fn get(&mut self, connection: &mut Connection, name: usize) -> Result<bool, String> {
        let request = format!("GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n", NAMES[name]);
        let start = Instant::now();
        let Ok(answer) = connection.exchange(request.as_bytes()) else { return Ok(false) };
        let end = Instant::now();
        let (value, etag) = versions::value_of(&answer)?;
        self.logs[name].1.push(Seen { value, start, end, etag });
        Ok(answer.is_kept())
    }
}
