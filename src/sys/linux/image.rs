//! What a program is started with.

use super::{calls, constant};
use crate::sys::errno::Errno;
use crate::sys::fd::{Fd, OwnedFd};

/// The ends to read and to write, closed on exec.
pub fn pipe() -> Result<(OwnedFd, OwnedFd), Errno> {
    calls::pipe2(constant::O_CLOEXEC)
}

/// Makes `number` another name of `fd`, which stays open on exec.
pub fn dup_to(fd: Fd, number: i32) -> Result<(), Errno> {
    calls::dup3(fd, number)
}

/// Closes every descriptor from `first` on, as far as the kernel can: before
/// Linux 5.9 those stay open that the server was started with.
///
/// # Safety
/// Nothing uses any of them any more.
pub unsafe fn close_all(first: u32) {
    // SAFETY: the caller has given them up.
    let _ = unsafe { calls::close_range_from(first) };
}

/// Soft and hard limit of a resource, RLIMIT_CPU and the like.
pub fn set_limit(resource: u32, limit: u64) -> Result<(), Errno> {
    calls::prlimit64_set(resource, limit)
}

/// Lets all signals through again, with their default actions: those of a
/// terminal may have been ignored when the server was started.
pub fn unblock() -> Result<(), Errno> {
    for signal in [
        constant::SIGHUP,
        constant::SIGINT,
        constant::SIGQUIT,
        constant::SIGTERM,
        constant::SIGPIPE,
        constant::SIGXFSZ,
    ] {
        calls::rt_sigaction_default(signal)?;
    }
    calls::rt_sigprocmask(constant::SIG_SETMASK, 0)
}
