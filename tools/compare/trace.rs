//! The calls of a server from its first one on, as strace(1) has written them, or what
//! emulates the machine that the server is for.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use svcd_bench::running::Running;
use svcd_tests::qemu;
use svcd_tests::strace::{Call, Traced, by_process, calls_in};

/// Who runs the server, and so who tells what it calls.
#[derive(Clone)]
pub enum Machine {
    /// This one.
    Own,
    /// qemu, by its name.
    Qemu(String),
    /// The rig that plays Darwin, by the words that start it.
    Rig(Vec<String>),
}

impl Machine {
    /// Words that stand before the server when nobody looks.
    pub fn words(&self) -> Vec<String> {
        match self {
            Machine::Own => Vec::new(),
            Machine::Qemu(qemu) => vec![qemu.clone()],
            Machine::Rig(words) => words.clone(),
        }
    }

    /// The same when all calls are written to a file, or to files whose names begin like
    /// that one's.
    pub fn tracing(&self, file: &str) -> Vec<String> {
        let mut words = match self {
            Machine::Own => {
                let words = ["strace", "-D", "-I", "1", "-ff", "-qq", "-s", "0", "-o", file];
                words.map(str::to_owned).to_vec()
            }
            Machine::Qemu(_) => qemu::words(file, true),
            Machine::Rig(_) => vec!["env".to_owned(), format!("DARWIN_RIG_OPTIONS=--trace-to {file}")],
        };
        words.extend(self.words());
        words
    }
}

/// What is done for one thing.
#[derive(Clone, Default)]
pub struct Done {
    /// Of each process that has done anything, its calls in order.
    pub processes: Vec<Vec<Call>>,
    /// All together, where that is counted too.
    pub instructions: Option<usize>,
}

impl Done {
    pub fn calls(&self) -> usize {
        self.processes.iter().map(Vec::len).sum()
    }
}

pub struct Trace {
    machine: Machine,
    file: PathBuf,
    /// How many calls of each process, and how many instructions, were taken already.
    taken: BTreeMap<u32, usize>,
    instructions: usize,
}

/// All wait, and nothing is written for so long.
const QUIET: Duration = Duration::from_millis(200);

const LONGEST: Duration = Duration::from_secs(60);

impl Trace {
    pub fn new(machine: &Machine, file: PathBuf) -> Trace {
        Trace { machine: machine.clone(), file, taken: BTreeMap::new(), instructions: 0 }
    }

    /// What was done since it was taken last, when the server waits again.
    pub fn take(&mut self, running: &Running) -> Result<Done, String> {
        self.settle(running)?;
        let mut done = Done::default();
        for Traced { id, calls } in self.read(running.id()) {
            let taken = self.taken.entry(id).or_default();
            let is_own = matches!(self.machine, Machine::Own);
            let new = calls.iter().skip(*taken).filter(|call| !is_own || !is_nothing(call));
            let new: Vec<_> = new.cloned().collect();
            *taken = calls.len();
            if !new.is_empty() {
                done.processes.push(new);
            }
        }
        if matches!(self.machine, Machine::Qemu(_)) {
            let all = qemu::count(&String::from_utf8_lossy(&fs::read(&self.file).unwrap_or_default()));
            done.instructions = Some(all - self.instructions);
            self.instructions = all;
        }
        Ok(done)
    }

    fn settle(&self, running: &Running) -> Result<(), String> {
        let begin = Instant::now();
        let (mut size, mut since) = (0, Instant::now());
        while since.elapsed() < QUIET {
            if begin.elapsed() > LONGEST {
                return Err("it does not come to rest".to_owned());
            }
            thread::sleep(Duration::from_millis(20));
            let now =
                self.files().iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum();
            if now != size || !running.processes().unwrap_or_default().iter().all(|id| is_waiting(*id)) {
                (size, since) = (now, Instant::now());
            }
        }
        Ok(())
    }

    /// Its file, and the files of all processes.
    fn files(&self) -> Vec<PathBuf> {
        let begin = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let entries = self.file.parent().and_then(|folder| fs::read_dir(folder).ok());
        let mut files: Vec<_> = entries.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        files.retain(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&begin)));
        files
    }

    /// All processes, the server first.
    fn read(&self, server: u32) -> Vec<Traced> {
        let mut traced: Vec<Traced> = self.files().iter().flat_map(|file| self.read_file(file)).collect();
        traced.sort_by_key(|process| (process.id != server, process.id));
        for Traced { id, calls } in &mut traced {
            let begin = match calls.first() {
                // What stands in front of it has become it.
                _ if *id == server => {
                    calls.iter().rposition(|call| call.name == "execve").map_or(0, |place| place + 1)
                }
                // Of which the rig sees both returns.
                Some(first) if first.name == "fork" => 1,
                _ => 0,
            };
            calls.drain(..begin);
        }
        traced
    }

    fn read_file(&self, file: &PathBuf) -> Vec<Traced> {
        let bytes = fs::read(file).unwrap_or_default();
        // A call that has not come back has no line end yet.
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let text = String::from_utf8_lossy(bytes.get(..whole).unwrap_or_default());
        match self.machine {
            Machine::Own => {
                let id = file.extension().and_then(|number| number.to_str()?.parse().ok());
                id.map(|id| Traced { id, calls: calls_in(&text) }).into_iter().collect()
            }
            Machine::Qemu(_) => qemu::calls(&text),
            Machine::Rig(_) => by_process(&text),
        }
    }
}

/// A wait that was interrupted, or at whose end nothing had come: some servers look at
/// their clocks. One that was not to wait is a call like others.
fn is_nothing(call: &Call) -> bool {
    let Call { name, text, .. } = call;
    let is_wait = ["poll", "select", "epoll"].iter().any(|part| name.contains(part));
    let is_empty = text.ends_with(" = 0 (Timeout)") || text.ends_with(" = 0");
    let is_brief =
        ["{tv_sec=0, tv_nsec=0}", "{tv_sec=0, tv_usec=0}", ", 0) "].iter().any(|zero| text.contains(zero));
    text.contains(" = ? ERESTART") || is_wait && is_empty && !is_brief
}

/// As in proc_pid_stat(5): sleeping, or a process that has ended.
fn is_waiting(id: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['S', 'Z', 'I']))
}

#[test]
fn a_wait_for_nothing_is_no_call_of_a_request() {
    let rows = [
        ("poll([{fd=3, events=POLLIN}], 1, 500)   = 0 (Timeout)", true),
        ("epoll_wait(5, [], 513, 1000)            = 0", true),
        ("select(0, NULL, NULL, NULL, {tv_sec=1, tv_usec=0}) = 0 (Timeout)", true),
        ("ppoll([{fd=3, events=POLLIN}], 1, NULL, NULL, 8) = ? ERESTARTNOHAND (To be restarted)", true),
        ("ppoll([{fd=3, events=POLLIN}], 1, {tv_sec=0, tv_nsec=0}, NULL, 8) = 0 (Timeout)", false),
        ("poll([{fd=3, events=POLLIN}], 1, 0)     = 0 (Timeout)", false),
        ("epoll_wait(5, [{}], 513, 1000)          = 1", false),
        ("close(5)                                = 0", false),
    ];
    for (text, expected) in rows {
        let found = calls_in(text).iter().map(is_nothing).collect::<Vec<_>>();
        assert_eq!(found, [expected], "{text}");
    }
}
