//! Steps 8 to 10: programs that serve until they are killed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Stdio};

use svcd_tests::{Program, Tree, deadline, until};

struct Step {
    child: Child,
    address: String,
}

impl Step {
    fn begin(name: &str, arguments: &[&str]) -> Child {
        let mut command = Program::chosen().example(name).command();
        command.args(arguments).stderr(Stdio::piped()).spawn().expect("a process")
    }

    fn start(name: &str, arguments: &[&str]) -> Step {
        let mut child = Step::begin(name, arguments);
        let mut line = String::new();
        let stderr = child.stderr.take().expect("a pipe");
        BufReader::new(stderr).read_line(&mut line).expect("a line");
        let address = line.trim_end().strip_prefix("listening on ");
        let address = address.unwrap_or_else(|| panic!("{name}: {line:?}")).to_owned();
        Step { child, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("a connection");
        stream.set_read_timeout(Some(deadline())).expect("a time");
        stream
    }

    /// All that is answered, up to the end of the connection.
    fn ask(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).expect("room");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn step_8_says_hello_to_everybody() {
    let server = Step::start("08-hello", &[]);
    for request in ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "anything"] {
        let answer = server.ask(request);
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nhello\n"),
            "{answer:?}"
        );
    }
}

/// It says nothing, so it is given a port that is free.
#[test]
fn the_tiny_server_of_step_8_says_the_same() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let address = free.local_addr().expect("its address");
    drop(free);
    let child = Step::begin("08-tiny", &[&address.port().to_string()]);
    let server = Step { child, address: address.to_string() };
    until("a server that listens", || TcpStream::connect(address).ok());
    let answer = server.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nhello\n"), "{answer:?}");
}

/// Else it would go on, on all addresses and another port.
#[test]
fn the_tiny_server_ends_if_its_port_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let port = taken.local_addr().expect("its address").port();
    let mut child = Step::begin("08-tiny", &[&port.to_string()]);
    let status = until("its end", || child.try_wait().expect("a child"));
    assert!(!status.success(), "{status}");
}

#[test]
fn step_9_serves_a_second_client_while_the_first_is_silent() {
    let server = Step::start("09-processes", &["0"]);
    let _silent = server.connect();
    let mut talking = server.connect();
    let sent = vec![b'x'; 50_000];
    let mut received = Vec::new();
    std::thread::scope(|scope| {
        let mut reading = talking.try_clone().expect("a clone");
        let reader = scope.spawn(move || {
            let mut received = Vec::new();
            reading.read_to_end(&mut received).map(|_| received)
        });
        talking.write_all(&sent).expect("room");
        talking.shutdown(Shutdown::Write).expect("a shutdown");
        received = reader.join().expect("a thread").expect("an echo");
    });
    assert!(received == sent, "{} bytes came back", received.len());
}

#[test]
fn step_10_serves_files_and_nothing_else() {
    let tree = Tree::empty();
    tree.file("index.html", b"<title>it</title>\n");
    tree.file("folder/index.html", b"inside\n");
    tree.file("note.txt", b"a note\n");
    tree.file(".hidden", b"no\n");
    let long = "0123456789abcde\n".repeat(10_000);
    tree.file("long", long.as_bytes());
    let root = tree.root();
    let server = Step::start("10-files", &[root.to_str().expect("a name"), "0"]);
    // It sends nothing: nobody waits for it.
    let _silent = server.connect();
    let head = |media_type: &str, length: usize| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        )
    };
    let html = "text/html; charset=utf-8";
    for (request, answer) in [
        ("GET / HTTP/1.1", head(html, 18) + "<title>it</title>\n"),
        ("GET /?x=/.. HTTP/1.1", head(html, 18) + "<title>it</title>\n"),
        ("GET /folder/ HTTP/1.0", head(html, 7) + "inside\n"),
        ("HEAD /note.txt HTTP/1.1", head("text/plain; charset=utf-8", 7)),
        ("GET /long HTTP/1.1", head("application/octet-stream", long.len()) + &long),
    ] {
        let found = server.ask(&format!("{request}\r\nHost: x\r\n\r\n"));
        assert!(found == answer, "{request}: {:?}", found.get(..200).unwrap_or(&found));
    }
    for (request, status) in [
        ("GET /none HTTP/1.1", "404 Not Found"),
        ("GET /folder HTTP/1.1", "404 Not Found"),
        ("GET /.hidden HTTP/1.1", "404 Not Found"),
        ("GET /folder/../note.txt HTTP/1.1", "404 Not Found"),
        ("GET /../secret HTTP/1.1", "404 Not Found"),
        ("GET note.txt HTTP/1.1", "404 Not Found"),
        ("POST / HTTP/1.1", "501 Not Implemented"),
        ("GET /", "400 Bad Request"),
        ("GET / HTTP/1.1 x", "400 Bad Request"),
        ("GET / SMTP/1.1", "400 Bad Request"),
    ] {
        let found = server.ask(&format!("{request}\r\n\r\n"));
        assert!(found.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{request}: {found:?}");
        assert!(found.ends_with(&format!("\r\n\r\n{status}\n")), "{request}: {found:?}");
    }
    // A head that never ends is one that is too long.
    let answer = server.ask(&format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(8192 - 19)));
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer:?}");
}
