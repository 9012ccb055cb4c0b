//! `--inetd`: one connection, which is there already as standard input.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};

use svcd_tests::log_line::LogLine;
use svcd_tests::response::{self, Asked};
use svcd_tests::server::request;
use svcd_tests::{Program, Tree, deadline, each, scripts, until};

/// A server for one connection, and the client's side of that.
struct Served {
    child: Child,
    stream: Box<dyn Stream>,
}

trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// How inetd(8), systemd's `StandardInput=socket` and launchd's `inetdCompatibility`
/// start a server: the connection is standard input, output and perhaps error.
#[derive(Clone, Copy)]
enum Kind {
    Pair,
    Tcp,
}

fn ends(kind: Kind) -> (Box<dyn Stream>, OwnedFd) {
    let time = Some(deadline());
    match kind {
        Kind::Pair => {
            let (ours, theirs) = UnixStream::pair().expect("a pair of sockets");
            ours.set_read_timeout(time).expect("a timeout");
            (Box::new(ours), theirs.into())
        }
        Kind::Tcp => {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
            let ours = TcpStream::connect(listener.local_addr().expect("its address")).expect("connect");
            ours.set_read_timeout(time).expect("a timeout");
            (Box::new(ours), listener.accept().expect("accept").0.into())
        }
    }
}

/// With the connection as standard input and output, and as standard error unless
/// there is another one.
fn start(tree: &Tree, kind: Kind, arguments: &[&str], errors: Option<Stdio>) -> Served {
    let (stream, theirs) = ends(kind);
    let another = || theirs.try_clone().expect("another descriptor");
    let errors = errors.unwrap_or_else(|| another().into());
    let mut command = Program::chosen().command();
    command.arg("--inetd").args(arguments).arg(tree.root());
    command.stdin(another()).stdout(another()).stderr(errors);
    Served { child: command.spawn().expect("the program"), stream }
}

impl Served {
    fn end(&mut self) -> Option<i32> {
        until("the end of the server", || self.child.try_wait().expect("wait")).code()
    }

    /// Sends requests and takes all that comes until the server closes.
    fn exchange(&mut self, requests: &[u8]) -> Vec<u8> {
        self.stream.write_all(requests).expect("the server reads");
        let mut bytes = Vec::new();
        self.stream.read_to_end(&mut bytes).expect("an orderly end");
        bytes
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The answers to requests in a row, one by one; nothing may be behind them.
fn answers(mut bytes: &[u8], requests: &[&[u8]]) -> Result<Vec<response::Response>, String> {
    let mut found = Vec::new();
    for request in requests {
        let answer = response::take(bytes, Asked::by(request), true)?.ok_or("an answer is missing")?;
        bytes = &bytes[answer.raw.len()..];
        found.push(answer);
    }
    if bytes.is_empty() { Ok(found) } else { Err(format!("{:?} behind it", String::from_utf8_lossy(bytes))) }
}

const LAST: &[u8] = b"HEAD /missing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

#[test]
fn a_connection_is_served_request_after_request_to_its_end() {
    let tree = Tree::standard();
    for kind in [Kind::Pair, Kind::Tcp] {
        let mut served = start(&tree, kind, &[], None);
        let first = request("GET", b"/hello.txt");
        let big = request("GET", b"/big.bin");
        let requests = [&first[..], &big, LAST];
        let bytes = served.exchange(&requests.concat());
        // Whatever the server may say, none of it is among them.
        let found = answers(&bytes, &requests).expect("three answers and nothing else");
        let statuses: Vec<u16> = found.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [200, 200, 404]);
        assert!(found[1].body == svcd_tests::tree::big());
        assert_eq!(served.end(), Some(0));
    }
}

#[test]
fn a_client_that_leaves_ends_the_server() {
    let tree = Tree::standard();
    for kind in [Kind::Pair, Kind::Tcp] {
        let mut served = start(&tree, kind, &[], None);
        let (other, _) = ends(Kind::Pair);
        drop(std::mem::replace(&mut served.stream, other));
        assert_eq!(served.end(), Some(0));
    }
}

#[test]
fn time_limits_hold() {
    let tree = Tree::standard();
    let mut silent = start(&tree, Kind::Tcp, &["--idle-timeout", "1"], None);
    let mut slow = start(&tree, Kind::Pair, &["--header-timeout", "1"], None);
    assert_eq!(silent.exchange(b""), b"");
    let bytes = slow.exchange(b"GET / HTTP/1.1\r\n");
    assert_eq!(answers(&bytes, &[b"GET / HTTP/1.1"]).expect("an answer")[0].status, 408);
    assert_eq!((silent.end(), slow.end()), (Some(0), Some(0)));
}

#[test]
fn programs_run_and_know_the_client() {
    let tree = scripts::tree(&[("env", scripts::ENV), ("cat", scripts::CAT)]);
    for (kind, address) in [(Kind::Pair, "unix:"), (Kind::Tcp, "127.0.0.1")] {
        let mut served = start(&tree, kind, &[], None);
        let post = b"POST /cgi-bin/cat HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        let last = b"GET /cgi-bin/env HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        let bytes = served.exchange(&[&post[..], last].concat());
        let found = answers(&bytes, &[post, last]).expect("two answers");
        assert_eq!(found[0].body, b"abc");
        let variables = scripts::variables(&found[1]).expect("variables");
        let found = scripts::have(
            &variables,
            &[("REMOTE_ADDR", Some(address)), ("SERVER_PROTOCOL", Some("HTTP/1.1"))],
        );
        assert_eq!(found, Ok(()));
        assert_eq!(served.end(), Some(0));
    }
}

#[test]
fn the_log_goes_into_a_file_and_never_to_the_client() {
    let tree = Tree::standard();
    let log = tree.outside().join("log");
    let option = format!("--log={}", log.display());
    for (kind, client) in [(Kind::Pair, "unix:"), (Kind::Tcp, "127.0.0.1")] {
        let _ = fs::remove_file(&log);
        let mut served = start(&tree, kind, &[&option], None);
        let first = request("GET", b"/hello.txt");
        let bytes = served.exchange(&[&first, LAST].concat());
        answers(&bytes, &[&first, LAST]).expect("two answers and nothing else");
        assert_eq!(served.end(), Some(0));
        let text = fs::read_to_string(&log).expect("the log");
        let lines: Vec<LogLine> = text.lines().map(|line| LogLine::parse(line).expect("a line")).collect();
        let seen: Vec<_> = lines.iter().map(|line| (line.client.as_str(), line.status)).collect();
        assert_eq!(seen, [(client, 200), (client, 404)]);
    }
}

#[test]
fn what_a_program_says_on_standard_error_is_told_where_that_is_no_connection() {
    let say = "echo 'to whom?' >&2; printf 'Content-Type: text/plain\\n\\nbody'\n";
    let tree = scripts::tree(&[("say", say)]);
    let errors = tree.outside().join("errors");
    let asked = b"GET /cgi-bin/say HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    for is_client in [true, false] {
        let file = (!is_client).then(|| Stdio::from(File::create(&errors).expect("a file")));
        let mut served = start(&tree, Kind::Tcp, &[], file);
        let bytes = served.exchange(asked);
        let found = answers(&bytes, &[asked]).expect("an answer and nothing else");
        assert_eq!(found[0].body, b"body");
        assert_eq!(served.end(), Some(0));
    }
    let told = fs::read_to_string(&errors).expect("the file");
    assert!(told.starts_with("svcd: ") && told.ends_with(": to whom?\n"), "{told:?}");
}

#[test]
fn standard_input_that_is_no_connection_is_a_failed_start() {
    let tree = Tree::standard();
    type Open = fn() -> Stdio;
    let open: [(&str, Open); 4] = [
        ("/dev/null", Stdio::null),
        ("a pipe", Stdio::piped),
        ("a file", || File::open("/etc/passwd").expect("a file").into()),
        ("a socket that listens", || OwnedFd::from(TcpListener::bind("127.0.0.1:0").expect("a port")).into()),
    ];
    each(open, |input| {
        let mut command = Program::chosen().command();
        command.args(["--inetd", "-q"]).arg(tree.root());
        command.stdin(input()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().map_err(|error| error.to_string())?;
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        let told = String::from_utf8_lossy(&output.stderr);
        let right = output.status.code() == Some(1)
            && told.starts_with("svcd: getpeername: ")
            && told.lines().count() == 1
            && output.stdout.is_empty();
        if right { Ok(()) } else { Err(format!("{output:?}")) }
    });
}

#[test]
fn many_at_a_time_are_processes_of_their_own() {
    let tree = Tree::standard();
    let mut all: Vec<Served> = (0..4).map(|_| start(&tree, Kind::Tcp, &["-q"], None)).collect();
    for served in &mut all {
        let bytes = served.exchange(LAST);
        assert_eq!(answers(&bytes, &[LAST]).expect("an answer")[0].status, 404);
        assert_eq!(served.end(), Some(0));
    }
}
