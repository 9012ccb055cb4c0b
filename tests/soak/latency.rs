//! How long a client waits that asks for a small file, alone and while others attack.
//! Times are told and never judged: they are the machine's as much as the server's.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use svcd_tests::process::until_children;
use svcd_tests::server::request;
use svcd_tests::{Connection, Server, until};

use crate::attack::{self, Attempts};

/// Slow clients, of the 256 connections that the server takes.
pub const SLOW: usize = 200;
const MOST: usize = 256;

/// Connection attempts a second while all places are taken.
const RATE: u32 = 5000;

/// How often the two are measured by turns: the machine has its moods.
const TURNS: usize = 3;

/// What a client has waited, for a request on a new connection and on a kept one.
#[derive(Default)]
struct Waits {
    new: Vec<Duration>,
    kept: Vec<Duration>,
}

impl Waits {
    fn row(&mut self, what: &str) -> [f64; 4] {
        let [new, kept] = [&mut self.new, &mut self.kept].map(|all| {
            all.sort_unstable();
            let part = |percent: usize| all.get((all.len() * percent / 100).min(all.len().saturating_sub(1)));
            [50, 99].map(|percent| part(percent).map_or(f64::NAN, |wait| wait.as_secs_f64() * 1000.0))
        });
        let row = [new[0], new[1], kept[0], kept[1]];
        let count = self.new.len() + self.kept.len();
        let told = |wait: f64| if wait.is_nan() { format!("{:>9}", "-") } else { format!("{wait:>9.2}") };
        println!("{what:32} {count:>9} {}", row.map(told).concat());
        row
    }

    /// Asks until `time` is over. `is_new`: also over connections of their own.
    fn gather(
        &mut self,
        kept: &mut Connection,
        server: &Server,
        time: Duration,
        is_new: bool,
    ) -> Result<(), String> {
        let hello = request("GET", b"/hello.txt");
        let end = Instant::now() + time;
        while Instant::now() < end {
            if is_new {
                let start = Instant::now();
                let mut connection =
                    Connection::try_open(server.address).map_err(|error| format!("connect: {error}"))?;
                is_right(&mut connection, &hello)?;
                self.new.push(start.elapsed());
            }
            let start = Instant::now();
            is_right(kept, &hello)?;
            self.kept.push(start.elapsed());
        }
        Ok(())
    }
}

fn is_right(connection: &mut Connection, hello: &[u8]) -> Result<(), String> {
    let answer = connection.exchange(hello).map_err(|why| format!("a healthy client: {why}"))?;
    if answer.status == 200 && answer.body == b"hello, world\n" {
        return Ok(());
    }
    Err(format!("a healthy client got {} {}", answer.status, answer.text()))
}

/// Quiet, and beside [`SLOW`] heads that never end.
pub fn beside_slow_heads(server: &Server, time: Duration) -> Result<(), String> {
    let (mut quiet, mut attacked) = (Waits::default(), Waits::default());
    for _ in 0..TURNS {
        quiet.gather(&mut server.connect(), server, time, true)?;
        let mut kept = server.connect();
        with_slow_heads(server, SLOW, || attacked.gather(&mut kept, server, time, true))?;
    }
    println!(
        "{:32} {:>9} {:>9}{:>9}{:>9}{:>9}",
        "milliseconds", "requests", "new p50", "p99", "kept p50", "p99"
    );
    let quiet = quiet.row("quiet");
    let attacked = attacked.row(&format!("beside {SLOW} slow heads"));
    let ratios = [0, 1, 2, 3].map(|place| format!("{:>9.2}", attacked[place] / quiet[place]));
    println!("{:32} {:>9} {}", "ratio", "", ratios.concat());
    Ok(())
}

/// All places are taken, one by a healthy client, and others want in.
pub fn at_the_cap(server: &Server, time: Duration) -> Result<(), String> {
    let mut waits = Waits::default();
    let mut kept = server.connect();
    let found = with_slow_heads(server, MOST - 1, || {
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let attempts = scope.spawn(|| attack::attempts(server.address, RATE, &is_over));
            let result = waits.gather(&mut kept, server, time, false);
            is_over.store(true, Ordering::Relaxed);
            let attempts = attempts.join().expect("no panic");
            result.map(|()| attempts)
        })
    })?;
    let Attempts { made, refused, failed, .. } = found;
    waits.row(&format!("{MOST} taken, {:.0} attempts/s more", found.rate()));
    println!(
        "of {made} attempts {refused} were answered 503, by the time they left, {failed} found no connection"
    );
    if refused == 0 { Err("nobody was turned away".to_owned()) } else { Ok(()) }
}

/// Does something while so many slow heads are there.
fn with_slow_heads<T>(
    server: &Server,
    count: usize,
    work: impl FnOnce() -> Result<T, String>,
) -> Result<T, String> {
    let (open, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let result = thread::scope(|scope| {
        scope.spawn(|| attack::slow_heads(server.address, count, &open, &is_over));
        until("slow clients", || (open.load(Ordering::Relaxed) == count).then_some(()));
        let result = work();
        is_over.store(true, Ordering::Relaxed);
        result
    });
    until_children(server.id(), 0);
    result
}
