//! Cases, in turn, by several servers at a time.

use std::collections::{BTreeSet, VecDeque};
use std::env;
use std::fmt::{self, Display};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use svcd_tests::note;

use crate::judge::Tally;
use crate::tool;
use crate::victim::EVERYBODY;

/// A call that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Whose call it is.
    pub who: &'static str,
    pub call: String,
    pub error: &'static str,
    /// Which of the calls of that name that a process makes, as strace(1) has it.
    pub when: String,
}

impl Display for Case {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        write!(to, "{} {}:{}:{}", self.who, self.call, self.error, self.when)
    }
}

impl Case {
    /// The same for the rig.
    pub fn rule(&self) -> String {
        let alone = if self.who == EVERYBODY { "" } else { ":alone" };
        format!("{}:{}:{}{alone}", self.call, self.error, self.when)
    }

    /// The word for strace(1).
    pub fn inject(&self) -> String {
        format!("--inject={}:error={}:when={}", self.call, self.error, self.when)
    }
}

/// Servers at a time: most of the time they wait, but not the rig.
fn workers() -> usize {
    if tool::is_rig() { 2 } else { 4 }
}

/// Of so many cases one is tried; FAULTS=1 tries all. No place and no error recurs
/// at this distance.
fn share() -> usize {
    match env::var("FAULTS") {
        Ok(text) => text.parse().expect("FAULTS is a number"),
        Err(_) => 29,
    }
}

#[derive(Default)]
struct Report {
    tally: Tally,
    tried: usize,
    idle: usize,
    wrong: Vec<String>,
    slowest: (Duration, String),
}

/// How cases are tried.
pub struct Method<W, B, A, S>
where
    B: Fn() -> W + Sync,
    A: Fn(&W, &Case) -> Result<Option<Tally>, String> + Sync,
    S: Fn(&W) -> bool + Sync,
{
    /// Begins with a new server.
    pub begin: B,
    /// None: what should fail was not called.
    pub attempt: A,
    /// Whether the server can be used for another case.
    pub is_sound: S,
}

/// Tries the share of these cases, and prints how many there are.
pub fn run<W, B, A, S>(what: &str, all: Vec<Case>, method: &Method<W, B, A, S>)
where
    B: Fn() -> W + Sync,
    A: Fn(&W, &Case) -> Result<Option<Tally>, String> + Sync,
    S: Fn(&W) -> bool + Sync,
{
    let calls: BTreeSet<_> = all.iter().map(|case| &case.call).collect();
    let pairs: BTreeSet<_> = all.iter().map(|case| (&case.call, case.error)).collect();
    let size =
        format!("{} calls, {} pairs of a call and an error, {} cases", calls.len(), pairs.len(), all.len());
    let only = env::var("FAULTS_ONLY").unwrap_or_default();
    let share = share();
    let chosen = all.into_iter().enumerate().filter(|(place, _)| place % share == 0).map(|(_, case)| case);
    let chosen: VecDeque<_> = chosen.filter(|case| case.to_string().contains(&only)).collect();
    let (count, start) = (chosen.len(), Instant::now());
    let (queue, report) = (Mutex::new(chosen), Mutex::new(Report::default()));
    thread::scope(|scope| {
        for _ in 0..workers().min(count) {
            scope.spawn(|| work(&queue, &report, method));
        }
    });
    let Report { tally, tried, idle, wrong, slowest } = report.into_inner().expect("no holder panics");
    let seconds = start.elapsed().as_secs();
    let (survived, failed) = (tried - wrong.len(), wrong.len());
    note(&format!(
        "faults, {what}: {size}\n  {count} tried in {seconds} s: {survived} survived, {failed} failed, {idle} did \
         not happen\n  {tally}; slowest {:.1} s: {}",
        slowest.0.as_secs_f64(),
        slowest.1
    ));
    assert!(wrong.is_empty(), "{failed} of {count} cases failed:\n{}", wrong.join("\n"));
}

fn work<W, B, A, S>(queue: &Mutex<VecDeque<Case>>, report: &Mutex<Report>, method: &Method<W, B, A, S>)
where
    B: Fn() -> W + Sync,
    A: Fn(&W, &Case) -> Result<Option<Tally>, String> + Sync,
    S: Fn(&W) -> bool + Sync,
{
    let mut worker = None;
    loop {
        let Some(case) = queue.lock().expect("no holder panics").pop_front() else { return };
        let server = worker.get_or_insert_with(&method.begin);
        let start = Instant::now();
        // A wait in vain panics.
        let result = catch_unwind(AssertUnwindSafe(|| (method.attempt)(server, &case)));
        let told = |why: Box<dyn std::any::Any + Send>| {
            why.downcast::<String>().map_or_else(|_| "a panic".into(), |why| *why)
        };
        let result = result.unwrap_or_else(|why| Err(told(why)));
        if result.is_err() || !(method.is_sound)(server) {
            worker = None;
        }
        let mut report = report.lock().expect("no holder panics");
        report.slowest = std::mem::take(&mut report.slowest).max((start.elapsed(), case.to_string()));
        report.tried += usize::from(!matches!(result, Ok(None)));
        match result {
            Ok(None) => report.idle += 1,
            Ok(Some(tally)) => report.tally += tally,
            Err(why) => {
                let why: String = why.chars().take(600).collect();
                report.wrong.push(format!("  {case}: {why}"));
            }
        }
    }
}
