//! What a connection costs that waits for its next request: memory of all processes of
//! a server with many of them, without those that it has anyway.

use std::fs;
use std::thread;
use std::time::Duration;

use crate::answer;
use crate::cases::Case;
use crate::client::Client;
use crate::contestant::Contestant;
use crate::running::Running;
use crate::table::line;

const CONNECTIONS: usize = 200;

/// Kilobytes.
#[derive(Clone, Copy, Default)]
pub struct Footprint {
    /// Memory that nobody else has.
    pub private: f64,
    /// That, and of shared memory the part that falls to each who has it.
    pub proportional: f64,
    /// The kernel's tables of what is where in it.
    pub tables: f64,
    pub processes: f64,
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
        let is_kept = contestant.way(case).is_some_and(|way| way.kept);
        let request = answer::request(case.target, None);
        match measure(&contestant.running, &request, is_kept, CONNECTIONS) {
            Ok(Footprint { private, proportional, tables, processes }) => {
                let cells = [private, proportional, tables].map(|kilobytes| format!("{kilobytes:.1}"));
                text += &line(contestant.server.name, cells.into_iter().chain([format!("{processes:.2}")]));
            }
            Err(why) => eprintln!("bench: no memory of {}: {why}", contestant.server.name),
        }
    }
    text
}

/// For each of so many connections.
pub fn measure(
    running: &Running,
    request: &[u8],
    is_kept: bool,
    connections: usize,
) -> Result<Footprint, String> {
    let settle = || thread::sleep(Duration::from_millis(300));
    settle();
    let before = footprint(running)?;
    let mut clients = Vec::new();
    for _ in 0..connections {
        let mut client = Client::open(running.address)?;
        // Where that would be the end of it, the connection waits for its first request.
        if is_kept {
            client.ask(request)?;
        }
        clients.push(client);
    }
    settle();
    let after = footprint(running)?;
    let each = |of: fn(&Footprint) -> f64| (of(&after) - of(&before)) / connections as f64;
    Ok(Footprint {
        private: each(|print| print.private),
        proportional: each(|print| print.proportional),
        tables: each(|print| print.tables),
        processes: each(|print| print.processes),
    })
}

/// Of all its processes; one that ends meanwhile does not count.
pub fn footprint(running: &Running) -> Result<Footprint, String> {
    let processes = running.processes().ok_or("no /proc")?;
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
