//! Lines on standard error.

use core::net::SocketAddr;
use core::panic::PanicInfo;

use svcd::options::UsageError;
use svcd::text::{Buffer, address, decimal};

use super::{About, RunError};
use crate::sys::process::Ended;
use crate::sys::{Errno, Fd, fs};

/// Longest line; it holds two arguments of [`ARGUMENT`] bytes.
const LINE: usize = 1024;

/// What is shown of an argument at the most.
const ARGUMENT: usize = 256;

/// Writes `svcd: ...` and a line end. Standard error is the last resort: when
/// it cannot be written, nobody is left to tell.
fn line(write: impl FnOnce(&mut Buffer)) {
    let mut room = [0; LINE];
    let mut line = Buffer::new(&mut room);
    line.push(b"svcd: ");
    write(&mut line);
    line.push(b"\n");
    let _ = fs::write(Fd::STDERR, line.bytes());
}

pub fn listening(at: &SocketAddr) {
    line(|line| {
        line.push(b"listening on http://");
        address::push_authority(line, at);
        line.push(b"/");
    });
}

pub fn usage(error: &UsageError) {
    line(|line| {
        push_printable(line, error.argument);
        if !error.value.is_empty() {
            line.push(b" ");
            push_printable(line, error.value);
        }
        line.push(b": ");
        line.push(error.problem.as_bytes());
    });
}

pub fn failure(error: &RunError) {
    line(|line| {
        line.push(error.failure.call.as_bytes());
        match &error.about {
            About::Nothing => {}
            About::Path(path) => {
                line.push(b" ");
                push_printable(line, path.to_bytes());
            }
            About::Address(at) => {
                line.push(b" ");
                address::push_authority(line, at);
            }
        }
        line.push(b": ");
        push_errno(line, error.failure.errno);
    });
}

/// A connection's process was ended by a signal that the parent did not send.
pub fn child_killed(child: &Ended) {
    line(|line| {
        line.push(b"process ");
        decimal::push(line, u64::from(child.pid.unsigned_abs()));
        line.push(b" of a connection was ended by signal ");
        decimal::push(line, u64::from(child.signal));
    });
}

/// Something failed that the server goes on after.
pub fn warning(call: &str, errno: Errno) {
    line(|line| {
        line.push(call.as_bytes());
        line.push(b": ");
        push_errno(line, errno);
    });
}

pub fn panic(info: &PanicInfo) {
    line(|line| {
        line.push(b"panic at ");
        if let Some(location) = info.location() {
            line.push(location.file().as_bytes());
            line.push(b":");
            decimal::push(line, u64::from(location.line()));
        }
    });
}

fn push_errno(line: &mut Buffer, errno: Errno) {
    match errno.text() {
        Some(text) => line.push(text.as_bytes()),
        None => {
            line.push(b"errno ");
            decimal::push(line, errno.number() as u64);
        }
    }
}

/// An argument must not end the line, fill it, or speak to the terminal.
fn push_printable(line: &mut Buffer, text: &[u8]) {
    for &byte in text.iter().take(ARGUMENT) {
        line.push_byte(if byte.is_ascii_control() { b'?' } else { byte });
    }
    if text.len() > ARGUMENT {
        line.push(b"...");
    }
}
