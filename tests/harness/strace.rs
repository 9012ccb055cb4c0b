//! System calls that fail, or kill, at a chosen moment: strace(1) is attached to
//! a running server, and does it to the children that are forked from then on.

use std::env;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::pace::{skip, until};
use crate::process::{until_children, visible};
use crate::program::Program;
use crate::server::{Server, Start};

/// Starts on a kernel that does not know a call, which [`let_go`] makes current again:
/// for what the server learns of its kernel at the start.
pub fn without(start: Start, call: &str) -> Start {
    let inject = format!("--inject={call}:error=ENOSYS");
    traceable(start).behind(&["strace", "-D", "-I", "1", "-qq", "-o", "/dev/null", &inject])
}

/// Nothing fails any more, and another may attach.
pub fn let_go(server: &Server) {
    let tracer = || Some(tracer(server.id())).filter(|id| *id != 0);
    if let Some(id) = tracer() {
        let _ = kill(Pid::from_raw(id.cast_signed()), Signal::SIGTERM);
    }
    until("the tracer to let go", || tracer().is_none().then_some(()));
}

/// A call that a child has made.
#[derive(Debug, Clone)]
pub struct Call {
    pub name: String,
    /// All that strace says of it, with the paths of descriptors.
    pub text: String,
    /// Which of the process's calls with this name it was, from 1.
    pub count: usize,
}

impl Call {
    /// The words that do `what` (`error=EIO`, `signal=SIGKILL`) to the same call
    /// of the children to come.
    pub fn inject(&self, what: &str) -> Vec<String> {
        let Call { name, count, .. } = self;
        vec![format!("--trace={name}"), format!("--inject={name}:{what}:when={count}")]
    }
}

/// True if strace may be used; else the reason is noted for `what`.
pub fn usable(what: &str) -> bool {
    let why = if !cfg!(target_os = "linux") {
        "only Linux has strace".to_owned()
    } else if Program::chosen().is_emulated() {
        "the calls would be the emulator's".to_owned()
    } else {
        let mut command = Command::new("strace");
        command.args(["-qq", "-o", "/dev/null", "true"]).stdin(Stdio::null());
        match command.output() {
            Err(error) => format!("{command:?}: {error}"),
            Ok(output) if !output.status.success() => {
                format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim())
            }
            Ok(_) => return visible(what),
        }
    };
    skip(what, &why);
    false
}

/// Yama lets only ancestors attach, and those whom a process has named.
const SCOPE: &str = "/proc/sys/kernel/yama/ptrace_scope";

/// Starts so that strace may attach.
pub fn traceable(start: Start) -> Start {
    let is_restricted = fs::read_to_string(SCOPE).is_ok_and(|scope| scope.trim() == "1");
    if !is_restricted || nix::unistd::geteuid().is_root() {
        return start;
    }
    // prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY), which outlives exec.
    let prctl = if env::consts::ARCH == "aarch64" { 167 } else { 157 };
    let script = format!("syscall({prctl}, 0x59616d61, -1, 0, 0, 0); exec @ARGV");
    start.behind(&["perl", "-e", &script])
}

/// A process, and all calls that it has made.
#[derive(Debug)]
pub struct Traced {
    pub id: u32,
    pub calls: Vec<Call>,
}

pub struct Strace {
    child: Child,
    /// Where it writes, one file for each process.
    folder: PathBuf,
    server: u32,
}

impl Strace {
    /// With further words of its command line.
    pub fn attach(server: &Server, words: &[String]) -> Strace {
        Strace::start(server, &["-f", "-ff", "-y", "-s", "80"], words)
    }

    /// The same for many children at a time, and for the processes that these make,
    /// each until it is another program. Without `children` the server is alone.
    pub fn attach_all(server: &Server, children: bool, words: &[String]) -> Strace {
        let all = ["-s", "0", "-b", "execve", "-f", "-ff"];
        Strace::start(server, if children { &all } else { &all[..2] }, words)
    }

    fn start(server: &Server, first: &[&str], words: &[String]) -> Strace {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let place = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("svcd-strace-{}-{place}", std::process::id()));
        fs::create_dir_all(&folder).expect("a new folder");
        let id = server.id().to_string();
        let mut command = Command::new("strace");
        command.args(first).args(["-qq", "-p", &id, "-o"]).arg(folder.join("calls"));
        // It tells more than what fails.
        let errors = folder.join("errors");
        let told = || fs::read_to_string(&errors).unwrap_or_default();
        let file = File::create(&errors).expect("a new file");
        command.args(words).stdin(Stdio::null()).stderr(file);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        until(&format!("{command:?} to attach"), || {
            let ended = child.try_wait().expect("wait");
            let is_over = ended.is_some_and(|status| {
                // The server has not survived its first call.
                assert!(status.success(), "{command:?} has ended: {}", told());
                true
            });
            (is_over || tracer(server.id()) == child.id()).then_some(())
        });
        Strace { child, folder, server: server.id() }
    }

    /// The calls of the only child that there was meanwhile, to its end.
    pub fn end(self) -> Vec<Call> {
        until_children(self.server, 0);
        let id = self.server;
        let mut children: Vec<_> = self.end_all().into_iter().filter(|process| process.id != id).collect();
        let child = children.pop().expect("a child was traced");
        assert!(children.is_empty(), "{} children more than one", children.len());
        child.calls
    }

    /// The calls of every process until now; nothing fails any more.
    pub fn end_all(mut self) -> Vec<Traced> {
        self.detach();
        let files = fs::read_dir(&self.folder).expect("its folder").flatten();
        let traced = files.filter_map(|file| {
            let name = file.file_name();
            // Of the server alone, the file has no number.
            let id = match name.to_str()?.strip_prefix("calls")? {
                "" => self.server,
                number => number.strip_prefix('.')?.parse().ok()?,
            };
            let text = fs::read(file.path()).expect("what it wrote");
            Some(Traced { id, calls: calls_in(&String::from_utf8_lossy(&text)) })
        });
        traced.collect()
    }

    fn detach(&mut self) {
        // Told to end, it lets the server go; killed, it would too, but might
        // have stopped it.
        let _ = kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM);
        let _ = self.child.wait();
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        self.detach();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn tracer(id: u32) -> u32 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
    tracer.and_then(|tracer| tracer.trim().parse().ok()).unwrap_or_default()
}

/// The calls of one process, from what strace(1) has written of it.
pub fn calls_in(text: &str) -> Vec<Call> {
    let mut found: Vec<Call> = Vec::new();
    for line in text.lines() {
        let Some((name, _)) = line.split_once('(') else { continue };
        // Lines about signals and the end begin otherwise.
        if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            let count = 1 + found.iter().filter(|call| call.name == name).count();
            found.push(Call { name: name.to_owned(), text: line.to_owned(), count });
        }
    }
    found
}

/// The calls of each process in a trace where `ID ` stands before each call, or `[ID] `
/// as in one of the rig that plays Darwin.
pub fn by_process(text: &str) -> Vec<Traced> {
    let mut lines: Vec<(u32, String)> = Vec::new();
    for line in text.lines() {
        let Some((id, rest)) = line.split_once(' ') else { continue };
        let Ok(id) = id.trim_matches(['[', ']']).parse() else { continue };
        let rest = rest.trim_start();
        match lines.iter_mut().find(|of| of.0 == id) {
            Some(of) => of.1.push_str(rest),
            None => lines.push((id, rest.to_owned())),
        }
        if let Some(of) = lines.iter_mut().find(|of| of.0 == id) {
            of.1.push('\n');
        }
    }
    lines.into_iter().map(|(id, text)| Traced { id, calls: calls_in(&text) }).collect()
}

/// Names in order; one several times in turn is there once, with its number.
pub fn folded<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut runs: Vec<(&str, usize)> = Vec::new();
    for name in names {
        match runs.last_mut() {
            Some(run) if run.0 == name => run.1 += 1,
            _ => runs.push((name, 1)),
        }
    }
    let word = |(name, count): (&str, usize)| {
        if count == 1 { name.to_owned() } else { format!("{name} ×{count}") }
    };
    runs.into_iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_of_the_rig_is_told_apart_by_process() {
        let text = "[5] main of svcd: slide=0x0\n[5] fork() = 6 0\n[6] close(3) = 0\n[5] close(4) = -1 EIO (INJECTED)\n\
            [6] exit(0) ...\n";
        let found = by_process(text);
        let names =
            |place: usize| -> Vec<_> { found[place].calls.iter().map(|call| call.name.as_str()).collect() };
        assert_eq!((found[0].id, names(0)), (5, vec!["fork", "close"]));
        assert_eq!((found[1].id, names(1)), (6, vec!["close", "exit"]));
        let found = by_process("17 close(3)    = 0\n18  read(4,  <unfinished ...>\n17 exit_group(0) = ?\n");
        let ids: Vec<_> = found.iter().map(|process| (process.id, process.calls.len())).collect();
        assert_eq!(ids, [(17, 2), (18, 1)]);
    }

    #[test]
    fn calls_are_counted_by_name() {
        let text = "read(3</a(b>, \"x\", 1) = 1\nclose(3</a>)   = 0\n--- SIGIO {si_signo=SIGIO} ---\n\
            read(4, \"\", 1)  = -1 EIO (Input/output error) (INJECTED)\n+++ exited with 0 +++\n";
        let found = calls_in(text);
        let names: Vec<_> = found.iter().map(|call| (call.name.as_str(), call.count)).collect();
        assert_eq!(names, [("read", 1), ("close", 1), ("read", 2)]);
        let words = found[2].inject("error=EIO");
        assert_eq!(words, ["--trace=read", "--inject=read:error=EIO:when=2"]);
    }
}
