//! Linux on aarch64 and x86_64.
//!
//! Only calls that aarch64 has are made (openat, ppoll, clone), so that both
//! processors run the same code; what differs is in `aarch64.rs` and
//! `x86_64.rs`. Numbers come from the `syscalls` crate, constants and layouts
//! from `linux-raw-sys`, both generated from the kernel's headers.

#[cfg_attr(target_arch = "aarch64", path = "aarch64.rs")]
#[cfg_attr(target_arch = "x86_64", path = "x86_64.rs")]
pub mod arch;
mod beneath;
mod calls;
pub mod constant;
mod crowd;
#[cfg(feature = "escape")]
pub mod escape;
mod image;
mod landlock;
mod layout;
pub mod sandbox;
mod seccomp;
mod storage;
mod table;
#[cfg(feature = "trace")]
pub mod trace;
mod watch;

use core::ffi::{CStr, c_char};

use super::errno::Errno;
use super::fd::{Fd, OwnedFd};
use super::net::{self, Connection, Sockaddr};
use super::process::Fork;
use super::readiness::Entry;
use super::start::{self, Environment};

pub use beneath::Beneath;
pub use calls::{getdents64 as read_directory, rt_sigaction_default as set_default_action};
pub use crowd::Entrance;
pub use image::{adopt_orphans, close_all, dup_to, kill_children, pipe, set_limit, spawn, unblock};
pub use layout::{DIRENT_NAME, Stat, UNIX_PATH, family_bytes, family_of, is_entry};
pub use storage::{create_unnamed, link, path, rename, set_nonblocking_write, stamp, sync};
pub use table::Call;
pub use watch::{Watch, prepare_for_one};

/// Where both processors' entries go, with the stack they found: argc, the
/// pointers of argv and a 0, those of the environment and a 0, the auxiliary
/// vector.
///
/// # Safety
/// `top` is the stack as the kernel laid it out.
unsafe extern "C" fn stack(top: *const usize) -> ! {
    // SAFETY: argc is there, and argv behind it; strings on the initial stack
    // live as long as the process.
    unsafe { start::enter(*top, top.add(1).cast::<*const c_char>()) }
}

/// Non-blocking, closed on exec.
pub fn socket(family: u32) -> Result<OwnedFd, Errno> {
    let kind = constant::SOCK_STREAM | constant::SOCK_CLOEXEC | constant::SOCK_NONBLOCK;
    calls::socket(family, kind, 0)
}

/// Of a list of groups: it may be empty.
pub const FEWEST_GROUPS: usize = 0;

/// Bytes in the queue of a socket that its peer has not acknowledged: tcp(7),
/// unix(7).
pub fn unacknowledged(socket: Fd) -> Result<u32, Errno> {
    calls::ioctl_outq(socket)
}

/// A connection inherits the timeouts of its listening socket here, but not
/// from a Unix socket; and its non-blocking mode never.
pub fn accept(listener: Fd, timeout: u32) -> Result<Connection, Errno> {
    let mut address = Sockaddr::empty();
    let (socket, length) = calls::accept4(listener, address.bytes_mut(), constant::SOCK_CLOEXEC)?;
    let peer = address.get(length);
    if peer.is_none() {
        // Of this connection, and not of the listening socket, of which these
        // errors would be told otherwise.
        net::set_timeouts(socket.borrow(), timeout).map_err(|_| Errno::EPROTO)?;
    }
    Ok(Connection { socket, peer })
}

/// clone(2) with SIGCHLD and nothing shared is what fork(2) is elsewhere.
pub fn fork() -> Result<Fork, Errno> {
    match calls::clone(constant::SIGCHLD)? {
        0 => Ok(Fork::Child),
        pid => Ok(Fork::Parent(pid)),
    }
}

/// An error means that nothing went out; after progress it comes back at the
/// next call.
pub fn send_file(socket: Fd, file: Fd, offset: u64, count: u64) -> (u64, Result<(), Errno>) {
    match calls::sendfile(socket, file, offset as i64, count as usize) {
        Ok(sent) => (sent as u64, Ok(())),
        Err(errno) => (0, Err(errno)),
    }
}

pub fn realtime() -> u64 {
    let (seconds, _) = calls::clock_gettime(constant::CLOCK_REALTIME).unwrap_or_default();
    u64::try_from(seconds).unwrap_or(0)
}

pub fn monotonic() -> u64 {
    let (seconds, nanos) = calls::clock_gettime(constant::CLOCK_MONOTONIC).unwrap_or_default();
    seconds as u64 * 1000 + nanos as u64 / 1_000_000
}

/// Waits for one of `entries`, at most so many milliseconds.
pub fn poll(entries: &mut [Entry], timeout: Option<u64>) -> Result<(), Errno> {
    calls::ppoll(entries, timeout.map(calls::timespec)).map(drop)
}

/// SIGCHLD is blocked in every process of the server; see [`Watch`].
pub fn watch_children() -> Option<OwnedFd> {
    calls::signalfd4(1 << (constant::SIGCHLD - 1), constant::SFD_CLOEXEC).ok()
}

/// AT_EXECFN of getauxval(3): the path that the program was started by.
pub fn own_path(environment: Environment) -> Option<&'static CStr> {
    let address = environment.auxiliary(constant::AT_EXECFN as usize)?;
    // SAFETY: the kernel has put a string there, which lives as long as the process.
    Some(unsafe { CStr::from_ptr(address as *const c_char) })
}

/// Bytes in the unit of ru_maxrss.
pub const MAXRSS: u64 = 1024;
