//! What a server of one process for each connection can reach at all: an answer that
//! is always the same, and no call that could be left out. `make bench` measures
//! others beside it.
//!
//! `floor once` answers one request on each connection, `floor kept` all that come.
//! The listening socket is its standard input.
#![no_std]
#![no_main]
#![deny(unsafe_code)]
// It needs a part of the cellar only.
#![allow(dead_code, unused_imports)]

#[path = "../src/sys/mod.rs"]
mod sys;

use core::ffi::CStr;

use svcd::text::Buffer;
use sys::process::{self, Fork};
use sys::{Fd, net};

/// Room for the answer.
const MEMORY: usize = 4096;

/// Bytes of its content.
const CONTENT: usize = 1024;

/// Called by `sys::start` with the process's arguments.
fn program(mut start: sys::Start) -> u8 {
    let (is_kept, connection) = match start.arguments.next().map(CStr::to_bytes) {
        Some(b"once") => (false, b"close".as_slice()),
        Some(b"kept") => (true, b"keep-alive".as_slice()),
        _ => return 2,
    };
    let mut answer = Buffer::new(start.memory);
    answer.push(b"HTTP/1.1 200 OK\r\nContent-Length: 1024\r\nConnection: ");
    answer.push(connection);
    answer.push(b"\r\n\r\n");
    (0..CONTENT).for_each(|_| answer.push(b"x"));
    loop {
        let Ok(connection) = net::accept(Fd::STDIN, 0) else { return 1 };
        match process::fork() {
            Ok(Fork::Child) => {
                serve(connection.socket.borrow(), answer.bytes(), is_kept);
                process::exit(0)
            }
            Ok(Fork::Parent(_)) => {}
            Err(_) => return 1,
        }
        drop(connection);
        while matches!(process::reap(), Ok(Some(_))) {}
    }
}

/// Each receive is taken for a request.
fn serve(socket: Fd, answer: &[u8], is_kept: bool) {
    let mut request = [0; 1024];
    while let Ok(1..) = net::receive(socket, &mut request) {
        if net::send_all(socket, answer, false).is_err() || !is_kept {
            return;
        }
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    process::exit(101)
}
