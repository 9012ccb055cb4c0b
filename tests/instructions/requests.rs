//! What is asked for, and the instructions that it takes.

use std::fs;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use svcd_tests::process::until_children;
use svcd_tests::server::request;
use svcd_tests::{Connection, Program, Server, Tree, qemu, scripts, until};

pub struct Count {
    pub name: &'static str,
    pub instructions: usize,
    /// In order; none if those of several processes were counted together.
    pub addresses: Vec<u64>,
}

/// Whose functions are told.
pub const KEPT: &str = "another GET on a connection";

pub const FILE: &str = "/file.txt";

/// What a browser sends with it.
const BROWSER: &str = "Connection: keep-alive\r\n\
    sec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"\r\n\
    sec-ch-ua-mobile: ?0\r\n\
    sec-ch-ua-platform: \"Linux\"\r\n\
    Upgrade-Insecure-Requests: 1\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8\r\n\
    Sec-Fetch-Site: none\r\n\
    Sec-Fetch-Mode: navigate\r\n\
    Sec-Fetch-User: ?1\r\n\
    Sec-Fetch-Dest: document\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    Accept-Language: en-US,en;q=0.9\r\n";

pub fn all() -> Vec<Count> {
    let mut counts = on_one_connection();
    let name = "a connection with one GET, parent and child";
    counts.push(Count { name, instructions: of_a_connection(), addresses: Vec::new() });
    counts
}

pub fn tree() -> Tree {
    let tree = Tree::empty();
    tree.file(&FILE[1..], &[b'a'; 1024]);
    for name in ["a", "b", "c"] {
        tree.file(format!("list/{name}"), b"an entry\n");
    }
    tree.folder("cgi-bin");
    scripts::script(&tree, "cgi-bin/hello", "printf 'Content-Type: text/plain\\n\\nhello\\n'\n");
    tree
}

pub fn get(target: &str, lines: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: svcd.test\r\n{lines}\r\n").into_bytes()
}

/// A process that serves one connection and is started with it: from one receive to
/// the next.
fn on_one_connection() -> Vec<Count> {
    let asked = [
        ("first GET on a connection", get(FILE, "")),
        (KEPT, get(FILE, "")),
        ("the same with the fields of a browser", get(FILE, BROWSER)),
        ("HEAD", request("HEAD", FILE.as_bytes())),
        ("304", get(FILE, "If-None-Match: *\r\n")),
        ("404", get("/none", "")),
        ("a list of three names", get("/list/", "")),
        ("a program, until it is one too", get("/cgi-bin/hello", "")),
    ];
    let tree = tree();
    let file = tree.base().join("log");
    let words = qemu::words(file.to_str().expect("a temporary folder in UTF-8"), true);
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let command = Program::chosen().behind(&words).command();
    serve(command, &tree, &asked);
    let text = fs::read(&file).expect("what qemu wrote");
    let mut parts = qemu::between_receives(&String::from_utf8_lossy(&text)).into_iter();
    let names = ["start"].into_iter().chain(asked.iter().map(|row| row.0)).chain(["end of the connection"]);
    let counts: Vec<_> = names
        .zip(parts.by_ref())
        .map(|(name, addresses)| Count { name, instructions: addresses.len(), addresses })
        .collect();
    assert!(
        counts.len() == asked.len() + 2 && parts.next().is_none(),
        "other calls than one for each request"
    );
    // How long a start takes depends on the path of the tree.
    counts.into_iter().skip(1).collect()
}

/// Starts a server for one connection, and asks. What it has said.
pub fn serve(mut command: Command, tree: &Tree, asked: &[(&str, Vec<u8>)]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let mut client = Connection::open(listener.local_addr().expect("its address"));
    let (connection, _) = listener.accept().expect("accept");
    // It is there when the server looks for it.
    client.send(&asked[0].1);
    command.arg("--inetd").arg(tree.root()).stdin(OwnedFd::from(connection));
    let server = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("a server");
    drop(command);
    for (place, (name, request)) in asked.iter().enumerate() {
        if place > 0 {
            client.send(request);
        }
        let answer = client.next_answer(request).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!([200, 304, 404].contains(&answer.status), "{name}: {}", answer.status);
    }
    drop(client);
    let output = server.wait_with_output().expect("its end");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

/// All that a server does for one more connection.
fn of_a_connection() -> usize {
    let tree = tree();
    let file = tree.base().join("log");
    let words = qemu::words(file.to_str().expect("a temporary folder in UTF-8"), false);
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let server = Server::with(tree).arguments(&["-q"]).behind(&words).start();
    let count = || qemu::count(&String::from_utf8_lossy(&fs::read(&file).expect("what qemu wrote")));
    let mut counts = [0; 2];
    for count_behind in &mut counts {
        // The request is there when somebody looks for it.
        server.signal(Signal::SIGSTOP);
        let mut client = server.connect();
        client.send(&get(FILE, ""));
        server.signal(Signal::SIGCONT);
        let answer = client.next_answer(&get(FILE, "")).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(answer.status, 200);
        drop(client);
        until_children(server.id(), 0);
        until("a parent that waits", || is_waiting(server.id()).then_some(()));
        *count_behind = count();
    }
    counts[1] - counts[0]
}

fn is_waiting(id: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('S'))
}
