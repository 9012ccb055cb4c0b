//! Steps 1 to 7 and 11: programs that end by themselves.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use svcd_tests::{Program, Tree};

fn step(name: &str) -> Command {
    Program::chosen().example(name).command()
}

/// Its exit status, and what it has written on standard output.
fn ended(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stdout, .. } = command.output().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    (status.code(), String::from_utf8(stdout).expect("text"))
}

fn is<const N: usize>(name: &str, arguments: [&str; N], status: i32, stdout: &str) {
    let found = ended(step(name).args(arguments));
    assert_eq!(found, (Some(status), stdout.to_owned()), "{name} {arguments:?}");
}

#[test]
fn step_1_ends_with_42() {
    is("01-exit", [], 42, "");
}

#[test]
fn step_2_writes_a_line_or_says_why_not() {
    is("02-write", [], 0, "hello, kernel\n");
    let no_space = Path::new("/dev/full");
    if no_space.exists() {
        let full = File::options().write(true).open(no_space).expect("a device");
        let status = step("02-write").stdout(full).status().expect("its end");
        assert_eq!(status.code(), Some(28), "ENOSPC");
    }
    let closed = Program::chosen().example("02-write").behind(&["sh", "-c", "exec \"$@\" >&-", "sh"]);
    assert_eq!(closed.command().status().expect("its end").code(), Some(9), "EBADF");
}

#[test]
fn step_3_finds_its_arguments_and_its_environment() {
    let mut command = step("03-arguments");
    let (status, text) = ended(command.args(["one", ""]).env_clear().envs([("A", "b"), ("C", "")]));
    assert_eq!(status, Some(0));
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("argc = 3"));
    let mut places = Vec::new();
    let mut shown: Vec<String> = Vec::new();
    for line in lines {
        let words: Vec<_> = line.splitn(6, ' ').collect();
        places.push(u64::from_str_radix(&words[0][2..], 16).expect("an address"));
        shown.push(format!("{} {}", words[2], line.rsplit("  ").next().expect("a string")));
    }
    assert!(places.windows(2).all(|two| two[1] == two[0] + 8), "words of 8 bytes, without gaps: {text}");
    let argv_0 = shown.remove(0);
    assert!(argv_0.starts_with("argv[0] ") && argv_0.contains("03-arguments"), "{argv_0}");
    // An emulator may hand the variables on in another order.
    let variables: Vec<_> = shown.iter().map(|line| line.trim_start_matches(|byte| byte != ' ')).collect();
    assert_eq!(variables[..3], [" one", " ", " the end"], "{text}");
    for expected in [" A=b", " C=", " the end"] {
        assert!(variables[3..].contains(&expected), "no {expected:?}: {text}");
    }
}

#[test]
fn the_echo_of_step_3_is_that_of_the_shell() {
    is("03-echo", ["a", "", "b c"], 0, "a  b c\n");
    is("03-echo", [], 0, "\n");
}

#[test]
fn step_4_copies_a_file_or_says_why_not() {
    let tree = Tree::empty();
    let content = "0123456789abcde\n".repeat(1000);
    tree.file("long", content.as_bytes());
    let path = tree.root().join("long");
    is("04-read", [path.to_str().expect("a name")], 0, &content);
    is("04-read", ["/there/is/none"], 2, "");
    // EISDIR, which read(2) says.
    is("04-read", ["/"], 21, "");
    is("04-read", [], 2, "");
}

#[test]
fn step_5_lists_a_folder_that_no_single_call_can() {
    let tree = Tree::empty();
    let mut expected = vec!["d .".to_owned(), "d ..".to_owned(), "d folder".to_owned()];
    tree.file("folder/inside", b"");
    for number in 0..300 {
        tree.file(format!("file-{number:03}"), b"");
        expected.push(format!("- file-{number:03}"));
    }
    let root = tree.root();
    let (status, text) = ended(step("05-directory").arg(&root));
    let mut found: Vec<_> = text.lines().collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!((status, found), (Some(0), expected.iter().map(String::as_str).collect()));
    is("05-directory", ["/there/is/none"], 2, "");
    // ENOTDIR; Darwin says EINVAL.
    let errno = if Program::chosen().machine().starts_with("darwin") { 22 } else { 20 };
    is("05-directory", [root.join("file-000").to_str().expect("a name")], errno, "");
}

#[test]
fn step_6_becomes_two_and_waits() {
    let (status, text) = ended(&mut step("06-fork"));
    let words: Vec<_> = text.split_whitespace().collect();
    let [_, parent, _, child, _, again, _, ended, _, code] = words[..] else { panic!("{text}") };
    assert_eq!(text.matches(char::is_alphabetic).count(), "beforechildparentendedstatus".len(), "{text}");
    assert_eq!((status, again, ended, code), (Some(0), parent, child, "7"));
    assert_ne!(parent, child);
}

#[test]
fn step_7_joins_two_programs() {
    let tree = Tree::empty();
    tree.file("one", b"");
    tree.file("two", b"");
    let mut command = step("07-pipe");
    let (status, text) = ended(command.args(["/bin/ls", "/usr/bin/wc"]).current_dir(tree.root()));
    let counts: Vec<_> = text.split_whitespace().collect();
    assert_eq!((status, counts), (Some(0), vec!["2", "2", "8"]));
    // The second one cannot be executed: ENOENT.
    is("07-pipe", ["/bin/ls", "/there/is/none"], 2, "");
    // Without the first one there is no input.
    let (status, text) = ended(step("07-pipe").args(["/there/is/none", "/usr/bin/wc"]));
    assert_eq!((status, text.split_whitespace().collect()), (Some(0), vec!["0", "0", "0"]));
    is("07-pipe", ["/bin/ls"], 2, "");
}

#[test]
fn step_11_says_what_it_was_asked() {
    let mut command = step("11-cgi");
    command.env_clear().envs([("QUERY_STRING", "a=<b>"), ("REQUEST_METHOD", "POST"), ("PATH", "/")]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a process");
    let content = vec![b'x'; 10_000];
    child.stdin.take().expect("a pipe").write_all(&content).expect("room");
    let output = child.wait_with_output().expect("its end");
    let expected = "Content-Type: text/plain; charset=utf-8\n\nREQUEST_METHOD=POST\nQUERY_STRING=a=<b>\n\
        10000 bytes on standard input\n";
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stdout)), (Some(0), expected.into()));
}
