//! Lines on standard error.

use core::net::SocketAddr;
use core::panic::PanicInfo;

use svcd::access::users::Malformed;
use svcd::options::UsageError;
use svcd::text::{Buffer, address, decimal, percent, utf8};

use super::listeners::Bound;
use super::sandbox::Reached;
use super::{About, RunError};
use crate::sys::process::Ended;
use crate::sys::sandbox::EXISTS;
use crate::sys::{Done, Errno, Fd, readiness};

/// Longest line; it holds two arguments of [`PART`] bytes.
const LINE: usize = 1024;

/// What is shown of an argument at the most.
const PART: usize = 256;

/// Room for a number or an address with its port.
const SMALL: usize = 64;

/// Writes `svcd: `, the parts and a line end. Some are arguments, which must
/// not end the line, fill it, or speak to the terminal. Standard error is the
/// last resort: when it cannot be written, nobody is left to tell.
fn line(parts: &[&[u8]]) {
    let _ = line_within(parts, 0);
}

/// One part. A constant array of it would be a table of addresses, which on Darwin is
/// a segment of its own.
#[inline(never)]
fn say(text: &[u8]) {
    line(&[text]);
}

/// The same as [`line`], which waits for its reader, so many milliseconds at the most.
fn line_within(parts: &[&[u8]], most: u64) -> Result<(), Errno> {
    let mut room = [0; LINE];
    let mut line = Buffer::new(&mut room);
    line.push(b"svcd: ");
    for part in parts {
        let mut rest = part.get(..PART.min(part.len())).unwrap_or_default();
        while let Some(piece) = utf8::take(&mut rest) {
            match piece {
                // C1, which 8-bit terminals obey, are controls too.
                Ok([0..=0x1f | 0x7f] | [0xc2, 0x80..=0x9f]) => line.push(b"?"),
                Ok(character) => line.push(character),
                Err(byte) => {
                    line.push(b"\\x");
                    percent::push_hex(&mut line, byte);
                }
            }
        }
        if part.len() > PART {
            line.push(b"...");
        }
    }
    line.push(b"\n");
    readiness::write_within(Fd::STDERR, line.bytes(), most)
}

pub fn listening(at: &Bound) {
    let mut room = [0; SMALL];
    match at {
        Bound::Ip(at) => line(&[b"listening on http://", authority(at, &mut room), b"/"]),
        Bound::Unix(file) => line(&[b"listening on unix:", file.path.to_bytes()]),
        Bound::Lent => say(b"listening on a Unix socket"),
    }
}

/// Nobody needs to be told of what nobody wanted.
#[inline(never)]
pub fn sandbox(reached: &Reached) {
    if !EXISTS {
        return say(b"sandbox: this system has none");
    }
    let (mut room, mut calls_room) = ([0; SMALL], [0; SMALL]);
    let (files, version) = match &reached.files {
        Ok(Some(version)) => (&b"landlock "[..], number(*version as u64, &mut room)),
        Ok(None) => (&b"landlock off for programs (see --cgi-allow)"[..], &b""[..]),
        Err(errno) => (&b"no landlock: "[..], text(*errno, &mut room)),
    };
    let programs: &[u8] = if reached.has_programs { b"" } else { b", no programs" };
    let (seccomp, calls, unit) = match &reached.calls {
        Ok(count) => (&b", seccomp "[..], number(*count as u64, &mut calls_room), &b" calls"[..]),
        Err(errno) => (&b", no seccomp: "[..], text(*errno, &mut calls_room), &b""[..]),
    };
    line(&[b"sandbox: ", files, version, seccomp, calls, unit, programs]);
}

pub fn usage(error: &UsageError) {
    let space: &[u8] = if error.value.is_empty() { b"" } else { b" " };
    line(&[error.argument, space, error.value, b": ", error.problem.as_bytes()]);
}

pub fn failure(error: &RunError) {
    let mut room = [0; SMALL];
    let (failure, about) = match error {
        RunError::Call(failure, About::Nothing) => return warning(failure.call, failure.errno),
        RunError::Call(failure, About::Path(path)) => (failure, path.to_bytes()),
        RunError::Call(failure, About::Address(at)) => (failure, authority(at, &mut room)),
        RunError::Users(path, Malformed { line: at, problem }) => {
            let at = number(u64::from(*at), &mut room);
            return line(&[path.to_bytes(), b": line ", at, b": ", problem.as_bytes()]);
        }
        RunError::Unlimited => {
            return say(b"--sandbox require: programs may use all files, see --cgi-allow and --no-cgi");
        }
        RunError::Exposed(path) => {
            return line(&[path.to_bytes(), b": it lies in DOCROOT and its name does not begin with a dot"]);
        }
    };
    failed(failure.call, b" ", about, failure.errno);
}

/// Something failed that the server goes on after.
pub fn warning(call: &str, errno: Errno) {
    failed(call, b"", b"", errno);
}

fn failed(call: &str, space: &[u8], about: &[u8], errno: Errno) {
    let mut room = [0; SMALL];
    line(&[call.as_bytes(), space, about, b": ", text(errno, &mut room)]);
}

fn text(errno: Errno, room: &mut [u8; SMALL]) -> &[u8] {
    errno.text().unwrap_or_else(|| {
        written(room, |buffer| {
            buffer.push(b"errno ");
            decimal::push(buffer, errno.number() as u64);
        })
    })
}

/// What SIGUSR1 asks for.
pub fn status(connections: usize, done: &Done, seconds: u64, (own, child): (u64, u64)) {
    let numbers: [(u64, &[u8]); 7] = [
        (connections as u64, b" connections, "),
        (done.requests, b" requests, "),
        (done.bytes, b" bytes, "),
        (u64::from(done.lost_lines), b" log lines lost, up "),
        (seconds, b" s, "),
        (own / 1024, b" kB of memory, "),
        (child / 1024, b" kB its largest child"),
    ];
    let mut room = [0; PART];
    let mut text = Buffer::new(&mut room);
    for (number, name) in numbers {
        decimal::push(&mut text, number);
        text.push(name);
    }
    line(&[text.bytes()]);
}

/// The server cannot become another program.
pub fn not_in_sandbox() {
    say(
        b"no other program can start in the sandbox or behind --user: start it beside this one (--reuseport)",
    );
}

/// Its path means another one by now.
pub fn log_stays() {
    say(b"the log cannot be opened anew behind --chroot, and stays: copy it, and cut it off (copytruncate)");
}

/// The program would not start anew.
pub fn not_upgraded() {
    say(b"the program does not start, this one goes on");
}

/// A program's line on its standard error; EAGAIN: it waited in vain.
pub fn program(name: &[u8], text: &[u8], most: u64) -> Result<(), Errno> {
    line_within(&[name, b": ", text], most)
}

/// A connection's process was ended by a signal that the parent did not send.
pub fn child_killed(child: &Ended) {
    let (mut pid, mut signal) = ([0; SMALL], [0; SMALL]);
    line(&[
        b"process ",
        number(u64::from(child.pid.unsigned_abs()), &mut pid),
        b" of a connection was ended by signal ",
        number(u64::from(child.signal), &mut signal),
    ]);
}

pub fn panic(info: &PanicInfo) {
    let (mut room, place) = ([0; SMALL], info.location());
    let (file, place) = place.map_or(("", 0), |place| (place.file(), place.line()));
    line(&[b"panic at ", file.as_bytes(), b":", number(u64::from(place), &mut room)]);
}

fn number(value: u64, room: &mut [u8; SMALL]) -> &[u8] {
    written(room, |buffer| decimal::push(buffer, value))
}

fn authority<'a>(at: &SocketAddr, room: &'a mut [u8; SMALL]) -> &'a [u8] {
    written(room, |buffer| address::push_authority(buffer, at))
}

fn written(room: &mut [u8; SMALL], write: impl FnOnce(&mut Buffer)) -> &[u8] {
    let mut buffer = Buffer::new(room);
    write(&mut buffer);
    let len = buffer.len();
    room.get(..len).unwrap_or_default()
}
