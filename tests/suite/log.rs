//! The log: one line for every answered request, whatever the client sent.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread;

use svcd_tests::log_line::LogLine;
use svcd_tests::server::request;
use svcd_tests::{Server, Tree, each, note, scale, skip, until};

use crate::status;

const PAGE: &str = "GET /hello.txt HTTP/1.1\r\nHost: a\r\n";

#[test]
fn lines() {
    const ROWS: &[(&str, &[u8], &str, &str, &str)] = &[
        ("plain", b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", "GET /hello.txt HTTP/1.1", "-", "-"),
        ("HEAD", b"HEAD /hello.txt HTTP/1.0\r\n\r\n", "HEAD /hello.txt HTTP/1.0", "-", "-"),
        ("empty file", b"GET /empty.txt HTTP/1.1\r\nHost: a\r\n\r\n", "GET /empty.txt HTTP/1.1", "-", "-"),
        (
            "query",
            b"GET /hello.txt?a=b%20c HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /hello.txt?a=b%20c HTTP/1.1",
            "-",
            "-",
        ),
        ("redirect", b"GET /dir HTTP/1.1\r\nHost: a\r\n\r\n", "GET /dir HTTP/1.1", "-", "-"),
        ("missing", b"GET /missing HTTP/1.1\r\nHost: a\r\n\r\n", "GET /missing HTTP/1.1", "-", "-"),
        ("method", b"BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n", "BREW /pot HTTP/1.1", "-", "-"),
        (
            "referer and user agent",
            b"GET / HTTP/1.1\r\nHost: a\r\nReferer: http://b/?c\r\nUser-Agent: probe/1 (x)\r\n\r\n",
            "GET / HTTP/1.1",
            "http://b/?c",
            "probe/1 (x)",
        ),
        (
            "fields in any case",
            b"GET / HTTP/1.1\r\nhost: a\r\nREFERER: r\r\nuser-agent: u\r\n\r\n",
            "GET / HTTP/1.1",
            "r",
            "u",
        ),
        (
            "quotes and backslashes",
            b"GET /\" HTTP/1.1\r\nHost: a\r\nReferer: \"\\\r\nUser-Agent: x\" 200 1 \"\r\n\r\n",
            "GET /\\x22 HTTP/1.1",
            "\\x22\\x5c",
            "x\\x22 200 1 \\x22",
        ),
        (
            "bytes that are not ASCII",
            b"GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\nReferer: \xff\r\nUser-Agent: \x80\xfe\r\n\r\n",
            "GET /\\xc3\\xa4 HTTP/1.1",
            "\\xff",
            "\\x80\\xfe",
        ),
        ("a tab", b"GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: a\tb\r\n\r\n", "GET / HTTP/1.1", "-", "a\\x09b"),
        ("escape sequence", b"GET /\x1b[2J HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\\x1b[2J HTTP/1.1", "-", "-"),
        ("no HTTP", b"\x16\x03\x01\x7f\r\n\r\n", "\\x16\\x03\\x01\\x7f", "-", "-"),
    ];
    let server = Server::start(&[]);
    let mut count = 0;
    each(ROWS.iter().map(|row| (row.0, row)), |(_, request, shown, referer, agent)| {
        let response = server.ask(request)?;
        count += 1;
        let lines = server.log().lines(count);
        if lines.len() != count {
            return Err(format!("{} lines for {count} requests", lines.len()));
        }
        let line = LogLine::parse(&lines[count - 1])?;
        // Which case the hex digits have is nobody's promise.
        let same = |found: &str, expected: &str| found.eq_ignore_ascii_case(expected);
        let right = line.client == "127.0.0.1"
            && line.status == response.status
            && line.bytes == response.body.len() as u64
            && same(&line.request, shown)
            && same(&line.referer, referer)
            && same(&line.user_agent, agent);
        if right { Ok(()) } else { Err(format!("{line:?} for {} {}", response.status, response.body.len())) }
    });
}

#[test]
fn reasons_differ() {
    let server = Server::start(&[]);
    let rows: &[(&str, &[u8])] = &[
        ("400 for the Host", b"GET / HTTP/1.1\r\n\r\n"),
        ("400 for a field", b"GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n"),
        ("400 for the target", b"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("400 for an encoded slash", b"GET /%2F HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("403 for a folder", b"GET /bare/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("404", b"GET /missing HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("405", b"PUT / HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("501", b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n"),
        ("505", b"GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
    ];
    let mut reasons = Vec::new();
    each(rows.iter().copied(), |request| {
        server.ask(request)?;
        let lines = server.log().lines(reasons.len() + 1);
        let reason = LogLine::parse(&lines[reasons.len()])?.reason.unwrap_or_default();
        let seen = reasons.contains(&reason);
        reasons.push(reason.clone());
        if seen { Err(format!("{reason:?} again: it does not tell what was wrong")) } else { Ok(()) }
    });
}

#[test]
fn a_line_stays_one_line_however_long_the_request() {
    let long = "x".repeat(7000);
    let odd = "\u{ff}\"".repeat(1500);
    let rows = [
        ("long target", format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n")),
        ("long query", format!("GET /hello.txt?{long} HTTP/1.1\r\nHost: a\r\n\r\n")),
        ("long referer", format!("{PAGE}Referer: {long}\r\n\r\n")),
        ("long user agent", format!("{PAGE}User-Agent: {long}\r\n\r\n")),
        (
            "all long, all escaped",
            format!("GET /{odd} HTTP/1.1\r\nHost: a\r\nReferer: {odd}\r\nUser-Agent: {odd}\r\n\r\n"),
        ),
        ("too long a request line", format!("GET /{long}{long} HTTP/1.1\r\nHost: a\r\n\r\n")),
        ("no request line", long.repeat(2)),
        ("line feeds for a log of one's own", format!("{PAGE}Referer: a\n127.0.0.1 - - x\r\n\r\n")),
    ];
    let server = Server::start(&[]);
    let mut count = 0;
    each(rows.iter().map(|row| (row.0, row)), |(_, request)| {
        let response = server.ask(request.as_bytes())?;
        count += 1;
        let lines = server.log().lines(count);
        if lines.len() != count {
            return Err(format!("{} lines for {count} requests", lines.len()));
        }
        let line = LogLine::parse(&lines[count - 1])?;
        if lines[count - 1].len() > 4096 {
            return Err(format!("{} bytes, more than a pipe keeps together", lines[count - 1].len()));
        }
        if line.status == response.status { Ok(()) } else { Err(format!("{line:?}")) }
    });
}

#[test]
fn lines_of_many_processes_do_not_mix() {
    const THREADS: usize = 8;
    let per_thread = scale(40);
    let server = Server::start(&[]);
    let agent = "y".repeat(900);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (server, agent) = (&server, &agent);
            scope.spawn(move || {
                for number in 0..per_thread {
                    let request = format!(
                        "GET /hello.txt?{thread}-{number} HTTP/1.1\r\nHost: a\r\nUser-Agent: {agent}\r\n\r\n"
                    );
                    server.ask(request.as_bytes()).expect("an answer");
                }
            });
        }
    });
    // Whoever reads the log may have had no processor for a second.
    let lost = until("each line to be written or lost", || {
        let lost = status::of(&server).lost_lines as usize;
        (server.log().so_far().lines().count() + lost == THREADS * per_thread).then_some(lost)
    });
    if lost > 0 {
        note(&format!("{lost} lines were lost: this machine has much to do"));
    }
    let log = server.stop().stdout;
    let mut found: Vec<String> = log
        .lines()
        .map(|line| {
            let line = LogLine::parse(line).expect("a whole line");
            assert_eq!(line.user_agent, agent);
            line.request
        })
        .collect();
    let expected: BTreeSet<String> = (0..THREADS)
        .flat_map(|thread| {
            (0..per_thread).map(move |number| format!("GET /hello.txt?{thread}-{number} HTTP/1.1"))
        })
        .collect();
    found.sort();
    found.dedup();
    assert_eq!(found.len() + lost, expected.len());
    assert!(found.iter().all(|request| expected.contains(request)));
}

#[test]
fn silence_is_not_logged() {
    let server = Server::start(&[]);
    for _ in 0..scale(20) {
        drop(server.connect());
        server.connect().reset();
    }
    server.assert_serving();
    let log = server.stop().stdout;
    assert_eq!(log.lines().count(), 1, "only the one request: {log}");
}

#[test]
fn bytes_are_those_that_were_sent() {
    let tree = Tree::standard();
    tree.hole("huge.bin", 1 << 30);
    let server = Server::with(tree).start();
    let mut connection = server.connect();
    connection.send(&request("GET", b"/huge.bin"));
    connection.read(1000).expect("the beginning");
    connection.reset();
    let line = LogLine::parse(&server.log().lines(1)[0]).expect("a line");
    assert_eq!(line.status, 200);
    assert!(line.bytes < 1 << 30, "the client left long before {} bytes", line.bytes);
}

#[test]
fn to_a_file() {
    let tree = Tree::empty();
    let path = tree.outside().join("access.log");
    let option = format!("--log={}", path.display());
    for servers in 1..=2 {
        let server = Server::with(Tree::standard()).arguments(&[&option]).start();
        server.assert_serving();
        assert_eq!(server.stop().stdout, "");
        let log = fs::read_to_string(&path).expect("the log");
        assert_eq!(log.lines().count(), servers, "one line of each server: {log}");
        for line in log.lines() {
            LogLine::parse(line).expect("a line");
        }
    }
    let mode = fs::metadata(&path).expect("the log").permissions().mode();
    assert_eq!(mode & 0o133, 0, "others may not write the log, and nobody execute it: {mode:o}");
}

#[test]
fn a_log_that_cannot_be_written_costs_nobody_an_answer() {
    if fs::metadata("/dev/full").is_ok() {
        let server = Server::start(&["--log", "/dev/full"]);
        server.assert_serving();
        server.assert_serving();
    } else {
        skip("a log on a full device", "there is no /dev/full");
    }
    // Nobody reads the pipe any more, as behind `svcd | head -1`.
    let script = r#"d=$(mktemp -d) && mkfifo "$d/f" && { true <"$d/f" & } && exec >"$d/f" && wait && rm -r "$d" &&
        exec "$@""#;
    let server = Server::with(Tree::standard()).behind(&["sh", "-c", script, "sh"]).start();
    for _ in 0..5 {
        server.assert_serving();
    }
    let lines = server.errors().lines(1).len();
    assert_eq!(lines, 1, "no child was killed for it: {}", server.errors().so_far());
}

#[test]
fn closed_descriptors_are_not_mistaken_for_a_log() {
    // With descriptor 1 closed, the next that is opened would be descriptor 1.
    for script in ["exec \"$@\" >&-", "exec \"$@\" <&-", "exec \"$@\" <&- >&-"] {
        let started = Server::with(Tree::standard()).behind(&["sh", "-c", script, "sh"]).try_start();
        // Not to start without a log is right as well.
        let Ok(server) = started else { continue };
        for _ in 0..3 {
            let response = server.get("/hello.txt").unwrap_or_else(|why| panic!("{script}: {why}"));
            assert_eq!(response.text(), "hello, world\n", "{script}");
        }
        let file = fs::read(server.tree.path("hello.txt")).expect("the file");
        assert_eq!(file, b"hello, world\n", "{script}: the log went into a file of the tree");
    }
}

#[test]
fn quiet() {
    for word in ["-q", "--quiet"] {
        let server = Server::start(&[word]);
        server.assert_serving();
        assert_eq!(server.get("/missing").map(|response| response.status), Ok(404));
        assert_eq!(server.stop().stdout, "", "{word}");
    }
}

#[test]
fn clients_of_ipv6() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        return skip("the log of IPv6 clients", "no IPv6 here");
    }
    let server = Server::start(&["-b", "::1"]);
    server.assert_serving();
    let line = LogLine::parse(&server.log().lines(1)[0]).expect("a line");
    assert_eq!(line.client, "::1");
}
