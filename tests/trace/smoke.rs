//! What the server is asked while its calls are written down twice.

use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::signal::Signal;
use svcd_tests::program::is_rig;
use svcd_tests::server::request;
use svcd_tests::strace::traceable;
use svcd_tests::{Server, Tree, scripts, unix, until};

use crate::strace;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Programs are run, and files written; also by a Unix socket.
    Programs,
    /// Neither; the log is a file.
    Files,
    /// The same with processes that wait for connections.
    Reuse,
}

impl Kind {
    /// How many there must be lines of, at least.
    pub fn processes(self) -> usize {
        match self {
            Kind::Programs => 7,
            Kind::Files => 4,
            Kind::Reuse => 3,
        }
    }
}

pub struct Traced {
    server: Server,
    kind: Kind,
    folder: PathBuf,
}

/// What both have written.
pub struct Played {
    /// Of the program itself.
    pub text: String,
    /// The process that was started.
    pub id: u32,
    /// Keeps the files.
    _tree: Tree,
    folder: PathBuf,
}

impl Played {
    /// The file of the other one; that of strace has the number of a process behind its name.
    pub fn seen(&self) -> PathBuf {
        self.folder.join("seen")
    }
}

fn tree() -> Tree {
    let tree = Tree::small();
    tree.file("100k.bin", &[b'b'; 100 * 1024]);
    for name in ["a", "b", "c\u{e4}"] {
        tree.file(format!("list/{name}"), b"an entry\n");
    }
    tree
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a temporary folder in UTF-8")
}

impl Traced {
    pub fn start(kind: Kind) -> Traced {
        let tree = tree();
        let folder = tree.base().to_owned();
        let [own, seen, log, socket] = ["own", "seen", "log", "socket"].map(|name| folder.join(name));
        let unix = format!("unix:{}", path(&socket));
        let mut words = vec!["--trace", "--color", "never", "--output", path(&own)];
        match kind {
            Kind::Programs => {
                tree.folder("cgi-bin");
                scripts::script(&tree, "cgi-bin/hello", scripts::CAT);
                tree.file("cgi-bin/broken", b"\x7fELF, but no program");
                tree.permit("cgi-bin/broken", 0o755);
                words.extend(["--write", "--host", "svcd.test", "-b", "127.0.0.1", "-b", &unix]);
                words.extend(["--cgi-cpu", "60"]);
                if !is_rig() {
                    // There, a program begins as an interpreter with much address space.
                    words.extend(["--cgi-memory", "1g"]);
                }
            }
            Kind::Files => words.extend(["--no-cgi", "--log", path(&log)]),
            Kind::Reuse => words.extend(["--no-cgi", "--log", path(&log), "--spare", "2", "--reuse", "3"]),
        }
        let start = Server::with(tree).arguments(&words);
        let start = if is_rig() {
            start.behind(&["env", &format!("DARWIN_RIG_OPTIONS=--trace-to {}", path(&seen))])
        } else {
            let strace = ["env", "TZ=UTC", "strace", "-D", "-I", "1", "-ff", "-q", "-o", path(&seen)];
            traceable(start).behind(&strace)
        };
        Traced { server: start.start(), kind, folder }
    }

    /// Asks for one of everything, and stops the server.
    pub fn play(self) -> Played {
        let Traced { server, kind, folder } = self;
        let mut kept = server.connect();
        let mut ask = |request: &[u8], status: u16| {
            kept.send(request);
            let answer = kept.next_answer(request).unwrap_or_else(|why| panic!("{why}"));
            assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(request));
        };
        let with = |method: &str, target: &str, lines: &str, body: &str| {
            format!("{method} {target} HTTP/1.1\r\nHost: svcd.test\r\n{lines}\r\n{body}").into_bytes()
        };
        ask(&request("GET", b"/hello.txt"), 200);
        ask(&request("HEAD", b"/hello.txt"), 200);
        ask(&with("GET", "/hello.txt", "If-None-Match: *\r\n", ""), 304);
        ask(&with("GET", "/hello.txt", "Range: bytes=1-3\r\n", ""), 206);
        ask(&request("GET", b"/none/of/these"), 404);
        ask(&request("GET", b"/list/"), 200);
        ask(&request("GET", b"/100k.bin"), 200);
        if kind == Kind::Programs {
            ask(&with("PUT", "/new", "Content-Length: 3\r\n", "new"), 201);
            ask(&with("PUT", "/new", "Content-Length: 3\r\n", "old"), 204);
            ask(&request("DELETE", b"/new"), 204);
            ask(&request("GET", b"/cgi-bin/hello?a+b"), 200);
            ask(&with("POST", "/cgi-bin/hello", "Content-Length: 4\r\n", "body"), 200);
            ask(&request("GET", b"/cgi-bin/broken"), 502);
            let answer =
                unix::get(&folder.join("socket"), "/hello.txt").unwrap_or_else(|why| panic!("{why}"));
            assert_eq!(answer.status, 200);
        }
        // One that is read no further, and so closed in two steps.
        let refused = server.ask(b"G\0T / HTTP/1.1\r\n\r\n").unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(refused.status, 400);
        // A connection that ends, and one that is ended by the stop.
        server.assert_serving();
        let _waiting = server.connect();
        server.assert_serving();
        server.signal(Signal::SIGUSR1);
        server.errors().wait_for("its state", |text, _| {
            String::from_utf8_lossy(text).contains(" log lines lost").then_some(())
        });
        if kind != Kind::Programs {
            let log = folder.join("log");
            fs::rename(&log, folder.join("old-log")).expect("its log");
            server.signal(Signal::SIGHUP);
            until("a new log", || log.exists().then_some(()));
        }
        drop(kept);
        let id = server.id();
        server.signal(Signal::SIGTERM);
        let tree = {
            let mut server = server;
            until("the end of the server", || (!server.is_running()).then_some(()));
            std::mem::replace(&mut server.tree, Tree::empty())
        };
        if !is_rig() {
            strace::wait_for_all(&folder);
        }
        let text = fs::read(folder.join("own")).expect("what it has printed");
        Played { text: String::from_utf8_lossy(&text).into_owned(), id, _tree: tree, folder }
    }
}
