//! A running server. Started on a port that the kernel picks, killed when dropped.

use std::env;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::connection::Connection;
use crate::http_client::HttpClient;
use crate::output::Output;
use crate::pace::{note, until};
use crate::program::{Ended, Program, Run};
use crate::response::Response;
use crate::tree::{SECRET, Tree};

pub struct Server {
    run: Run,
    pub address: SocketAddr,
    /// The tree it serves; its files may be changed while it runs.
    pub tree: Tree,
}

/// How to start one; the default is port 0 and the root of the tree.
pub struct Start {
    tree: Tree,
    program: Program,
    arguments: Vec<String>,
    root: Option<PathBuf>,
    folder: Option<PathBuf>,
    user: Option<u32>,
    own_group: bool,
}

impl Server {
    /// With the standard tree.
    pub fn start(arguments: &[&str]) -> Server {
        Server::with(Tree::standard()).arguments(arguments).start()
    }

    pub fn with(tree: Tree) -> Start {
        let program = Program::chosen().clone();
        let root = Some(tree.root());
        Start { tree, program, arguments: Vec::new(), root, folder: None, user: None, own_group: false }
    }

    pub fn id(&self) -> u32 {
        self.run.child.id()
    }

    /// Its standard output: the log.
    pub fn log(&self) -> &Output {
        &self.run.stdout
    }

    pub fn errors(&self) -> &Output {
        &self.run.stderr
    }

    pub fn client(&self) -> HttpClient {
        HttpClient::new(self.address)
    }

    pub fn connect(&self) -> Connection {
        Connection::open(self.address)
    }

    /// One request over a connection of its own, and its answer.
    pub fn ask(&self, request: &[u8]) -> Result<Response, String> {
        let mut connection = self.connect();
        // A server that refuses early may close before it has read all; then
        // its answer must still arrive, and only that is judged.
        let _ = connection.try_send(request);
        let response = connection.answer(request)?;
        if response.body.windows(SECRET.len()).any(|window| window == SECRET) {
            return Err("the answer holds the file outside of the tree".to_owned());
        }
        Ok(response)
    }

    pub fn get(&self, target: impl AsRef<[u8]>) -> Result<Response, String> {
        self.ask(&request("GET", target.as_ref()))
    }

    pub fn head(&self, target: impl AsRef<[u8]>) -> Result<Response, String> {
        self.ask(&request("HEAD", target.as_ref()))
    }

    /// Fails unless a plain request is answered as ever.
    pub fn assert_serving(&self) {
        let response = self.get("/hello.txt").unwrap_or_else(|why| panic!("no longer serving: {why}"));
        assert_eq!((response.status, response.text().as_str()), (200, "hello, world\n"), "still serving");
    }

    /// The process that was started has not ended.
    pub fn is_running(&mut self) -> bool {
        matches!(self.run.child.try_wait(), Ok(None))
    }

    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.id().cast_signed()), signal).expect("the server runs");
    }

    /// Waits for its end, without asking for it.
    pub fn end(mut self) -> Ended {
        self.run.end()
    }

    /// SIGTERM, and everything that was written until the last process ended.
    pub fn stop(self) -> Ended {
        self.signal(Signal::SIGTERM);
        self.end()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            note(&format!("standard error of the server: {}", self.run.stderr.so_far()));
        }
    }
}

impl Start {
    pub fn arguments(mut self, arguments: &[&str]) -> Start {
        self.arguments.extend(arguments.iter().map(|&word| word.to_owned()));
        self
    }

    /// Starts another program than the one that is chosen.
    pub fn program(mut self, program: &Program) -> Start {
        self.program = program.clone();
        self
    }

    /// Serves another folder than the tree's root; None leaves DOCROOT out.
    pub fn root(mut self, root: Option<&Path>) -> Start {
        self.root = root.map(Path::to_owned);
        self
    }

    pub fn in_folder(mut self, folder: &Path) -> Start {
        self.folder = Some(folder.to_owned());
        self
    }

    pub fn user(mut self, id: u32) -> Start {
        self.user = Some(id);
        self
    }

    /// In a process group of its own, as a shell starts it.
    pub fn own_group(mut self) -> Start {
        self.own_group = true;
        self
    }

    /// As another file, which is the same program at first.
    pub fn copied_to(mut self, place: &Path) -> Start {
        self.program = self.program.copied_to(place);
        self
    }

    pub fn behind(mut self, words: &[&str]) -> Start {
        self.program = self.program.behind(words);
        self
    }

    pub fn start(self) -> Server {
        self.try_start().unwrap_or_else(|why| panic!("{why}"))
    }

    /// Err if it could not be executed or ended before it listened.
    pub fn try_start(self) -> Result<Server, String> {
        let mut command = self.program.command();
        command.args(["-p", "0"]).args(&self.arguments).args(&self.root);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        if let Some(user) = self.user {
            match env::var_os("SVCD_USER_BY") {
                Some(variable) => command.env(variable, user.to_string()),
                None => command.uid(user).gid(user),
            };
        }
        if self.own_group {
            command.process_group(0);
        }
        // A copy of the program, which a process that another test is about to start
        // still has open, is ETXTBSY.
        let child = until("the program's file not to be written", || match command.spawn() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => None,
            result => Some(result.map_err(|error| format!("{command:?}: {error}"))),
        });
        let run = Run::of(child?);
        let line = run.stderr.wait_for("the line that says where it listens", |bytes, ended| {
            let line = String::from_utf8_lossy(bytes).split_once('\n').map(|(line, _)| line.to_owned());
            line.or_else(|| ended.then(String::new))
        });
        let address = listening_at(&line).ok_or_else(|| format!("{command:?} said {line:?}"))?;
        Ok(Server { run, address, tree: self.tree })
    }
}

/// The address to connect to, from `svcd: listening on http://ADDR:PORT/`.
fn listening_at(line: &str) -> Option<SocketAddr> {
    let authority = line.strip_prefix("svcd: listening on http://")?.strip_suffix('/')?;
    let mut address: SocketAddr = authority.parse().ok()?;
    // All addresses, and so this one; some systems do not connect to "all".
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip([127, 0, 0, 1].into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip([0, 0, 0, 0, 0, 0, 0, 1u16].into()),
        _ => {}
    }
    (address.port() != 0).then_some(address)
}

/// A plain request of HTTP/1.1.
pub fn request(method: &str, target: &[u8]) -> Vec<u8> {
    [method.as_bytes(), b" ", target, b" HTTP/1.1\r\nHost: svcd.test\r\n\r\n"].concat()
}
