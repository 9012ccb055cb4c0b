//! A server whose calls fail, and what must hold behind it.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::Duration;

use svcd_tests::process::{children, descriptors, until_children};
use svcd_tests::remains::temporaries;
use svcd_tests::strace::{Traced, let_go, without};
use svcd_tests::{Server, until};

use crate::client::{self, Heard};
use crate::errors;
use crate::judge::{Fault, Learned, Tally, judge};
use crate::matrix::Case;
use crate::smoke::{self, Smoke};
use crate::tool::{self, Tool, is_injected};

/// Whose calls fail: the parent's, or those of everybody, each process of a
/// connection and those of programs until they are programs.
pub const PARENT: &str = "Parent";
pub const EVERYBODY: &str = "Everybody";

/// Which of a process's calls of one name fail, and how many it must make for that.
const PLACES: &[(&str, usize)] = &[("1", 1), ("2", 2), ("3+3", 3)];

/// More calls than that are no work any more.
const FACTOR: usize = 4;

/// Nor is more time of the processor than that beyond what a round takes, in
/// hundredths of a second, without that of the tracer.
const TIME: u64 = 300;

/// What a server is started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Usual,
    /// On a kernel before Linux 5.6, and in some containers: names are walked, folder
    /// by folder.
    Older,
    /// With the rare requests.
    Rare,
}

/// What such a kernel does not know.
const NEW: &str = "openat2";

#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    /// By one process.
    pub most: usize,
    pub all: usize,
}

pub struct Victim {
    kind: Kind,
    server: Server,
    tool: Tool,
    smokes: Vec<Smoke>,
    learned: Learned,
    before: BTreeMap<String, String>,
    /// Calls of a round in which nothing fails.
    pub calls: usize,
    /// Which calls were made then.
    pub counts: BTreeMap<(&'static str, String), Count>,
    /// How long that took of the processor, in hundredths of a second.
    time: u64,
}

impl Victim {
    pub fn start(kind: Kind) -> Victim {
        let (tree, smokes, idle) = match kind {
            // A send waits for a quarter of it.
            Kind::Rare => (smoke::large_tree(), smoke::rare(), 4),
            _ => (smoke::tree(), smoke::all(), 10),
        };
        let arguments = smoke::arguments(&tree, idle);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let (start, tool) = Tool::prepare(Server::with(tree).arguments(&arguments));
        let start = if kind == Kind::Older { without(start, NEW) } else { start };
        let server = start.start();
        if kind == Kind::Older {
            let_go(&server);
        }
        let before = descriptors(server.id());
        let (learned, calls, counts) = (Vec::new(), 0, BTreeMap::new());
        let mut victim = Victim { kind, server, tool, smokes, learned, before, calls, counts, time: 0 };
        let begin = victim.time();
        let (heard, traced) = victim.round(EVERYBODY, None);
        for (smoke, heard) in victim.smokes.iter().zip(heard) {
            let heard = heard.unwrap_or_else(|why| panic!("{}: {why}", smoke.name));
            let status = |heard: &Heard| match heard {
                Heard::Whole(answer) => answer.status,
                Heard::Cut | Heard::Nothing => 0,
            };
            let found: Vec<_> = heard.iter().map(status).collect();
            let said = victim.server.errors().so_far();
            assert_eq!(found, smoke.right, "{}: {said}", smoke.name);
            victim.learned.push((smoke.name, heard));
        }
        victim.learn(&traced);
        victim.time = victim.time() - begin;
        // What was learned is right by the same measure.
        let (heard, _) = victim.round(PARENT, None);
        victim.told(&heard, Fault { call: "", error: "EINTR" }).expect("all right");
        victim
    }

    fn learn(&mut self, traced: &[Traced]) {
        for process in traced {
            self.calls += process.calls.len();
            let who = if process.id == self.server.id() { PARENT } else { EVERYBODY };
            for call in &process.calls {
                let count = self.counts.entry((who, call.name.clone())).or_default();
                count.most = call.count.max(count.most);
                count.all += 1;
            }
        }
    }

    /// All requests, many at once; nothing fails behind it.
    fn round(&self, who: &str, case: Option<&Case>) -> (Vec<Result<Vec<Heard>, String>>, Vec<Traced>) {
        let server = &self.server;
        let call = case.map_or("", |case| &case.call);
        smoke::prepare(server, &self.smokes);
        let socket = smoke::socket(&server.tree);
        let watching = self.tool.begin(server, who, case);
        let run = |smoke| client::run(smoke, server.address, &socket, call);
        let run = &run;
        let mut heard = Vec::new();
        for smokes in self.smokes.chunks(tool::clients()) {
            thread::scope(|scope| {
                let clients: Vec<_> = smokes.iter().map(|smoke| scope.spawn(move || run(smoke))).collect();
                heard.extend(clients.into_iter().map(|client| client.join().expect("a client")));
            });
        }
        let is_over = || children(server.id()).is_empty() || !self.lives();
        if call == "wait4" {
            // The end of another child is told, whatever became of the last one.
            while !is_over() {
                thread::sleep(Duration::from_millis(20));
                let _ = server.ask(&smoke::plain());
            }
        }
        until("the end of the children", || is_over().then_some(()));
        (heard, watching.end())
    }

    fn told(&self, heard: &[Result<Vec<Heard>, String>], fault: Fault) -> Result<Tally, String> {
        let mut all = Tally::default();
        for (smoke, heard) in self.smokes.iter().zip(heard) {
            let heard = heard.as_ref().map_err(|why| format!("{}: {why}", smoke.name))?;
            let tally = judge(smoke, heard, &self.learned, &self.server, fault);
            all += tally.map_err(|why| format!("{}: {why}", smoke.name))?;
        }
        Ok(all)
    }

    /// Whether it has not ended; as a zombie it has.
    fn lives(&self) -> bool {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.server.id())).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
    }

    /// Hundredths of a second that it and its children have worked.
    fn time(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.server.id())).unwrap_or_default();
        let rest = stat.rsplit_once(") ").map(|(_, rest)| rest).unwrap_or_default();
        rest.split(' ').skip(11).take(4).filter_map(|word| word.parse::<u64>().ok()).sum()
    }

    /// All cases for the calls that a round makes.
    pub fn cases(&self) -> Vec<Case> {
        let of_call = |((who, call), count): (&(&'static str, String), &Count)| {
            let places = PLACES.iter().filter(|place| place.1 <= count.most);
            errors::cases(who, call, &places.map(|place| place.0.to_owned()).collect::<Vec<_>>())
        };
        self.counts.iter().flat_map(of_call).collect()
    }

    /// The cases for calls that a round of another makes far more rarely.
    pub fn cases_beside(&self, other: &Victim) -> Vec<Case> {
        let count =
            |of: &Victim, case: &Case| of.counts.get(&(case.who, case.call.clone())).map(|count| count.all);
        // What is rare takes long: it is tried for what nothing else shows.
        let least = |count| if self.kind == Kind::Rare { usize::MAX } else { 2 * count };
        let is_new = |case: &Case| count(self, case) > count(other, case).map(least);
        self.cases().into_iter().filter(is_new).collect()
    }

    /// Makes a call fail. Ok: how clients were told, if it has failed at all.
    pub fn attempt(&self, case: &Case) -> Result<Option<Tally>, String> {
        let Case { who, call, error, .. } = case;
        let (said, time) = (self.server.errors().so_far().len(), self.time());
        let (heard, traced) = self.round(who, Some(case));
        let injected = |process: &Traced| process.calls.iter().filter(|call| is_injected(call)).count();
        let count: usize = traced.iter().map(injected).sum();
        if count == 0 {
            return Ok(None);
        }
        if !self.lives() {
            let said = self.server.errors().to_end().split_off(said);
            let is_told = said.lines().any(|line| errors::is_of(call, line));
            let why = format!("the parent has ended, and said {said:?}");
            return if errors::is_mistake(call, error) && is_told {
                Ok(Some(Tally::default()))
            } else {
                Err(why)
            };
        }
        let said = self.server.errors().so_far().split_off(said);
        let tally = self.told(&heard, Fault { call, error })?;
        if said.contains("ended by signal") || said.contains("panic") {
            return Err(said);
        }
        let calls: usize = traced.iter().map(|process| process.calls.len()).sum();
        if calls > self.calls * FACTOR {
            return Err(format!("{calls} calls, {} without a failure", self.calls));
        }
        let time = self.time() - time;
        if time > self.time * FACTOR as u64 + TIME {
            return Err(format!("{time} hundredths of a second"));
        }
        self.is_clean(call, &traced)?;
        self.server
            .ask(&smoke::plain())
            .and_then(|answer| answer.is(200))
            .map_err(|why| format!("then: {why}"))?;
        until_children(self.server.id(), 0);
        Ok(Some(tally))
    }

    /// `Ok` if nothing is left of all this.
    fn is_clean(&self, call: &str, traced: &[Traced]) -> Result<(), String> {
        let own = traced.iter().filter(|process| process.id == self.server.id());
        let kept =
            own.flat_map(|own| &own.calls).filter(|made| made.name == "close" && is_injected(made)).count();
        // The sockets of clients that were turned away are closed a little later.
        until("the descriptors of before", || {
            let now = descriptors(self.server.id());
            (now.len() == self.before.len() + kept && (kept > 0 || now == self.before)).then_some(())
        });
        let left = temporaries(&self.server.tree.root());
        if !left.is_empty() && call != "unlinkat" {
            return Err(format!("left: {left:?}"));
        }
        left.iter().try_for_each(fs::remove_file).map_err(|error| error.to_string())
    }

    /// Whether it can be used for another case.
    pub fn is_sound(&self) -> bool {
        self.lives() && descriptors(self.server.id()) == self.before
    }
}
