//! A server that cannot start says in one line which call failed and why.

use std::fs;
use std::net::TcpListener;

use svcd_tests::{Program, Tree, each};

use crate::command_line::fails;

#[test]
fn failures_name_the_call_and_the_error() {
    let tree = Tree::standard();
    let root = tree.root().display().to_string();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its number").port().to_string();
    let log_in_no_folder = format!("{root}/missing/log");
    let log_below_file = format!("{root}/hello.txt/log");
    let missing = format!("{root}/missing");
    let file = format!("{root}/hello.txt");
    let long = format!("{root}/{}", "x".repeat(300));
    // 192.0.2.0/24 is for documentation, so no machine has it (RFC 5737).
    let rows: &[(&str, &[&str], &str, &str)] = &[
        ("port in use", &["-p", &port, &root], "bind", "EADDRINUSE"),
        ("address of another machine", &["-b", "192.0.2.1", "-p", "0", &root], "bind", "EADDRNOTAVAIL"),
        ("no such DOCROOT", &["-p", "0", &missing], "open", "ENOENT"),
        ("empty DOCROOT", &["-p", "0", ""], "open", "ENOENT"),
        ("DOCROOT is a file", &["-p", "0", &file], "open", "ENOTDIR"),
        ("DOCROOT with too long a name", &["-p", "0", &long], "open", "ENAMETOOLONG"),
        ("log in no folder", &["-p", "0", "--log", &log_in_no_folder, &root], "open", "ENOENT"),
        ("log below a file", &["-p", "0", "--log", &log_below_file, &root], "open", "ENOTDIR"),
        ("log is a folder", &["-p", "0", "--log", &root, &root], "open", "EISDIR"),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, words, call, error)| {
        let ended = Program::chosen().run(words);
        fails(&ended, 1)?;
        let told = ended.stderr.contains(call) && ended.stderr.contains(error);
        if told { Ok(()) } else { Err(format!("expected {call} and {error}: {:?}", ended.stderr)) }
    });
}

#[test]
fn a_failed_start_leaves_no_log_file_behind_the_usage_error() {
    let tree = Tree::standard();
    let log = tree.outside().join("log");
    let ended = Program::chosen().run(&["--log", &log.display().to_string(), "-p", "x"]);
    assert_eq!(ended.status.code(), Some(2));
    assert!(fs::metadata(&log).is_err(), "the log was opened before the command line was read");
}
