//! A shell that is given one command after the other.

use std::io::Write;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use svcd_tests::output::Output;

/// The port of the pages. Here it is one that is free.
const PORT: &str = "8080";

/// What no command writes.
const MARK: &str = "-- done --\n";

pub struct Shell {
    child: Child,
    commands: ChildStdin,
    output: Output,
    /// Bytes of the output that belong to earlier commands.
    seen: usize,
    port: String,
}

impl Shell {
    /// In this folder, which is also the home of what gdb wants to keep.
    pub fn start(folder: &Path) -> Shell {
        // As many digits as that of the pages, since lengths are told too; kernels choose
        // higher ones.
        let first = 2000 + (std::process::id() % 7000) as u16;
        let free =
            (first..9999).chain(2000..first).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
        let port = free.expect("a free port").to_string();
        let mut command = Command::new("sh");
        command.args(["-c", "umask 022; exec 2>&1; exec sh"]).current_dir(folder).process_group(0);
        // The variables would be seen: few, and the same for everybody.
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).env("LC_ALL", "C").env("HOME", folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a shell");
        let commands = child.stdin.take().expect("a pipe");
        let output = Output::drain(child.stdout.take().expect("a pipe"));
        Shell { child, commands, output, seen: 0, port }
    }

    /// What a command writes. One that goes on in the background is given time until
    /// `is_all`, or a second.
    pub fn run(&mut self, line: &str, is_all: impl Fn(&str) -> bool) -> String {
        let own = line.replace(PORT, &self.port);
        // It must not read the commands that follow; and the next one may ask for its status.
        let fed = format!("{{ {own}\n}} </dev/null\nstatus=$?; printf '%s' '{MARK}'; (exit $status)\n");
        self.commands.write_all(fed.as_bytes()).expect("a shell that listens");
        let seen = self.seen;
        let what = format!("the end of: {line}");
        self.output.wait_for(&what, |bytes, _| text(bytes, seen).contains(MARK).then_some(()));
        let end = Instant::now() + if line.ends_with('&') { Duration::from_secs(1) } else { Duration::ZERO };
        loop {
            let output = self.output.so_far();
            let found = text(output.as_bytes(), seen).replacen(MARK, "", 1).replace(&self.port, PORT);
            if is_all(&found) || Instant::now() >= end {
                self.seen = output.len();
                return found;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn text(bytes: &[u8], seen: usize) -> String {
    String::from_utf8_lossy(bytes.get(seen..).unwrap_or_default()).into_owned()
}

impl Drop for Shell {
    fn drop(&mut self) {
        // It and all that it has started.
        let _ = killpg(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGKILL);
        let _ = self.child.wait();
    }
}

#[test]
fn a_shell_keeps_what_was_before() {
    let mut shell = Shell::start(&std::env::temp_dir());
    for (line, expected) in [
        ("x=1", ""),
        ("echo $x", "1\n"),
        ("false", ""),
        ("echo $?", "1\n"),
        ("cat", ""),
        ("echo 127.0.0.1:8080", "127.0.0.1:8080\n"),
        ("echo no >&2", "no\n"),
        ("{ sleep 0.05; echo late; } &", "late\n"),
    ] {
        assert_eq!(shell.run(line, |output| output == expected), expected, "{line}");
    }
}
