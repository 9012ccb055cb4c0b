//! Storey two: the calls that Linux does not have, or has otherwise. See
//! `sys::calls` for the rules.

use core::ffi::CStr;

use super::constant;
use super::layout::{Kevent, Timespec, Timeval};
use super::table::Call;
use crate::sys::errno::Errno;
use crate::sys::fd::{Fd, OwnedFd};
use crate::sys::gate::{call, call2};
use crate::sys::readiness::Entry;

/// Writes the peer's address and returns its whole length with the connection.
pub fn accept(socket: Fd, address: &mut [u8]) -> Result<(OwnedFd, usize), Errno> {
    let mut length = address.len() as u32;
    let arguments = [socket.register(), address.as_mut_ptr() as usize, &raw mut length as usize];
    // SAFETY: the kernel writes at most `length` bytes, and the new length over it.
    unsafe { call(Call::accept, arguments) }.map(|fd| (OwnedFd::new(fd), length as usize))
}

/// F_GETPATH of fcntl(2): writes the file's path with a NUL.
pub fn fcntl_getpath(fd: Fd, path: &mut [u8; constant::MAXPATHLEN]) -> Result<(), Errno> {
    let arguments = [fd.register(), constant::F_GETPATH as usize, path.as_mut_ptr() as usize];
    // SAFETY: for this command the kernel writes at most MAXPATHLEN bytes.
    unsafe { call(Call::fcntl, arguments) }.map(drop)
}

/// A pid, and 1 in the child, where the pid is its own.
pub fn fork() -> Result<(i32, usize), Errno> {
    // SAFETY: the child has a copy of all memory. What libSystem keeps about
    // the process is stale in it, and nothing of libSystem is called.
    unsafe { call2(Call::fork, []) }.map(|returned| (returned.first as i32, returned.second))
}

/// Writes whole records into `buffer` and returns their bytes: 0 at the end. Of
/// a buffer of 1024 bytes and more, the last four are flags and no record.
pub fn getdirentries64(directory: Fd, buffer: &mut [u8]) -> Result<usize, Errno> {
    let mut position: i64 = 0;
    let address = buffer.as_mut_ptr() as usize;
    let arguments = [directory.register(), address, buffer.len(), &raw mut position as usize];
    // SAFETY: the kernel writes at most `buffer.len()` bytes, at any alignment,
    // and the position, which nobody needs and which must not be null.
    unsafe { call(Call::getdirentries64, arguments) }
}

/// For options whose value is a number.
pub fn getsockopt(socket: Fd, level: u32, option: u32) -> Result<u32, Errno> {
    let (mut value, mut length) = (0u32, size_of::<u32>() as u32);
    let arguments = [
        socket.register(),
        level as usize,
        option as usize,
        &raw mut value as usize,
        &raw mut length as usize,
    ];
    // SAFETY: the kernel writes at most `length` bytes, and the length.
    unsafe { call(Call::getsockopt, arguments) }.map(|_| value)
}

/// Seconds and microseconds.
pub fn gettimeofday() -> Result<(u64, u64), Errno> {
    let mut time = Timeval::default();
    // SAFETY: the kernel writes one timeval; the null pointers ask for no time
    // zone and no Mach time. The third one is written through if it is not null.
    unsafe { call(Call::gettimeofday, [&raw mut time as usize, 0, 0]) }
        .map(|_| (time.tv_sec as u64, time.tv_usec as u64))
}

/// Applies `changes`, then waits for events, for ever without a timeout.
pub fn kevent(
    queue: Fd,
    changes: &[Kevent],
    events: &mut [Kevent],
    timeout: Option<Timespec>,
) -> Result<usize, Errno> {
    let timeout = timeout.as_ref().map_or(0, |timeout| timeout as *const Timespec as usize);
    let arguments = [
        queue.register(),
        changes.as_ptr() as usize,
        changes.len(),
        events.as_mut_ptr() as usize,
        events.len(),
        timeout,
    ];
    // SAFETY: the kernel reads `changes`, writes at most `events.len()` events
    // and reads the timespec.
    unsafe { call(Call::kevent, arguments) }
}

/// Closed on exec and on fork, by the kernel.
pub fn kqueue() -> Result<OwnedFd, Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::kqueue, []) }.map(OwnedFd::new)
}

/// Waits for one of `entries`, at most so many milliseconds; -1: for ever.
pub fn poll(entries: &mut [Entry], timeout: i32) -> Result<usize, Errno> {
    // SAFETY: the kernel writes into `entries.len()` entries, each a pollfd.
    unsafe { call(Call::poll, [entries.as_mut_ptr() as usize, entries.len(), timeout as usize]) }
}

/// Both names are in `folder`.
pub fn renameatx_np(folder: Fd, from: &CStr, to: &CStr, flags: u32) -> Result<(), Errno> {
    let (folder, from, to) = (folder.register(), from.as_ptr() as usize, to.as_ptr() as usize);
    // SAFETY: a `CStr` ends in NUL, where the kernel stops reading.
    unsafe { call(Call::renameatx_np, [folder, from, folder, to, flags as usize]) }.map(drop)
}

/// The bytes that went out, and the result: the kernel stores the former
/// whatever the latter is.
pub fn sendfile(file: Fd, socket: Fd, offset: i64, count: i64) -> (i64, Result<(), Errno>) {
    let mut length = count;
    let arguments = [file.register(), socket.register(), offset as usize, &raw mut length as usize, 0, 0];
    // SAFETY: the kernel reads and writes one length; the null pointer says
    // that there is no header and no trailer.
    let result = unsafe { call(Call::sendfile, arguments) }.map(drop);
    (length, result)
}

/// Gives a signal its default action. The old one is not asked for.
pub fn sigaction_default(signal: u32) -> Result<(), Errno> {
    // __user64_sigaction: handler, trampoline, mask and flags; SIG_DFL is 0.
    let action = [0u64; 3];
    // SAFETY: the kernel reads one __user64_sigaction; no handler is named, so
    // nothing of the program will be called.
    unsafe { call(Call::sigaction, [signal as usize, &raw const action as usize, 0]) }.map(drop)
}

/// The old mask is not asked for. `signals` has bit n-1 for signal n.
pub fn sigprocmask(how: u32, signals: u32) -> Result<(), Errno> {
    // SAFETY: the kernel reads one 32-bit mask.
    unsafe { call(Call::sigprocmask, [how as usize, &raw const signals as usize, 0]) }.map(drop)
}

pub fn socket(family: u32, kind: u32, protocol: u32) -> Result<OwnedFd, Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::socket, [family as usize, kind as usize, protocol as usize]) }.map(OwnedFd::new)
}

pub fn dup2(fd: Fd, number: i32) -> Result<(), Errno> {
    // SAFETY: no address is passed. What had the number is closed: see its caller.
    unsafe { call(Call::dup2, [fd.register(), number as usize]) }.map(drop)
}

/// The ends to read and to write, in the two result registers.
pub fn pipe() -> Result<(OwnedFd, OwnedFd), Errno> {
    // SAFETY: no address is passed.
    let ends = unsafe { call2(Call::pipe, []) }?;
    Ok((OwnedFd::new(ends.first), OwnedFd::new(ends.second)))
}

/// Of this process.
pub fn setrlimit(resource: u32, limit: u64) -> Result<(), Errno> {
    // struct rlimit: soft and hard.
    let limits = [limit; 2];
    // SAFETY: the kernel reads one rlimit.
    unsafe { call(Call::setrlimit, [resource as usize, limits.as_ptr() as usize]) }.map(drop)
}
