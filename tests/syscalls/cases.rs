//! What is asked for.

use svcd_tests::program::is_rig;
use svcd_tests::server::request;
use svcd_tests::strace::Call;
use svcd_tests::{Tree, scripts, until};

use crate::table::Row;
use crate::traced::{Traced, process_of, result};

/// All rows, in the order of the table.
pub fn all() -> Vec<Row> {
    let mut rows = logged();
    rows.extend(reading());
    rows.extend(writing());
    let mut rounds = 0;
    rows.extend(until("a program that is seen at once", || {
        rounds += 1;
        assert!(rounds < 50, "no program is seen at once");
        program()
    }));
    rows
}

fn tree() -> Tree {
    let tree = Tree::empty();
    tree.file("1k.txt", &[b'a'; 1024]);
    tree.file("100k.txt", &[b'b'; 100 * 1024]);
    for name in ["a", "b", "c"] {
        tree.file(format!("list/{name}"), b"an entry\n");
    }
    tree
}

fn get(target: &str, lines: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: svcd.test\r\n{lines}\r\n").into_bytes()
}

fn row(name: &'static str, calls: Vec<Call>) -> Row {
    Row { name, calls }
}

/// From its start to its end, with its log.
fn logged() -> Vec<Row> {
    let mut traced = Traced::start(tree(), &[]);
    let parent = traced.id();
    let small = get("/1k.txt", "");
    let start = row("start", traced.waiting(parent));
    let mut client = traced.connect(&small);
    let first = row("first GET, logged", traced.waiting(client.id));
    traced.ask(&mut client, &small);
    let second = row("another GET, logged", traced.waiting(client.id));
    let id = client.id;
    traced.close(client);
    let end = row("end of the connection", traced.ended(id));
    let connection = row("a connection, in the parent", traced.waiting(parent));
    let stop = row("stop", traced.stop());
    vec![start, connection, first, second, end, stop]
}

/// Files and folders, without a log.
fn reading() -> Vec<Row> {
    let kept = [
        ("another GET", get("/1k.txt", "")),
        ("GET of 100 KiB", get("/100k.txt", "")),
        ("HEAD", request("HEAD", b"/1k.txt")),
        ("304", get("/1k.txt", "If-None-Match: *\r\n")),
        ("404", get("/none", "")),
        ("a range", get("/1k.txt", "Range: bytes=100-199\r\n")),
        ("three ranges", get("/1k.txt", "Range: bytes=0-9,100-109,500-509\r\n")),
        ("a list of three names", get("/list/", "")),
    ];
    let mut traced = Traced::start(tree(), &["-q"]);
    let mut client = traced.connect(&get("/1k.txt", ""));
    let mut rows = vec![row("first GET", traced.waiting(client.id))];
    for (name, request) in kept {
        traced.ask(&mut client, &request);
        rows.push(row(name, traced.waiting(client.id)));
    }
    traced.close(client);
    let id = traced.whole(&get("/1k.txt", "Connection: close\r\n"));
    rows.insert(1, row("GET that closes, to the end", traced.ended(id)));
    rows
}

/// Files that come, change and go, without a log.
fn writing() -> Vec<Row> {
    let put =
        [&b"PUT /new.txt HTTP/1.1\r\nHost: svcd.test\r\nContent-Length: 1024\r\n\r\n"[..], &[b'c'; 1024]];
    let put = put.concat();
    let kept = [
        ("PUT of a new file", put.clone()),
        ("PUT in place of a file", put),
        ("DELETE", request("DELETE", b"/new.txt")),
    ];
    let mut traced = Traced::start(tree(), &["-q", "--write", "--host", "svcd.test"]);
    let mut client = traced.connect(&get("/1k.txt", ""));
    traced.waiting(client.id);
    let mut rows = Vec::new();
    for (name, request) in kept {
        traced.ask(&mut client, &request);
        rows.push(row(name, traced.waiting(client.id)));
    }
    rows
}

/// Stops the process that waits for it, which then sees output and end at once.
const SCRIPT: &str = "kill -STOP $PPID\nprintf 'Content-Type: text/plain\\n\\nhello\\n'\n";

/// A program. None: the process did not see its output and its end at once.
fn program() -> Option<Vec<Row>> {
    let tree = tree();
    tree.folder("cgi-bin");
    scripts::script(&tree, "cgi-bin/hello", SCRIPT);
    let mut traced = Traced::start(tree, &["-q"]);
    let mut client = traced.connect(&get("/1k.txt", ""));
    traced.waiting(client.id);
    traced.run(&mut client, &get("/cgi-bin/hello", ""));
    let calls = traced.waiting(client.id);
    // Otherwise it has looked before the program had ended: the stop came late. Output
    // and standard error are at their end, and there is a signal where it waits for one.
    let all = if is_rig() { 2 } else { 3 };
    let mut looks = calls.iter().filter(|call| call.name.contains("poll")).map(result);
    if looks.next()? != Some(all) || looks.any(|found| found == Some(0)) {
        return None;
    }
    let id = process_of(&calls).expect("the process of the program");
    let before = traced.before_program(id);
    Some(vec![row("a program, in the server", calls), row("a program, before it is one", before)])
}
