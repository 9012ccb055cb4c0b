//! Nobody waits for who reads the log: what cannot be written is lost, and counted.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::libc::O_NONBLOCK;
use nix::sys::signal::Signal;
use svcd_tests::log_line::LogLine;
use svcd_tests::server::request;
use svcd_tests::{Connection, Program, Server, Tree, path_max, scripts, skip, until};

use crate::status;

/// So that a pipe is soon full.
fn long_request(number: usize) -> Vec<u8> {
    let agent = "x".repeat(1000);
    format!("GET /hello.txt?{number} HTTP/1.1\r\nHost: a\r\nUser-Agent: {agent}\r\n\r\n").into_bytes()
}

/// A FIFO whose reader does not read until it is asked to.
struct Pipe {
    file: File,
}

impl Pipe {
    fn new(tree: &Tree) -> Pipe {
        tree.fifo("../outside/pipe");
        let mut options = File::options();
        // For both, so that it has a reader and a writer at any time.
        options.read(true).write(true).custom_flags(O_NONBLOCK);
        Pipe { file: options.open(tree.outside().join("pipe")).expect("a FIFO") }
    }

    /// What is in it by now.
    fn drain(&mut self) -> String {
        let (mut all, mut piece) = (Vec::new(), [0; 4096]);
        while let Ok(count) = self.file.read(&mut piece) {
            all.extend(&piece[..count]);
        }
        String::from_utf8(all).expect("text")
    }
}

/// Runs its arguments with a descriptor going into the pipe.
fn into(tree: &Tree, descriptor: u8) -> String {
    format!("exec \"$@\" {descriptor}>'{}'", tree.outside().join("pipe").display())
}

fn ask(connection: &mut Connection, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let answer = connection.exchange(&long_request(number)).expect("an answer");
        assert_eq!(answer.status, 200, "request {number}");
    }
}

/// What is in the pipe, and how many lines are not, once each request has its own: an
/// answer comes before its line.
fn lines_and_lost(pipe: &mut Pipe, server: &Server, count: u64) -> (String, u64) {
    let mut text = String::new();
    until("a line of each request, or its loss", || {
        text += &pipe.drain();
        assert!(text.ends_with('\n'), "whole lines");
        let lost = status::of(server).lost_lines;
        (text.lines().count() as u64 + lost == count).then(|| (text.clone(), lost))
    })
}

#[test]
fn a_full_pipe_holds_nobody_and_its_lost_lines_are_counted() {
    let tree = Tree::standard();
    let mut pipe = Pipe::new(&tree);
    let script = into(&tree, 1);
    let server = Server::with(tree).behind(&["sh", "-c", &script, "sh"]).start();
    let mut kept = server.connect();
    ask(&mut kept, 0..150);
    // On connections of their own, too, and a refusal.
    for _ in 0..10 {
        assert_eq!(server.get("/missing").map(|answer| answer.status), Ok(404));
    }
    let (text, lost) = lines_and_lost(&mut pipe, &server, 160);
    for line in text.lines() {
        LogLine::parse(line).expect("a whole line");
    }
    let written = text.lines().count() as u64;
    assert!((1..150).contains(&written), "{written} lines were written");
    // The reader is back.
    ask(&mut kept, 0..20);
    let mut text = String::new();
    until("20 lines", || {
        text += &pipe.drain();
        (text.lines().count() >= 20).then_some(())
    });
    let numbers: Vec<String> =
        text.lines().map(|line| LogLine::parse(line).expect("a line").request).collect();
    let expected: Vec<String> = (0..20).map(|number| format!("GET /hello.txt?{number} HTTP/1.1")).collect();
    assert_eq!(numbers, expected);
    assert_eq!(status::of(&server).lost_lines, lost, "none is lost any more");
}

#[test]
fn a_full_pipe_that_is_the_file_of_the_log_is_no_other() {
    let tree = Tree::standard();
    let mut pipe = Pipe::new(&tree);
    let option = format!("--log={}", tree.outside().join("pipe").display());
    let server = Server::with(tree).arguments(&[&option]).start();
    let mut kept = server.connect();
    ask(&mut kept, 0..150);
    let (_, lost) = lines_and_lost(&mut pipe, &server, 150);
    assert!(lost > 0);
    // Nobody reads it any more: it is not waited for, and the server has what it had.
    drop(pipe);
    server.signal(Signal::SIGHUP);
    until("a line", || server.errors().so_far().contains("openat: ENXIO").then_some(()));
    server.assert_serving();
    assert_eq!(server.stop().status.code(), Some(0));
}

#[test]
fn nobody_elses_writing_to_the_same_pipe_fails_for_it() {
    // A pipe's waiting belongs to the open file, which others may have as well.
    if path_max() == 1024 {
        return skip("another writer to the log's pipe", "Darwin has no waiting of one's own there");
    }
    let tree = Tree::standard();
    let mut pipe = Pipe::new(&tree);
    let other = tree.outside().join("other");
    let script = format!(
        "exec >'{}'; {{ read x; i=0; while [ $i -lt 3000 ]; do echo {} || exit 1; i=$((i+1)); done; echo done >'{}'; }} <'{}' & exec \"$@\" ",
        tree.outside().join("pipe").display(),
        "y".repeat(99),
        other.display(),
        tree.outside().join("go").display(),
    );
    tree.fifo("../outside/go");
    let go = tree.outside().join("go");
    let server = Server::with(tree).behind(&["sh", "-c", &script, "sh"]).start();
    let mut kept = server.connect();
    ask(&mut kept, 0..150);
    fs::write(&go, "\n").expect("a FIFO");
    // It waits until there is room, and loses nothing.
    let mut count = 0;
    until("the end of the other writer", || {
        count += pipe.drain().lines().filter(|line| line.ends_with("yyyyy")).count();
        other.exists().then_some(())
    });
    count += pipe.drain().lines().filter(|line| line.ends_with("yyyyy")).count();
    assert_eq!(count, 3000);
}

#[test]
fn lines_for_a_full_disk_are_counted() {
    if !Path::new("/dev/full").exists() {
        return skip("a log on a full disk", "there is no /dev/full");
    }
    let server = Server::start(&["--log", "/dev/full"]);
    let mut kept = server.connect();
    for _ in 0..3 {
        kept.is_open().expect("an answer");
    }
    server.assert_serving();
    until("four lines", || (status::of(&server).lost_lines == 4).then_some(()));
}

#[test]
fn a_pipe_without_a_reader_is_no_reason_to_end() {
    let tree = Tree::standard();
    let pipe = Pipe::new(&tree);
    let script = into(&tree, 1);
    let server = Server::with(tree).behind(&["sh", "-c", &script, "sh"]).start();
    server.assert_serving();
    drop(pipe);
    for _ in 0..3 {
        server.assert_serving();
    }
    let found = until("three lines", || Some(status::of(&server)).filter(|found| found.lost_lines >= 3));
    assert_eq!(found.requests, 4);
    assert_eq!(server.stop().status.code(), Some(0));
}

#[test]
fn a_full_standard_error_holds_no_program_for_long() {
    let flood = "i=0; while [ $i -lt 3000 ]; do echo 'a line of a hundred bytes, or nearly so, which nobody \
        reads, so that the pipe is soon full' >&2; i=$((i+1)); done\n\
        printf 'Content-Type: text/plain\\n\\nsaid all'\n";
    let tree = scripts::tree(&[("flood", flood)]);
    let mut pipe = Pipe::new(&tree);
    let script = into(&tree, 2);
    let program = Program::chosen().behind(&["sh", "-c", &script, "sh"]);
    let mut command = program.command();
    command.args(["-q", "-p", "0"]).arg(tree.root());
    let mut child = Ended(command.spawn().expect("the program"));
    let mut text = String::new();
    let address = until("the line that says where it listens", || {
        text += &pipe.drain();
        let (line, _) = text.strip_prefix("svcd: listening on http://")?.split_once("/\n")?;
        line.parse().ok()
    });
    let asked = request("GET", b"/cgi-bin/flood");
    for _ in 0..2 {
        let answer = Connection::open(address).exchange(&asked).expect("an answer");
        assert_eq!((answer.status, answer.text().as_str()), (200, "said all"));
    }
    let text = pipe.drain();
    assert!(text.ends_with('\n') && text.lines().all(|line| line.starts_with("svcd: ")), "whole lines");
    assert!(text.lines().count() < 6000, "some were lost");
    // It still listens to signals, though it cannot tell.
    let id = nix::unistd::Pid::from_raw(child.0.id().cast_signed());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).expect("it runs");
    assert_eq!(until("its end", || child.0.try_wait().expect("wait")).code(), Some(0));
}

struct Ended(std::process::Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
