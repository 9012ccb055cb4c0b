//! One request of every kind, and the tree that they are for.

use std::fs;
use std::path::PathBuf;

use svcd_tests::tree::pseudo_random;
use svcd_tests::versions::content;
use svcd_tests::{Server, Tree, scripts};

use crate::tool;

/// What a client does on one connection.
pub enum Step {
    Send(Vec<u8>),
    /// Lets the server wait, in milliseconds.
    Pause(u64),
    /// Takes the answer to this request.
    Answer(Vec<u8>),
}

/// A file that a request changes: its name, the number of its content before, and
/// after it.
pub type Change = (&'static str, Option<u64>, Option<u64>);

pub struct Smoke {
    pub name: &'static str,
    pub steps: Vec<Step>,
    pub over_unix: bool,
    /// The status of each answer when nothing fails.
    pub right: Vec<u16>,
    pub change: Option<Change>,
    /// A program that counts how often it ran.
    pub is_counted: bool,
    pub also: Also,
}

/// What is as true as the right answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Also {
    Nothing,
    /// The answer to another request.
    Another(&'static str),
    /// The same list without what cannot be fetched.
    Shorter,
    /// A list, where no index is found.
    List,
    /// What a program says that got less of the request.
    Input,
    /// A reset: the end of the connection would be that of the answer.
    Reset,
}

/// Of ann, whose password is `open sesame`.
const USERS: &str = "ann:$5$rounds=1000$annsalt$KDGM1RG2nxjAIwEBnpuDj83zFxDW0xp7HqLoynl.YE7\n";
const ANN: &str = "Authorization: Basic YW5uOm9wZW4gc2VzYW1l\r\n";
const WRONG: &str = "Authorization: Basic YW5uOm9wZW4gc2VzYW1f\r\n";

const JSON: &str = "Accept: application/json\r\n";

const OLD: u64 = 1;
const NEW: u64 = 2;

/// Length of `large.bin`, and the type that parts of it have.
pub const LARGE: usize = 300_000;
pub const LARGE_TYPE: &str = "application/octet-stream";

/// Where the program that counts writes a line each time.
const COUNT: &str = "outside/count";

const SCRIPTS: &[(&str, &str)] = &[
    ("cat", scripts::CAT),
    ("count", "echo once >>../../outside/count\nprintf 'Content-Type: text/plain\\n\\ncounted\\n'\n"),
    ("local", "printf 'Location: /hello.txt\\n\\n'\n"),
    ("long", "printf 'Content-Type: text/plain\\n\\n'\nhead -c 100000 /dev/zero | tr '\\0' x\n"),
    ("says", "echo a line >&2\nprintf 'Status: 201\\nContent-Type: text/plain\\n\\nsaid\\n'\n"),
];

pub fn tree() -> Tree {
    let tree = scripts::tree(SCRIPTS);
    tree.file("large.bin", &pseudo_random(LARGE));
    tree.file("page.css", b"body { color: black }\n");
    tree.file("page.css.gz", b"not really compressed\n");
    for number in 0..20 {
        tree.file(format!("list/{number}.txt"), b"an entry\n");
    }
    tree.folder("list/below");
    tree.folder("box");
    fs::create_dir(tree.base().join("pages")).expect("a folder of pages");
    fs::write(tree.base().join("pages/404.html"), "<p>a page of its own\n").expect("a page");
    fs::write(tree.outside().join("users"), USERS).expect("a file of users");
    tree
}

/// The same with what takes long: many names, and a file that is larger than what
/// sockets hold.
pub fn large_tree() -> Tree {
    let tree = tree();
    for number in 0..4200 {
        tree.file(format!("many/{number:0240}"), b"");
    }
    tree.hole("slow.bin", 24 << 20);
    tree
}

/// The options of a server for it, which waits so many seconds for clients that wait.
pub fn arguments(tree: &Tree, idle: u32) -> Vec<String> {
    let base = tree.base().display();
    // It would limit the rig itself.
    let memory = if tool::is_rig() { "" } else { "--cgi-memory 4g" };
    format!(
        "-b 127.0.0.1 -b unix:{} --write --auth {base}/outside/users --auth-write {base}/outside/users \
         --errors {base}/pages --header-timeout 10 --idle-timeout {idle} --cgi-timeout 10 --cgi-limit 20 \
         --cgi-cpu 20 {memory} --cgi-procs 1000",
        socket(tree).display()
    )
    .split_whitespace()
    .map(str::to_owned)
    .collect()
}

pub fn socket(tree: &Tree) -> PathBuf {
    tree.base().join("socket")
}

fn head(line: &str, fields: &str) -> Vec<u8> {
    format!("{line} HTTP/1.1\r\nHost: localhost\r\n{ANN}{fields}\r\n").into_bytes()
}

/// The last request of a connection.
fn last(line: &str, fields: &str) -> Vec<u8> {
    head(line, &format!("Connection: close\r\n{fields}"))
}

fn with_body(line: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    let length = format!("Content-Length: {}\r\n{fields}", body.len());
    [last(line, &length), body.to_vec()].concat()
}

fn asked(name: &'static str, right: u16, request: Vec<u8>) -> Smoke {
    let steps = vec![Step::Send(request.clone()), Step::Answer(request)];
    Smoke {
        name,
        steps,
        over_unix: false,
        right: vec![right],
        change: None,
        is_counted: false,
        also: Also::Nothing,
    }
}

fn changing(name: &'static str, right: u16, request: Vec<u8>, change: Change) -> Smoke {
    Smoke { change: Some(change), ..asked(name, right, request) }
}

fn taking_turns(name: &'static str, right: &[u16], steps: Vec<Step>) -> Smoke {
    Smoke { steps, right: right.to_vec(), ..asked(name, 0, Vec::new()) }
}

/// All of them; each is for a connection of its own, and they do not meet.
pub fn all() -> Vec<Smoke> {
    let small = last("GET /hello.txt", "");
    let (first, second) = small.split_at(20);
    let put = with_body("PUT /box/expect.bin", "Expect: 100-continue\r\n", &content(NEW, 3000));
    let end = put.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
    let chunks = svcd_tests::chunked::encode(&content(NEW, 5000), 1000);
    let in_chunks = [last("PUT /box/chunks.bin", "Transfer-Encoding: chunked\r\n"), chunks].concat();
    let input = with_body("POST /cgi-bin/cat", "", &content(NEW, 40_000));
    let old = b"GET /list/ HTTP/1.0\r\nHost: localhost\r\n";
    let old_list = [old.as_slice(), ANN.as_bytes(), b"\r\n"].concat();
    let old_program = format!("GET /cgi-bin/long HTTP/1.0\r\n{ANN}\r\n").into_bytes();
    let anonymous = b"GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    let wrong = [anonymous.as_slice(), WRONG.as_bytes(), b"\r\n"].concat();
    vec![
        asked("a small file", 200, small.clone()),
        Smoke { over_unix: true, ..asked("over a Unix socket", 200, small.clone()) },
        asked("a large file", 200, last("GET /large.bin", "")),
        asked("a head only", 200, last("HEAD /large.bin", "")),
        Smoke { also: Also::List, ..asked("an index", 200, last("GET /dir/", "")) },
        asked("a file that is known", 304, last("GET /hello.txt", "If-None-Match: *\r\n")),
        asked("a range", 206, last("GET /large.bin", "Range: bytes=70000-170000\r\n")),
        asked(
            "several ranges",
            206,
            last("GET /large.bin", "Range: bytes=5-9,50000-99999,200000-250000\r\n"),
        ),
        asked("no such range", 416, last("GET /hello.txt", "Range: bytes=70-\r\n")),
        asked("a plain sheet", 200, last("GET /page.css", "")),
        Smoke {
            also: Also::Another("a plain sheet"),
            ..asked("a coded sheet", 200, last("GET /page.css", "Accept-Encoding: gzip\r\n"))
        },
        Smoke { also: Also::Shorter, ..asked("a listing", 200, last("GET /list/", "")) },
        Smoke { also: Also::Shorter, ..asked("a listing by size", 200, last("GET /list/?C=S", JSON)) },
        Smoke { also: Also::Reset, ..asked("a listing for an old client", 200, old_list) },
        asked("a folder without its slash", 301, last("GET /dir", "")),
        asked("nothing", 404, last("GET /none", "")),
        asked("no password", 401, [anonymous.as_slice(), b"\r\n"].concat()),
        asked("a wrong password", 401, wrong),
        asked("a body that nobody wants", 405, with_body("POST /hello.txt", "", &[b'x'; 30_000])),
        asked("no request", 400, b"GET\r\n\r\n".to_vec()),
        taking_turns(
            "two requests",
            &[200, 200],
            vec![
                Step::Send(head("GET /hello.txt", "")),
                Step::Answer(head("GET /hello.txt", "")),
                Step::Pause(5),
                Step::Send(small.clone()),
                Step::Answer(small.clone()),
            ],
        ),
        taking_turns(
            "a head in two pieces",
            &[200],
            vec![
                Step::Send(first.to_vec()),
                Step::Pause(5),
                Step::Send(second.to_vec()),
                Step::Answer(small.clone()),
            ],
        ),
        changing(
            "a new file",
            201,
            with_body("PUT /box/new.bin", "", &content(NEW, 2000)),
            ("box/new.bin", None, Some(NEW)),
        ),
        changing(
            "another file",
            204,
            with_body("PUT /box/old.bin", "", &content(NEW, 100_000)),
            ("box/old.bin", Some(OLD), Some(NEW)),
        ),
        changing("a file in chunks", 201, in_chunks, ("box/chunks.bin", None, Some(NEW))),
        Smoke {
            change: Some(("box/expect.bin", Some(OLD), Some(NEW))),
            ..taking_turns(
                "a file that waits",
                &[204],
                vec![
                    Step::Send(put[..end].to_vec()),
                    Step::Pause(5),
                    Step::Send(put[end..].to_vec()),
                    Step::Answer(put),
                ],
            )
        },
        changing("a removal", 204, last("DELETE /box/gone.bin", ""), ("box/gone.bin", Some(OLD), None)),
        Smoke { also: Also::Input, ..asked("a program's input", 200, input) },
        Smoke { is_counted: true, ..asked("a program that counts", 200, last("GET /cgi-bin/count", "")) },
        asked("a local redirect", 200, last("GET /cgi-bin/local", "")),
        asked("a long answer", 200, last("GET /cgi-bin/long", "")),
        Smoke { also: Also::Reset, ..asked("a long answer for an old client", 200, old_program) },
        asked("a program with an error", 201, last("GET /cgi-bin/says", "")),
    ]
}

/// What makes the server look again: a list that is read in parts, and a client that
/// takes nothing for a time.
pub fn rare() -> Vec<Smoke> {
    let slow = last("GET /slow.bin", "");
    let steps = vec![Step::Send(slow.clone()), Step::Pause(5000), Step::Answer(slow)];
    vec![
        Smoke { also: Also::Shorter, ..asked("many names", 200, last("GET /many/", JSON)) },
        taking_turns("a slow client", &[200], steps),
    ]
}

/// Puts what they change as it was.
pub fn prepare(server: &Server, all: &[Smoke]) {
    for &(name, before, _) in all.iter().filter_map(|smoke| smoke.change.as_ref()) {
        match before {
            Some(number) => drop(server.tree.file(name, &content(number, 5000))),
            None => drop(fs::remove_file(server.tree.path(name))),
        }
    }
    let _ = fs::remove_file(server.tree.base().join(COUNT));
}

/// How often the program that counts has run.
pub fn count(server: &Server) -> usize {
    fs::read_to_string(server.tree.base().join(COUNT)).map_or(0, |text| text.lines().count())
}

/// A request that shows that the server serves.
pub fn plain() -> Vec<u8> {
    head("GET /hello.txt", "")
}

/// With the password, and without it.
pub fn over_unix() -> Vec<Smoke> {
    let names = ["a small file", "no password"];
    let chosen = all().into_iter().filter(|smoke| names.contains(&smoke.name));
    chosen.map(|smoke| Smoke { over_unix: true, ..smoke }).collect()
}
