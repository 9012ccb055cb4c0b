//! The memory that the server touches: its stack, which nothing bounds but the code, and
//! what a connection has for itself.

use std::fmt::Write;
use std::fs;

use svcd_tests::process::{until_children, visible};
use svcd_tests::server::request;
use svcd_tests::{Connection, Program, Server, note, scripts, skip, until};

/// Bytes of stack that a process may touch. The kernel gives 8 MiB, and the guard behind it
/// ends the process; this is far from that.
const STACK: usize = 128 * 1024;

/// Bytes that a connection which waits may have for itself: fork(2) shares the rest.
const PRIVATE: usize = 100 * 1024;

/// Kibibytes, as /proc tells them.
#[derive(Debug, Clone, Copy, Default)]
struct Memory {
    /// Of the stack, what is there, with arguments and variables.
    stack: usize,
    /// Of all, what no other process has.
    private: usize,
    /// Of all, each page divided by how many have it.
    proportional: usize,
}

fn memory(id: u32) -> Memory {
    let read =
        |name: &str| fs::read_to_string(format!("/proc/{id}/{name}")).expect("a process that is there");
    let (maps, all) = (read("smaps"), read("smaps_rollup"));
    let stack = maps.split_once("[stack]").map_or("", |(_, rest)| rest);
    let private = sum(&all, "Private_Clean:") + sum(&all, "Private_Dirty:");
    Memory { stack: sum(stack, "Rss:"), private, proportional: sum(&all, "Pss:") }
}

/// The number in the first line that begins so.
fn sum(text: &str, name: &str) -> usize {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0)
}

/// Requests for which the calls go deep, on one connection.
fn deep() -> Vec<Vec<u8>> {
    let asked =
        |line: &str, lines: &str| format!("{line} HTTP/1.1\r\nHost: svcd.test\r\n{lines}\r\n").into_bytes();
    let long = "x".repeat(4000);
    vec![
        asked("GET /bytes.bin", "Range: bytes=0-1,4-5,8-9,20-30,40-50\r\n"),
        asked("GET /bare/", "Accept: application/json\r\n"),
        asked(&format!("GET /{long}"), &format!("User-Agent: {long}\r\nReferer: {long}\r\n")),
        [asked("PUT /new.txt", "If-None-Match: *\r\nContent-Length: 5\r\n"), b"12345".to_vec()].concat(),
        asked("DELETE /new.txt", ""),
        asked("GET /cgi-bin/env/a/b?c+d", &format!("X-Long: {long}\r\n")),
        // A program sends on to a program, which sends on to a list.
        asked("GET /cgi-bin/first", ""),
    ]
}

fn start() -> Server {
    let on = |to: &str| format!("printf 'Location: {to}\\n\\n'\n");
    let (first, second) = (on("/cgi-bin/second"), on("/dir/inner.txt"));
    let programs = [("env", scripts::ENV), ("first", &first), ("second", &second)];
    let tree = scripts::tree(&programs);
    tree.file("bytes.bin", &[0; 64]);
    // Its variables are a part of the stack.
    Server::with(tree).arguments(&["--write", "--host", "svcd.test"]).behind(&["env", "-i"]).start()
}

#[test]
fn a_connection_touches_little_memory() {
    let what = "the memory of the server";
    if Program::chosen().is_emulated() {
        skip(what, "it would be the emulator's");
        return;
    }
    if !visible(what) {
        return;
    }
    let server = start();
    let mut connection = server.connect();
    ask(&mut connection, &request("GET", b"/hello.txt"));
    let id = until_children(server.id(), 1)[0].id;
    let first = waiting(id);
    for request in deep() {
        ask(&mut connection, &request);
    }
    let last = waiting(id);
    let parent = waiting(server.id());
    let rows =
        [("the parent", parent), ("a connection behind one GET", first), ("behind what goes deep", last)];
    let mut text = format!("{:<32}{:>10}{:>10}{:>14}\n", "memory in KiB", "stack", "private", "proportional");
    for (name, Memory { stack, private, proportional }) in rows {
        let _ = writeln!(text, "{name:<32}{stack:>10}{private:>10}{proportional:>14}");
    }
    note(&text);
    for (name, memory) in rows {
        assert!(memory.stack > 0 && memory.stack * 1024 <= STACK, "{name}: {memory:?}");
    }
    assert!(first.private > 0 && first.private * 1024 <= PRIVATE, "{first:?}");
}

fn ask(connection: &mut Connection, request: &[u8]) {
    let answer =
        connection.exchange(request).unwrap_or_else(|why| panic!("{}: {why}", request.escape_ascii()));
    assert!(answer.status < 500, "{}: {}", request.escape_ascii(), answer.text());
}

/// When the process waits for somebody else.
fn waiting(id: u32) -> Memory {
    until("a process that waits", || {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        stat.rsplit_once(") ")?.1.starts_with('S').then_some(())
    });
    memory(id)
}

#[test]
fn the_first_number_of_a_name_counts() {
    let text = "Rss:                 132 kB\nPss:   7 kB\nRss: 5 kB\n";
    assert_eq!((sum(text, "Rss:"), sum(text, "Pss:"), sum(text, "None:")), (132, 7, 0));
}
