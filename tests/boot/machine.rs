//! A whole machine, emulated. It ends with the test, or when its time is over.

use std::io::{self, BufRead, BufReader, PipeReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use svcd_tests::output::Output;

use crate::archive::Archive;

/// What the whole suite never takes, also where other things run.
const SECONDS: u32 = 3600;

/// The port of the machine that is to be reached from here.
pub const PORT: u16 = 8080;

pub struct Machine {
    child: Child,
    console: Option<PipeReader>,
    /// Leads to [`PORT`] of the machine. Somebody answers there before the
    /// machine does: what it writes tells when it is ready.
    pub address: SocketAddr,
}

/// What a second is for the machine.
pub enum Clock {
    /// One of this machine, for what talks to the world outside.
    Outside,
    /// 250 million instructions, as many as may be emulated in one. However little
    /// it gets of a busy host, no time limit is over too early; and where all wait,
    /// nobody waits here.
    Instructions,
}

impl Machine {
    /// Boots with these files. What is behind `--` in `words` is for the first process.
    pub fn boot(fetched: &Path, name: &str, files: &mut Archive, clock: &Clock, words: &str) -> Machine {
        let archive = fetched.join(format!("{name}.cpio"));
        files.write(&archive);
        // There is no way to ask the emulator which port it was given.
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.expect("a free port");

        // A kernel that cannot go on starts again after 1 s, which the emulator takes for the end.
        let words = format!("console=ttyAMA0 quiet panic=-1 {words}");
        // It is asked to end when this test has, whatever its end was like.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "timeout", &SECONDS.to_string()]).arg(emulator(fetched));
        command.env("LD_LIBRARY_PATH", libraries(fetched));
        // "max" would emulate the authentication of pointers, and take ten times as long to boot.
        command.args(["-machine", "virt", "-cpu", "neoverse-n1", "-m", "1024"]);
        if matches!(clock, Clock::Instructions) {
            command.args(["-icount", "shift=2,sleep=off,align=off"]);
        }
        command.args(["-nographic", "-no-reboot", "-append", &words]);
        command.arg("-kernel").arg(fetched.join("vmlinuz")).arg("-initrd").arg(&archive);
        // It can be reached, and reaches nothing itself.
        let net = format!("user,id=net,restrict=on,hostfwd=tcp:{address}-:{PORT}");
        command.args(["-netdev", &net, "-device", "virtio-net-device,netdev=net"]);
        // What the emulator itself has to say stands between the lines of the machine.
        let (console, end) = io::pipe().expect("a pipe");
        command.stdin(Stdio::null()).stdout(end.try_clone().expect("a second end")).stderr(end);
        let child = command.spawn().unwrap_or_else(|why| panic!("{command:?}: {why}"));
        Machine { child, console: Some(console), address }
    }

    /// What it writes to its serial line, as one text, with what the emulator says.
    pub fn console(&mut self) -> Output {
        Output::drain(self.written())
    }

    /// The same by lines, as they come; the end is that of the machine.
    pub fn lines(&mut self) -> impl Iterator<Item = String> + use<> {
        let pieces = BufReader::new(self.written()).split(b'\n').map_while(Result::ok);
        pieces.map(|line| String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    fn written(&mut self) -> PipeReader {
        self.console.take().expect("it is asked for once")
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM);
        let _ = self.child.wait();
    }
}

fn emulator(fetched: &Path) -> PathBuf {
    let file = fetched.join("emulator/usr/bin/qemu-system-aarch64");
    if file.exists() { file } else { "qemu-system-aarch64".into() }
}

/// The folders of the libraries that came with it.
fn libraries(fetched: &Path) -> String {
    let mut folders = Vec::new();
    for parent in ["emulator/lib", "emulator/usr/lib"] {
        for entry in std::fs::read_dir(fetched.join(parent)).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().ends_with("-linux-gnu") {
                folders.push(entry.path().display().to_string());
            }
        }
    }
    folders.join(":")
}
