//! One that takes part: a server that runs, and what it can be asked for.

use std::env;

use crate::answer::{self, Wanted, Way};
use crate::cases::Case;
use crate::machine;
use crate::place::{Found, Place};
use crate::running::Running;
use crate::servers::{self, Server};

pub struct Contestant {
    pub server: &'static Server,
    pub running: Running,
    pub version: String,
    /// Words of the cases that it has a right answer for.
    ways: Vec<(&'static str, Way)>,
}

/// Every server that is here, started and with right answers; says who is not, and why.
pub fn all(place: &Place, cases: &[(&'static Case, Wanted)]) -> Vec<Contestant> {
    let wanted = env::var("SERVERS").unwrap_or_default();
    let is_named = |program| wanted.is_empty() || wanted.split_whitespace().any(|name| name == program);
    let is_wanted = |server: &&Server| match server.name {
        servers::BEFORE => env::var_os("BEFORE").is_some(),
        _ => is_named(server.program),
    };
    let mut contestants = Vec::new();
    for server in servers::ALL.iter().filter(is_wanted) {
        let cases = cases.iter().filter(|case| server.cases.iter().any(|words| words.contains(&case.0.word)));
        let cases: Vec<_> = cases.collect();
        if cases.is_empty() {
            continue;
        }
        let Some(found) = place.find(server.program) else {
            eprintln!("bench: SKIPPED {}: it is not here (package {})", server.name, server.package);
            continue;
        };
        match Contestant::start(server, &found, place, &cases) {
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
        cases: &[&(&'static Case, Wanted)],
    ) -> Result<Contestant, String> {
        let running = Running::start(server, found, place)?;
        let mut ways = Vec::new();
        for (case, wanted) in cases {
            match answer::check(running.address, case.target, wanted) {
                Ok(way) => ways.push((case.word, way)),
                Err(why) => eprintln!("bench: SKIPPED {} with {}: {why}", case.name, server.name),
            }
        }
        let version = match server.version {
            [] if server.inherits => "bench/floor.rs".to_owned(),
            arguments => machine::version(found, arguments),
        };
        Ok(Contestant { server, running, version: format!("{}: {version}", server.name), ways })
    }

    /// How it is asked for a case; None: it has no right answer.
    pub fn way(&self, case: &Case) -> Option<&Way> {
        self.ways.iter().find(|(word, _)| *word == case.word).map(|(_, way)| way)
    }

    /// Whether connections are kept, for each way in which it is measured.
    pub fn kept(&self, case: &Case) -> impl Iterator<Item = bool> {
        let can = match self.way(case) {
            Some(Way { kept: true, .. }) => &[true, false][..],
            Some(Way { kept: false, .. }) => &[false],
            None => &[],
        };
        let is_wanted = |kept: &bool| case.kept.contains(kept) && self.server.kept.contains(kept);
        can.iter().copied().filter(is_wanted)
    }

    /// Where its row is.
    pub fn place(&self) -> Option<usize> {
        servers::ALL.iter().position(|server| server.name == self.server.name)
    }
}
