//! Somebody else who holds the sockets, where systemd is not the first process.

use std::io::Write;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use svcd_tests::{Program, Tree, deadline, skip, unix, until};

use super::load;

/// Ended when dropped.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Started {
    fn stop(&mut self) -> Option<i32> {
        kill(Pid::from_raw(self.0.id().cast_signed()), Signal::SIGTERM).expect("it runs");
        until("the end of the server", || self.0.try_wait().expect("wait")).code()
    }
}

/// sh gives it the socket as a manager does: as descriptor 3, with its own number.
fn lend(socket: &TcpListener, tree: &Tree) -> Started {
    let script = "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$@\"";
    let program = Program::chosen().behind(&["sh", "-c", script, "sh"]);
    let mut command = program.command();
    let socket: OwnedFd = socket.try_clone().expect("a second descriptor").into();
    command.arg("-q").arg(tree.root()).stdin(Stdio::from(socket)).stderr(Stdio::null());
    Started(command.spawn().expect("sh"))
}

#[test]
fn a_manager_that_holds_the_socket_restarts_it_under_load() {
    let tree = Tree::small();
    let socket = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = socket.local_addr().expect("its number");
    let mut server = lend(&socket, &tree);
    let count = load::during(
        address,
        "/hello.txt",
        || {},
        |good| {
            for _ in 0..5 {
                load::wait_for(good, 20);
                assert_eq!(server.stop(), Some(0));
                server = lend(&socket, &tree);
            }
            load::wait_for(good, 20);
        },
    );
    assert!(count >= 120, "{count} answers");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn the_activator_of_systemd_starts_it_with_the_first_client() {
    let Some(activator) = super::find("systemd-socket-activate") else {
        return skip("systemd-socket-activate", "it is not installed here");
    };
    if Program::chosen().is_emulated() {
        return skip("systemd-socket-activate", "the emulator would be started with the socket");
    }
    let tree = Tree::small();
    let path = tree.outside().join("socket");
    let mut command = Command::new(activator);
    command.arg("-l").arg(&path).arg(Program::chosen().command().get_program()).arg("-q").arg(tree.root());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut activator = Started(command.spawn().expect("the activator"));
    until("the activator to listen", || path.exists().then_some(()));
    // Who is there before the server waits for it.
    let mut early = until("a connection", || UnixStream::connect(&path).ok());
    early.set_read_timeout(Some(deadline())).expect("a timeout");
    early.write_all(b"GET /hello.txt HTTP/1.0\r\n\r\n").expect("a request");
    let answer = std::io::read_to_string(&mut early).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("hello, world\n"), "{answer}");
    assert_eq!(unix::get(&path, "/dir/inner.txt").map(|answer| answer.status), Ok(200));
    assert_eq!(activator.stop(), Some(0));
    assert!(path.exists(), "it is not the server's to remove");
}
