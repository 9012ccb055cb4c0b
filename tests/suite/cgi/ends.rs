//! Nothing of a program is left when its request is over, however it ends.

use std::time::Instant;

use nix::sys::signal::Signal;
use svcd_tests::process::{until_children, visible};
use svcd_tests::scripts::{Gate, ids_of, is_running, server, until_gone};
use svcd_tests::server::request;
use svcd_tests::{Connection, Server, each};

use crate::timeouts::in_time;

const TEXT: &str = "printf 'Content-Type: text/plain\\n\\nabc'\n";
/// Runs for ever, with children in the background.
const WAIT: &str =
    "sleep 600 &\na=$!\nsh -c 'sleep 600 & echo $! >inner; wait' &\necho $$ $a $! >ids\nwait\n";

/// The scripts of a client that leaves, all with the same processes.
fn start() -> Server {
    let stubborn = format!("trap '' TERM HUP INT PIPE\n{WAIT}while :; do wait; done\n");
    let reading =
        format!("{}cat >/dev/null\nsleep 600\n", WAIT.strip_suffix("wait\n").expect("its last line"));
    let scripts = [
        ("silent", WAIT.to_owned()),
        ("begun", format!("{TEXT}{WAIT}")),
        ("nph-begun", format!("printf 'HTTP/1.1 200 OK\\n\\nabc'\n{WAIT}")),
        ("stubborn", stubborn),
        ("reading", reading),
        ("deaf", format!("exec <&- 2>&-\n{WAIT}")),
    ];
    let scripts: Vec<(&str, &str)> = scripts.iter().map(|script| (script.0, script.1.as_str())).collect();
    server(&scripts, &[])
}

/// Waits for the processes of a script that was just asked for.
fn started(server: &Server) -> Vec<i32> {
    let ids = ids_of(&server.tree.path("cgi-bin/ids"));
    let inner = ids_of(&server.tree.path("cgi-bin/inner"));
    for name in ["ids", "inner"] {
        std::fs::remove_file(server.tree.path(format!("cgi-bin/{name}"))).expect("remove");
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
        let start = Instant::now();
        leave(connection);
        until_gone(&ids);
        // At once, or a second after it was asked to.
        let expected = if *script == "stubborn" { 1.0 } else { 0.0 };
        in_time(start, expected)
    });
    server.assert_serving();
    if visible("processes of the server") {
        until_children(server.id(), 0);
    }
}

#[test]
fn a_stop_of_the_server_ends_programs() {
    for (signal, script) in
        [(Signal::SIGTERM, "silent"), (Signal::SIGINT, "begun"), (Signal::SIGTERM, "stubborn")]
    {
        let server = start();
        let mut connection = server.connect();
        connection.send(&request("GET", format!("/cgi-bin/{script}").as_bytes()));
        let ids = started(&server);
        server.signal(signal);
        let ended = server.end();
        assert_eq!(ended.status.code(), Some(0), "{script}: {}", ended.stderr);
        until_gone(&ids);
    }
}

#[test]
fn a_background_process_does_not_hold_the_client() {
    let server = server(
        &[
            ("leaves", &format!("sleep 600 &\necho $! >ids\n{TEXT}")),
            (
                "long",
                &format!(
                    "sleep 600 &\necho $! >ids\n{}",
                    TEXT.replace("\\n\\n", "\\nContent-Length: 3\\n\\n")
                ),
            ),
            ("nph-leaves", "sleep 600 &\necho $! >ids\nprintf 'HTTP/1.1 200 OK\\r\\n\\r\\nabc'\n"),
            ("mute", "sleep 600 &\necho $! >ids\n"),
        ],
        &[],
    );
    let rows = [("leaves", 200), ("long", 200), ("nph-leaves", 0), ("mute", 502)];
    each(rows.map(|row| (row.0, row)), |(name, code)| {
        let ids = server.tree.path("cgi-bin/ids");
        let _ = std::fs::remove_file(&ids);
        let start = Instant::now();
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
        // Output is waited for a second more at the most.
        let seconds = start.elapsed().as_secs_f32();
        in_time(start, 0.0).or_else(|_| in_time(start, 1.0))?;
        until_gone(&ids_of(&ids));
        if seconds < 60.0 { Ok(()) } else { Err(format!("{seconds} s")) }
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
    let text = format!("{TEXT}exec >&-\nread x <gate\necho done >done\n");
    let server = server(&[("works", &text)], &[]);
    let mut gate = Gate::new(&server.tree, "cgi-bin/gate");
    let mut connection = server.connect();
    connection.send(&request("GET", b"/cgi-bin/works"));
    connection.read(1).expect("the beginning of an answer");
    gate.open(1);
    assert_eq!(svcd_tests::scripts::line_of(&server.tree.path("cgi-bin/done")), "done");
}
