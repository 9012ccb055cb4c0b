//! A server whose calls are written down from its first one on.
//!
//! What it calls may depend on what has come when it looks. So a connection and its
//! request are made while the server is stopped, and a process is looked at only when
//! it waits for somebody else.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use svcd_tests::process::{children, until_children};
use svcd_tests::program::is_rig;
use svcd_tests::strace::{Call, by_process, calls_in, traceable};
use svcd_tests::{Connection, Response, Server, Tree, until};

pub struct Traced {
    server: Server,
    /// Where its calls are written.
    file: PathBuf,
    /// How many calls of each process were looked at already.
    taken: BTreeMap<u32, usize>,
}

/// A connection, and the process that has it.
pub struct Client {
    connection: Connection,
    pub id: u32,
}

impl Traced {
    pub fn start(tree: Tree, arguments: &[&str]) -> Traced {
        let file = tree.base().join("calls");
        let path = file.to_str().expect("a temporary folder in UTF-8");
        let start = Server::with(tree).arguments(arguments);
        let start = if is_rig() {
            start.behind(&["env", &format!("DARWIN_RIG_OPTIONS=--trace-to {path}")])
        } else {
            let words = ["strace", "-D", "-I", "1", "-ff", "-qq", "-s", "0", "-o", path];
            traceable(start).behind(&words)
        };
        Traced { server: start.start(), file, taken: BTreeMap::new() }
    }

    pub fn id(&self) -> u32 {
        self.server.id()
    }

    /// Connects and asks while nobody looks.
    pub fn connect(&mut self, request: &[u8]) -> Client {
        // It makes the connection, if not before, when it goes on.
        self.server.signal(Signal::SIGSTOP);
        let mut connection = self.server.connect();
        connection.send(request);
        self.server.signal(Signal::SIGCONT);
        right(connection.next_answer(request));
        let id = until_children(self.id(), 1)[0].id;
        Client { connection, id }
    }

    /// One request that closes its connection; the process that has answered it has ended.
    pub fn whole(&mut self, request: &[u8]) -> u32 {
        self.waiting(self.id());
        self.server.signal(Signal::SIGSTOP);
        let mut connection = self.server.connect();
        connection.send(request);
        self.server.signal(Signal::SIGCONT);
        right(connection.answer(request));
        until_children(self.id(), 0);
        let parent = self.waiting(self.id());
        process_of(&parent).expect("the process that has answered")
    }

    /// Asks once more on a connection whose process waits for that.
    pub fn ask(&mut self, client: &mut Client, request: &[u8]) {
        client.connection.send(request);
        right(client.connection.next_answer(request));
    }

    /// The same for a program that stops that process first and then does all that it
    /// does: the process sees everything at once.
    pub fn run(&mut self, client: &mut Client, request: &[u8]) {
        client.connection.send(request);
        until("the end of the program", || {
            children(client.id).iter().any(|child| child.state == 'Z').then_some(())
        });
        kill(Pid::from_raw(client.id.cast_signed()), Signal::SIGCONT).expect("it is stopped");
        right(client.connection.next_answer(request));
    }

    /// Closes the connection, and waits for the end of its process.
    pub fn close(&self, client: Client) {
        drop(client.connection);
        until_children(self.id(), 0);
    }

    /// The calls that a process has made since they were taken last. It waits now.
    pub fn waiting(&mut self, id: u32) -> Vec<Call> {
        until("a process that waits", || (state(id) == Some('S')).then_some(()));
        self.ended(id)
    }

    /// The same of a process that has ended.
    pub fn ended(&mut self, id: u32) -> Vec<Call> {
        let all = self.calls(id);
        let taken = self.taken.entry(id).or_default();
        let new = all.get(*taken..).unwrap_or_default().to_vec();
        *taken = all.len();
        new
    }

    /// The calls of a process that makes a program, up to the one that makes it that.
    pub fn before_program(&self, id: u32) -> Vec<Call> {
        let mut calls = self.calls(id);
        let count =
            calls.iter().position(|call| call.name == "execve").map_or(calls.len(), |place| place + 1);
        calls.truncate(count);
        calls
    }

    /// Stops the server. The calls of its end.
    pub fn stop(mut self) -> Vec<Call> {
        let id = self.id();
        self.server.signal(Signal::SIGTERM);
        until("the end of the server", || (!self.server.is_running()).then_some(()));
        self.ended(id)
    }

    fn calls(&self, id: u32) -> Vec<Call> {
        let own = || format!("{}.{id}", self.file.display());
        let text = if is_rig() { fs::read(&self.file) } else { fs::read(own()) };
        let text = text.unwrap_or_default();
        // A call that has not come back has no line end yet.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let text = String::from_utf8_lossy(&text[..whole]);
        let mut calls = if is_rig() {
            by_process(&text).into_iter().find(|process| process.id == id).map(|own| own.calls)
        } else {
            Some(calls_in(&text))
        }
        .unwrap_or_default();
        if id == self.id() {
            // What stands in front of it has become it.
            let place = calls.iter().rposition(|call| call.name == "execve").map_or(0, |place| place + 1);
            calls.drain(..place);
        } else if calls.first().is_some_and(|call| call.name == "fork") {
            // Of which the rig sees both returns.
            calls.remove(0);
        }
        // Interrupted by a stop, and made again by the kernel.
        calls.retain(|call| !call.text.contains(" = ? ERESTART"));
        calls
    }
}

/// The process that one of these calls has made.
pub fn process_of(calls: &[Call]) -> Option<u32> {
    let made = calls.iter().find(|call| matches!(call.name.as_str(), "clone" | "fork" | "vfork"));
    made.and_then(result)
}

/// The number that a call came back with.
pub fn result(call: &Call) -> Option<u32> {
    call.text.rsplit_once(" = ")?.1.split(' ').next()?.parse().ok()
}

fn right(answer: Result<Response, String>) {
    let answer = answer.unwrap_or_else(|why| panic!("{why}"));
    assert!(answer.status < 405, "{} {}", answer.status, answer.text());
}

/// `S` for a process that waits, as in proc_pid_stat(5).
fn state(id: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}
