//! What a connection costs that waits for its next request: memory of all processes of
//! a server with many of them, without those that it has anyway.

use std::fs;
use std::thread;
use std::time::Duration;

use crate::answer;
use crate::cases::Case;
use crate::client::Client;
use crate::contestant::Contestant;
use crate::table::line;

const CONNECTIONS: usize = 200;

/// Kilobytes.
#[derive(Clone, Copy, Default)]
struct Footprint {
    /// Memory that nobody else has.
    private: f64,
    /// That, and of shared memory the part that falls to each who has it.
    proportional: f64,
    /// The kernel's tables of what is where in it.
    tables: f64,
    processes: f64,
}

/// A table of all servers that can be asked for the case.
pub fn markdown(contestants: &[Contestant], case: &Case) -> String {
    let titles = ["private KiB", "proportional KiB (PSS)", "page tables KiB", "processes"];
    let mut text =
        line(&format!("each of {CONNECTIONS} idle connections"), titles.map(str::to_owned).into_iter());
    text += &line("---", titles.map(|_| "---:".to_owned()).into_iter());
    let mut sorted: Vec<_> = contestants.iter().filter(|contestant| contestant.way(case).is_some()).collect();
    sorted.sort_by_key(|contestant| contestant.place());
    for contestant in sorted {
        match measure(contestant, case) {
            Ok(Footprint { private, proportional, tables, processes }) => {
                let cells = [private, proportional, tables].map(|kilobytes| format!("{kilobytes:.1}"));
                text += &line(contestant.server.name, cells.into_iter().chain([format!("{processes:.2}")]));
            }
            Err(why) => eprintln!("bench: no memory of {}: {why}", contestant.server.name),
        }
    }
    text
}

/// For each connection.
fn measure(contestant: &Contestant, case: &Case) -> Result<Footprint, String> {
    let is_kept = contestant.way(case).is_some_and(|way| way.kept);
    let settle = || thread::sleep(Duration::from_millis(300));
    settle();
    let before = footprint(contestant)?;
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut client = Client::open(contestant.running.address)?;
        // Where that would be the end of it, the connection waits for its first request.
        if is_kept {
            client.ask(&answer::request(case.target, None))?;
        }
        clients.push(client);
    }
    settle();
    let after = footprint(contestant)?;
    let each = |of: fn(&Footprint) -> f64| (of(&after) - of(&before)) / CONNECTIONS as f64;
    Ok(Footprint {
        private: each(|print| print.private),
        proportional: each(|print| print.proportional),
        tables: each(|print| print.tables),
        processes: each(|print| print.processes),
    })
}

/// Of all its processes; one that ends meanwhile does not count.
fn footprint(contestant: &Contestant) -> Result<Footprint, String> {
    let processes = contestant.running.processes().ok_or("no control group")?;
    let mut sum = Footprint::default();
    for process in processes {
        let read = |name: &str| fs::read_to_string(format!("/proc/{process}/{name}")).unwrap_or_default();
        let (memory, status) = (read("smaps_rollup"), read("status"));
        sum.private += kilobytes(&memory, "Private_Clean:") + kilobytes(&memory, "Private_Dirty:");
        sum.proportional += kilobytes(&memory, "Pss:");
        sum.tables += kilobytes(&status, "VmPTE:");
        sum.processes += 1.0;
    }
    Ok(sum)
}

fn kilobytes(text: &str, title: &str) -> f64 {
    let value = text.lines().find_map(|line| line.strip_prefix(title));
    value.and_then(|value| value.split_whitespace().next()?.parse().ok()).unwrap_or(0.0)
}
