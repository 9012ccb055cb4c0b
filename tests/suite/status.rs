//! SIGUSR1: what the server has done, in one line on standard error.

use nix::sys::signal::Signal;
use svcd_tests::{Server, until};

/// The numbers of such a line, by what stands behind them.
const NAMES: [&str; 7] = [
    " connections",
    " requests",
    " bytes",
    " log lines lost",
    " s",
    " kB of memory",
    " kB its largest child",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    pub connections: u64,
    pub requests: u64,
    pub bytes: u64,
    pub lost_lines: u64,
    pub seconds: u64,
    pub memory: u64,
    pub child: u64,
}

fn parse(line: &str) -> Option<Status> {
    let parts: Vec<&str> = line.strip_prefix("svcd: ")?.split(", ").collect();
    if parts.len() != NAMES.len() {
        return None;
    }
    let number = |place: usize| {
        let text = parts[place].strip_suffix(NAMES[place])?;
        text.strip_prefix("up ").filter(|_| place == 4).unwrap_or(text).parse().ok()
    };
    Some(Status {
        connections: number(0)?,
        requests: number(1)?,
        bytes: number(2)?,
        lost_lines: number(3)?,
        seconds: number(4)?,
        memory: number(5)?,
        child: number(6)?,
    })
}

/// Asks for the line.
pub fn of(server: &Server) -> Status {
    let found = |text: &str| text.lines().filter_map(parse).collect::<Vec<Status>>();
    let before = found(&server.errors().so_far()).len();
    server.signal(Signal::SIGUSR1);
    server.errors().wait_for("a line of numbers", |bytes, _| {
        let text = std::str::from_utf8(bytes).ok()?;
        let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
        found(whole).get(before).copied()
    })
}

#[test]
fn what_was_done_is_counted() {
    let server = Server::start(&[]);
    let first = of(&server);
    assert_eq!((first.connections, first.requests, first.bytes, first.lost_lines), (0, 0, 0, 0));
    assert!(first.memory > 0 && first.memory < 1 << 20, "{first:?}");
    let mut kept = server.connect();
    for _ in 0..3 {
        kept.is_open().expect("an answer");
    }
    server.get("/missing").expect("an answer");
    let missing = server.get("/missing").expect("an answer").body.len() as u64;
    server.head("/hello.txt").expect("an answer");
    let mut open = server.connect();
    open.send(b"GET / HT");
    // Counted when all of an answer is sent, and a process when it has ended.
    let last = until("six requests and two connections", || {
        let found = of(&server);
        ((found.requests, found.connections) == (6, 2)).then_some(found)
    });
    assert_eq!(last.bytes, 3 * 13 + 2 * missing, "bytes of bodies");
    assert!(last.child > 0 && last.seconds >= first.seconds, "{last:?}");
    assert_eq!(last.lost_lines, 0);
}

#[test]
fn a_signal_disturbs_nobody() {
    let server = Server::start(&["-q"]);
    let mut kept = server.connect();
    for _ in 0..20 {
        server.signal(Signal::SIGUSR1);
        kept.is_open().expect("an answer");
    }
    let found = until("20 requests", || Some(of(&server)).filter(|found| found.requests == 20));
    assert_eq!(found.lost_lines, 0, "with -q there is no log to lose lines of");
    assert_eq!(server.stop().status.code(), Some(0));
}
