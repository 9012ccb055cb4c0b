//! The command lines on the site, run as a reader would run them.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use svcd_tests::{Connection, Server, Tree, skip};

use crate::trace;

/// Where the site says that its server is.
const HOST_PORT: &str = "127.0.0.1:8080";
const TO_NC: &str = " | nc 127.0.0.1 8080";

/// The user and the password that the site writes about.
const USER: &str = "anna";
const PASSWORD: &str = "sesame";

/// Lines in the order of their page, by the options of the server that they are for.
pub type Sessions = BTreeMap<String, Vec<Line>>;

pub struct Line {
    pub text: String,
    /// Of the answer; 0 for a line that is run before every session.
    pub status: u64,
}

/// Runs each session with a server and a copy of the site of its own; returns
/// what went wrong.
pub fn run(sessions: &Sessions, site: &Path) -> Vec<String> {
    let mut problems = Vec::new();
    for (options, lines) in sessions {
        let tree = copy(site);
        let folder = tree.outside();
        let options: Vec<&str> = options.split_whitespace().collect();
        if options.contains(&"users") && !write_users(&folder.join("users"), USER, PASSWORD) {
            skip(&options.join(" "), "neither openssl nor htpasswd in PATH");
            continue;
        }
        for line in sessions.values().flatten().filter(|line| line.status == 0) {
            shell(&line.text, &folder);
        }
        let mut server = Server::with(tree).arguments(&options).in_folder(&folder);
        if options.contains(&"--trace") {
            let Some(program) = trace::flavour() else { continue };
            server = server.program(&program);
        }
        let server = server.start();
        for line in lines.iter().filter(|line| line.status != 0) {
            problems.extend(ask(line, server.address, &folder).err());
        }
    }
    problems
}

/// The site as the root of a tree that may be written to.
pub fn copy(site: &Path) -> Tree {
    let tree = Tree::empty();
    let copied = Command::new("cp").arg("-RP").arg(site.join(".")).arg(tree.root()).status();
    assert!(copied.is_ok_and(|status| status.success()), "cp of {}", site.display());
    tree
}

/// Writes a file with one user; false if nothing here can make its line.
pub fn write_users(file: &Path, user: &str, password: &str) -> bool {
    let openssl = output("openssl", &["passwd", "-5", password]).map(|hash| format!("{user}:{hash}"));
    let Some(line) = openssl.or_else(|| output("htpasswd", &["-nb2", user, password])) else {
        return false;
    };
    std::fs::write(file, line).expect("a new file");
    true
}

/// What a tool writes, if there is such a tool, and it succeeds.
pub fn output(tool: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(tool).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs one line; Err if the answer does not begin with the status.
fn ask(line: &Line, address: SocketAddr, folder: &Path) -> Result<(), String> {
    let Line { text, status } = line;
    let answer = match text.strip_suffix(TO_NC) {
        Some(bytes) => {
            // What nc does, without asking for one of the several nc.
            let mut connection = Connection::open(address);
            connection.send(&shell(bytes, folder));
            connection.read_to_end()?
        }
        None if !text.contains(HOST_PORT) => return Err(format!("{text}: it asks another server")),
        None if !has_curl() => {
            skip(text, "no curl in PATH");
            return Ok(());
        }
        None => {
            let text = text.replace(HOST_PORT, &address.to_string());
            shell(&text.replacen("curl ", "curl -q -s --max-time 20 --noproxy '*' ", 1), folder)
        }
    };
    let answer = String::from_utf8_lossy(&answer);
    // What is only on the way comes before it.
    let last = answer.strip_prefix("HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(&answer);
    let expected = format!("HTTP/1.1 {status} ");
    match last.starts_with(&expected) {
        true => Ok(()),
        false => Err(format!("{text}: expected {expected}but got {answer:?}")),
    }
}

/// What a command writes. Each ends by itself: printf, or curl with a limit.
fn shell(line: &str, folder: &Path) -> Vec<u8> {
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(folder).stdin(Stdio::null());
    command.output().expect("a shell").stdout
}

fn has_curl() -> bool {
    let curl = Command::new("curl").arg("--version").stdout(Stdio::null()).status();
    !matches!(curl, Err(error) if error.kind() == ErrorKind::NotFound)
}
