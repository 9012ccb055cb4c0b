//! How fast the server is beside others: in one run, on the same files, taking
//! turns. `make bench-cgi` is `svcd-bench cgi`; the table goes to standard output,
//! and with every single figure to `target/bench/`.
//!
//! - `ROUNDS`: how many turns each server has; default 5.
//! - `LOAD`: seconds of each; default 1.
//! - `CLIENTS`: numbers of connections at a time; default `1 8 32`.
//! - `SERVERS`: programs, as `svcd lighttpd`; default all.
//! - `BEFORE`: another build of svcd, to be measured too.

mod account;
mod answer;
mod cases;
mod load;
mod machine;
mod place;
mod running;
mod servers;
mod spawn;
mod table;

use std::env;
use std::fs;
use std::process::ExitCode;

use svcd_tests::program::dist;

use cases::Case;
use load::{Load, Manner};
use place::{Found, Place};
use running::Running;
use servers::Server;
use table::{Row, Table};

/// One that takes part: a server that runs, and for each case whether it keeps
/// connections, or None where it has no right answer.
struct Contestant {
    server: &'static Server,
    running: Running,
    version: String,
    kept: Vec<Option<bool>>,
}

fn main() -> ExitCode {
    let group = env::args().nth(1).unwrap_or_default();
    let cases = match group.as_str() {
        "cgi" => cases::CGI,
        _ => {
            eprintln!("usage: svcd-bench cgi");
            return ExitCode::from(2);
        }
    };
    match measure(&group, cases) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench: {why}");
            ExitCode::FAILURE
        }
    }
}

fn measure(group: &str, cases: &'static [Case]) -> Result<(), String> {
    let rounds: usize = number("ROUNDS", 5)?;
    let seconds: u64 = number("LOAD", 1)?;
    let clients = env::var("CLIENTS").unwrap_or_else(|_| "1 8 32".to_owned());
    let clients: Result<Vec<usize>, _> = clients.split_whitespace().map(str::parse).collect();
    let clients = clients.map_err(|_| "CLIENTS are numbers")?;

    let place = Place::new()?;
    let load = Load::new(&place, seconds)?;
    let contents: Result<Vec<Vec<u8>>, String> = cases.iter().map(|case| (case.make)(&place.site)).collect();
    let mut contestants = contestants(&place, cases, &contents?);
    if contestants.is_empty() {
        return Err("there is nothing to measure".to_owned());
    }
    eprintln!(
        "bench: {rounds} rounds, each load {seconds} s; load of the machine before: {}",
        machine::load()
    );

    let mut rows = Vec::new();
    for round in 0..rounds {
        // Nobody always comes behind the same one.
        contestants.rotate_left(usize::from(round > 0));
        for case in cases {
            for &connections in &clients {
                let mut add = |server, kept, sample| {
                    let manner = Manner { connections, kept };
                    rows.push(Row { case: case.name, server, manner, round, sample });
                };
                for contestant in &contestants {
                    for &kept in contestant.manners(cases, case) {
                        let manner = Manner { connections, kept };
                        let sample = load.run(&contestant.running, case.target, manner)?;
                        add(contestant.server.name, kept, sample);
                    }
                }
                let program = place.site.path(case.target.trim_start_matches('/'));
                add(spawn::NAME, false, spawn::run(&program, connections, seconds)?);
            }
        }
        eprintln!("bench: round {} of {rounds} is over; load of the machine: {}", round + 1, machine::load());
    }

    let names: Vec<&str> = servers::ALL.iter().map(|server| server.name).chain([spawn::NAME]).collect();
    let table = Table { rows: &rows, servers: &names, clients: &clients };
    let cases: Vec<&str> = cases.iter().map(|case| case.name).collect();
    let mut versions: Vec<String> = contestants.iter().map(|contestant| contestant.version.clone()).collect();
    versions.sort();
    versions.extend(load.versions());
    let about = machine::about(&versions, rounds, seconds);
    let text = format!("{}\n{about}", table.markdown(&cases));
    print!("{text}");

    let folder = dist().join("../target/bench");
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let write =
        |name: String, text: &str| fs::write(folder.join(name), text).map_err(|error| error.to_string());
    write(format!("{group}.md"), &text)?;
    write(format!("{group}.csv"), &table.csv())
}

/// Every server that is here, started and with right answers; says who is not, and why.
fn contestants(place: &Place, cases: &[Case], contents: &[Vec<u8>]) -> Vec<Contestant> {
    let wanted = env::var("SERVERS").unwrap_or_default();
    let is_named = |program| wanted.is_empty() || wanted.split_whitespace().any(|name| name == program);
    let is_wanted = |server: &&Server| match server.name {
        servers::BEFORE => env::var_os("BEFORE").is_some(),
        _ => is_named(server.program),
    };
    let mut contestants = Vec::new();
    for server in servers::ALL.iter().filter(is_wanted) {
        let Some(found) = place.find(server.program) else {
            eprintln!("bench: SKIPPED {}: it is not here (package {})", server.name, server.package);
            continue;
        };
        match Contestant::start(server, &found, place, cases, contents) {
            Ok(contestant) => contestants.push(contestant),
            Err(why) => eprintln!("bench: SKIPPED {}: {why}", server.name),
        }
    }
    contestants
}

impl Contestant {
    fn start(
        server: &'static Server,
        found: &Found,
        place: &Place,
        cases: &[Case],
        contents: &[Vec<u8>],
    ) -> Result<Contestant, String> {
        let running = Running::start(server, found, place)?;
        let mut kept = Vec::new();
        for (case, content) in cases.iter().zip(contents) {
            let checked = answer::check(running.address, case.target, content);
            if let Err(why) = &checked {
                eprintln!("bench: SKIPPED {} with {}: {why}", case.name, server.name);
            }
            kept.push(checked.ok());
        }
        let version = machine::version(found, server.version);
        Ok(Contestant { server, running, version: format!("{}: {version}", server.name), kept })
    }

    /// How it can be asked for a case.
    fn manners(&self, cases: &[Case], case: &Case) -> &'static [bool] {
        let kept = cases
            .iter()
            .zip(&self.kept)
            .find(|(other, _)| other.name == case.name)
            .and_then(|found| *found.1);
        match kept {
            Some(true) => &[true, false],
            Some(false) => &[false],
            None => &[],
        }
    }
}

fn number<T: std::str::FromStr>(variable: &str, default: T) -> Result<T, String> {
    match env::var(variable) {
        Ok(text) if !text.is_empty() => text.parse().map_err(|_| format!("{variable} is a number")),
        _ => Ok(default),
    }
}
