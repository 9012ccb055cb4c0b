//! How fast the server is beside others: in one run, on the same files, taking
//! turns. `make bench` is `svcd-bench all`, `make bench-cgi` is `svcd-bench cgi`,
//! `make growth` is `svcd-bench growth`. The tables go to standard output, and
//! with every single figure to `target/bench/`.
//!
//! - `ROUNDS`: how many turns each server has; default 3, of cgi 5.
//! - `LOAD`: seconds of each; default 1.
//! - `CLIENTS`: numbers of connections at a time; default `1 32 256`, of cgi `1 8 32`.
//! - `CASES`: what is asked for, as `1k listing`; default all of the group.
//! - `SERVERS`: programs, as `svcd lighttpd`; default all.
//! - `BEFORE`: another build of svcd, to be measured too.
//! - `UPDATE=1`: the documents get the figures.

use std::env;
use std::process::ExitCode;

use svcd_bench::answer::Wanted;
use svcd_bench::cases::Case;
use svcd_bench::chart::{Bar, Kind, Panel};
use svcd_bench::load::{Load, Manner};
use svcd_bench::place::Place;
use svcd_bench::table::{RATE, Row, Table};
use svcd_bench::{cases, contestant, document, growth, idle, machine, servers, spawn};

/// What is measured in one run.
struct Group {
    name: &'static str,
    /// Words of its cases.
    cases: &'static [&'static [&'static str]],
    rounds: usize,
    clients: &'static str,
}

const GROUPS: [Group; 2] = [
    Group { name: "all", cases: &[cases::FILES, cases::PROGRAMS], rounds: 3, clients: "1 32 256" },
    Group { name: "cgi", cases: &[cases::PROGRAMS], rounds: 5, clients: "1 8 32" },
];

fn main() -> ExitCode {
    let name = env::args().nth(1).unwrap_or_default();
    let measured = match GROUPS.iter().find(|group| group.name == name) {
        Some(group) => measure(group),
        None if name == "growth" => growth::measure(),
        None => {
            eprintln!("usage: svcd-bench all|cgi|growth");
            return ExitCode::from(2);
        }
    };
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench: {why}");
            ExitCode::FAILURE
        }
    }
}

fn measure(group: &Group) -> Result<(), String> {
    let rounds: usize = number("ROUNDS", group.rounds)?;
    let seconds: u64 = number("LOAD", 1)?;
    let clients = words("CLIENTS", group.clients);
    let clients: Result<Vec<usize>, _> = clients.iter().map(|word| word.parse()).collect();
    let clients = clients.map_err(|_| "CLIENTS are numbers")?;
    let chosen = words("CASES", &group.cases.concat().join(" "));

    let place = Place::new()?;
    let load = Load::new(&place, seconds)?;
    let cases = cases::ALL.iter().filter(|case| chosen.iter().any(|word| word == case.word));
    let cases: Result<Vec<(&'static Case, Wanted)>, String> =
        cases.map(|case| Ok((case, (case.make)(&place.site)?))).collect();
    let cases = cases?;
    let mut contestants = contestant::all(&place, &cases);
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
        for (case, _) in &cases {
            for &connections in clients.iter().filter(|connections| **connections <= case.most) {
                let mut add = |server, manner, sample| {
                    rows.push(Row { case: case.name, server, manner, round, sample });
                };
                for contestant in &contestants {
                    let field = contestant.way(case).and_then(|way| way.field.as_deref());
                    for kept in contestant.kept(case) {
                        let manner = Manner { connections, kept };
                        let sample = load.run(&contestant.running, case, field, manner)?;
                        add(contestant.server.name, manner, sample);
                    }
                }
                if case.is_program() {
                    let program = place.site.path(case.target.trim_start_matches('/'));
                    let manner = Manner { connections, kept: false };
                    add(spawn::NAME, manner, spawn::run(&program, connections, seconds)?);
                }
            }
        }
        eprintln!("bench: round {} of {rounds} is over; load of the machine: {}", round + 1, machine::load());
    }

    let names: Vec<&str> = servers::ALL.iter().map(|server| server.name).chain([spawn::NAME]).collect();
    let table = Table { rows: &rows, servers: &names, clients: &clients };
    let names: Vec<&str> = cases.iter().map(|(case, _)| case.name).collect();
    let ways = [servers::SPARE, servers::REUSE];
    let different = contestants.iter().filter(|contestant| !ways.contains(&contestant.server.name));
    let mut versions: Vec<String> = different.map(|contestant| contestant.version.clone()).collect();
    versions.sort();
    versions.extend(load.versions());
    let about = machine::about(&versions, &format!("{rounds} rounds of {seconds} s, each server in turn"));
    let small = cases.iter().find(|(case, _)| case.word == "1k");
    let idle = small.map(|(case, _)| idle::markdown(&contestants, case)).unwrap_or_default();
    let summary = format!("{}\n{idle}\n{about}", table.summary(&names));
    let waiting = ways.map(|first| {
        let others = table.servers.iter().copied().filter(|name| !servers::is_own(name));
        let servers: Vec<&str> = [first].into_iter().chain(others).collect();
        Table { rows: &rows, servers: &servers, clients: &clients }.summary(&names)
    });
    let waiting = waiting.join("\n");
    let text = format!("{}\n{summary}\n{waiting}", table.markdown(&names));
    print!("{text}");
    let file = |end: &str| format!("bench-{}.{end}", group.name);
    // The other group is a part of it.
    let is_kept = group.name == "all";
    document::write(&file("csv"), &table.csv(), is_kept)?;
    document::write(&file("md"), &format!("{HEADING}{text}"), is_kept)?;
    if is_kept {
        document::write(&file("svg"), &drawn(&table, &names), true)?;
        document::insert("docs/performance.md", "make bench", &summary)?;
        document::insert("README.md", "make bench", &table.summary(&names))?;
        document::insert("docs/performance.md", "make bench, waiting", &waiting)?;
    }
    Ok(())
}

const HEADING: &str = "# Figures of `make bench`

Written by it; [performance.md](performance.md) says what they are.

";

/// Requests a second of every server.
fn drawn(table: &Table, cases: &[&str]) -> String {
    let panel = |case, manner| {
        let medians = table.medians(case, manner, &RATE).into_iter();
        let bars = medians.enumerate().map(|(place, (name, length))| {
            let kind = match place {
                _ if servers::FLOORS.contains(&name) => Kind::Floor,
                0 => Kind::Ours,
                _ => Kind::Other,
            };
            Bar { name: name.to_owned(), length, kind }
        });
        Panel { title: table.title(case, manner), bars: bars.collect() }
    };
    let row = |case| table.usual(case).into_iter().map(|manner| panel(case, manner)).collect();
    let rows: Vec<Vec<Panel>> = cases.iter().map(|case| row(*case)).collect();
    svcd_bench::chart::svg(&format!("requests/s, {} connections", table.middle()), &rows)
}

/// The words of a variable, or of what stands for them.
fn words(variable: &str, default: &str) -> Vec<String> {
    let text = env::var(variable).ok().filter(|text| !text.is_empty());
    text.unwrap_or(default.to_owned()).split_whitespace().map(str::to_owned).collect()
}

fn number<T: std::str::FromStr>(variable: &str, default: T) -> Result<T, String> {
    match env::var(variable) {
        Ok(text) if !text.is_empty() => text.parse().map_err(|_| format!("{variable} is a number")),
        _ => Ok(default),
    }
}
