//! Instructions of a server that runs already, counted one by one: ptrace(2) stops it
//! behind each. No counter of the processor is needed, which a virtual machine may not
//! have, and no emulator, which may not know what a server asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// Nobody has done a step for so long: all wait.
const QUIET: Duration = Duration::from_millis(100);

/// Threads look at the clock to share a lock, and one step at a time they do little else:
/// that would be counted.
const THREADS: &str = "it has threads, which wait for each other by the clock";

/// What is not over by then takes too long to be counted like this.
pub const LONGEST: Duration = Duration::from_secs(60);

/// Threads of a server, and those that they make from now on.
pub struct Stepper {
    /// With the address of the instruction that each has done last.
    tasks: BTreeMap<Pid, u64>,
    /// Those of them that do an instruction now, and not a call.
    busy: BTreeSet<Pid>,
    /// Some of them share a process.
    has_threads: bool,
    /// Where they and this thread may run otherwise. Who stops and who is stopped go on by
    /// turns: on one processor, that is five times as fast as on two.
    usual: CpuSet,
}

impl Stepper {
    /// Returns when all of them wait.
    pub fn attach(tasks: &[u32]) -> Result<Stepper, String> {
        let usual = sched_getaffinity(THIS).map_err(|error| format!("sched_getaffinity: {error}"))?;
        let (known, busy) = (BTreeMap::new(), BTreeSet::new());
        let mut stepper = Stepper { tasks: known, busy, has_threads: false, usual };
        stay(THIS, &first_of(&usual));
        let options = Options::PTRACE_O_TRACECLONE
            | Options::PTRACE_O_TRACEFORK
            | Options::PTRACE_O_TRACEVFORK
            | Options::PTRACE_O_EXITKILL;
        for task in tasks {
            let pid = Pid::from_raw(task.cast_signed());
            match ptrace::seize(pid, options) {
                Ok(()) => {}
                // It has ended meanwhile, and nobody has waited for it yet.
                Err(_) if has_ended(*task) => continue,
                Err(error) => return Err(format!("ptrace: {error}")),
            }
            stepper.add(pid);
            ptrace::interrupt(pid).map_err(|error| format!("ptrace: {error}"))?;
        }
        stepper.run(|| true)?;
        Ok(stepper)
    }

    /// How many instructions all of them do while something is asked, and until all wait
    /// again.
    pub fn during(&mut self, ask: impl FnOnce() -> Result<(), String> + Send) -> Result<u64, String> {
        thread::scope(|scope| {
            let asking = scope.spawn(ask);
            let count = self.run(|| asking.is_finished());
            if count.is_err() {
                // Who asks would wait for a server that stands still.
                self.detach();
            }
            asking.join().map_err(|_| "who asks has panicked".to_owned())??;
            if self.has_threads { Err(THREADS.to_owned()) } else { count }
        })
    }

    fn add(&mut self, pid: Pid) {
        if self.tasks.insert(pid, 0).is_none() {
            self.has_threads |= is_thread(pid);
            stay(pid, &first_of(&self.usual));
        }
    }

    fn run(&mut self, is_over: impl Fn() -> bool) -> Result<u64, String> {
        let (begin, mut last) = (Instant::now(), Instant::now());
        let mut count = 0;
        loop {
            // One that is not in a call is back at once, and to wait for that spares
            // the processor.
            let how = if self.busy.is_empty() { WaitPidFlag::WNOHANG } else { WaitPidFlag::empty() };
            match waitpid(None, Some(how | WaitPidFlag::__WALL)) {
                Ok(WaitStatus::StillAlive) => {
                    if is_over() && last.elapsed() > QUIET {
                        return Ok(count);
                    }
                    thread::sleep(Duration::from_micros(200));
                    continue;
                }
                Ok(WaitStatus::Stopped(pid, Signal::SIGTRAP)) => {
                    let at = counter(pid).unwrap_or_default();
                    // One that repeats itself (`rep movs`) stops each time, and is one.
                    count += u64::from(self.tasks.insert(pid, at) != Some(at));
                    self.busy.remove(&pid);
                    if !is_call(pid, at) {
                        self.busy.insert(pid);
                    }
                    step(pid, None)?;
                }
                // It may be within a call, and go on with that.
                Ok(WaitStatus::Stopped(pid, signal)) => {
                    self.busy.remove(&pid);
                    step(pid, Some(signal))?;
                }
                Ok(WaitStatus::PtraceEvent(pid, ..)) => {
                    self.busy.remove(&pid);
                    self.add(pid);
                    step(pid, None)?;
                }
                Ok(WaitStatus::Exited(pid, _) | WaitStatus::Signaled(pid, ..)) => {
                    self.tasks.remove(&pid);
                    self.busy.remove(&pid);
                }
                Ok(_) => {}
                Err(error) => return Err(format!("waitpid: {error}")),
            }
            last = Instant::now();
            if begin.elapsed() > LONGEST {
                return Err(format!("not over after {} s", LONGEST.as_secs()));
            }
        }
    }

    fn detach(&mut self) {
        for (pid, _) in std::mem::take(&mut self.tasks) {
            stay(pid, &self.usual);
            let _ = let_go(pid);
        }
        self.busy.clear();
    }
}

impl Drop for Stepper {
    fn drop(&mut self) {
        self.detach();
        stay(THIS, &self.usual);
    }
}

/// The calling thread, for sched_setaffinity(2).
const THIS: Pid = Pid::from_raw(0);

/// What may not be moved is counted where it is.
fn stay(pid: Pid, processors: &CpuSet) {
    let _ = sched_setaffinity(pid, processors);
}

fn first_of(processors: &CpuSet) -> CpuSet {
    let mut first = CpuSet::new();
    let is_in = |processor: &usize| processors.is_set(*processor) == Ok(true);
    if let Some(processor) = (0..CpuSet::count()).find(is_in) {
        let _ = first.set(processor);
    }
    first
}

/// It can be let go only where it is stopped, and a step that it has not told yet would be a
/// signal that ends it.
fn let_go(pid: Pid) -> nix::Result<()> {
    ptrace::interrupt(pid)?;
    let mut status = waitpid(pid, Some(WaitPidFlag::__WALL))?;
    while has_step(pid) && !matches!(status, WaitStatus::Stopped(_, Signal::SIGTRAP)) {
        ptrace::cont(pid, None)?;
        status = waitpid(pid, Some(WaitPidFlag::__WALL))?;
    }
    let signal = match status {
        WaitStatus::Stopped(_, signal) if signal != Signal::SIGTRAP => Some(signal),
        _ => None,
    };
    ptrace::detach(pid, signal)
}

/// Whether it shares its process with who was there before it.
fn is_thread(pid: Pid) -> bool {
    status(pid, "Tgid:").is_some_and(|process| process != pid.to_string())
}

/// A value of proc_pid_status(5).
fn status(pid: Pid, title: &str) -> Option<String> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix(title)).map(|value| value.trim().to_owned())
}

/// Whether SIGTRAP waits for it.
fn has_step(pid: Pid) -> bool {
    let signals = status(pid, "SigPnd:").and_then(|signals| u64::from_str_radix(&signals, 16).ok());
    signals.is_some_and(|signals| signals & 1 << (Signal::SIGTRAP as u32 - 1) != 0)
}

fn has_ended(task: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{task}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['Z', 'X']))
}

/// One that has been killed meanwhile does no step, and says so in another way.
fn step(pid: Pid, signal: Option<Signal>) -> Result<(), String> {
    match ptrace::step(pid, signal) {
        Ok(()) | Err(Errno::ESRCH) => Ok(()),
        Err(error) => Err(format!("ptrace: {error}")),
    }
}

/// Whether the instruction there calls the kernel, and so may wait.
fn is_call(pid: Pid, at: u64) -> bool {
    let (call, bits) = CALL;
    let word = ptrace::read(pid, std::ptr::without_provenance_mut(at as usize));
    word.map_or(true, |word| word & bits == call)
}

/// The instruction that calls the kernel, and which bits of a word tell it: `syscall`, `svc #0`.
const CALL: (i64, i64) =
    if cfg!(target_arch = "x86_64") { (0x050f, 0xffff) } else { (0xd400_0001, 0xffff_ffff) };

#[cfg(target_arch = "x86_64")]
fn counter(pid: Pid) -> nix::Result<u64> {
    ptrace::getregs(pid).map(|registers| registers.rip)
}

#[cfg(target_arch = "aarch64")]
fn counter(pid: Pid) -> nix::Result<u64> {
    ptrace::getregs(pid).map(|registers| registers.pc)
}

#[cfg(test)]
mod tests {
    use super::Stepper;
    use std::io::{Read, Write};
    use std::process::{Command, Stdio};

    #[test]
    fn who_does_more_takes_more_instructions() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "while read n; do while [ $n -gt 0 ]; do n=$((n-1)); done; echo done; done"]);
        let mut shell = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a shell");
        let (mut input, mut output) = (shell.stdin.take().unwrap(), shell.stdout.take().unwrap());
        let mut ask = |line: &[u8]| {
            input
                .write_all(line)
                .and_then(|()| output.read_exact(&mut [0; 5]))
                .map_err(|error| error.to_string())
        };
        ask(b"1\n").unwrap();
        let counts = Stepper::attach(&[shell.id()]).map(|mut stepper| {
            [&b"1\n"[..], b"1\n", b"3\n"].map(|line| stepper.during(|| ask(line)).unwrap())
        });
        drop((input, output));
        assert!(shell.wait().unwrap().success(), "it goes on where it was");
        let counts = match counts {
            Ok(counts) => counts,
            Err(why) => return svcd_tests::skip("instructions by ptrace", &why),
        };
        assert!(counts[0].abs_diff(counts[1]) * 10 < counts[0], "the same twice: {counts:?}");
        assert!(counts[2] > counts[1] + 1000, "two rounds more: {counts:?}");
    }
}
