//! Who is compared: this server as it is built for each machine, others that are here,
//! and any that a command line starts.

use std::env;
use std::path::{Path, PathBuf};

use svcd_bench::cases::FILES;
use svcd_bench::place::{Found, Place};
use svcd_bench::servers::{self, Server};
use svcd_tests::program::{dist, workspace};

use crate::trace::Machine;

pub struct Subject {
    pub server: &'static Server,
    pub found: Found,
    pub machine: Machine,
    pub is_ours: bool,
}

/// Short names of what is not for this machine too.
const OURS: [(&str, &str); 3] = [
    ("svcd, x86_64", "svcd-linux-x86_64"),
    ("svcd, aarch64", "svcd-linux-aarch64"),
    ("svcd, Darwin", "svcd-darwin-aarch64"),
];

/// Beside those of the bench, which has no use for slower ones.
const MORE: [Server; 4] = [
    Server {
        name: "Python http.server",
        program: "python3",
        version: &["--version"],
        arguments: &["-m", "http.server", "--bind", "127.0.0.1", "--directory", "{site}", "{port}"],
        ..OTHER
    },
    Server {
        name: "PHP -S",
        program: "php",
        version: &["--version"],
        arguments: &["-S", "127.0.0.1:{port}", "-t", "{site}"],
        ..OTHER
    },
    Server {
        name: "webfsd",
        program: "webfsd",
        arguments: &["-F", "-4", "-i", "127.0.0.1", "-p", "{port}", "-r", "{site}"],
        ..OTHER
    },
    Server {
        name: "Caddy",
        program: "caddy",
        version: &["version"],
        arguments: &["file-server", "--listen", "127.0.0.1:{port}", "--root", "{site}"],
        ..OTHER
    },
];

const OTHER: Server =
    Server { package: "", version: &[], configuration: "", cases: &[FILES], ..servers::SVCD };

/// Those that the words ask for, `nginx` or `NAME=COMMAND LINE`; without any all that are
/// here. Says who is not.
pub fn chosen(words: &[String], place: &Place) -> Result<Vec<Subject>, String> {
    let is_named = |program: &str| {
        let mut words = words.iter().filter(|word| !word.contains('='));
        words.any(|word| {
            program.strip_prefix(word.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
    };
    let all = own().chain(others());
    let mut subjects = Vec::new();
    for server in all.filter(|server| words.is_empty() || is_named(server.program)) {
        match of(server, place) {
            Ok(subject) => subjects.push(subject),
            Err(why) => eprintln!("compare: SKIPPED {}: {why}", server.name),
        }
    }
    for (name, line) in words.iter().filter_map(|word| word.split_once('=')) {
        subjects.push(named(name, line, place)?);
    }
    Ok(subjects)
}

fn own() -> impl Iterator<Item = &'static Server> {
    // The one that this machine runs is what others are compared with.
    let mut ours = OURS;
    ours.sort_by_key(|(_, program)| *program != here());
    ours.into_iter().map(|(name, program)| {
        let name = if program == here() { "svcd" } else { name };
        kept(Server { name, program, ..servers::SVCD })
    })
}

fn others() -> impl Iterator<Item = &'static Server> {
    let is_other =
        |server: &&Server| !server.program.starts_with("svcd") && !servers::FLOORS.contains(&server.name);
    let configured = |server: &'static Server| {
        let configuration = as_it_comes(server.configuration);
        kept(Server { configuration: configuration.leak(), ..*server })
    };
    servers::ALL.iter().filter(is_other).map(configured).chain(MORE.iter())
}

/// Without the processes that a great many clients would want before they come.
fn as_it_comes(configuration: &str) -> String {
    let crowd = ["StartServers", "MinSpareServers", "MaxSpareServers", "ServerLimit", "MaxRequestWorkers"];
    let is_kept = |line: &&str| !crowd.iter().any(|word| line.starts_with(word));
    configuration.split_inclusive('\n').filter(is_kept).collect()
}

/// There are few, and they are needed to the end.
fn kept(server: Server) -> &'static Server {
    Box::leak(Box::new(server))
}

fn here() -> String {
    let system = if env::consts::OS == "macos" { "darwin" } else { env::consts::OS };
    format!("svcd-{system}-{}", env::consts::ARCH)
}

fn of(server: &'static Server, place: &Place) -> Result<Subject, String> {
    let is_ours = server.program.starts_with("svcd-");
    if !is_ours || server.program == here() {
        let found = place.find(server.program).ok_or("it is not here")?;
        return Ok(Subject { server, found, machine: Machine::Own, is_ours });
    }
    let path = dist().join(server.program);
    let path = path.canonicalize().map_err(|error| format!("{}: {error}", path.display()))?;
    let machine = emulator(server.program)?;
    // Who emulates may be where another user cannot look.
    Ok(Subject { server, found: Found::at(path).as_own_user(), machine, is_ours })
}

fn emulator(program: &str) -> Result<Machine, String> {
    let top = workspace().canonicalize().map_err(|error| error.to_string())?;
    if program.contains("darwin") {
        let python = top.join(".venv/bin/python");
        let words = [python.clone(), top.join("tests/darwin/rig")].map(|path| path.display().to_string());
        return if python.exists() {
            Ok(Machine::Rig(words.to_vec()))
        } else {
            Err("no Python for the rig".to_owned())
        };
    }
    let architecture = program.rsplit('-').next().unwrap_or_default();
    let names = ["-static", ""].map(|end| format!("qemu-{architecture}{end}"));
    let path = env::var_os("PATH").unwrap_or_default();
    let has = |name: &&String| env::split_paths(&path).any(|folder| folder.join(name.as_str()).is_file());
    names.iter().find(has).map(|name| Machine::Qemu(name.clone())).ok_or(format!("no qemu-{architecture}"))
}

/// A server that a person names: a command line in which `{port}` and `{site}` stand for
/// a port of 127.0.0.1 and the folder to serve.
fn named(name: &str, line: &str, place: &Place) -> Result<Subject, String> {
    let mut words = line.split_whitespace().map(str::to_owned);
    let program = words.next().ok_or(format!("{name} has no command line"))?;
    let path = if program.contains('/') {
        std::path::absolute(&program).ok().filter(|path| path.is_file())
    } else {
        place.find(&program).map(|found| found.path)
    };
    let path: PathBuf = path.ok_or(format!("{name}: there is no {program}"))?;
    let file = path.file_name().map(|file| file.to_string_lossy().into_owned());
    let arguments: Vec<&'static str> = words.map(|word| &*word.leak()).collect();
    let server = Server {
        name: name.to_owned().leak(),
        program: file.unwrap_or_default().leak(),
        arguments: arguments.leak(),
        ..OTHER
    };
    let is_ours = path.starts_with(dist().canonicalize().as_deref().unwrap_or(Path::new("/nowhere")));
    // It may be where another user cannot look.
    Ok(Subject { server: kept(server), found: Found::at(path).as_own_user(), machine: Machine::Own, is_ours })
}

#[test]
fn apache_starts_as_many_processes_as_it_likes() {
    let apache = servers::ALL.iter().find(|server| server.program == "apache2").unwrap();
    assert!(apache.configuration.contains("\nStartServers "));
    let found = as_it_comes(apache.configuration);
    assert!(!found.contains("Servers") && found.contains("\nKeepAlive On\n"), "{found}");
}
