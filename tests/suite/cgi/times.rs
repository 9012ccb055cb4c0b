//! `--cgi-timeout` is the longest silence of a program, `--cgi-limit` its whole time.

use std::thread;
use std::time::{Duration, Instant};

use svcd_tests::scripts::{Gate, ids_of, is_running, server, until_gone};
use svcd_tests::server::request;
use svcd_tests::{Server, each};

use crate::timeouts::in_time;

const TEXT: &str = "printf 'Content-Type: text/plain\\n\\nabc'\n";
/// Waits for ever, with a child that does.
const WAIT: &str = "sleep 600 &\necho $$ $! >ids\nwait\nsleep 600\n";
/// The same, and does not end when it is asked to.
const STUBBORN: &str = "trap '' TERM HUP INT\nsleep 600 &\necho $$ $! >ids\nwhile :; do wait; done\n";

/// 504 after so many seconds, and nothing that still runs.
fn is_late(server: &Server, target: &str, expected: f32) -> Result<(), String> {
    let ids = server.tree.path("cgi-bin/ids");
    let _ = std::fs::remove_file(&ids);
    let start = Instant::now();
    let request = request("GET", target.as_bytes());
    let mut connection = server.connect();
    let answer = connection.exchange(&request)?;
    answer.is(504)?;
    in_time(start, expected)?;
    if answer.reason != "Gateway Timeout" || !answer.text().contains("504") {
        return Err(answer.text());
    }
    if answer.is_kept() { connection.is_open() } else { connection.at_end() }?;
    until_gone(&ids_of(&ids));
    Ok(())
}

/// An answer that breaks off after so many seconds.
fn breaks_off(server: &Server, target: &str, expected: f32) -> Result<(), String> {
    let ids = server.tree.path("cgi-bin/ids");
    let _ = std::fs::remove_file(&ids);
    let start = Instant::now();
    match server.get(target) {
        Ok(answer) => return Err(format!("a whole answer: {:?}", answer.text())),
        Err(why) if why.contains("closed after") || why.contains("reset") => {}
        Err(why) => return Err(why),
    }
    in_time(start, expected)?;
    until_gone(&ids_of(&ids));
    Ok(())
}

#[test]
fn silence() {
    let behind = format!("{TEXT}{WAIT}");
    let long = behind.replace("plain\\n", "plain\\nContent-Length: 9\\n");
    let inside = format!("printf 'Content-Type: te'\n{WAIT}");
    let scripts =
        [("wait", WAIT), ("inside", &inside), ("stubborn", STUBBORN), ("behind", &behind), ("long", &long)];
    let server = server(&scripts, &["--cgi-timeout", "1"]);
    each(["wait", "inside", "stubborn"].map(|name| (name, name)), |name| {
        is_late(&server, &format!("/cgi-bin/{name}"), 1.0)
    });
    each(["behind", "long"].map(|name| (name, name)), |name| {
        breaks_off(&server, &format!("/cgi-bin/{name}"), 1.0)
    });
    let ended = server.stop();
    assert_eq!(ended.stdout.lines().filter(|line| line.contains(" 504 ")).count(), 3, "{}", ended.stdout);
}

#[test]
fn whoever_says_something_in_time_may_go_on() {
    let text = "printf 'Content-Type: text/plain\\n\\n'\nfor n in 1 2 3 4; do sleep 1; echo $n; done\n";
    let reader = "sleep 1\nprintf 'Content-Type: text/plain\\n\\n'\nwc -c\n";
    let server = server(&[("slow", text), ("reader", reader)], &["--cgi-timeout", "3"]);
    assert_eq!(server.get("/cgi-bin/slow").map(|answer| answer.text()), Ok("1\n2\n3\n4\n".to_owned()));
    // The silence is the client's as long as the program waits for its body.
    let mut connection = server.connect();
    let head = b"POST /cgi-bin/reader HTTP/1.1\r\nHost: a\r\nContent-Length: 8000\r\n\r\n";
    connection.send(head);
    for _ in 0..8 {
        thread::sleep(Duration::from_millis(500));
        connection.send(&[b'x'; 1000]);
    }
    let answer = connection.next_answer(head).expect("an answer");
    assert_eq!(answer.text().trim(), "8000");
}

#[test]
fn a_limit_for_all_of_it() {
    let chatty = format!("{TEXT}echo $$ >ids\nwhile :; do echo again; sleep 1; done\n");
    let mute = "echo $$ >ids\nwhile :; do echo again >&2; sleep 1; done\n".to_owned();
    let stubborn = format!("{TEXT}{STUBBORN}");
    let scripts = [("chatty", &*chatty), ("mute", &*mute), ("stubborn", STUBBORN), ("behind", &*stubborn)];
    let server = server(&scripts, &["--cgi-limit", "2"]);
    each(["mute", "stubborn"].map(|name| (name, name)), |name| {
        is_late(&server, &format!("/cgi-bin/{name}"), 2.0)
    });
    each(["chatty", "behind"].map(|name| (name, name)), |name| {
        breaks_off(&server, &format!("/cgi-bin/{name}"), 2.0)
    });
    server.assert_serving();
}

#[test]
fn a_stubborn_program_is_gone_soon_after_its_time() {
    let server = server(&[("stubborn", STUBBORN)], &["--cgi-timeout", "1"]);
    let start = Instant::now();
    let mut connection = server.connect();
    connection.send(&request("GET", b"/cgi-bin/stubborn"));
    let ids = ids_of(&server.tree.path("cgi-bin/ids"));
    until_gone(&ids);
    // One second of silence, and one more to end by itself.
    assert_eq!(in_time(start, 2.0), Ok(()));
}

#[test]
fn who_ends_when_asked_can_tidy_up() {
    let text = "trap 'echo tidy >tidied; exit 0' TERM\necho $$ >ids\nwhile :; do read x <gate; done\n";
    let server = server(&[("polite", text)], &["--cgi-timeout", "1"]);
    let _gate = Gate::new(&server.tree, "cgi-bin/gate");
    assert_eq!(server.get("/cgi-bin/polite").map(|answer| answer.status), Ok(504));
    let ids = ids_of(&server.tree.path("cgi-bin/ids"));
    until_gone(&ids);
    assert!(server.tree.path("cgi-bin/tidied").exists());
    assert!(!is_running(ids[0]));
}
