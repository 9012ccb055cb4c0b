//! What a client notices of others that are slow, or too many: times, printed.
//!
//! `make slow` runs it. `SECONDS` says how long each measurement takes (5), `ROUNDS`
//! how often it is taken (3). Nothing here fails because of a time: a machine that has
//! much else to do is slow too, and the table tells of it.

mod crowd;
mod times;

use std::env;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use svcd_tests::process::{descriptors, until_children, visible};
use svcd_tests::server::request;
use svcd_tests::{Connection, Server, Tree};

use crowd::{Drippers, Flood};
use times::{Times, median};

/// Slow clients, of the connections that there may be.
const SLOW: usize = 200;
const MOST: usize = 256;

/// Connections a second above that.
const ATTEMPTS: u32 = 5000;

fn main() -> ExitCode {
    if !visible("the memory of the server") {
        return ExitCode::SUCCESS;
    }
    let seconds = Duration::from_secs(number("SECONDS", 5));
    let rounds = number("ROUNDS", 3);
    let arguments = ["-q", "--max-conns", &MOST.to_string()];
    let server = Server::with(Tree::standard()).arguments(&arguments).start();
    println!(
        "a client asks for 13 bytes again and again; times in microseconds, {rounds} rounds of {seconds:?}"
    );
    println!("load of the machine: {}", load());
    println!("{}", Times::TITLES);
    let result = slow_clients(&server, seconds, rounds).and_then(|()| too_many(&server, seconds, rounds));
    println!("load of the machine: {}", load());
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            println!("slow: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Quiet and not, taking turns, on one connection and on one for each request.
fn slow_clients(server: &Server, seconds: Duration, rounds: usize) -> Result<(), String> {
    let (mut quiet, mut beside) = ([vec![], vec![]], [vec![], vec![]]);
    for round in 1..=rounds {
        for (anew, name) in [(false, "kept"), (true, "anew")] {
            let times = healthy(server, seconds, anew)?;
            println!("{}", times.row(&format!("{round} quiet, {name}")));
            quiet[usize::from(anew)].push(times.p99());
        }
        let drippers = Drippers::start(server.address, SLOW);
        for (anew, name) in [(false, "kept"), (true, "anew")] {
            let times = healthy(server, seconds, anew)?;
            println!("{}", times.row(&format!("{round} beside {SLOW} slow clients, {name}")));
            beside[usize::from(anew)].push(times.p99());
        }
        println!("  {} of them are connected", server_children(server));
        drippers.stop();
        until_children(server.id(), 0);
    }
    for (place, name) in [(0, "kept"), (1, "anew")] {
        let (before, then) = (median(&mut quiet[place]), median(&mut beside[place]));
        println!(
            "p99, {name}: {before:.0} quiet, {then:.0} beside {SLOW} slow clients: {:.2} times",
            then / before
        );
    }
    Ok(())
}

/// All places are taken, one of them by the client that is measured.
fn too_many(server: &Server, seconds: Duration, rounds: usize) -> Result<(), String> {
    let (mut quiet, mut beside) = (vec![], vec![]);
    let memory = (resident(server), descriptors(server.id()).len());
    for round in 1..=rounds {
        let mut own = server.connect();
        own.is_open()?;
        let drippers = Drippers::start(server.address, MOST - 1);
        until_children(server.id(), MOST);
        let times = ask_on(&mut own, seconds)?;
        println!("{}", times.row(&format!("{round} all {MOST} places taken, kept")));
        quiet.push(times.p99());
        let flood = Flood::start(server.address, ATTEMPTS);
        let (start, processor) = (Instant::now(), processor(server));
        let times = ask_on(&mut own, seconds)?;
        let (turned_away, other) = flood.stop();
        println!("{}", times.row(&format!("{round} and others try to connect, kept")));
        let per_second = (turned_away + other) as f64 / start.elapsed().as_secs_f64();
        let each = (self::processor(server) - processor) / (turned_away + other) as f64;
        println!("  {per_second:.0} connections a second, {turned_away} got 503, {other} something else;");
        println!("  each took {each:.0} microseconds of the parent's processor");
        beside.push(times.p99());
        drop(own);
        drippers.stop();
        until_children(server.id(), 0);
    }
    let (before, then) = (median(&mut quiet), median(&mut beside));
    println!("p99, kept: {before:.0} before, {then:.0} beside the attempts: {:.2} times", then / before);
    std::thread::sleep(Duration::from_secs(3));
    let after = (resident(server), descriptors(server.id()).len());
    println!(
        "the parent has {} kB and {} descriptors, before {} and {}",
        after.0, after.1, memory.0, memory.1
    );
    if after.1 == memory.1 { Ok(()) } else { Err("descriptors are left".to_owned()) }
}

fn server_children(server: &Server) -> usize {
    svcd_tests::process::children(server.id()).len()
}

/// Times of requests, each on a connection of its own or all on one.
fn healthy(server: &Server, seconds: Duration, anew: bool) -> Result<Times, String> {
    if !anew {
        return ask_on(&mut server.connect(), seconds);
    }
    let request = b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    Times::of(seconds, || {
        let mut connection = Connection::try_open(server.address).map_err(|error| error.to_string())?;
        connection.exchange(request)?.is(200)
    })
}

fn ask_on(connection: &mut Connection, seconds: Duration) -> Result<Times, String> {
    let request = request("GET", b"/hello.txt");
    Times::of(seconds, || connection.exchange(&request)?.is(200))
}

/// Microseconds that the parent has run.
fn processor(server: &Server) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{}/schedstat", server.id())).unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
    nanos.unwrap_or(f64::NAN) / 1000.0
}

/// Kilobytes of the parent.
fn resident(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

fn load() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned()
}

fn number<T: std::str::FromStr>(variable: &str, default: T) -> T {
    let text = env::var(variable).ok().filter(|text| !text.is_empty());
    text.map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}
