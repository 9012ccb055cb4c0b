//! Darwin on aarch64 (macOS on Apple silicon).
//!
//! Apple promises no system call interface; these are the numbers and layouts
//! of XNU (xnu-11417), which have not changed since macOS 11. The loader wants
//! libSystem to be linked. Nothing in it is called.

#[path = "aarch64.rs"]
pub mod arch;
mod beneath;
mod calls;
pub mod constant;
mod crowd;
mod image;
mod layout;
mod memory;
pub mod sandbox;
mod storage;
mod table;
#[cfg(feature = "trace")]
pub mod trace;
mod watch;

use core::ffi::CStr;

use super::calls::fcntl;
use super::errno::Errno;
use super::fd::{Fd, OwnedFd};
use super::net::{self, Connection, Sockaddr};
use super::process::Fork;
use super::readiness::Entry;
use super::start::Environment;

pub use beneath::Beneath;
pub use calls::{getdirentries64 as read_directory, sigaction_default as set_default_action};
pub use crowd::Entrance;
pub use image::{adopt_orphans, close_all, dup_to, kill_children, pipe, set_limit, spawn, unblock};
pub use layout::{DIRENT_NAME, Stat, UNIX_PATH, family_bytes, family_of, is_entry};
pub use storage::{create_unnamed, link, path, rename, stamp, sync};
pub use table::Call;
pub use watch::{Watch, prepare_for_one};

/// Non-blocking, closed on exec; two steps, which is no race with one thread.
pub fn socket(family: u32) -> Result<OwnedFd, Errno> {
    let socket = calls::socket(family, constant::SOCK_STREAM, 0)?;
    fcntl(socket.borrow(), constant::F_SETFD, constant::FD_CLOEXEC)?;
    fcntl(socket.borrow(), constant::F_SETFL, constant::O_NONBLOCK)?;
    Ok(socket)
}

/// Of a list of groups: an empty one would stand for that of root.
pub const FEWEST_GROUPS: usize = 1;

/// Bytes in the queue of a socket that its peer has not acknowledged.
pub fn unacknowledged(socket: Fd) -> Result<u32, Errno> {
    calls::getsockopt(socket, constant::SOL_SOCKET, constant::SO_NWRITE)
}

/// A connection inherits the non-blocking mode of its listening socket here,
/// and its timeouts not.
pub fn accept(listener: Fd, timeout: u32) -> Result<Connection, Errno> {
    let mut address = Sockaddr::empty();
    let (socket, length) = calls::accept(listener, address.bytes_mut())?;
    fcntl(socket.borrow(), constant::F_SETFD, constant::FD_CLOEXEC)?;
    fcntl(socket.borrow(), constant::F_SETFL, 0)?;
    // EINVAL here says that the peer has gone already, which the first receive
    // will find out.
    let _ = net::set_timeouts(socket.borrow(), timeout);
    Ok(Connection { socket, peer: address.get(length) })
}

pub fn fork() -> Result<Fork, Errno> {
    match calls::fork()? {
        (_, 1) => Ok(Fork::Child),
        (pid, _) => Ok(Fork::Parent(pid)),
    }
}

/// A count of 0 would mean "to the end of the file"; there is nothing to send.
pub fn send_file(socket: Fd, file: Fd, offset: u64, count: u64) -> (u64, Result<(), Errno>) {
    if count == 0 {
        return (0, Ok(()));
    }
    let (sent, result) = calls::sendfile(file, socket, offset as i64, count as i64);
    (sent as u64, result)
}

pub fn realtime() -> u64 {
    calls::gettimeofday().map_or(0, |(seconds, _)| seconds)
}

/// The wall clock: the kernel's monotonic one is a Mach trap with units of its
/// own. Setting the clock can move a deadline that is under way.
pub fn monotonic() -> u64 {
    calls::gettimeofday().map_or(0, |(seconds, micros)| seconds * 1000 + micros / 1000)
}

/// Waits for one of `entries`, at most so many milliseconds.
pub fn poll(entries: &mut [Entry], timeout: Option<u64>) -> Result<(), Errno> {
    let timeout = timeout.map_or(-1, |timeout| i32::try_from(timeout).unwrap_or(i32::MAX));
    calls::poll(entries, timeout).map(drop)
}

/// A kqueue would take three calls more; a program's end is looked for.
pub fn watch_children() -> Option<OwnedFd> {
    None
}

/// The first string behind the variables, which the loader is told.
pub fn own_path(environment: Environment) -> Option<&'static CStr> {
    // SAFETY: the kernel has put pointers to strings there, which live as long as
    // the process, and a null pointer.
    let first = unsafe { (*environment.end()).as_ref().map(|first| CStr::from_ptr(first)) }?;
    let path = first.to_bytes_with_nul().strip_prefix(b"executable_path=")?;
    CStr::from_bytes_with_nul(path).ok()
}

/// Bytes in the unit of ru_maxrss.
pub const MAXRSS: u64 = 1;

/// There is no other way to write without waiting than to say so of the pipe itself,
/// which others may have open too.
pub fn set_nonblocking_write(fd: Fd) -> Result<(), Errno> {
    fcntl(fd, constant::F_SETFL, constant::O_NONBLOCK)
}
