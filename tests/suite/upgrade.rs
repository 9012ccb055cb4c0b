//! SIGUSR2: another program takes the place of the running one, with its sockets.

mod load;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;
use svcd_tests::process::{descriptors, until_children, visible};
use svcd_tests::scripts::{self, Gate};
use svcd_tests::server::{Start, request};
use svcd_tests::tree::big;
use svcd_tests::{Connection, Program, Server, Tree, each, response, scale, skip, unix, until};

/// The file that the server was started from.
fn program(tree: &Tree) -> PathBuf {
    tree.outside().join("svcd")
}

/// How many lines on standard error say this.
fn told(server: &Server, what: &str) -> usize {
    server.errors().so_far().lines().filter(|line| line.contains(what)).count()
}

/// Asks for the upgrade and waits for it.
fn upgrade(server: &Server) {
    let before = told(server, "svcd: listening on http://");
    server.signal(Signal::SIGUSR2);
    until("another start", || (told(server, "svcd: listening on http://") > before).then_some(()));
}

/// From a file of its own; None: here, no program can become another one.
fn started(start: Start, tree_program: &Path) -> Option<Server> {
    // In the sandbox the server becomes no other program.
    let server = start.arguments(&["--sandbox=off"]).copied_to(tree_program).start();
    if Program::chosen().is_emulated() {
        server.signal(Signal::SIGUSR2);
        let first = server.errors().lines(1).remove(0);
        let is_new = || told(&server, &first) > 1;
        let is_refused = || told(&server, "execve: errno 8") > 0;
        let is_possible = until("another start, or that it is refused", || {
            (is_new() || is_refused()).then(|| !is_refused())
        });
        if !is_possible {
            skip("an upgrade", "the emulator cannot execute a program for another machine");
            return None;
        }
    }
    Some(server)
}

fn standard(arguments: &[&str]) -> Option<Server> {
    let tree = Tree::standard();
    let program = program(&tree);
    started(Server::with(tree).arguments(arguments), &program)
}

/// Puts a script into the place of the program.
fn replace(tree: &Tree, text: &str) {
    let new = tree.outside().join("new");
    fs::write(&new, text).expect("a new file");
    fs::set_permissions(&new, fs::Permissions::from_mode(0o755)).expect("chmod");
    fs::rename(&new, program(tree)).expect("a rename");
}

/// Puts the program back.
fn restore(tree: &Tree) {
    let new = tree.outside().join("new");
    Program::chosen().copied_to(&new);
    let _ = fs::remove_file(program(tree)).or_else(|_| fs::remove_dir(program(tree)));
    fs::rename(&new, program(tree)).expect("a rename");
}

#[test]
fn the_process_its_descriptors_and_its_variables_stay_what_they_were() {
    let Some(mut server) = standard(&["-b127.0.0.1:0", "-b127.0.0.1:0"]) else { return };
    server.errors().lines(2);
    let mut seen = Vec::new();
    for round in 0..3 {
        upgrade(&server);
        server.errors().lines(2 * (round + 2));
        server.assert_serving();
        if visible("what an upgrade leaves in the process") && !Program::chosen().is_emulated() {
            until_children(server.id(), 0);
            let read = |name: &str| fs::read(format!("/proc/{}/{name}", server.id())).expect("the process");
            let environment = read("environ");
            let own = |line: &&[u8]| line.starts_with(b"SVCD_SOCKETS=") || line.starts_with(b"SVCD_TRIAL=");
            assert_eq!(environment.split(|byte| *byte == 0).filter(own).count(), 1, "round {round}");
            seen.push((environment, read("cmdline"), descriptors(server.id()).len()));
        }
    }
    seen.dedup();
    assert!(seen.len() <= 1, "{seen:?}");
    let again: Vec<String> = server.errors().so_far().lines().map(str::to_owned).collect();
    assert!(again.chunks(2).all(|lines| lines == &again[..2]), "the same addresses: {again:?}");
    assert!(server.is_running(), "the process is the one of before");
}

#[test]
fn requests_under_way_are_finished_though_another_program_stops() {
    for stops in [false, true] {
        let Some(server) = standard(&[]) else { return };
        let mut connection = Connection::open_narrow(server.address);
        connection.send(&request("GET", b"/big.bin"));
        let mut bytes = connection.read(1000).expect("the beginning");
        upgrade(&server);
        server.assert_serving();
        if stops {
            server.signal(Signal::SIGTERM);
        }
        bytes.extend(connection.read_to_end().expect("the rest"));
        assert!(response::only(&bytes, false).expect("a whole response").body == big());
        if visible("who reaps the children of the program before") {
            if stops {
                assert_eq!(server.end().status.code(), Some(0));
                continue;
            }
            until_children(server.id(), 0);
        }
        assert_eq!(server.stop().status.code(), Some(0));
    }
}

#[test]
fn a_cgi_program_goes_on() {
    let tree = scripts::tree(&[("wait", "printf 'Content-Type: text/plain\\n\\na'; read x <gate; echo b\n")]);
    let mut gate = Gate::new(&tree, "cgi-bin/gate");
    let program = program(&tree);
    let Some(server) = started(Server::with(tree), &program) else { return };
    let asked = request("GET", b"/cgi-bin/wait");
    let mut connection = server.connect();
    connection.send(&asked);
    let beginning = connection.read(10).expect("the head");
    upgrade(&server);
    gate.open(1);
    let rest = connection.read_to_end().expect("the rest");
    let answer = response::only(&[beginning, rest].concat(), false).expect("a whole answer");
    assert_eq!((answer.status, answer.text().as_str()), (200, "ab\n"));
}

#[test]
fn connections_that_wait_are_closed_and_say_so_before() {
    let Some(server) = standard(&[]) else { return };
    let mut idle = server.connect();
    idle.is_open().expect("an answer");
    upgrade(&server);
    assert_eq!(idle.at_end(), Ok(()));
    server.connect().is_open().expect("an answer of the other");
}

#[test]
fn a_unix_socket_keeps_its_file_until_the_end() {
    let tree = Tree::standard();
    let (path, program) = (tree.outside().join("s"), program(&tree));
    let argument = format!("unix:{}", path.display());
    let start = Server::with(tree).arguments(&["-b127.0.0.1", "-b", &argument]);
    let Some(server) = started(start, &program) else { return };
    let inode = || fs::symlink_metadata(&path).expect("the socket's file").ino();
    let before = inode();
    for _ in 0..2 {
        upgrade(&server);
        assert_eq!(unix::get(&path, "/hello.txt").map(|answer| answer.status), Ok(200));
        assert_eq!(inode(), before);
    }
    server.signal(Signal::SIGTERM);
    until("the file to go", || (!path.exists()).then_some(()));
    assert_eq!(server.end().status.code(), Some(0));
}

#[test]
fn what_runs_then_is_what_the_file_holds_by_then() {
    if Program::chosen().is_emulated() {
        return skip("a newer program", "a script would run the program without the emulator");
    }
    let Some(server) = standard(&[]) else { return };
    let old = server.tree.outside().join("old");
    Program::chosen().copied_to(&old);
    replace(&server.tree, &format!("#!/bin/sh\nexec {} --header 'X-New: yes' \"$@\"\n", old.display()));
    assert_eq!(server.get("/hello.txt").expect("an answer").field("X-New"), None);
    upgrade(&server);
    assert_eq!(server.get("/hello.txt").expect("an answer").field("X-New"), Some("yes"));
}

#[test]
fn a_program_that_does_not_start_leaves_this_one_serving() {
    type Spoil = fn(&Tree);
    const ROWS: &[(&str, Spoil, &str)] = &[
        ("exits with 2", |tree| replace(tree, "#!/bin/sh\nexit 2\n"), ""),
        ("is killed", |tree| replace(tree, "#!/bin/sh\nkill -9 $$\n"), ""),
        ("says why", |tree| replace(tree, "#!/bin/sh\necho 'new: no' >&2\nexit 1\n"), "new: no"),
        (
            "not executable",
            |tree| {
                fs::set_permissions(program(tree), fs::Permissions::from_mode(0o644)).expect("chmod");
            },
            "svcd: execve: EACCES",
        ),
        ("gone", |tree| fs::remove_file(program(tree)).expect("the program"), "svcd: execve: ENOENT"),
        (
            "a folder",
            |tree| {
                fs::remove_file(program(tree)).expect("the program");
                fs::create_dir(program(tree)).expect("a folder");
            },
            "svcd: execve: EACCES",
        ),
        ("no program", |tree| replace(tree, "\u{7f}ELF and no more"), "svcd: execve: errno 8"),
    ];
    let Some(server) = standard(&[]) else { return };
    each(ROWS.iter().map(|row| (row.0, row)), |(_, spoil, reason)| {
        let (before, listening) = (server.errors().so_far(), told(&server, "listening on"));
        let mut kept = server.connect();
        kept.is_open()?;
        spoil(&server.tree);
        server.signal(Signal::SIGUSR2);
        let said = server.errors().wait_for("what became of it", |bytes, _| {
            let new = std::str::from_utf8(bytes).ok()?.strip_prefix(before.as_str())?.to_owned();
            new.contains("the program does not start, this one goes on\n").then_some(new)
        });
        restore(&server.tree);
        server.assert_serving();
        kept.is_open().map_err(|why| format!("a connection of before: {why}"))?;
        let lines = said.lines().count();
        if !said.starts_with(reason) || lines > 1 + usize::from(!reason.is_empty()) {
            return Err(format!("it says {said:?}"));
        }
        if told(&server, "listening on") == listening {
            Ok(())
        } else {
            Err("another one started".to_owned())
        }
    });
    upgrade(&server);
    server.assert_serving();
}

#[test]
fn what_the_options_name_is_tried_too() {
    let tree = Tree::standard();
    let (users, program) = (tree.outside().join("users"), program(&tree));
    fs::write(&users, "ann:$5$salt$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc8\n").expect("users");
    let option = format!("--auth-write={}", users.display());
    let start = Server::with(tree).arguments(&["--write", &option]);
    let Some(server) = started(start, &program) else { return };
    fs::write(&users, "no user\n").expect("users");
    server.signal(Signal::SIGUSR2);
    until("a refusal", || (told(&server, "the program does not start") == 1).then_some(()));
    assert_eq!(told(&server, "users: line 1"), 1, "{}", server.errors().so_far());
    server.assert_serving();
}

#[test]
fn signals_in_a_row_are_taken_as_they_come() {
    let Some(server) = standard(&[]) else { return };
    for _ in 0..scale(20) {
        server.signal(Signal::SIGUSR2);
        server.assert_serving();
    }
    assert_eq!(server.stop().status.code(), Some(0));
}

#[test]
fn a_stop_is_not_forgotten_in_the_middle_of_an_upgrade() {
    // A kept connection makes the server wait for a moment before it makes way.
    for pause in [0, 20, 50, 80, 110, 150].into_iter().take(scale(6)) {
        let Some(server) = standard(&[]) else { return };
        let mut idle = server.connect();
        idle.is_open().expect("an answer");
        server.signal(Signal::SIGUSR2);
        thread::sleep(Duration::from_millis(pause));
        assert_eq!(server.stop().status.code(), Some(0), "{pause} ms after the beginning");
    }
}
