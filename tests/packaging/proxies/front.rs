//! A server in front, started with its file of deploy/ and ended when dropped.

use std::env;
use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use svcd_tests::program::workspace;
use svcd_tests::{Tree, skip, until};

/// A file of deploy/.
pub fn deploy(name: &str) -> PathBuf {
    workspace().join("deploy").join(name)
}

pub struct Front {
    child: Child,
    pub ports: Ports,
    start: Start,
}

/// Where it listens on the loopback.
#[derive(Clone, Copy)]
pub struct Ports {
    pub http: u16,
    pub https: u16,
    /// Without TLS and without a redirect, if a test has it listen there.
    pub plain: u16,
}

/// What it takes to start one.
pub struct Start {
    program: PathBuf,
    libraries: String,
    pub folder: Tree,
}

/// How often it is tried to start one.
const ATTEMPTS: usize = 4;

impl Ports {
    /// Three that were free just now. Who else asks the kernel for one may be given the
    /// same before a server in front listens there.
    fn draw() -> Ports {
        let listeners = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
        let ports = listeners.each_ref().map(|listener| listener.local_addr().expect("its address").port());
        let [http, https, plain] = ports;
        Ports { http, https, plain }
    }
}

impl Start {
    /// None, with a note, if the program is neither installed nor unpacked by
    /// `linker/setup.sh proxies`, or if there is no certificate for it.
    pub fn of(program: &str) -> Option<Start> {
        let root = workspace().join("target/bench/root");
        let unpacked = ["usr/sbin", "usr/bin"].map(|folder| root.join(folder));
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = unpacked.into_iter().chain(env::split_paths(&path)).chain([PathBuf::from("/usr/sbin")]);
        let Some(program) = folders.map(|folder| folder.join(program)).find(|file| file.is_file()) else {
            skip(program, "it is neither installed nor unpacked: linker/setup.sh proxies");
            return None;
        };
        let folder = Tree::empty();
        if !certificate(&folder.root()) {
            skip("TLS", "no openssl that makes a certificate");
            return None;
        }
        let libraries = fs::read_dir(root.join("usr/lib")).into_iter().flatten().flatten();
        let libraries: Vec<String> = libraries.map(|entry| entry.path().display().to_string()).collect();
        let libraries = libraries.join(":");
        Some(Start { program, libraries, folder })
    }

    /// The text of a file of deploy/, with other words in the place of some. Each of
    /// these must be there.
    pub fn filled(&self, file: &str, meanings: &[(String, String)]) -> String {
        let text = fs::read_to_string(deploy(file)).expect("a file of deploy/");
        meanings.iter().fold(text, |text, (from, to)| {
            assert!(text.contains(from.as_str()), "{file} has no {from:?}");
            text.replace(from.as_str(), to)
        })
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path(name).display().to_string()
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", self.folder.root());
        command.env("LD_LIBRARY_PATH", &self.libraries).current_dir(self.folder.root()).stdin(Stdio::null());
        command
    }

    /// What it says about a file, which must be right.
    pub fn check(&self, arguments: &[&str]) {
        let mut command = self.command();
        let output = command.args(arguments).output().expect("it can be executed");
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}: {said}");
    }

    /// Starts it with the arguments that `configure` gives, once that has written its
    /// files for these ports; with other ports if it ends because of one that is taken.
    pub fn start(mut self, configure: impl Fn(&Start, Ports) -> Vec<String>) -> Front {
        for _ in 0..ATTEMPTS {
            let ports = Ports::draw();
            let arguments = configure(&self, ports);
            match self.attempt(&arguments, ports) {
                Ok(front) => return front,
                Err(start) => self = start,
            }
        }
        panic!("{} did not start {ATTEMPTS} times; it said: {}", self.program.display(), self.said());
    }

    /// Itself, if the server ends before it listens.
    fn attempt(self, arguments: &[String], ports: Ports) -> Result<Front, Start> {
        let output = File::create(self.folder.path("said.txt")).expect("a new file");
        let mut command = self.command();
        command.args(arguments).stderr(output.try_clone().expect("it again")).stdout(output);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let has_begun = until("the server in front to listen", || {
            let ended = child.try_wait().expect("a child").is_some();
            let listens = [ports.http, ports.https].iter().all(|port| listens(child.id(), *port));
            (listens || ended).then_some(!ended)
        });
        if has_begun { Ok(Front { child, ports, start: self }) } else { Err(self) }
    }

    fn said(&self) -> String {
        fs::read_to_string(self.folder.path("said.txt")).unwrap_or_default()
    }
}

/// Whether it is this process that listens there; without /proc, whether anybody does.
fn listens(id: u32, port: u16) -> bool {
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|table| fs::read_to_string(table).unwrap_or_default());
    if tables[0].is_empty() {
        return TcpStream::connect(("127.0.0.1", port)).is_ok();
    }
    let descriptors = fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten().flatten();
    let own: Vec<PathBuf> = descriptors.filter_map(|entry| fs::read_link(entry.path()).ok()).collect();
    let port = format!(":{port:04X}");
    // As in proc_pid_net(5): the local address, the state, the inode.
    tables.concat().lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).any(|words| {
        words.get(1).is_some_and(|local| local.ends_with(&port))
            && words.get(3) == Some(&"0A")
            && words.get(9).is_some_and(|inode| own.contains(&PathBuf::from(format!("socket:[{inode}]"))))
    })
}

impl Front {
    pub fn folder(&self) -> PathBuf {
        self.start.folder.root()
    }

    /// Runs its program once more, to its end, which must be a good one.
    pub fn run(&self, arguments: &[&str]) {
        self.start.check(arguments);
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        if thread::panicking() {
            svcd_tests::note(&format!("the server in front said: {}", self.start.said()));
        }
        let _ = kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM);
        for _ in 0..200 {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A certificate that only these tests believe: site.crt, site.key, and both in site.pem.
fn certificate(folder: &Path) -> bool {
    let [key, certificate] = ["site.key", "site.crt"].map(|name| folder.join(name));
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]);
    command.args(["-days", "2", "-subj", "/CN=svcd", "-addext"]);
    command.arg(format!("subjectAltName=DNS:{}", super::NAME)).arg("-keyout").arg(&key);
    command.arg("-out").arg(&certificate);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if !command.status().is_ok_and(|status| status.success()) {
        return false;
    }
    let both = [certificate, key].map(|file| fs::read(file).unwrap_or_default()).concat();
    fs::write(folder.join("site.pem"), both).is_ok()
}
