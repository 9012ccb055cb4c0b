//! What is printed, and how.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use svcd_tests::{Program, Server, Tree, unix, until};

use crate::lines::{name, own};

/// All that a server prints that answers one request.
fn printed(words: &[&str]) -> String {
    let tree = Tree::small();
    let file = tree.base().join("trace");
    let mut all = vec!["-q", "--output", file.to_str().expect("UTF-8")];
    all.extend(words);
    let mut server = Server::with(tree).arguments(&all).start();
    server.assert_serving();
    server.signal(Signal::SIGTERM);
    until("the end of the server", || (!server.is_running()).then_some(()));
    fs::read_to_string(&file).expect("what it has printed")
}

fn names(text: &str) -> Vec<String> {
    let mut names: Vec<_> = own(text).into_values().flatten().map(|call| name(&call).to_owned()).collect();
    names.sort();
    names.dedup();
    names
}

#[test]
fn classes_and_names_choose_calls() {
    let network = names(&printed(&["--trace=%network"]));
    let least = ["bind", "listen", "recvfrom", "sendto", "setsockopt", "socket"];
    assert!(least.iter().all(|call| network.iter().any(|name| name == call)), "{network:?}");
    assert!(!network.iter().any(|name| name == "close" || name.starts_with("openat")), "{network:?}");
    assert_eq!(names(&printed(&["--trace=socket,bind"])), ["bind", "socket"]);
    let others = names(&printed(&["--trace=!%network,close"]));
    assert!(
        !others.is_empty() && !others.iter().any(|name| network.contains(name) || name == "close"),
        "{others:?}"
    );
    let process = names(&printed(&["--trace=process"]));
    assert!(process.iter().any(|name| name.starts_with("exit")), "{process:?}");
}

#[test]
fn a_word_that_means_nothing_is_refused() {
    for set in ["raed", "%files", "", "read,"] {
        let ended = Program::chosen().run(&[format!("--trace={set}")]);
        assert_eq!(ended.status.code(), Some(2), "{}", ended.stderr);
        assert!(ended.stderr.starts_with("svcd: --trace"), "{}", ended.stderr);
    }
    let ended = Program::chosen().run(&["--output", "/none/of/these"]);
    assert_eq!(ended.status.code(), Some(1));
    assert!(ended.stderr.contains("openat /none/of/these: ENOENT"), "{}", ended.stderr);
}

#[test]
fn the_help_has_the_options_behind_all_others() {
    let help = Program::chosen().run(&["--help"]).stdout;
    let (before, own) = help.split_once("this program prints its own system calls").expect("a heading");
    assert!(before.contains("--version") && own.contains("--trace[=SET]"), "{help}");
    assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
}

/// `12345 name(...`, with 40 columns in front of the result; with the times, if they are
/// wanted.
#[test]
fn lines_have_their_form() {
    let plain = printed(&[]);
    let line = plain.lines().find(|line| line.contains("listen(")).expect("a call");
    assert_eq!(line.find("= "), Some(40), "{line}");
    let timed = printed(&["-r", "-T", "--trace"]);
    for line in timed.lines() {
        let (_, rest) = line.split_at(6);
        let since = rest.trim_start().split(' ').next().unwrap_or_default();
        assert!(is_seconds(since), "{line}");
        let took = line.strip_suffix('>').and_then(|line| line.rsplit_once('<'));
        // What has not come back has taken no time.
        assert!(line.ends_with(" = ?") || took.is_some_and(|(_, took)| is_seconds(took)), "{line}");
    }
    let short = printed(&["-s", "4", "--trace=sendto"]);
    assert!(short.contains("\"HTTP\"..., "), "{short}");
    let colored = printed(&["--color=always", "--trace=listen,setsockopt"]);
    assert!(colored.contains("\x1b[1mlisten\x1b[0m("), "{colored:?}");
    assert!(colored.contains(" = \x1b[32m0\x1b[0m\n"), "{colored:?}");
}

/// With six digits behind the point.
fn is_seconds(text: &str) -> bool {
    text.split_once('.').is_some_and(|(seconds, rest)| {
        seconds.parse::<u64>().is_ok() && rest.len() == 6 && rest.parse::<u64>().is_ok()
    })
}

#[test]
fn calls_are_counted_in_all_processes() {
    let text = printed(&["--summary-only"]);
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["%", "time", "seconds", "usecs/call", "calls", "errors", "syscall"], "{text}");
    let count = |name: &str| -> u64 {
        let row =
            rows.iter().find(|row| row.last() == Some(&name)).unwrap_or_else(|| panic!("{name}: {text}"));
        row[3].parse().expect("a number")
    };
    // The connection's process and the server itself.
    let exit = if text.contains("exit_group") { "exit_group" } else { "exit" };
    assert_eq!((count("sendto"), count(exit)), (1, 2), "{text}");
    let calls = rows.iter().filter(|row| row.len() > 4 && row.last() != Some(&"total"));
    let sum: u64 = calls.filter_map(|row| row[3].parse::<u64>().ok()).sum();
    assert_eq!(sum, count("total"), "{text}");
    let both = printed(&["-C"]);
    assert!(both.contains("listen(") && both.contains("% time"), "{both}");
}

#[test]
fn standard_error_has_the_lines_where_no_file_is_named() {
    let ended = Server::start(&["--trace=process"]).stop();
    let last = ended.stderr.lines().last().unwrap_or_default();
    assert!(last.contains(" exit") && last.ends_with("= ?"), "{}", ended.stderr);
}

/// Whoever reads the lines may go.
#[test]
fn a_trace_that_nobody_reads_ends_alone() {
    let tree = Tree::small();
    let socket = tree.base().join("socket");
    let mut command = Program::chosen().command();
    command.arg("--trace").arg("-q").arg("-b").arg(format!("unix:{}", socket.display())).arg(tree.root());
    let mut child = command.stderr(Stdio::piped()).spawn().expect("a process");
    let mut reader = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    while !line.contains(": listening on ") {
        line.clear();
        assert_ne!(reader.read_line(&mut line).expect("a line"), 0, "it listens");
    }
    drop(reader);
    for _ in 0..3 {
        let answer = unix::get(&socket, "/hello.txt").unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(answer.status, 200);
    }
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).expect("it runs");
    assert_eq!(child.wait().expect("its end").code(), Some(0));
}
