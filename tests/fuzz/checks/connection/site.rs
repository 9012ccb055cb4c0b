//! The server: a tree of its own, and one process for each connection.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use svcd_tests::remains::{self, Remains};
use svcd_tests::tree::{SECRET, pseudo_random};
use svcd_tests::{Program, Tree, program};

use super::DEADLINE;

pub struct Site {
    tree: Tree,
    /// What is in the tree at the beginning of each input.
    before: Remains,
}

impl Site {
    pub fn new() -> Site {
        // What a dying server leaves behind becomes a child of this process.
        #[cfg(target_os = "linux")]
        nix::sys::prctl::set_child_subreaper(true).expect("a subreaper");
        let tree = tree();
        let before = remains::all(&tree.root());
        Site { tree, before }
    }

    pub fn start(&self, socket: UnixStream, is_static: bool) -> Child {
        let mut command = Program::chosen().command();
        command.args(["--inetd", "-q", "--idle-timeout", "60", "--header-timeout", "60"]);
        if is_static {
            command.args(["--no-cgi", "--clean-urls", "--fallback", "dir/inner.txt", "--header", "A: b"]);
        } else {
            command.args(["--sandbox=off", "--write", "--no-sync", "--max-body", "64k", "--min-rate", "0"]);
            command.args(["--cgi-timeout", "60", "--cgi-limit", "60"]);
        }
        command.arg(self.tree.root()).stdin(OwnedFd::from(socket)).stdout(Stdio::null());
        // Who looks at one input wants to know what the server has to say.
        command.stderr(if cfg!(fuzzing) { Stdio::null() } else { Stdio::inherit() });
        command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"))
    }

    /// The process ends by itself, not by a signal, and nothing is left of it.
    pub fn ends(&self, mut server: Child) {
        let end = Instant::now() + DEADLINE;
        let status = loop {
            if let Some(status) = server.try_wait().expect("a child") {
                break status;
            }
            if Instant::now() > end {
                let _ = server.kill();
                panic!("the server does not end");
            }
            thread::sleep(Duration::from_micros(50));
        };
        assert!(status.code() == Some(0), "the end of the server: {status}");
        #[cfg(target_os = "linux")]
        {
            use nix::errno::Errno;
            use nix::sys::wait::{WaitPidFlag, waitpid};
            let left = waitpid(None, Some(WaitPidFlag::WNOHANG));
            assert!(left == Err(Errno::ECHILD), "what a server has left: {left:?}");
        }
    }

    pub fn is_revealed(&self, received: &[u8]) -> bool {
        received.windows(SECRET.len()).any(|part| part == SECRET)
    }

    /// The tree as it was, so that an input means the same wherever it comes.
    pub fn restore(&mut self, sent: &[u8]) {
        if !sent.windows(4).any(|part| part == b"PUT " || part == b"LETE") {
            return;
        }
        let left = remains::temporaries(&self.tree.root());
        assert!(left.is_empty(), "temporary files: {left:?}");
        let now = remains::all(&self.tree.root());
        if remains::differences(&self.before, &now).is_empty() {
            return;
        }
        let part = |all: &Remains, name: &str| -> Vec<_> {
            all.iter().filter(|file| file.0.starts_with(name)).map(|file| file.1.clone()).collect()
        };
        for name in ["cgi-bin", ".git", ".secret", "dir/.hidden"] {
            assert!(part(&self.before, name) == part(&now, name), "written to {name}");
        }
        let secret = fs::read(self.tree.outside().join("secret.txt")).expect("the file outside");
        assert_eq!(secret, SECRET, "written outside of the tree");
        self.tree = tree();
    }
}

fn tree() -> Tree {
    let tree = Tree::small();
    tree.file("large.bin", &pseudo_random(40_000));
    tree.file("bytes.bin", &pseudo_random(4096));
    tree.file("coded.txt", b"hello, hello, hello\n");
    tree.file("coded.txt.gz", b"stands for its coded form\n");
    let folder = program::dist().join("examples");
    let system = if cfg!(target_os = "macos") { "darwin" } else { std::env::consts::OS };
    let example = folder.join(format!("cgi-{system}-{}", std::env::consts::ARCH));
    let bytes = fs::read(&example).unwrap_or_else(|error| panic!("{}: {error}", example.display()));
    // One that reads all, and one that says what it is sent.
    for (name, bytes) in [("cgi-bin/count", &bytes[..]), ("cgi-bin/say", b"#!/bin/sh\nexec cat\n")] {
        tree.file(name, bytes);
        tree.permit(name, 0o755);
    }
    tree
}
