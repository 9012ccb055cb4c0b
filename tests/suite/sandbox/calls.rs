//! The list of system calls: what the source says is what the server makes, and
//! what the sandbox lets through.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use nix::sys::signal::Signal;
use nix::unistd::geteuid;
use svcd_tests::connection::Connection;
use svcd_tests::server::{Start, request};
use svcd_tests::versions::{delete, put};
use svcd_tests::{Program, Server, Tree, scripts, skip, strace, unix};

use super::{count, has_all};

/// A row of the table: when a call is made.
fn table() -> BTreeMap<String, Vec<String>> {
    let text = include_str!("../../../src/sys/linux/table.rs");
    let rows = text.split_once("table! {\n").expect("the table").1;
    let rows = rows.lines().filter_map(|line| line.trim().strip_suffix(';')?.split_once(" = "));
    let when = |text: &str| text.split(" | ").map(str::to_owned).collect();
    let rows = rows.map(|(name, text)| (name.to_owned(), when(text)));
    // What the macro adds, since their names differ.
    let named = [("exit_group", "SERVE"), ("newfstatat", "SERVE")];
    rows.chain(named.map(|(name, text)| (name.to_owned(), when(text)))).collect()
}

fn rows_of(when: &[&str]) -> BTreeSet<String> {
    let is_one = |row: &Vec<String>| row.iter().any(|word| when.contains(&word.as_str()));
    table().into_iter().filter(|row| is_one(&row.1)).map(|row| row.0).collect()
}

/// A line of strace: a process, the call that begins or goes on there, its result.
struct Line<'a> {
    id: &'a str,
    name: &'a str,
    is_begin: bool,
    text: &'a str,
    result: Option<&'a str>,
}

fn line(text: &str) -> Option<Line<'_>> {
    let (id, text) = text.split_once(' ')?;
    let text = text.trim_start();
    let is_begin = !text.starts_with("<... ");
    let name = text.trim_start_matches("<... ").split(['(', ' ']).next()?;
    let is_call = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let result = text.rsplit_once(" = ").and_then(|(_, result)| result.split(' ').next());
    is_call.then_some(Line { id, name, is_begin, text, result })
}

/// What a server has called, before it was in the sandbox and then. `text` is what
/// strace wrote of it and its children; what these execute is left out.
fn calls(text: &str) -> [BTreeSet<String>; 2] {
    // The first line is strace's own, which executes the server. A child may come
    // before the line that tells whose it is.
    let lines: Vec<Line> = text.lines().filter_map(line).skip(1).collect();
    let is_clone = |line: &&Line| ["clone", "clone3", "fork", "vfork"].contains(&line.name);
    let parents: BTreeMap<&str, &str> =
        lines.iter().filter(is_clone).filter_map(|line| Some((line.result?, line.id))).collect();
    let is_exec = |line: &Line| line.name == "execve" && line.result == Some("0");
    let programs: BTreeSet<&str> = lines.iter().filter(|line| is_exec(line)).map(|line| line.id).collect();
    let is_of_program = |id: &str| {
        let mut above = parents.get(id);
        while let Some(parent) = above.filter(|parent| !programs.contains(*parent)) {
            above = parents.get(parent);
        }
        above.is_some()
    };
    let mut seen = [BTreeSet::new(), BTreeSet::new()];
    let (mut in_sandbox, mut executed) = (false, BTreeSet::new());
    for line in &lines {
        if executed.contains(line.id) || is_of_program(line.id) {
            continue;
        }
        if line.is_begin {
            seen[usize::from(in_sandbox)].insert(line.name.to_owned());
        }
        if is_exec(line) {
            executed.insert(line.id);
        }
        in_sandbox |= line.text.starts_with("prctl(PR_SET_SECCOMP");
    }
    seen
}

/// Runs a server under strace and what `ask` does with it, to its end.
fn traced(start: Start, words: &[&str], ask: impl FnOnce(&Server)) -> [BTreeSet<String>; 2] {
    let folder = Tree::empty();
    let file = folder.outside().join("calls");
    let path = file.display().to_string();
    // As another process's child, so that the server is ours.
    let strace: Vec<&str> = [&["strace", "-D", "-f", "-q", "-o", &path], words].concat();
    let server = start.behind(&strace).start();
    ask(&server);
    let id = server.id().to_string();
    let ended = server.stop();
    let is_own = |line: &&str| line.split(' ').next() == Some(&id);
    let text = svcd_tests::until("the end of strace", || {
        let text = fs::read_to_string(&file).ok()?;
        text.lines().filter(is_own).any(|line| line.contains(" +++ ")).then_some(text)
    });
    let lines: Vec<&str> = text.lines().filter(is_own).collect();
    assert_eq!(ended.status.code(), Some(0), "{:#?}", lines.iter().rev().take(5).collect::<Vec<_>>());
    calls(&text)
}

/// All kinds of answers from files.
fn ask_for_files(server: &Server) {
    server.assert_serving();
    for target in ["/big.bin", "/", "/dir/", "/missing", "/hello.txt?x", "/dir"] {
        server.get(target).expect("an answer");
    }
    // A folder whose listing has to be read twice, and files that not all may read.
    let many = server.tree.folder("many");
    for number in 0..4500 {
        fs::write(many.join(format!("{number:0250}")), "").expect("a file");
    }
    server.tree.permit(&format!("many/{:0250}", 0), 0o600);
    server.get("/many/").expect("an answer");
    // A client that sends on behind a refusal, and one that reads slowly.
    server.ask(b"nonsense\r\n\r\nand more").expect("an answer");
    let mut slow = Connection::open_narrow(server.address);
    slow.send(&request("GET", b"/huge.bin"));
    slow.read(1000).expect("the beginning");
    svcd_tests::process::until_children(server.id(), 0);
    let told = server.errors().so_far().lines().count();
    server.signal(Signal::SIGUSR1);
    server.errors().lines(told + 1);
    // And one that is waiting when the server ends.
    let mut waiting = server.connect();
    waiting.exchange(&request("GET", b"/hello.txt")).expect("an answer");
    server.signal(Signal::SIGTERM);
    waiting.at_end().expect("it is ended");
}

fn same(what: &str, seen: &BTreeSet<String>, expected: &BTreeSet<String>) {
    let more: Vec<_> = seen.difference(expected).collect();
    let less: Vec<_> = expected.difference(seen).collect();
    assert!(
        more.is_empty() && less.is_empty(),
        "{what}: made and not listed {more:?}, listed and not made {less:?}"
    );
}

#[test]
fn the_source_lists_what_is_made_and_nothing_else() {
    let what = "the calls that are made";
    if !strace::usable(what) || !has_all(what) {
        return;
    }
    if !geteuid().is_root() {
        return skip(what, "only the superuser makes all of them");
    }
    let fast = |start: Start| start.arguments(&["--idle-timeout=2"]);
    let tree = Tree::standard();
    tree.hole("huge.bin", 1 << 30);
    let [mut before, files] = traced(fast(Server::with(tree)), &[], ask_for_files);
    same("files", &files, &rows_of(&["SERVE"]));

    let no_openat2 = ["--inject=openat2:error=ENOSYS"];
    let [_, walk] = traced(Server::with(Tree::standard()), &no_openat2, |server| {
        server.tree.link("link", "hello.txt");
        server.get("/link/x").expect("an answer");
    });
    assert!(!walk.contains("openat2"), "it is not there");
    same("files without openat2", &(&walk | &files), &rows_of(&["SERVE", "WALK"]));

    let [_, write] = traced(Server::with(Tree::standard()).arguments(&["--write"]), &[], ask_to_write);
    same("writing", &(&write | &files), &rows_of(&["SERVE", "WRITE"]));

    let start = Server::with(Tree::standard()).arguments(&["--write", "--user=61234", "--chroot"]);
    let [at_start, write] = traced(start, &[], ask_to_write);
    before.extend(at_start);
    let others: Vec<_> = write.difference(&rows_of(&["SERVE", "WRITE"])).cloned().collect();
    assert!(others.is_empty(), "writing in another root folder: {others:?}");

    let tree = Tree::standard();
    let path = tree.outside().join("socket");
    // One that is left over from a server that was killed.
    drop(std::os::unix::net::UnixListener::bind(&path).expect("a socket"));
    let argument = format!("unix:{}", path.display());
    let start = Server::with(tree).arguments(&["-b127.0.0.1", "-b", &argument]);
    let [at_start, socket] = traced(start, &[], |_| {
        unix::get(&path, "/hello.txt").expect("an answer");
    });
    before.extend(at_start);
    same("a Unix socket", &(&socket | &files), &rows_of(&["SERVE", "SOCKETS"]));

    let limits =
        ["--cgi-cpu=9", "--cgi-memory=1g", "--cgi-procs=9999", "--cgi-allow=/tmp", "--alias=/a/=/bin/true"];
    let start = Server::with(scripts::tree(&[("cat", scripts::CAT)])).arguments(&limits);
    let [at_start, programs] = traced(start, &[], |server| {
        server
            .ask(b"POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab")
            .expect("an answer");
        server.get("/a/").expect("an answer");
    });
    before.extend(at_start);
    let tree = Tree::small();
    tree.folder("a/cgi-bin");
    scripts::script(&tree, "a/cgi-bin/env", scripts::ENV);
    let [_, hosts] = traced(Server::with(tree).arguments(&["--virtual-hosts"]), &[], |server| {
        server
            .ask(b"GET /cgi-bin/env HTTP/1.1\r\nHost: a\r\n\r\n")
            .expect("an answer")
            .is(200)
            .expect("it runs");
    });
    same("programs", &(&(&programs | &hosts) | &files), &rows_of(&["SERVE", "PROGRAMS"]));

    let tree = Tree::standard();
    let log = tree.outside().join("log");
    let renamed = tree.outside().join("renamed");
    let start = Server::with(tree).arguments(&["--log", &log.display().to_string()]);
    // Sockets of a service manager, but another process's.
    let manager = ["-E", "LISTEN_PID=1", "-E", "LISTEN_FDS=1"];
    let [at_start, logged] = traced(start, &manager, |server| {
        fs::rename(&log, &renamed).expect("a log");
        server.signal(Signal::SIGHUP);
        svcd_tests::until("a new log", || log.exists().then_some(()));
    });
    before.extend(at_start);
    same("a log that is made anew", &(&logged | &files), &rows_of(&["SERVE", "LOG"]));

    let tree = Tree::standard();
    let log = tree.outside().join("log");
    let renamed = tree.outside().join("renamed");
    let arguments = ["--spare=1", "--reuse=2", "--log", &log.display().to_string()];
    let [at_start, spare] = traced(Server::with(tree).arguments(&arguments), &[], |server| {
        server.get("/hello.txt").expect("an answer");
        fs::rename(&log, &renamed).expect("a log");
        server.signal(Signal::SIGHUP);
        // A stop that came before it was seen would count more.
        svcd_tests::until("a new log", || log.exists().then_some(()));
        server.get("/hello.txt").expect("an answer");
    });
    before.extend(at_start);
    same("waiting", &(&(&spare | &logged) | &files), &rows_of(&["SERVE", "LOG", "SPARE"]));

    // Standard input is no connection here.
    let tree = Tree::standard();
    let path = tree.outside().join("calls").display().to_string();
    let strace = Program::chosen().behind(&["strace", "-f", "-q", "-o", &path]);
    strace.run(&["--inetd".to_owned(), tree.root().display().to_string()]);
    before.extend(calls(&fs::read_to_string(&path).expect("what it wrote")).into_iter().flatten());

    // At the start there are also others, which are made later too.
    let missing: Vec<_> = rows_of(&["START"]).difference(&before).cloned().collect();
    assert!(missing.is_empty(), "listed for the start and not made there: {missing:?}");
    let unknown: Vec<_> = before.into_iter().filter(|name| !table().contains_key(name)).collect();
    assert!(unknown.is_empty(), "made at the start and not listed: {unknown:?}");
}

fn ask_to_write(server: &Server) {
    server.tree.permit("", 0o777);
    for status in [201, 204] {
        server.ask(&put("/new.txt", b"x")).expect("an answer").is(status).expect("stored");
    }
    server.ask(&delete("/new.txt")).expect("an answer").is(204).expect("deleted");
}

#[test]
fn the_sandbox_lets_through_what_the_source_lists() {
    if !has_all("the calls that are let through") {
        return;
    }
    let socket = |tree: &Tree| format!("unix:{}", Path::new(&tree.outside()).join("s").display());
    let tree = Tree::standard();
    let socket = socket(&tree);
    let programs = Server::with(scripts::tree(&[("env", scripts::ENV)]));
    let log_of = Tree::standard();
    let log = log_of.outside().join("log").display().to_string();
    let rows: [(Start, &[&str]); 7] = [
        (Server::with(log_of).arguments(&["--log", &log]), &["SERVE", "LOG"]),
        (super::start(&[]), &["SERVE"]),
        (super::start(&["--write"]), &["SERVE", "WRITE"]),
        (super::start(&["--spare=1"]), &["SERVE", "SPARE"]),
        (Server::with(tree).arguments(&["-b127.0.0.1", "-b", &socket]), &["SERVE", "SOCKETS"]),
        (programs, &["SERVE", "PROGRAMS"]),
        (super::start(&["--write", "--alias=/a/=/bin/true"]), &["SERVE", "PROGRAMS", "WRITE"]),
    ];
    for (start, when) in rows {
        let server = start.start();
        assert_eq!(count(&server.errors().sandbox()), rows_of(when).len(), "{when:?}");
    }
    assert!(!Program::chosen().is_emulated(), "an emulator has no sandbox");
}
