//! Nothing of a program is left when its request is over, however it ends.

use std::fs;
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use svcd_tests::process::{until_children, visible};
use svcd_tests::scripts::{TICK, ids_of, is_running, server, ticks, ticks_in, until_gone};
use svcd_tests::server::request;
use svcd_tests::{Connection, Server, each, until};

const TEXT: &str = "printf 'Content-Type: text/plain\\n\\nabc'\n";
/// Runs for ever, with children in the background. It has [`TICK`] in front.
const WAIT: &str =
    "sleep 600 &\na=$!\nsh -c 'sleep 600 & echo $! >inner; wait' &\necho $$ $a $! $tick >ids\nwait\n";

/// The scripts of a client that leaves, all with the same processes.
fn start() -> Server {
    let wait = format!("{TICK}{WAIT}");
    let stubborn = format!("trap '' TERM HUP INT PIPE\n{wait}while :; do wait; done\n");
    let reading =
        format!("{}cat >/dev/null\nsleep 600\n", wait.strip_suffix("wait\n").expect("its last line"));
    let scripts = [
        ("silent", wait.clone()),
        ("begun", format!("{TEXT}{wait}")),
        ("nph-begun", format!("printf 'HTTP/1.1 200 OK\\n\\nabc'\n{wait}")),
        ("stubborn", stubborn),
        ("reading", reading),
        ("deaf", format!("exec <&- 2>&-\n{wait}")),
    ];
    let scripts: Vec<(&str, &str)> = scripts.iter().map(|script| (script.0, script.1.as_str())).collect();
    server(&scripts, &[])
}

/// Waits for the processes of a script that was just asked for.
fn started(server: &Server) -> Vec<i32> {
    let ids = ids_of(&server.tree.path("cgi-bin/ids"));
    let inner = ids_of(&server.tree.path("cgi-bin/inner"));
    for name in ["ids", "inner"] {
        fs::remove_file(server.tree.path(format!("cgi-bin/{name}"))).expect("remove");
    }
    let all = [ids, inner].concat();
    assert!(all.iter().all(|id| is_running(*id)), "{all:?}");
    all
}

#[test]
fn a_client_that_leaves_ends_the_program_and_its_children() {
    let server = start();
    type Leave = fn(Connection);
    let leave: [(&str, Leave); 2] = [("closed", drop), ("reset", Connection::reset)];
    let scripts = ["silent", "begun", "nph-begun", "stubborn", "reading", "deaf"];
    let rows = scripts.iter().flat_map(|script| leave.map(|(how, leave)| (script, how, leave)));
    each(rows.map(|row| (format!("{}, {}", row.0, row.1), row)), |(script, _, leave)| {
        let mut connection = server.connect();
        let mut bytes = request("GET", format!("/cgi-bin/{script}").as_bytes());
        if *script == "reading" {
            bytes = b"POST /cgi-bin/reading HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\nabc".to_vec();
        }
        connection.send(&bytes);
        if script.contains("begun") {
            connection.read(3)?;
        }
        let ids = started(&server);
        let before = ticks(&server.tree);
        leave(connection);
        until_gone(&ids);
        let counted = ticks(&server.tree) - before;
        // A second after the client has left, or a second after that.
        let expected = if *script == "stubborn" { 2.0 } else { 1.0 };
        if counted > ticks_in(expected) {
            return Err(format!("it ran for {counted} tenths of a second without its client"));
        }
        Ok(())
    });
    server.assert_serving();
    if visible("processes of the server") {
        until_children(server.id(), 0);
    }
}

#[test]
fn a_stop_of_the_server_ends_programs() {
    let stop = |signal: Signal, script: &str| {
        let server = start();
        let mut connection = server.connect();
        connection.send(&request("GET", format!("/cgi-bin/{script}").as_bytes()));
        let ids = started(&server);
        server.signal(signal);
        let ended = server.end();
        assert_eq!(ended.status.code(), Some(0), "{script}: {}", ended.stderr);
        until_gone(&ids);
    };
    thread::scope(|scope| {
        scope.spawn(|| stop(Signal::SIGTERM, "silent"));
        scope.spawn(|| stop(Signal::SIGINT, "begun"));
        scope.spawn(|| stop(Signal::SIGTERM, "stubborn"));
    });
}

#[test]
fn a_process_of_the_server_that_is_killed_takes_its_program_with_it() {
    if !visible("processes of the server") {
        return;
    }
    for script in ["silent", "begun", "stubborn"] {
        let server = start();
        let mut connection = server.connect();
        connection.send(&request("GET", format!("/cgi-bin/{script}").as_bytes()));
        let ids = started(&server);
        let [child] = &until_children(server.id(), 1)[..] else { unreachable!("one connection") };
        kill(Pid::from_raw(child.id.cast_signed()), Signal::SIGKILL).expect("it runs");
        until_gone(&ids);
        let said = connection.read_to_end().unwrap_or_default();
        assert!(!said.ends_with(b"0\r\n\r\n"), "{}", said.escape_ascii());
        server.assert_serving();
        until_children(server.id(), 0);
    }
}

#[test]
fn a_background_process_does_not_hold_the_client() {
    // It keeps the output open for longer than any test waits.
    let leave = "sleep 600 &\necho $! >ids\n";
    let long = TEXT.replace("\\n\\n", "\\nContent-Length: 3\\n\\n");
    let scripts = [
        ("leaves", format!("{leave}{TEXT}")),
        ("long", format!("{leave}{long}")),
        ("nph-leaves", format!("{leave}printf 'HTTP/1.1 200 OK\\r\\n\\r\\nabc'\n")),
        ("mute", leave.to_owned()),
    ];
    let server = server(&scripts.each_ref().map(|script| (script.0, script.1.as_str())), &[]);
    let rows = [("leaves", 200), ("long", 200), ("nph-leaves", 0), ("mute", 502)];
    each(rows.map(|row| (row.0, row)), |(name, code)| {
        let ids = server.tree.path("cgi-bin/ids");
        let _ = fs::remove_file(&ids);
        let mut connection = server.connect();
        let request = request("GET", format!("/cgi-bin/{name}").as_bytes());
        connection.send(&request);
        if code == 0 {
            let bytes = connection.read_to_end()?;
            if bytes != b"HTTP/1.1 200 OK\r\n\r\nabc" {
                return Err(bytes.escape_ascii().to_string());
            }
        } else {
            let answer = connection.next_answer(&request)?;
            answer.is(code)?;
            if code == 200 && answer.text() != "abc" {
                return Err(answer.text());
            }
        }
        until_gone(&ids_of(&ids));
        Ok(())
    });
    server.assert_serving();
}

#[test]
fn a_background_process_without_output_is_ended_with_the_request() {
    let text = format!("{TEXT}sleep 600 <&- >&- 2>&- &\necho $! >ids\n");
    let server = server(&[("leaves", &text)], &[]);
    let mut connection = server.connect();
    let answer = connection.exchange(&request("GET", b"/cgi-bin/leaves")).expect("an answer");
    assert_eq!(answer.text(), "abc");
    until_gone(&ids_of(&server.tree.path("cgi-bin/ids")));
    assert_eq!(connection.is_open(), Ok(()));
}

#[test]
fn what_a_program_writes_behind_its_length_does_not_hold_the_client() {
    let text = "printf 'Content-Type: text/plain\\nContent-Length: 3\\n\\nabc'\necho $$ >ids\n\
        while :; do printf '%1000s'; done\n";
    let server = server(&[("endless", text)], &[]);
    let mut connection = server.connect();
    let answer = connection.exchange(&request("GET", b"/cgi-bin/endless")).expect("an answer");
    assert_eq!(answer.text(), "abc");
    drop(connection);
    until_gone(&ids_of(&server.tree.path("cgi-bin/ids")));
}

#[test]
fn a_program_that_closes_its_output_may_finish_its_work() {
    let text = format!("{TEXT}exec >&-\necho $$ >ids\nsleep 0.2\necho done >done\n");
    let server = server(&[("works", &text)], &[]);
    // Its half second is soon over where the machine stands still meanwhile.
    until("the work of a program", || {
        let ids = server.tree.path("cgi-bin/ids");
        let _ = fs::remove_file(&ids);
        assert_eq!(server.get("/cgi-bin/works").map(|answer| answer.text()), Ok("abc".to_owned()));
        until_gone(&ids_of(&ids));
        server.tree.path("cgi-bin/done").exists().then_some(())
    });
}
