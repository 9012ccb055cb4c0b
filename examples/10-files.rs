//! Step 10: a file server. GET and HEAD of the files below a folder, a process for each
//! connection, one request for each process.
//!
//! `10-files FOLDER [PORT]` listens on 127.0.0.1.
#![no_std]
#![no_main]

mod gate;

use core::ffi::CStr;

use gate::calls::{Fd, accept, close, exit, fork, length, open, read, wait, write_all};
use gate::listen::listen;
use gate::{Errno, Stack};
use svcd::text::{Buffer, decimal, find};

const ENOENT: Errno = 2;
const WNOHANG: usize = 1;

fn program(stack: Stack) -> u8 {
    let Some(folder) = stack.argument(1) else {
        let _ = write_all(2, b"usage: 10-files FOLDER [PORT]\n");
        return 2;
    };
    let port = stack.argument(2).and_then(|digits| decimal::parse(digits.to_bytes()));
    serve(folder, port.unwrap_or(0) as u16).err().unwrap_or(0)
}

/// As in step 9.
fn serve(folder: &CStr, port: u16) -> Result<(), Errno> {
    let listener = listen(port)?;
    loop {
        let connection = accept(listener)?;
        if fork()?.is_none() {
            close(listener);
            let _ = answer(connection, folder);
            exit(0)
        }
        close(connection);
        while matches!(wait(-1, WNOHANG), Ok((1.., _))) {}
    }
}

/// One request, from its first byte to the last of the answer.
fn answer(connection: Fd, folder: &CStr) -> Result<(), Errno> {
    let mut room = [0; 8192];
    let Some(line) = request_line(connection, &mut room)? else {
        return refuse(connection, b"400 Bad Request");
    };
    let mut words = line.split(|byte| *byte == b' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    // What stands behind `?` is for programs.
    let target = target.split(|byte| *byte == b'?').next().unwrap_or_default();
    if !words.next().unwrap_or_default().starts_with(b"HTTP/1.") || words.next().is_some() {
        return refuse(connection, b"400 Bad Request");
    }
    if method != b"GET" && method != b"HEAD" {
        return refuse(connection, b"501 Not Implemented");
    }
    let mut name = [0; 4096];
    let opened = path(folder, target, &mut name).ok_or(ENOENT).and_then(open);
    let Ok(file) = opened else {
        return refuse(connection, b"404 Not Found");
    };
    let Some(length) = length(file)? else {
        return refuse(connection, b"404 Not Found");
    };
    head(connection, b"200 OK", media_type(target), length)?;
    if method == b"GET" { copy(file, connection, length) } else { Ok(()) }
}

/// The first line of a head, when all of it has arrived; None if it is too long, or
/// does not come. A read gives what is there, which may be a part of it or more.
fn request_line(connection: Fd, room: &mut [u8]) -> Result<Option<&[u8]>, Errno> {
    let mut used = 0;
    while !room.get(..used).unwrap_or_default().ends_with(b"\r\n\r\n") {
        let unused = room.get_mut(used..).unwrap_or_default();
        match read(connection, unused)? {
            0 => return Ok(None),
            count => used += count,
        }
    }
    let line = find(room, b'\r').and_then(|end| room.get(..end));
    Ok(line)
}

/// The file that a target means: the folder, the target, index.html behind a slash, and
/// NUL. None if it does not begin with a slash, or has a name that begins with
/// a dot: `..` would lead out of the folder, and others are nobody's business.
fn path<'a>(folder: &CStr, target: &[u8], room: &'a mut [u8]) -> Option<&'a CStr> {
    if !target.starts_with(b"/") || target.windows(2).any(|two| two == b"/.") {
        return None;
    }
    let mut path = Buffer::new(room);
    path.push(folder.to_bytes());
    path.push(target);
    if target.ends_with(b"/") {
        path.push(b"index.html");
    }
    path.push(b"\0");
    let (path, _) = path.split();
    CStr::from_bytes_with_nul(path).ok()
}

fn media_type(target: &[u8]) -> &'static [u8] {
    let suffix = target.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    match suffix {
        b"css" => b"text/css",
        b"svg" => b"image/svg+xml",
        b"txt" => b"text/plain; charset=utf-8",
        b"html" => b"text/html; charset=utf-8",
        _ if target.ends_with(b"/") => b"text/html; charset=utf-8",
        _ => b"application/octet-stream",
    }
}

fn refuse(connection: Fd, status: &[u8]) -> Result<(), Errno> {
    head(connection, status, b"text/plain", status.len() as u64 + 1)?;
    write_all(connection, status)?;
    write_all(connection, b"\n")
}

fn head(connection: Fd, status: &[u8], media_type: &[u8], length: u64) -> Result<(), Errno> {
    let mut room = [0; 512];
    let mut head = Buffer::new(&mut room);
    head.push(b"HTTP/1.1 ");
    head.push(status);
    head.push(b"\r\nContent-Type: ");
    head.push(media_type);
    head.push(b"\r\nContent-Length: ");
    decimal::push(&mut head, length);
    head.push(b"\r\nConnection: close\r\n\r\n");
    write_all(connection, head.bytes())
}

/// As many bytes as the head has promised, though the file may have become longer.
fn copy(file: Fd, connection: Fd, mut left: u64) -> Result<(), Errno> {
    let mut buffer = [0; 16384];
    while left > 0 {
        let most = left.min(buffer.len() as u64) as usize;
        let count = read(file, buffer.get_mut(..most).unwrap_or_default())?;
        write_all(connection, buffer.get(..count).unwrap_or_default())?;
        left = if count == 0 { 0 } else { left - count as u64 };
    }
    Ok(())
}
