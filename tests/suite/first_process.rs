//! As process 1, which has no default actions of signals and gets all orphans: in a
//! container.

use std::process::Command;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use svcd_tests::process::{children, until_children, visible};
use svcd_tests::scripts;
use svcd_tests::{Server, Tree, skip, until};

/// In a namespace of processes of its own. The harness has started unshare(1), which
/// waits for the server.
const CONTAINER: [&str; 4] = ["unshare", "--pid", "--fork", "--kill-child=KILL"];

/// True if such a namespace can be made; else the reason is noted.
fn is_possible() -> bool {
    let mut command = Command::new(CONTAINER[0]);
    command.args(&CONTAINER[1..]).arg("true");
    let what = "the server as process 1";
    match command.output() {
        Ok(output) if output.status.success() => visible(what),
        other => {
            skip(what, &format!("{command:?}: {other:?}"));
            false
        }
    }
}

fn first_process(server: &Server) -> u32 {
    until_children(server.id(), 1).remove(0).id
}

fn signal(id: u32, signal: Signal) {
    kill(Pid::from_raw(id.cast_signed()), signal).expect("it runs");
}

#[test]
fn signals_work_as_for_any_other_process() {
    if !is_possible() {
        return;
    }
    for end in [Signal::SIGTERM, Signal::SIGINT] {
        let server = Server::with(Tree::standard()).behind(&CONTAINER).start();
        let id = first_process(&server);
        server.assert_serving();
        signal(id, Signal::SIGUSR1);
        assert!(server.errors().lines(2)[1].contains(" requests, "));
        signal(id, end);
        let ended = server.end();
        assert_eq!(ended.status.code(), Some(0), "{end}: {ended:?}");
    }
}

#[test]
fn orphans_are_reaped_and_a_stop_does_not_wait_for_them() {
    if !is_possible() {
        return;
    }
    let server = Server::with(Tree::standard()).behind(&CONTAINER).start();
    let id = first_process(&server);
    // As `docker exec` does: nobody of the server has made them.
    let enter = |script: &str| {
        let target = id.to_string();
        let mut command = Command::new("nsenter");
        command.args(["--target", &target, "--pid", "sh", "-c", script]);
        let status = command.stdin(std::process::Stdio::null()).status().expect("nsenter");
        assert!(status.success(), "{command:?}");
    };
    for _ in 0..5 {
        enter("(sleep 0.1 &) ; (sleep 0.2 &)");
        server.assert_serving();
    }
    until("all of them to be reaped", || children(id).is_empty().then_some(()));
    server.assert_serving();
    enter("(sleep 600 &)");
    until("an orphan", || (children(id).len() == 1).then_some(()));
    let orphan = children(id).remove(0).id;
    signal(id, Signal::SIGTERM);
    assert_eq!(server.end().status.code(), Some(0));
    scripts::until_gone(&[orphan.cast_signed()]);
}

#[test]
fn what_killed_connections_leave_is_reaped() {
    if !is_possible() {
        return;
    }
    let script = "printf 'Content-Type: text/plain\\n\\n'; setsid sleep 0.5 & setsid sleep 0.5 & sleep 600\n";
    let tree = scripts::tree(&[("leave", script)]);
    let server = Server::with(tree).behind(&CONTAINER).start();
    let id = first_process(&server);
    for _ in 0..3 {
        let mut connection = server.connect();
        connection.send(&svcd_tests::server::request("GET", b"/cgi-bin/leave"));
        let child = until_children(id, 1).remove(0).id;
        until("the program and what it has made", || (!children(child).is_empty()).then_some(()));
        signal(child, Signal::SIGKILL);
        until("an empty namespace", || children(id).is_empty().then_some(()));
    }
    server.assert_serving();
    signal(id, Signal::SIGTERM);
    assert_eq!(server.end().status.code(), Some(0));
}
