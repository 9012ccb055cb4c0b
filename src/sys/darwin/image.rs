//! How a program is started, and how all of it ends.

use core::ffi::c_void;

use super::{calls, constant};
use crate::sys::calls::{close, fcntl, setpgid};
use crate::sys::errno::Errno;
use crate::sys::fd::{Fd, OwnedFd};
use crate::sys::process::{Begin, Fork};

/// The ends to read and to write, closed on exec.
pub fn pipe() -> Result<(OwnedFd, OwnedFd), Errno> {
    let (read, write) = calls::pipe()?;
    for end in [&read, &write] {
        fcntl(end.borrow(), constant::F_SETFD, constant::FD_CLOEXEC)?;
    }
    Ok((read, write))
}

/// Makes `number` another name of `fd`, which stays open on exec.
pub fn dup_to(fd: Fd, number: i32) -> Result<(), Errno> {
    calls::dup2(fd, number)
}

/// Closes the descriptors from `first` on, up to the soft limit that processes
/// have here unless somebody raises it.
///
/// # Safety
/// Nothing uses any of them any more.
pub unsafe fn close_all(first: u32) {
    for number in first..256 {
        #[cfg(feature = "trace")]
        if crate::sys::trace::descriptor() == Some(number) {
            continue;
        }
        // SAFETY: the caller has given it up.
        let _ = unsafe { close(Fd::special(number as i32)) };
    }
}

/// Soft and hard limit of a resource, RLIMIT_CPU and the like.
pub fn set_limit(resource: u32, limit: u64) -> Result<(), Errno> {
    calls::setrlimit(resource, limit)
}

/// Lets all signals through.
pub fn unblock() -> Result<(), Errno> {
    calls::sigprocmask(constant::SIG_SETMASK, 0)
}

/// fork(2): a vfork(2) that is not a fork has gone from this system.
///
/// # Safety
/// See `process::spawn`.
pub unsafe fn spawn(entry: Begin, context: *const c_void, _: &mut [u8]) -> Result<i32, Errno> {
    match super::fork()? {
        Fork::Child => entry(0, 0, 0, 0, context),
        Fork::Parent(pid) => {
            // Both do this, so that it is done whoever runs first.
            let _ = setpgid(pid, pid);
            Ok(pid)
        }
    }
}

/// There is nothing like it.
pub fn adopt_orphans() {}

/// There are none but the one that is known: see [`adopt_orphans`].
pub fn kill_children() -> bool {
    false
}
