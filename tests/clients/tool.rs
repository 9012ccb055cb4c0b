//! Programs that other people wrote, run in a folder of their own.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

pub use svcd_tests::program::find;
use svcd_tests::{Tree, deadline};

/// What a person has set for other servers must not reach these.
const PROXIES: [&str; 6] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"];

/// A folder that one run may fill.
pub struct Place {
    tree: Tree,
}

impl Place {
    pub fn new() -> Place {
        Place { tree: Tree::empty() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.tree.path(name)
    }

    /// Runs a tool to its end; killed if it takes four times the deadline, which is for one step.
    pub fn run(&self, tool: &Path, arguments: &[&str]) -> Ended {
        let mut command = Command::new(tool);
        command.args(arguments).current_dir(self.tree.root()).env("HOME", self.tree.outside());
        command.env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for name in PROXIES {
            command.env_remove(name);
        }
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let end = Instant::now() + 4 * deadline();
        // Files take what they write, so it fits into the pipes.
        while matches!(child.try_wait(), Ok(None)) {
            if Instant::now() > end {
                let _ = child.kill();
            }
            thread::sleep(Duration::from_millis(5));
        }
        let Output { status, stdout, stderr } = child.wait_with_output().expect("it has ended");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Ended { status, stdout: text(stdout), stderr: text(stderr), command: format!("{command:?}") }
    }

    /// Every file that is there now: name, bytes, and whether its time is that of
    /// the server's file.
    pub fn files(&self) -> BTreeMap<String, (Vec<u8>, u64)> {
        files_below(&self.tree.root())
    }

    pub fn write(&self, name: &str, bytes: &[u8], seconds: u64) {
        let path = self.path(name);
        fs::write(&path, bytes).expect("a new file");
        let file = File::options().write(true).open(&path).expect("the file");
        file.set_modified(svcd_tests::clock::at(seconds)).expect("a time of modification");
    }
}

/// Every file below a folder: name, bytes, and its time of modification in seconds.
pub fn files_below(top: &Path) -> BTreeMap<String, (Vec<u8>, u64)> {
    let mut files = BTreeMap::new();
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let modified = entry.metadata().and_then(|metadata| metadata.modified()).expect("a time");
            let name = path.strip_prefix(top).expect("below it").display().to_string();
            let bytes = fs::read(&path).expect("a file");
            files.insert(name, (bytes, svcd_tests::clock::seconds(modified)));
        }
    }
    files
}

/// How a run ended and what it said.
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    command: String,
}

impl Ended {
    /// Its standard output; a failure if it did not end with this code.
    pub fn with(self, code: i32) -> String {
        let Ended { status, stdout, stderr, command } = self;
        assert_eq!(status.code(), Some(code), "{command} said: {stdout}{stderr}");
        stdout
    }
}
