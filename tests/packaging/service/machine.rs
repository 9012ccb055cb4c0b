//! A machine of its own for managers of services, which may do there what they like:
//! root.sh makes it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sched::{CloneFlags, setns};
use svcd_tests::process::until_children;
use svcd_tests::{Program, Tree, deadline, note, program, skip, until};

pub struct Machine {
    outside: Child,
    /// Its first process.
    pub first: u32,
    _cgroup: Cgroup,
    _folder: Tree,
}

impl Machine {
    /// Runs `command` there as the first process, once the sh script `prepare` has filled
    /// its root, the current folder; `$PACKAGING` is what is shipped. None, with a note,
    /// if there can be no such machine here.
    pub fn start(what: &str, prepare: &str, command: &[&str]) -> Option<Machine> {
        match Machine::try_start(prepare, command) {
            Ok(machine) => Some(machine),
            Err(why) => {
                skip(what, &why);
                None
            }
        }
    }

    fn try_start(prepare: &str, command: &[&str]) -> Result<Machine, String> {
        if !nix::unistd::geteuid().is_root() {
            return Err("only root can make the machine for it".to_owned());
        }
        if Program::chosen().is_emulated() {
            return Err("the emulator is not in that machine".to_owned());
        }
        for tool in ["setpriv", "unshare", "nsenter", "ip", "pgrep"] {
            super::find(tool).ok_or(format!("there is no {tool}"))?;
        }
        let folder = Tree::empty();
        let name = folder.base().file_name().unwrap_or_default();
        let cgroup = Cgroup::new(unified()?.join(name))?;
        let script = folder.base().join("prepare");
        fs::write(&script, prepare).expect("a new file");
        let workspace = program::workspace();
        // All of it ends with this thread, whatever its end is like.
        let mut outside = Command::new("setpriv");
        outside.args(["--pdeathsig", "KILL"]).arg(workspace.join("tests/packaging/service/root.sh"));
        outside.arg(folder.root()).arg(Program::chosen().command().get_program()).arg(script).args(command);
        outside.env("CGROUP", &cgroup.0).env("PACKAGING", workspace.join("packaging")).stdin(Stdio::null());
        let outside = outside.spawn().map_err(|error| error.to_string())?;
        let mut machine = Machine { outside, first: 0, _cgroup: cgroup, _folder: folder };
        machine.first = until_children(machine.outside.id(), 1).remove(0).id;
        until("a machine", || {
            let status = machine.outside.try_wait().expect("wait");
            assert!(status.is_none(), "root.sh: {status:?}");
            machine.path("/run/machine").exists().then_some(())
        });
        Ok(machine)
    }

    /// The name by which this process finds a file of the machine.
    pub fn path(&self, path: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{path}", self.first))
    }

    pub fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_default()
    }

    /// Runs a command there to its end.
    pub fn try_run(&self, command: &[&str]) -> Output {
        let mut enter = Command::new("nsenter");
        enter.args(["--target", &self.first.to_string(), "--mount", "--pid", "--net"]).args(command);
        enter.stdin(Stdio::null()).output().expect("nsenter")
    }

    /// The same; what it wrote, and a failure if it did not end well.
    pub fn run(&self, command: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.try_run(command);
        let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert!(status.success(), "{command:?}: {status}: {stdout}{stderr}");
        stdout
    }

    pub fn network(&self) -> Network {
        Network::of(self.first)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.outside.kill();
        let _ = self.outside.wait();
    }
}

/// A cgroup that is removed when dropped, once nobody is in it.
struct Cgroup(PathBuf);

impl Cgroup {
    fn new(path: PathBuf) -> Result<Cgroup, String> {
        fs::create_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Cgroup(path))
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        let end = Instant::now() + deadline();
        while !remove(&self.0) {
            if Instant::now() > end {
                let why = format!("somebody is still in the cgroup of the machine: {}", self.0.display());
                // A second panic would end all tests at once, and leave their machines behind.
                return if thread::panicking() { note(&why) } else { panic!("{why}") };
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Removes a cgroup with all below it.
fn remove(cgroup: &Path) -> bool {
    for entry in fs::read_dir(cgroup).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            remove(&entry.path());
        }
    }
    fs::remove_dir(cgroup).is_ok()
}

/// Where the second version of cgroups is.
fn unified() -> Result<PathBuf, String> {
    let mounts = fs::read_to_string("/proc/mounts").map_err(|error| error.to_string())?;
    let mut words = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let found = words.find(|words| words.get(2) == Some(&"cgroup2")).map(|words| PathBuf::from(words[1]));
    found.ok_or_else(|| "no cgroup2 is mounted".to_owned())
}

/// The network that a process has.
pub struct Network {
    namespace: File,
}

impl Network {
    pub fn of(process: u32) -> Network {
        let namespace = File::open(format!("/proc/{process}/ns/net")).expect("a running process");
        Network { namespace }
    }

    /// Takes this thread into it.
    pub fn enter(&self) {
        setns(&self.namespace, CloneFlags::CLONE_NEWNET).expect("root may enter a network");
    }

    /// What a thread finds there.
    pub fn within<T: Send>(&self, there: impl FnOnce() -> T + Send) -> T {
        let enter = || {
            self.enter();
            there()
        };
        thread::scope(|scope| scope.spawn(enter).join()).unwrap_or_else(|why| std::panic::resume_unwind(why))
    }
}
