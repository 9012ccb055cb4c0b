//! The program itself, with one end of a socket as its standard input: what comes
//! back must be one well-framed answer for each request, and the end of it a
//! process that has gone by itself.
//!
//! The input is what a client sends, with words in braces, see [`words`]; the
//! transcripts of the suite are such inputs. The program is the one that is
//! shipped, or that `SVCD` names, so libFuzzer does not see which ways are taken in
//! it. It sees the library reading the same requests here, and, by [`seen`], each
//! kind of answer that it has not had before.

mod answers;
mod model;
mod seen;
mod site;
mod words;

use std::cell::RefCell;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use site::Site;
use words::{End, Step};

/// How long anything may take before it is a hang. Nothing here takes a second, and
/// the server itself is told to wait for longer.
const DEADLINE: Duration = Duration::from_secs(30);

/// How long an answer is waited for where there may be none.
const WAIT: Duration = Duration::from_millis(20);

pub fn check(data: &[u8]) {
    thread_local!(static SITE: RefCell<Site> = RefCell::new(Site::new()));
    SITE.with_borrow_mut(|site| {
        let script = words::read(data);
        let (ours, theirs) = UnixStream::pair().expect("two sockets");
        let server = site.start(theirs, script.is_static);
        let received = talk(ours, &script);
        site.ends(server);
        if let Some(received) = received {
            judge(site, &script.sent(), &received);
        }
        site.restore(&script.sent());
    });
}

/// Sends, and reads until the server closes. None: it was left.
fn talk(mut socket: UnixStream, script: &words::Script) -> Option<Vec<u8>> {
    let mut received = Vec::new();
    for step in &script.steps {
        match step {
            // A server that has closed already is judged by what it has sent.
            Step::Send(bytes) => match socket.write_all(bytes) {
                Err(error) if !is_gone(&error) => panic!("while sending: {error}"),
                _ => {}
            },
            Step::Wait => {
                read(&mut socket, WAIT, &mut received);
            }
        }
    }
    if script.end == End::Leave {
        return None;
    }
    let _ = socket.shutdown(Shutdown::Write);
    while read(&mut socket, DEADLINE, &mut received) {}
    Some(received)
}

/// Reads once; false: that was the end, or there was nothing in that time.
fn read(socket: &mut UnixStream, time: Duration, received: &mut Vec<u8>) -> bool {
    let mut piece = [0; 32 * 1024];
    socket.set_read_timeout(Some(time)).expect("a timeout");
    loop {
        match socket.read(&mut piece) {
            Ok(count) => {
                received.extend_from_slice(&piece[..count]);
                return count > 0;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if is_gone(&error) => return false,
            Err(_) if time == WAIT => return false,
            Err(error) => panic!("no end after {} s: {error}", DEADLINE.as_secs()),
        }
    }
}

/// A Unix socket says so when it is closed before all was read.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
}

/// One answer for each request, in their order, until one says that it is the last.
fn judge(site: &Site, sent: &[u8], received: &[u8]) {
    assert!(!site.is_revealed(received), "the file outside of the tree: {}", received.escape_ascii());
    let mut rest = received;
    for expected in model::expected(sent) {
        let mut interims = 0;
        loop {
            let told = |why| panic!("{why}, in place of an answer to {}", expected.shown());
            let answer = answers::take(rest, &expected).unwrap_or_else(told);
            rest = &rest[answer.length..];
            if answer.is_interim {
                interims += 1;
                assert!(expected.may_wait && interims == 1, "100 for {}", expected.shown());
                continue;
            }
            seen::note(&expected, &answer);
            assert!(!expected.is_last || answer.is_last, "kept behind {}", expected.shown());
            if answer.is_last {
                assert!(rest.is_empty(), "behind the last answer: {}", rest.escape_ascii());
                return;
            }
            break;
        }
    }
    assert!(rest.is_empty(), "an answer that nobody asked for: {}", rest.escape_ascii());
}
