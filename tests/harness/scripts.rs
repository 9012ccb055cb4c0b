//! CGI programs for a tree: shell scripts of POSIX words, so that they run
//! wherever the program does. They are told when to go on by a [`Gate`], never
//! by the time.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::pace::{deadline, until};
use crate::response::Response;
use crate::server::{Server, request};
use crate::tree::Tree;

/// Answers with its environment, a line for each variable.
pub const ENV: &str = "printf 'Content-Type: text/plain\\n\\n'\nenv\n";

/// Answers with the body of the request as it came, and how long it was said to be.
pub const CAT: &str =
    "printf 'Content-Type: application/octet-stream\\nX-Length: %s\\n\\n' \"${CONTENT_LENGTH-none}\"\ncat\n";

/// Answers with the bytes of the file `said` beside it.
pub const SAY: &str = "exec cat said\n";

/// In front of a script: counts for how long its process group runs, see [`ticks`].
/// `$tick` is the process that does.
pub const TICK: &str = "while :; do echo; sleep 0.1; done >>ticks 2>/dev/null &\ntick=$!\n";

/// Stands in every script as a comment: no answer may hold it.
pub const SOURCE: &str = "the source: 51c0aa7e";

/// The small tree, with these scripts below `cgi-bin`.
pub fn tree(scripts: &[(&str, &str)]) -> Tree {
    let tree = Tree::small();
    tree.folder("cgi-bin");
    for (name, text) in scripts {
        script(&tree, &format!("cgi-bin/{name}"), text);
    }
    tree
}

/// A server for a tree with these scripts.
pub fn server(scripts: &[(&str, &str)], arguments: &[&str]) -> Server {
    Server::with(tree(scripts)).arguments(arguments).start()
}

/// Writes an executable script for /bin/sh.
pub fn script(tree: &Tree, name: &str, text: &str) {
    tree.file(name, source(text).as_bytes());
    tree.permit(name, 0o755);
}

/// The bytes of a script.
pub fn source(text: &str) -> String {
    format!("#!/bin/sh\n# {SOURCE}\n{text}")
}

/// `Ok` if the answer holds nothing of a script.
pub fn is_no_source(answer: &Response) -> Result<(), String> {
    let holds = |part: &str| answer.raw.windows(part.len()).any(|window| window == part.as_bytes());
    if holds(SOURCE) || holds("#!/bin/sh") { Err("the source is served".to_owned()) } else { Ok(()) }
}

/// What the script [`SAY`] answers with these bytes as its output.
pub fn say(server: &Server, bytes: &[u8]) -> Result<Response, String> {
    server.tree.file("cgi-bin/said", bytes);
    server.get("/cgi-bin/say")
}

/// The variables in what `env` has written. Those that a shell adds are left out.
pub fn variables(answer: &Response) -> Result<BTreeMap<String, String>, String> {
    answer.is(200)?;
    let text = String::from_utf8(answer.body.clone()).map_err(|_| "an environment that is no text")?;
    let pairs = text.lines().map(|line| line.split_once('=').ok_or_else(|| format!("no variable: {line:?}")));
    let pairs: Result<Vec<(&str, &str)>, String> = pairs.collect();
    let of_shell = ["PWD", "OLDPWD", "SHLVL", "_", "__CF_USER_TEXT_ENCODING"];
    let pairs = pairs?.into_iter().filter(|pair| !of_shell.contains(&pair.0));
    Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// The variables that a plain GET of `target` is run with.
pub fn variables_of(server: &Server, target: &str) -> Result<BTreeMap<String, String>, String> {
    variables(&server.ask(&request("GET", target.as_bytes()))?)
}

/// `Ok` if each of these variables has this value; None: is absent.
pub fn have(found: &BTreeMap<String, String>, expected: &[(&str, Option<&str>)]) -> Result<(), String> {
    let is_wrong = |row: &&(&str, Option<&str>)| found.get(row.0).map(String::as_str) != row.1;
    match expected.iter().find(is_wrong) {
        Some((name, value)) => Err(format!("{name}: expected {value:?}, got {:?}", found.get(*name))),
        None => Ok(()),
    }
}

/// A FIFO that scripts wait at with `read x <NAME`, each until it is let through.
pub struct Gate {
    // Opened for both, so that neither side waits for the other.
    file: File,
}

impl Gate {
    pub fn new(tree: &Tree, name: &str) -> Gate {
        tree.fifo(name);
        let file = File::options().read(true).write(true).open(tree.path(name)).expect("a FIFO");
        Gate { file }
    }

    /// Lets as many through, whether they are here already or still come.
    pub fn open(&mut self, count: usize) {
        // Empty lines only: `read` takes one byte at a time.
        self.file.write_all(&vec![b'\n'; count]).expect("a FIFO with room");
    }
}

/// Waits for the whole first line of a file that a script writes.
pub fn line_of(path: &Path) -> String {
    until(&format!("a line in {}", path.display()), || {
        let text = fs::read_to_string(path).ok()?;
        text.split_once('\n').map(|(line, _)| line.to_owned())
    })
}

/// The process ids in the first line of a file that a script writes.
pub fn ids_of(path: &Path) -> Vec<i32> {
    let line = line_of(path);
    line.split_whitespace().map(|word| word.parse().expect("a process id")).collect()
}

/// How often the script [`TICK`] in `cgi-bin` has counted, ten times a second at the
/// most. Unlike a clock it stands still while the machine does, and so can say that
/// something took too long.
pub fn ticks(tree: &Tree) -> usize {
    let bytes = fs::read(tree.path("cgi-bin/ticks")).unwrap_or_default();
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// The most that a script may count in so many seconds, with time for a machine
/// that has much else to do.
pub fn ticks_in(seconds: f32) -> usize {
    ((seconds + deadline().as_secs_f32() / 6.0) * 10.0) as usize
}

/// True while a process runs. One that has ended and that nobody has waited for
/// does not run.
pub fn is_running(id: i32) -> bool {
    if kill(Pid::from_raw(id), None).is_err() {
        return false;
    }
    let stat = fs::read_to_string(format!("/proc/{id}/stat"));
    let state = stat.as_deref().ok().and_then(|stat| stat.rsplit_once(") ")).map(|stat| stat.1);
    !state.is_some_and(|state| state.starts_with(['Z', 'X']))
}

/// Waits until none of these processes runs. Those that do in spite of it are
/// ended before the test fails.
pub fn until_gone(ids: &[i32]) {
    let end = Instant::now() + deadline();
    while ids.iter().any(|id| is_running(*id)) {
        if Instant::now() > end {
            for id in ids {
                let _ = kill(Pid::from_raw(*id), Signal::SIGKILL);
            }
            panic!("waited {} s for the end of the processes {ids:?}", deadline().as_secs());
        }
        thread::sleep(Duration::from_millis(2));
    }
}
