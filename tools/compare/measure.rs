//! All that is told of one server.

use std::env;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use svcd_bench::answer::{self, Wanted};
use svcd_bench::client::Client;
use svcd_bench::place::Place;
use svcd_bench::running::Running;
use svcd_bench::{idle, machine, meter};
use svcd_tests::strace::Call;

use crate::callgrind;
use crate::size::{self, Size};
use crate::steps::{self, Stepper};
use crate::subject::Subject;
use crate::trace::{Done, Machine, Trace};

/// What is asked for, of [`Place::site`].
pub const TARGET: &str = "/1k.txt";

/// How often each is done: `ROUNDS`.
pub fn rounds() -> usize {
    env::var("ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(7)
}

/// No more of one that takes so long.
const LONG: Duration = Duration::from_secs(20);

/// Connections that wait while memory is looked at.
pub const IDLE: usize = 20;

/// Of a thing that is done again and again: on one connection, and each time on another.
#[derive(Clone, Default)]
pub struct Both<T> {
    /// None also where a server keeps none.
    pub kept: Option<T>,
    pub own: Option<T>,
}

pub struct Figures {
    pub name: &'static str,
    pub version: String,
    pub command: String,
    pub is_ours: bool,
    pub keeps: bool,
    pub size: Size,
    pub start: Vec<Vec<Call>>,
    pub calls: Both<Vec<Vec<Call>>>,
    pub instructions: Both<f64>,
    /// Who has counted them.
    pub counter: &'static str,
    pub faults: Both<f64>,
    /// KiB of all processes, when they have answered and nobody is connected.
    pub memory: Option<f64>,
    /// KiB that one more connection takes which waits.
    pub connection: Option<f64>,
    pub processes: Option<f64>,
    /// What could not be had, and why.
    pub missing: Vec<String>,
}

pub fn measure(subject: &Subject, place: &Place, wanted: &Wanted) -> Result<Figures, String> {
    let Subject { server, found, machine, is_ours } = subject;
    let mut missing = Vec::new();
    let (start, done) = traced(subject, place, wanted).unwrap_or_else(|why| {
        missing.push(format!("calls: {why}"));
        Default::default()
    });
    let plain = Running::start(server, &found.behind(&machine.words()), place)?;
    let way = answer::check(plain.address, TARGET, wanted)?;
    let size = match machine {
        Machine::Own => size::of(&found.path, &plain, &start.processes, &place.folder())?,
        Machine::Qemu(_) | Machine::Rig(_) => size::alone(&found.path)?,
    };
    let instructions = |done: &Option<Done>| Some(done.as_ref()?.instructions? as f64);
    let mut figures = Figures {
        name: server.name,
        version: match server.version {
            // Without arguments it would serve.
            [] if server.package.is_empty() => "unknown version".to_owned(),
            arguments => machine::version(&found.behind(&machine.words()), arguments),
        },
        command: [&[server.program], server.arguments].concat().join(" "),
        is_ours: *is_ours,
        keeps: way.kept,
        size,
        start: start.processes,
        instructions: Both { kept: instructions(&done.kept), own: instructions(&done.own) },
        counter: if matches!(machine, Machine::Qemu(_)) { "qemu" } else { "ptrace" },
        calls: Both { kept: done.kept.map(|done| done.processes), own: done.own.map(|done| done.processes) },
        faults: Both::default(),
        memory: None,
        connection: None,
        processes: None,
        missing,
    };
    match machine {
        Machine::Own => {
            let stepped = figures.add_own(plain)?;
            if let Err(why) = stepped {
                figures.instructions = Both::default();
                match callgrind::instructions(server, found, place, way.kept) {
                    Ok(instructions) => (figures.instructions, figures.counter) = (instructions, "callgrind"),
                    Err(also) => figures.missing.push(format!("instructions: {why}; {also}")),
                }
            }
        }
        Machine::Qemu(_) => figures.missing.push("page faults, memory: they would be qemu's".to_owned()),
        Machine::Rig(_) => {
            figures.missing.push("page faults, memory: they would be the rig's".to_owned());
            figures.missing.push("instructions: the rig does not count them".to_owned());
        }
    }
    Ok(figures)
}

impl Figures {
    /// What can be seen of a process of this machine. Whether instructions could be counted.
    fn add_own(&mut self, running: Running) -> Result<Result<(), String>, String> {
        let request = answer::request(TARGET, None);
        rest();
        let footprint = idle::footprint(&running)?;
        self.memory = Some(footprint.proportional);
        self.processes = Some(footprint.processes);
        let faults = |is_kept| meter::measure(&running, &request, is_kept).map(|cost| cost.faults);
        if self.keeps {
            self.faults.kept = faults(true)?;
        }
        match self.calls.own.as_deref().filter(|calls| forgets(calls)) {
            None => self.faults.own = faults(false)?,
            Some(_) => {
                let why = "nobody waits for its processes, and what they had is not told";
                self.missing.push(format!("page faults of a connection: {why}"));
            }
        }
        let counted = self.count_instructions(&running);
        // The last, as some have more processes from then on.
        rest();
        match idle::measure(&running, &request, self.keeps, IDLE) {
            // Others that come and go have their part of what is shared.
            Ok(each) => self.connection = Some(each.proportional.max(0.0)),
            Err(why) => self.missing.push(format!("memory of a connection: {why}")),
        }
        Ok(counted)
    }

    fn count_instructions(&mut self, running: &Running) -> Result<(), String> {
        let request = &answer::request(TARGET, None);
        let open = || Client::patient(running.address, steps::LONGEST);
        let mut kept = open()?;
        if self.keeps {
            kept.ask(request)?;
        } else {
            open()?.ask(request)?;
        }
        rest();
        let mut stepper = Stepper::attach(&tasks(running))?;
        if self.keeps {
            self.instructions.kept = least(|| stepper.during(|| kept.ask(request).map(drop)))?;
        }
        stepper.during(|| {
            drop(kept);
            Ok(())
        })?;
        let ask = || open()?.ask(request).map(drop);
        self.instructions.own = least(|| stepper.during(ask))?;
        Ok(())
    }
}

/// Of some rounds the one with the fewest: what a clock or a heap wants now and then comes
/// on top of what a request does.
fn least(mut round: impl FnMut() -> Result<u64, String>) -> Result<Option<f64>, String> {
    let begin = Instant::now();
    let mut least = round()?;
    for _ in 1..rounds() {
        if begin.elapsed() < LONG {
            least = least.min(round()?);
        }
    }
    Ok(Some(least as f64))
}

/// Whether processes were made, and not threads, and nobody has waited for one.
fn forgets(processes: &[Vec<Call>]) -> bool {
    let is_made = |call: &&Call| {
        ["clone", "clone3", "fork", "vfork"].contains(&call.name.as_str())
            && !call.text.contains("CLONE_THREAD")
    };
    let mut calls = processes.iter().flatten();
    calls.clone().any(|call| is_made(&call)) && !calls.any(|call| call.name.starts_with("wait"))
}

#[test]
fn a_process_that_nobody_waits_for_is_no_thread() {
    let rows = [
        ("clone(child_stack=NULL, flags=SIGCHLD) = 7\nclose(3) = 0\n", true),
        ("clone(child_stack=NULL, flags=SIGCHLD) = 7\nwait4(-1, NULL, WNOHANG, NULL) = 7\n", false),
        ("clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0}, 88) = 7\n", false),
        ("close(3) = 0\n", false),
    ];
    for (text, expected) in rows {
        assert_eq!(forgets(&[svcd_tests::strace::calls_in(text)]), expected, "{text}");
    }
}

/// Who has ended is waited for by then.
fn rest() {
    thread::sleep(Duration::from_millis(300));
}

/// Every thread of every process.
fn tasks(running: &Running) -> Vec<u32> {
    let of = |process| fs::read_dir(format!("/proc/{process}/task")).ok();
    let processes = running.processes().unwrap_or_default();
    let entries = processes.into_iter().filter_map(of).flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// The start of a server, and what it does for one GET more, as often as that is asked.
fn traced(subject: &Subject, place: &Place, wanted: &Wanted) -> Result<(Done, Both<Done>), String> {
    let Subject { server, found, machine, .. } = subject;
    if matches!(machine, Machine::Own) && !svcd_tests::strace::usable("the calls of servers") {
        return Err("no strace that can be used".to_owned());
    }
    let file = place.folder().join(format!("calls-{}", server.name.replace([' ', ',', '/'], "-")));
    let words = machine.tracing(&file.display().to_string());
    let running = Running::start(server, &found.behind(&words), place).map_err(|why| {
        eprintln!("compare: {why}");
        "it does not start there".to_owned()
    })?;
    let mut trace = Trace::new(machine, file);
    let request = answer::request(TARGET, None);
    let start = trace.take(&running)?;
    let mut done = Both::default();
    let keeps = answer::check(running.address, TARGET, wanted)?.kept;
    if keeps {
        let mut client = Client::open(running.address)?;
        client.ask(&request)?;
        trace.take(&running)?;
        let ask = |_| client.ask(&request).and_then(|_| trace.take(&running));
        done.kept = usual((0..rounds()).map(ask).collect::<Result<_, _>>()?);
    }
    trace.take(&running)?;
    let ask = |_| {
        Client::open(running.address)?.ask(&request)?;
        trace.take(&running)
    };
    // The first one may find what no other does.
    done.own = usual((0..=rounds()).map(ask).skip(1).collect::<Result<_, _>>()?);
    Ok((start, done))
}

/// The one with the fewest calls of those that came twice: what a server does by the clock comes
/// on top. If none did, the one in the middle.
fn usual(mut rounds: Vec<Done>) -> Option<Done> {
    rounds.sort_by_key(Done::calls);
    let twice = rounds.windows(2).position(|two| two[0].calls() == two[1].calls());
    let place = twice.unwrap_or(rounds.len() / 2);
    rounds.into_iter().nth(place)
}

#[test]
fn what_a_clock_adds_is_not_told() {
    let round = |count: usize| Done {
        processes: vec![svcd_tests::strace::calls_in(&"read(3) = 0\n".repeat(count))],
        instructions: None,
    };
    for (counts, expected) in [([9, 7, 7, 9, 9], 7), ([5, 7, 9, 7, 9], 7), ([1, 2, 3, 4, 5], 3)] {
        let found = usual(counts.map(round).to_vec()).map(|done| done.calls());
        assert_eq!(found, Some(expected), "{counts:?}");
    }
    assert!(usual(Vec::new()).is_none());
}
