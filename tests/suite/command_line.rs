//! What the command line accepts, and what it refuses in one line.

mod write;

use svcd_tests::program::Ended;
use svcd_tests::{Program, Server, Tree, each, skip, some};

#[test]
fn help_and_version() {
    for word in ["-h", "--help"] {
        let ended = Program::chosen().run(&[word]);
        assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(0), ""), "{word}");
        for part in [
            "svcd [OPTIONS] [DOCROOT]",
            "--bind",
            "-b",
            "--port",
            "-p",
            "8080",
            "unix:PATH",
            "--header-timeout",
            "--idle-timeout",
            "--index",
            "index.html",
            "--max-conns",
            "256",
            "--quiet",
            "-q",
            "--log",
            "--help",
            "-h",
            "--version",
            "-V",
        ] {
            assert!(ended.stdout.contains(part), "{word} says nothing of {part}: {}", ended.stdout);
        }
        let widest = ended.stdout.lines().map(str::len).max();
        assert!(widest <= Some(80), "{word} is {widest:?} columns wide");
    }
    for word in ["-V", "--version"] {
        let ended = Program::chosen().run(&[word]);
        assert_eq!(ended.status.code(), Some(0), "{word}");
        assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("svcd 0.1.0\n", ""), "{word}");
    }
}

#[test]
fn usage_errors() {
    const ROWS: &[(&str, &[&str])] = &[
        ("unknown long option", &["--nope"]),
        ("unknown short option", &["-z"]),
        ("known option with a tail", &["--indexx=x"]),
        ("beginning of an option", &["--por", "80"]),
        ("an option of a later version", &["--tls"]),
        ("unknown option behind good ones", &["-p", "0", "-q", "--nope", "."]),
        ("-b without value", &["-b"]),
        ("--bind without value", &["--bind"]),
        ("-p without value", &["-p"]),
        ("--port without value", &["--port"]),
        ("--index without value", &["--index"]),
        ("--max-conns without value", &["--max-conns"]),
        ("--log without value", &["--log"]),
        ("value for an option that takes none", &["--quiet=yes"]),
        ("port above 65535", &["-p", "70000"]),
        ("port 65536", &["-p", "65536"]),
        ("port beyond every integer", &["-p", "99999999999999999999999"]),
        ("port in letters", &["-p", "x"]),
        ("port with a tail", &["-p", "80x"]),
        ("port glued, with a tail", &["-p80x"]),
        ("negative port", &["-p", "-1"]),
        ("signed port", &["-p", "+80"]),
        ("port with a space", &["-p", " 80"]),
        ("empty port", &["-p", ""]),
        ("empty port behind =", &["--port="]),
        ("empty address", &["-b", ""]),
        ("address out of range", &["-b", "300.0.0.1"]),
        ("address of three parts", &["-b", "127.0.1"]),
        ("name instead of an address", &["-b", "localhost"]),
        ("broken IPv6 address", &["-b", "::g"]),
        ("IPv6 with two gaps", &["-b", "1::2::3"]),
        ("address with an empty port", &["-b", "127.0.0.1:"]),
        ("address with a port too high", &["-b", "[::1]:65536"]),
        ("IPv6 address and port without brackets", &["-b", "1:2:3:4:5:6:7:8:80"]),
        ("Unix socket without a path", &["-b", "unix:"]),
        ("more addresses than there may be", &["-b::1"; 9]),
        ("--no-listing with a value", &["--no-listing=yes"]),
        ("hidden fallback", &["--fallback", ".a"]),
        ("fallback outside of DOCROOT", &["--fallback", "../a"]),
        ("header without a colon", &["--header", "X"]),
        ("header with a line end", &["--header", "X: y\r\nZ: z"]),
        ("header that frames the message", &["--header", "Content-Length: 1"]),
        ("header that the server writes", &["--header", "etag: x"]),
        ("cache time in letters", &["--cache", "1h"]),
        ("media type without an extension", &["--mime", "text/html"]),
        ("media type without a subtype", &["--mime", "x=text"]),
        ("media type with a line end", &["--mime", "x=text/html\r\nA: b"]),
        ("no network", &["--trusted", "10.0.0.0/33"]),
        ("a proxy believed in no known way", &["--trusted", "10.0.0.1=x"]),
        ("an address for probes without a slash", &["--health", "healthz"]),
        ("an address for probes with a query", &["--health", "/healthz?a"]),
        ("ETags without inodes, and files that change", &["--no-inode", "--write"]),
        ("header timeout 0", &["--header-timeout", "0"]),
        ("idle timeout above a day", &["--idle-timeout", "86401"]),
        ("two DOCROOTs", &[".", "."]),
        ("two DOCROOTs behind --", &["--", ".", "."]),
        ("DOCROOT, then a second behind an option", &[".", "-q", "."]),
        ("max-conns 0", &["--max-conns", "0"]),
        ("max-conns in letters", &["--max-conns", "many"]),
        ("max-conns negative", &["--max-conns=-1"]),
        ("max-conns empty", &["--max-conns="]),
        ("max-conns beyond every integer", &["--max-conns", "99999999999999999999999"]),
    ];
    each(some(ROWS.iter().copied()), |words| fails(&Program::chosen().run(words), 2));
}

#[test]
fn a_usage_error_stays_one_line() {
    let rows = [("line feed", "--a\nb"), ("escape", "--a\x1b[2Jb"), ("long", &"--x".repeat(3000))];
    each(rows, |word| {
        let ended = Program::chosen().run(&[word]);
        fails(&ended, 2)?;
        let control = ended.stderr.trim_end().bytes().any(|byte| byte.is_ascii_control());
        if control { Err(format!("control bytes reach the terminal: {:?}", ended.stderr)) } else { Ok(()) }
    });
}

/// One line on standard error that begins with the program's name, and this code.
pub fn fails(ended: &Ended, code: i32) -> Result<(), String> {
    let line = ended.stderr.strip_suffix('\n').is_some_and(|line| !line.contains('\n'));
    let right = ended.status.code() == Some(code)
        && ended.stdout.is_empty()
        && line
        && ended.stderr.starts_with("svcd: ")
        && ended.stderr.len() > "svcd: x\n".len();
    if right { Ok(()) } else { Err(format!("expected code {code} and one line, got {ended:?}")) }
}

#[test]
fn forms_of_options() {
    const ROWS: &[(&str, &[&str])] = &[
        ("--name VALUE", &["--port", "0"]),
        ("--name=VALUE", &["--port=0"]),
        ("-p VALUE", &["-p", "0"]),
        ("-pVALUE", &["-p0"]),
        ("--bind=ADDR", &["--bind=127.0.0.1"]),
        ("-bADDR", &["-b127.0.0.1"]),
        ("the last port counts", &["-p", "1", "-p", "0"]),
        ("ADDR:PORT", &["-b127.0.0.1:0"]),
        ("--header-timeout", &["--header-timeout=86400"]),
        ("--idle-timeout", &["--idle-timeout", "1"]),
        ("--header", &["--header", "X-A: b"]),
        ("--cache", &["--cache=60"]),
        ("--mime", &["--mime", ".x=text/plain; charset=utf-8"]),
        ("--max-conns=N", &["--max-conns=7"]),
        ("--log=-", &["--log=-"]),
        ("-q", &["-q"]),
        ("-- before DOCROOT", &["--"]),
    ];
    each(some(ROWS.iter().copied()), |words| {
        let server = Server::with(Tree::standard()).arguments(words).try_start()?;
        server.get("/hello.txt").map(|_| ())
    });
}

#[test]
fn the_line_that_says_where_it_listens_is_the_only_one() {
    let server = Server::start(&[]);
    server.assert_serving();
    let port = server.address.port();
    let ended = server.stop();
    assert_eq!(ended.stderr, format!("svcd: listening on http://127.0.0.1:{port}/\n"));
}

#[test]
fn addresses() {
    let loopback = Server::start(&["-b", "127.0.0.1"]);
    assert!(loopback.address.is_ipv4());
    loopback.assert_serving();

    let everywhere = Server::start(&["-b", "0.0.0.0"]);
    everywhere.assert_serving();
    let line = everywhere.errors().lines(1).remove(0);
    assert!(line.starts_with("svcd: listening on http://0.0.0.0:"), "{line}");

    if let Err(error) = std::net::TcpListener::bind("[::1]:0") {
        return skip("binding to IPv6 addresses", &error.to_string());
    }
    for (address, shown) in [("::1", "[::1]"), ("0:0:0:0:0:0:0:1", "[::1]"), ("::", "[::]")] {
        let server = Server::start(&["--bind", address]);
        assert!(server.address.is_ipv6(), "{address}");
        server.assert_serving();
        let line = server.errors().lines(1).remove(0);
        assert!(line.starts_with(&format!("svcd: listening on http://{shown}:")), "{address}: {line}");
    }
}
