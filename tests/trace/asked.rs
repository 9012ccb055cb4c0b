//! `GET /.svcd/trace`.

use svcd_tests::program::is_rig;
use svcd_tests::server::request;
use svcd_tests::{Connection, Server, Tree, unix};

use crate::lines::{name, own, result};

const TRACE: &[u8] = b"/.svcd/trace";

fn ask(connection: &mut Connection, target: &[u8], status: u16) -> String {
    let request = request("GET", target);
    connection.send(&request);
    let answer = connection.next_answer(&request).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(answer.status, status, "{}", answer.text());
    if status == 200 && target == TRACE {
        answer.has("Content-Type", "text/plain; charset=utf-8").expect("text");
        answer.has("Cache-Control", "no-store").expect("of this moment");
    }
    answer.text()
}

/// The names of the calls of one process.
fn names(text: &str) -> Vec<String> {
    let calls = own(text);
    assert_eq!(calls.len(), 1, "{text}");
    // An older kernel, and an emulator, has openat(2) alone.
    calls.into_values().flatten().map(|call| name(&call).replace("openat2", "openat")).collect()
}

#[test]
fn the_calls_of_the_request_before_are_answered() {
    let server = Server::start(&["--trace", "--output", "/dev/null", "-q"]);
    let begin = ask(&mut server.connect(), TRACE, 200);
    assert_eq!(begin, "", "of no request");
    let mut connection = server.connect();
    // It may not be there yet when the process looks, but the next one is waited for.
    ask(&mut connection, b"/empty.txt", 200);
    ask(&mut connection, b"/hello.txt", 200);
    let first = ask(&mut connection, TRACE, 200);
    ask(&mut connection, b"/none", 404);
    let second = ask(&mut connection, TRACE, 200);
    let third = ask(&mut connection, TRACE, 200);
    let (stat, clock) = if is_rig() { ("fstat64", "gettimeofday") } else { ("fstat", "clock_gettime") };
    assert_eq!(names(&first), ["recvfrom", "openat", stat, clock, "read", "sendto", "close"], "{first}");
    assert!(first.contains("\"hello.txt\"") && first.contains("\"hello, world\\n\""), "{first}");
    // The file, and a page for the status.
    assert_eq!(names(&second), ["recvfrom", "openat", clock, "openat", "sendto"], "{second}");
    let failed = own(&second).into_values().flatten().filter_map(|call| result(&call));
    assert_eq!(failed.filter(|result| result == "-1 ENOENT").count(), 2, "{second}");
    assert!(names(&third).contains(&"sendto".to_owned()), "{third}");
}

#[test]
fn what_there_is_no_room_for_is_counted() {
    let tree = Tree::small();
    for number in 0..400 {
        tree.file(format!("many/{number}"), b"");
    }
    let server = Server::with(tree).arguments(&["--trace", "--output", "/dev/null", "-q"]).start();
    let mut connection = server.connect();
    ask(&mut connection, b"/many/", 200);
    let text = ask(&mut connection, TRACE, 200);
    assert!(text.len() <= 16 * 1024, "{} bytes", text.len());
    let (lines, last) = text.trim_end().rsplit_once('\n').expect("lines");
    let left = last.strip_suffix(" more calls, for which there was no room").expect("the last line");
    let left: usize = left.parse().expect("a number");
    // A call for each name, and a few others.
    let all = lines.lines().count() + left;
    assert!((400..440).contains(&all), "{all} calls");
    ask(&mut connection, b"/hello.txt", 200);
    assert!(!ask(&mut connection, TRACE, 200).contains("no room"), "the next request has all of it");
}

#[test]
fn nobody_else_is_answered() {
    let tree = Tree::small();
    let socket = tree.base().join("socket");
    let bind = format!("unix:{}", socket.display());
    let words = ["--trace", "--output", "/dev/null", "-b", "127.0.0.1", "-b", &bind];
    let server = Server::with(tree).arguments(&words).start();
    let answer = unix::get(&socket, "/.svcd/trace").unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(answer.status, 404);
    let mut connection = server.connect();
    let post = b"PUT /.svcd/trace HTTP/1.1\r\nHost: svcd.test\r\nContent-Length: 0\r\n\r\n";
    connection.send(post);
    assert_eq!(connection.next_answer(post).unwrap_or_else(|why| panic!("{why}")).status, 405);
    ask(&mut server.connect(), b"/.svcd/trace/", 404);
}

#[test]
fn without_the_option_there_is_no_trace() {
    let server = Server::start(&[]);
    ask(&mut server.connect(), TRACE, 404);
    let ended = server.stop();
    assert!(!ended.stderr.contains("close("), "{}", ended.stderr);
}

/// A process that serves one connection after the other tells none of the one before.
#[test]
fn another_connection_is_none_of_the_same() {
    let words = ["--trace", "--output", "/dev/null", "-q", "--spare", "1", "--reuse", "10"];
    let server = Server::start(&words);
    for _ in 0..3 {
        let mut connection = server.connect();
        let text = ask(&mut connection, TRACE, 200);
        assert_eq!(text, "");
        ask(&mut connection, b"/hello.txt", 200);
        assert!(ask(&mut connection, TRACE, 200).contains("\"hello.txt\""));
    }
}
