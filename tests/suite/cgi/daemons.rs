//! Processes that leave the group of their program, as daemons do. On Linux they
//! end with the request in spite of it; Darwin does not tell who they are.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use svcd_tests::scripts::{ids_of, is_running, line_of, server, until_gone};
use svcd_tests::server::request;
use svcd_tests::{Program, Server, each, path_max, skip};

const HEAD: &str = "printf 'Content-Type: text/plain\\n\\nabc'\n";
/// Each is waited for, so that it has left before anything else happens.
const WAYS: [(&str, &str); 4] = [
    ("a session", "setsid sh -c 'echo $$ >daemon; exec sleep 600' {} &\n"),
    ("a session of nobody's child", "(setsid sh -c 'sleep 600 & echo $! >daemon' {} &)\n"),
    (
        "deaf to signals",
        "setsid sh -c 'trap \"\" TERM HUP INT; echo $$ >daemon; sleep 600; sleep 600' {} &\n",
    ),
    ("with children", "setsid sh -c 'setsid sleep 600 & sleep 600 & echo $$ $! >daemon; wait' {} &\n"),
];
const LEFT: &str = "until test -s daemon; do sleep 0.01; done\n";
const NO_OUTPUT: &str = "<&- >&- 2>&-";

/// True if daemons end with their program here; else the reason is noted.
fn followed(what: &str) -> bool {
    if path_max() == 1024 {
        skip(what, "Darwin has no subreapers");
        return false;
    }
    if Program::chosen().is_emulated() {
        skip(what, "qemu refuses prctl(PR_SET_CHILD_SUBREAPER)");
        return false;
    }
    if Command::new("setsid").arg("true").status().is_err() {
        skip(what, "no setsid here");
        return false;
    }
    true
}

/// Each way in a script of its own, `{}` as `redirected`, with `before` and `behind`.
fn start(redirected: &str, before: &str, behind: &str, arguments: &[&str]) -> Server {
    let text = |way: &str| format!("{before}{}{LEFT}{behind}", way.replace("{}", redirected));
    let scripts: Vec<String> = WAYS.iter().map(|(_, way)| text(way)).collect();
    let names: Vec<String> = (0..WAYS.len()).map(|place| place.to_string()).collect();
    let scripts: Vec<(&str, &str)> =
        names.iter().zip(&scripts).map(|(name, text)| (name.as_str(), text.as_str())).collect();
    server(&scripts, arguments)
}

/// Does `run` for each way, with the path of its program and the file of the ids.
fn each_way(server: &Server, run: impl Fn(&str, PathBuf) -> Result<(), String>) {
    each(WAYS.iter().enumerate().map(|(place, way)| (way.0, place)), |place| {
        let ids = server.tree.path("cgi-bin/daemon");
        let _ = fs::remove_file(&ids);
        run(&format!("/cgi-bin/{place}"), ids)
    });
}

#[test]
fn they_end_when_the_client_has_left() {
    if !followed("daemons without a client") {
        return;
    }
    for before in ["", HEAD] {
        let server = start(NO_OUTPUT, before, "sleep 600\n", &[]);
        each_way(&server, |target, ids| {
            let mut connection = server.connect();
            connection.send(&request("GET", target.as_bytes()));
            let ids = ids_of(&ids);
            if !ids.iter().all(|id| is_running(*id)) {
                return Err(format!("{ids:?} have ended by themselves"));
            }
            drop(connection);
            until_gone(&ids);
            Ok(())
        });
        server.assert_serving();
    }
}

#[test]
fn they_end_when_the_time_is_over() {
    if !followed("daemons behind their time") {
        return;
    }
    let server = start(NO_OUTPUT, "", "sleep 600\n", &["--cgi-timeout", "1"]);
    each_way(&server, |target, ids| {
        server.get(target)?.is(504)?;
        until_gone(&ids_of(&ids));
        Ok(())
    });
}

#[test]
fn they_end_with_the_answer() {
    if !followed("daemons behind an answer") {
        return;
    }
    // Whether they have the output still or not.
    for redirected in [NO_OUTPUT, ""] {
        let server = start(redirected, HEAD, "", &[]);
        each_way(&server, |target, ids| {
            let mut connection = server.connect();
            let answer = connection.exchange(&request("GET", target.as_bytes()))?;
            answer.is(200)?;
            if answer.text() != "abc" {
                return Err(answer.text());
            }
            until_gone(&ids_of(&ids));
            connection.is_open()
        });
    }
}

#[test]
fn they_end_when_the_server_stops() {
    if !followed("daemons of a server that stops") {
        return;
    }
    let server = start(NO_OUTPUT, "", "sleep 600\n", &[]);
    let mut connection = server.connect();
    connection.send(&request("GET", b"/cgi-bin/1"));
    let ids = ids_of(&server.tree.path("cgi-bin/daemon"));
    assert_eq!(server.stop().status.code(), Some(0));
    until_gone(&ids);
}

#[test]
fn one_that_begins_anew_all_the_time_ends_too() {
    if !followed("a daemon that begins anew") {
        return;
    }
    // Each leaves the session of the one before, which ends.
    let hydra = "echo $$ >heads.new\nmv heads.new heads\nsleep 0.02\nsetsid ./hydra <&- >&- 2>&- &\n";
    let text = format!("{HEAD}setsid ./hydra <&- >&- 2>&- &\nuntil test -s heads; do sleep 0.01; done\n");
    let server = server(&[("hydra", hydra), ("first", &text)], &[]);
    for _ in 0..5 {
        let heads = server.tree.path("cgi-bin/heads");
        let _ = fs::remove_file(&heads);
        assert_eq!(server.get("/cgi-bin/first").map(|answer| answer.text()), Ok("abc".to_owned()));
        // The answer is whole when all of them have ended.
        let last = line_of(&heads);
        thread::sleep(Duration::from_millis(200));
        assert_eq!(line_of(&heads), last);
    }
}
