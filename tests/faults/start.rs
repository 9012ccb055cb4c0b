//! The start of a server whose calls fail: it serves, or it says in one line which
//! call failed and why, and exits with 1.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use svcd_tests::output::Output;
use svcd_tests::process::children;
use svcd_tests::strace::Call;
use svcd_tests::{Program, Tree, deadline, unix};

use crate::client::{self, Heard};
use crate::judge::Tally;
use crate::matrix::Case;
use crate::tool::is_injected;
use crate::{errors, smoke, tool};

/// How a server is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Usual,
    /// As another user, in a folder that is the root of all, and in the sandbox or
    /// not at all.
    Strict,
    /// With a socket that somebody else has made.
    Handed,
}

/// Whose privileges are none: nobody, on most systems.
const STRICT: [&str; 5] = ["--chroot", "--user", "65534", "--sandbox", "require"];

/// What a server that has to be so cannot do without.
const REQUIRED: &[&str] = &[
    "chroot",
    "landlock_add_rule",
    "landlock_create_ruleset",
    "landlock_restrict_self",
    "setgid",
    "setgroups",
    "setuid",
];

/// Hands standard input over as sd_listen_fds(3) has it, in a process that becomes the
/// server: strace(1) stands beside it then.
const HANDED: [&str; 4] =
    ["sh", "-c", "exec 3<&0 </dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$@\"", "sh"];

/// What is called for such a socket.
const OF_HANDED: &[&str] = &["fcntl", "getsockname", "listen", "setsockopt"];

/// A started server behind strace(1), which is ended with it.
struct Started {
    how: How,
    child: Child,
    errors: Output,
    socket: PathBuf,
    calls: PathBuf,
    _tree: Tree,
}

impl Started {
    /// The tool looks at the parent only.
    fn new(how: How, case: Option<&Case>) -> Started {
        let tree = smoke::tree();
        let mut socket = smoke::socket(&tree);
        // Somebody was killed, and has left these.
        drop(UnixListener::bind(&socket).expect("a socket"));
        tree.file("box/.svcd-00000000", b"left over");
        let calls = tree.base().join("calls");
        let log = tree.base().join("log");
        let front = tool::front(&calls, case, (how == How::Handed).then_some("-D"));
        let handed = HANDED.iter().filter(|_| how == How::Handed).copied();
        let front: Vec<_> = handed.chain(front.iter().map(String::as_str)).collect();
        let mut command = Program::chosen().behind(&front).command();
        command.args(["-p", "0"]).args(smoke::arguments(&tree, 10)).args(["--log", path(&log)]);
        if how == How::Strict {
            command.args(STRICT);
        }
        command.arg(tree.root());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        if how == How::Handed {
            socket = tree.base().join("handed");
            command.stdin(OwnedFd::from(UnixListener::bind(&socket).expect("a socket")));
        }
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let errors = Output::drain(child.stderr.take().expect("it is piped"));
        Started { how, child, errors, socket, calls, _tree: tree }
    }

    /// What the parent has called.
    fn calls(&self) -> Vec<Call> {
        tool::calls(&self.calls, self.child.id())
    }

    fn has_ended(&mut self) -> Option<i32> {
        self.child.try_wait().expect("wait").map(|status| status.code().unwrap_or(-1))
    }

    fn ends_soon(&mut self) -> Option<i32> {
        let end = Instant::now() + Duration::from_secs(2);
        while Instant::now() < end {
            match self.has_ended() {
                None => thread::sleep(Duration::from_millis(5)),
                code => return code,
            }
        }
        None
    }

    /// Whether it serves; else how it has ended.
    fn serves(&mut self) -> Result<(), i32> {
        let end = Instant::now() + deadline();
        loop {
            if let Some(code) = self.has_ended() {
                return Err(code);
            }
            // A stale file refuses, so that is no sign of it.
            if unix::connect(&self.socket).is_ok() {
                return Ok(());
            }
            assert!(Instant::now() < end, "neither serves nor ends: {}", self.errors.so_far());
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// `Ok` if it serves those who have a password, and nobody else.
    fn is_right(&self) -> Result<(), String> {
        let nowhere = ([127, 0, 0, 1], 0).into();
        for smoke in smoke::over_unix() {
            let heard = client::run(&smoke, nowhere, &self.socket, "")?;
            match (heard.as_slice(), smoke.right.as_slice()) {
                ([Heard::Whole(answer)], [right]) => answer.is(*right)?,
                other => return Err(format!("{}: {other:?}", smoke.name)),
            }
        }
        Ok(())
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // A tracer that is told to end would let the server live.
        let own = self.child.id();
        let is_own = tool::is_rig() || self.how == How::Handed;
        let servers = if is_own { vec![own] } else { children(own).iter().map(|child| child.id).collect() };
        for id in servers {
            let _ = kill(Pid::from_raw(id.cast_signed()), Signal::SIGKILL);
        }
        let _ = self.child.wait();
    }
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a temporary folder in UTF-8")
}

/// The calls of a start in which nothing fails.
pub fn calls(how: How) -> Vec<Call> {
    let mut started = Started::new(how, None);
    assert_eq!(started.serves(), Ok(()), "{}", started.errors.so_far());
    started.is_right().expect("a server");
    let mut calls = started.calls();
    // The first kevent(2) does not wait.
    let waits = |call: &Call| call.name == tool::wait() && call.count == 1 + usize::from(tool::is_rig());
    calls.truncate(calls.iter().position(waits).expect("it waits"));
    // This is strace(1) itself.
    calls.retain(|call| call.name != "execve");
    calls
}

/// A case for each error of the calls of a start: of the first three of a name, and of
/// every third one.
pub fn cases(how: How) -> Vec<Case> {
    let all = calls(how);
    let chosen = all.iter().filter(|call| call.count <= 3 || call.count % 3 == 0);
    chosen.flat_map(|call| errors::cases("Start", &call.name, &[call.count.to_string()])).collect()
}

/// The cases of what a strict start has more.
pub fn strict_cases() -> Vec<Case> {
    let count = |cases: &[Case], call: &str| cases.iter().filter(|case| case.call == call).count();
    let usual = cases(How::Usual);
    let strict = cases(How::Strict);
    let is_more = |case: &&Case| count(&strict, &case.call) > count(&usual, &case.call);
    strict.iter().filter(is_more).cloned().collect()
}

/// The cases of a socket that is handed over.
pub fn handed_cases() -> Vec<Case> {
    cases(How::Handed).into_iter().filter(|case| OF_HANDED.contains(&case.call.as_str())).collect()
}

/// One start. None: what should fail was not called.
pub fn attempt(how: How, case: &Case) -> Result<Option<Tally>, String> {
    let mut started = Started::new(how, Some(case));
    // The second setuid(2) and setgid(2) must fail: there is no way back.
    let is_proof = matches!(case.call.as_str(), "setuid" | "setgid") && case.when != "1";
    let is_required = how == How::Strict && REQUIRED.contains(&case.call.as_str()) && !is_proof;
    let told = match started.serves() {
        Ok(()) if is_required && started.ends_soon().is_none() => {
            Err("it serves in spite of that".to_owned())
        }
        // It may listen already and end in spite of that.
        Ok(()) => started.is_right().or_else(|why| match started.ends_soon() {
            Some(code) => is_told(case, code, &started.errors.to_end()),
            None => Err(why),
        }),
        Err(code) => is_told(case, code, &started.errors.to_end()),
    };
    if started.calls().iter().any(is_injected) { told.map(|()| Some(Tally::default())) } else { Ok(None) }
}

/// A line of a server that is well: where it listens, its sandbox, its numbers.
fn is_good(line: &str) -> bool {
    ["listening on", "svcd: sandbox: landlock", "log lines lost"].iter().any(|good| line.contains(good))
}

/// `Ok` if a server that has ended has said why.
pub fn is_told(case: &Case, code: i32, said: &str) -> Result<(), String> {
    let lines: Vec<_> = said.lines().filter(|line| !is_good(line)).collect();
    // Errors that are not likely have a number only.
    let has_error = |line: &str| {
        line.contains(case.error) || line.contains("errno") || line.ends_with(": EADDRINUSE (address in use)")
    };
    match lines.as_slice() {
        [line] if code == 1 && errors::is_of(&case.call, line) && has_error(line) => Ok(()),
        // Nothing can be said where writing fails.
        [] if code == 1 && case.call == "write" => Ok(()),
        lines => Err(format!("exit {code}: {lines:?}")),
    }
}
