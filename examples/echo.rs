//! An echo server on the same cellar as svcd: what arrives goes back, one
//! process for each connection, and nothing but system calls.
//!
//! `echo [PORT]` listens on 127.0.0.1; without a port, or with 0, the kernel
//! chooses one. It ends at SIGTERM or SIGINT.
#![no_std]
#![no_main]
#![deny(unsafe_code)]
// It needs a part of the cellar only.
#![allow(dead_code, unused_imports)]

#[path = "../src/sys/mod.rs"]
mod sys;

use core::net::{Ipv4Addr, SocketAddr};

use svcd::text::{Buffer, address, decimal};
use sys::process::{self, Fork};
use sys::{Errno, Failure, Fd, Watch, fs, net};

/// Bytes that one receive takes; the whole working memory.
const MEMORY: usize = 4096;

/// A connection that is silent for so many seconds is closed.
const TIMEOUT: u32 = 60;

/// Called by `sys::start` with the process's arguments.
fn program(mut start: sys::Start) -> u8 {
    let port = match start.arguments.next().map(|port| decimal::parse(port.to_bytes())) {
        None => Some(0),
        Some(port) => port.and_then(|port| u16::try_from(port).ok()),
    };
    let Some(port) = port else {
        return complain(b"usage: echo [PORT]");
    };
    match serve(port, start.memory) {
        Ok(()) => 0,
        Err(failure) => complain(failure.errno.text().unwrap_or(failure.call.as_bytes())),
    }
}

/// The parent: accepts, forks, reaps, until a signal stops it.
fn serve(port: u16, memory: &mut [u8]) -> Result<(), Failure> {
    let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let (listener, bound) = net::listen(&loopback, 128, TIMEOUT, false)?;
    let listeners = [Some(listener)];
    let watch = Watch::new(false)?;
    say(|line| {
        line.push(b"listening on ");
        address::push_authority(line, &bound);
    });
    loop {
        let events = watch.wait(&listeners, None)?;
        while events.child && matches!(process::reap(), Ok(Some(_))) {}
        if events.stop {
            return Ok(());
        }
        // EAGAIN: another event woke us, or the client has gone again.
        let accepted = listeners.iter().flatten().find_map(|it| net::accept(it.borrow(), TIMEOUT).ok());
        let Some(connection) = accepted else {
            continue;
        };
        if let Ok(Fork::Child) = process::fork() {
            echo(connection.socket.borrow(), memory);
            process::exit(0);
        }
    }
}

/// The child: until the client has said all, or nothing for a while.
fn echo(socket: Fd, buffer: &mut [u8]) {
    while let Ok(count) = net::receive(socket, buffer) {
        let received = buffer.get(..count).unwrap_or_default();
        if received.is_empty() || net::send_all(socket, received, false).is_err() {
            return;
        }
    }
}

fn say(write: impl FnOnce(&mut Buffer)) {
    let mut room = [0; 256];
    let mut line = Buffer::new(&mut room);
    line.push(b"echo: ");
    write(&mut line);
    line.push(b"\n");
    let _ = fs::write(Fd::STDERR, line.bytes());
}

fn complain(problem: &[u8]) -> u8 {
    say(|line| line.push(problem));
    2
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    process::exit(101)
}
