//! `--inetd`, a server for one connection, whose calls fail.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Output, Stdio};
use std::thread;

use svcd_tests::strace::Call;
use svcd_tests::{Program, Tree};

use crate::client::{self, Heard};
use crate::errors;
use crate::judge::{Fault, Tally, is_of_connection, is_true};
use crate::matrix::Case;
use crate::smoke::{self, Smoke};
use crate::start::is_told;
use crate::tool::{self, is_injected};

/// One connection and one of these on it: what the client heard, how the server ended,
/// and its calls.
fn serve(case: Option<&Case>) -> (Result<Vec<Heard>, String>, Output, Vec<Call>) {
    let tree = Tree::small();
    let calls = tree.base().join("calls");
    let front = tool::front(&calls, case, None);
    let front: Vec<_> = front.iter().map(String::as_str).collect();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let call = case.map_or(String::new(), |case| case.call.clone());
    let client = thread::spawn(move || client::run(&asked(), address, Path::new(""), &call));
    let (connection, _) = listener.accept().expect("accept");
    let mut command = Program::chosen().behind(&front).command();
    command.arg("--inetd").arg(tree.root()).stdin(OwnedFd::from(connection));
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("a server");
    let id = child.id();
    // Only the server has the connection now.
    drop(command);
    let ended = child.wait_with_output().expect("wait");
    let heard = client.join().expect("a client that does not panic");
    let mut made = tool::calls(&calls, id);
    // This is strace(1) itself.
    made.retain(|call| call.name != "execve");
    (heard, ended, made)
}

fn asked() -> Smoke {
    smoke::all().into_iter().find(|smoke| smoke.name == "a small file").expect("it is there")
}

/// The calls of a server in which nothing fails.
pub fn calls() -> Vec<Call> {
    let (heard, ended, calls) = serve(None);
    assert!(is_right(&heard.expect("an answer")), "{ended:?}");
    calls
}

fn is_right(heard: &[Heard]) -> bool {
    matches!(heard, [Heard::Whole(answer)] if answer.is(200).is_ok() && answer.body == b"hello, world\n")
}

/// A case for each error of the calls: of the first three of a name, and of every third
/// one.
pub fn cases() -> Vec<Case> {
    let all = calls();
    let chosen = all.iter().filter(|call| call.count <= 3 || call.count % 3 == 0);
    chosen.flat_map(|call| errors::cases("Inetd", &call.name, &[call.count.to_string()])).collect()
}

/// One server. None: what should fail was not called.
pub fn attempt(case: &Case) -> Result<Option<Tally>, String> {
    let (heard, ended, calls) = serve(Some(case));
    if !calls.iter().any(is_injected) {
        return Ok(None);
    }
    let heard = heard?;
    let fault = Fault { call: &case.call, error: case.error };
    let said = String::from_utf8_lossy(&ended.stderr);
    let tally = match heard.as_slice() {
        all if is_right(all) => Tally { right: 1, ..Tally::default() },
        [Heard::Whole(answer)] if is_true(fault, answer.status) => Tally { refused: 1, ..Tally::default() },
        [Heard::Cut] => Tally { cut: 1, ..Tally::default() },
        // It has not begun, and says why; or the connection is what has failed.
        [Heard::Nothing] => match ended.status.code() {
            Some(0) if is_of_connection(&case.call) => Tally { nothing: 1, ..Tally::default() },
            code => {
                is_told(case, code.unwrap_or(-1), &said).map(|()| Tally { nothing: 1, ..Tally::default() })?
            }
        },
        other => return Err(format!("{other:?}, {said}")),
    };
    Ok(Some(tally))
}
