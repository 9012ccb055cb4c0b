//! Very many requests of every shape, from clients of every kind, and what they leave
//! behind: nothing.
//!
//! `make soak` runs it. `REQUESTS` says how many are answered (default 10,000) and
//! `MINUTES` how long that may take (10), `THREADS` how many clients there are at a
//! time (4), `SEED` what they do (1). Each answer is checked. It fails on a wrong one,
//! and when the parent has grown, or has kept a descriptor, a child or a zombie, and
//! when the tree is not what it was. How long a healthy client waits is told.

mod attack;
mod client;
mod latency;
mod leaving;
mod shapes;
mod snapshot;

use std::env;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use svcd_tests::process::{until_children, until_descriptors, visible};
use svcd_tests::{Server, deadline, process, remains};

use client::{Client, Goal};
use snapshot::Snapshot;

/// Kilobytes that the parent may have grown by: a page or two of a stack or a
/// table that no request had touched before.
const SLACK: u64 = 16;

/// How long a healthy client is looked at, each time.
const MEASURED: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    if !visible("the soak") {
        return ExitCode::SUCCESS;
    }
    match soak() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            println!("soak: {why}");
            ExitCode::FAILURE
        }
    }
}

fn soak() -> Result<(), String> {
    let requests = number("REQUESTS", 10_000);
    let time = Duration::from_secs(60 * number::<u64>("MINUTES", 10));
    let threads = number("THREADS", 4);
    let seed: u64 = number("SEED", 1);
    let server = shapes::server();
    let tree = remains::all(&server.tree.root());
    let shapes = shapes::learned(&server);
    let crowd = |goal: &Goal, report: &mut dyn FnMut(usize)| {
        run(
            (0..threads).map(|place| Client::new(&server, &shapes, goal, seed + place)).collect(),
            goal,
            report,
        )
    };

    // Every path is walked once before anything is measured.
    crowd(&Goal::of(2000, time), &mut |_| {})?;
    println!("a healthy client, process {}", server.id());
    latency::beside_slow_heads(&server, MEASURED)?;
    latency::at_the_cap(&server, MEASURED)?;
    let before = at_rest(&server);
    let descriptors = process::descriptors(server.id());

    println!("{requests} requests, {threads} clients, seed {seed}, beside {} slow ones", latency::SLOW);
    println!("{}", Snapshot::TITLES);
    println!("{}", before.row("before", 0, Duration::ZERO));
    let goal = Goal::of(requests, time);
    let start = Instant::now();
    beside_slow_ones(server.address, || {
        crowd(&goal, &mut |percent| {
            let now = Snapshot::of(server.id());
            println!("{}", now.row(&format!("{percent} %"), goal.answered(), start.elapsed()));
        })
    })?;
    let time = start.elapsed();
    latency::at_the_cap(&server, MEASURED)?;
    let after = at_rest(&server);
    println!("{}", after.row("after", goal.answered(), time));
    println!("{}", goal.summary(&shapes));

    until_descriptors(server.id(), &descriptors);
    if after.rss > before.rss + SLACK {
        return Err(format!("the parent has grown from {} to {} kB", before.rss, after.rss));
    }
    let changes = remains::differences(&tree, &remains::all(&server.tree.root()));
    if !changes.is_empty() {
        return Err(format!("what clients have left in the tree: {changes:?}"));
    }
    println!("no descriptor, process or file is left");
    let ended = server.stop();
    if ended.status.code() == Some(0) { Ok(()) } else { Err(format!("the end: {ended:?}")) }
}

/// While heads come that never end, and answers are hardly read.
fn beside_slow_ones(address: SocketAddr, work: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let (open, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| attack::slow_heads(address, latency::SLOW, &open, &is_over));
        for _ in 0..4 {
            scope.spawn(|| attack::slow_reader(address, &is_over));
        }
        let result = work();
        is_over.store(true, Ordering::Relaxed);
        result
    })
}

/// Runs clients until the goal is reached. `report` is called with the percents
/// of the way at each tenth of it.
fn run(clients: Vec<Client>, goal: &Goal, report: &mut dyn FnMut(usize)) -> Result<(), String> {
    let running = &AtomicUsize::new(clients.len());
    thread::scope(|scope| {
        let start = |mut client: Client<'_>| {
            let result = client.run().and_then(|()| client.clean_up());
            running.fetch_sub(1, Ordering::Relaxed);
            result
        };
        let threads: Vec<_> = clients.into_iter().map(|client| scope.spawn(move || start(client))).collect();
        let mut last = 0;
        while running.load(Ordering::Relaxed) > 0 {
            thread::sleep(Duration::from_millis(20));
            let tenth = goal.tenths();
            if tenth > last && tenth < 10 {
                report(10 * tenth);
                last = tenth;
            }
        }
        threads.into_iter().try_for_each(|thread| thread.join().expect("a client does not panic"))
    })
}

/// When the last child has gone and been waited for.
fn at_rest(server: &Server) -> Snapshot {
    until_children(server.id(), 0);
    // The descriptors of those that were turned away are kept for a moment.
    let end = Instant::now() + deadline() / 10;
    loop {
        let found = Snapshot::of(server.id());
        thread::sleep(Duration::from_millis(100));
        if found == Snapshot::of(server.id()) || Instant::now() > end {
            return found;
        }
    }
}

fn number<T: TryFrom<u64>>(variable: &str, default: u64) -> T {
    let text = env::var(variable).ok().filter(|text| !text.is_empty());
    let number = text.map_or(Some(default), |text| text.parse().ok());
    let number = number.and_then(|number| T::try_from(number).ok());
    number.unwrap_or_else(|| panic!("{variable} is a number"))
}
