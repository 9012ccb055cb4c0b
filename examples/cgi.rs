//! A CGI program on the same cellar as svcd: a page that says what was asked
//! for, and how much was sent, by nothing but system calls.
//!
//! Its place is a folder of programs, as `cgi-bin/`; see docs/cgi.md.
#![no_std]
#![no_main]
#![deny(unsafe_code)]
// It needs a part of the cellar only.
#![allow(dead_code, unused_imports)]

#[path = "../src/sys/mod.rs"]
mod sys;

use svcd::text::{Buffer, decimal, html};
use sys::{Environment, Errno, Fd, fs, process};

/// Bytes of content that one read takes.
const INPUT: usize = 32 * 1024;

/// The whole working memory. Behind [`INPUT`] is the page: the longest request
/// line fits, with each of its bytes escaped.
const MEMORY: usize = INPUT + 64 * 1024;

/// Called by `sys::start`. The request is in the environment, and its content on
/// standard input.
fn program(start: sys::Start) -> u8 {
    let (input, page) = start.memory.split_at_mut(INPUT);
    let mut page = Buffer::new(page);
    let answered = count(input).and_then(|count| {
        push_page(&mut page, start.environment, count);
        write_all(Fd::STDOUT, page.bytes())
    });
    match answered {
        Ok(()) => 0,
        // The server has no head from us now, answers 502, and logs this.
        Err(errno) => {
            let _ = write_all(Fd::STDERR, errno.text().unwrap_or(b"an unknown error"));
            1
        }
    }
}

/// How many bytes are on standard input. CONTENT_LENGTH would say it sooner, but
/// not of a body in chunks that is too long to be counted beforehand.
fn count(room: &mut [u8]) -> Result<u64, Errno> {
    let mut count = 0;
    loop {
        match fs::read(Fd::STDIN, room)? {
            0 => return Ok(count),
            more => count += more as u64,
        }
    }
}

/// The head, an empty line, and the document.
fn push_page(page: &mut Buffer, environment: Environment, count: u64) {
    page.push(b"Content-Type: text/html; charset=utf-8\n\n");
    page.push(b"<!DOCTYPE html>\n<title>A CGI program</title>\n<dl>\n");
    for name in ["REQUEST_METHOD", "PATH_INFO", "QUERY_STRING"] {
        page.push(b"<dt>");
        page.push(name.as_bytes());
        page.push(b"<dd>");
        // Whoever asks chooses these bytes: as they are, they could be a script.
        html::push_escaped(page, variable(environment, name).unwrap_or_default());
        page.push(b"\n");
    }
    page.push(b"<dt>bytes on standard input<dd>");
    decimal::push(page, count);
    page.push(b"\n</dl>\n");
}

/// The value of a variable. The server leaves out those that it has nothing for.
fn variable(mut environment: Environment, name: &str) -> Option<&'static [u8]> {
    environment.find_map(|line| line.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
}

/// A pipe may take less than all at once.
fn write_all(fd: Fd, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        let count = fs::write(fd, bytes)?;
        bytes = bytes.get(count..).unwrap_or_default();
    }
    Ok(())
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    process::exit(101)
}
