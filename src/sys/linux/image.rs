//! How a program is started, and how all of it ends.

use core::ffi::c_void;

use svcd::text::{decimal, find_last, split};

use super::{calls, constant};
use crate::sys::calls::{kill, openat, read};
use crate::sys::errno::{Errno, retry};
use crate::sys::fd::{Fd, OwnedFd};
use crate::sys::process::Begin;

/// The ends to read and to write, closed on exec.
pub fn pipe() -> Result<(OwnedFd, OwnedFd), Errno> {
    calls::pipe2(constant::O_CLOEXEC)
}

/// Makes `number` another name of `fd`, which stays open on exec.
pub fn dup_to(fd: Fd, number: i32) -> Result<(), Errno> {
    retry(|| calls::dup3(fd, number))
}

/// Closes every descriptor from `first` on, as far as the kernel can: before
/// Linux 5.9 those stay open that the server was started with.
///
/// # Safety
/// Nothing uses any of them any more.
pub unsafe fn close_all(first: u32) {
    #[cfg(feature = "trace")]
    if let Some(own) = crate::sys::trace::descriptor() {
        // SAFETY: the caller has given them up.
        return unsafe { super::trace::close_but(first, own) };
    }
    // SAFETY: the caller has given them up.
    let _ = unsafe { calls::close_range_from(first) };
}

/// Soft and hard limit of a resource, RLIMIT_CPU and the like.
pub fn set_limit(resource: u32, limit: u64) -> Result<(), Errno> {
    calls::prlimit64_set(resource, limit)
}

/// Lets all signals through.
pub fn unblock() -> Result<(), Errno> {
    calls::rt_sigprocmask(constant::SIG_SETMASK, 0)
}

/// clone(2) as vfork(2) does it, but with a stack for the child: it would
/// overwrite the one that this process comes back to. Signals that arrive
/// meanwhile have no handler that could run in either.
///
/// # Safety
/// See `process::spawn`.
pub unsafe fn spawn(entry: Begin, context: *const c_void, stack: &mut [u8]) -> Result<i32, Errno> {
    let end = stack.as_mut_ptr_range().end;
    let end = end.wrapping_sub(end as usize % 16).cast();
    let flags = constant::CLONE_VM | constant::CLONE_VFORK | constant::SIGCHLD;
    // SAFETY: nobody else has this stack, which is there until the kernel lets
    // this process go on: when the child has left it for another program, or
    // has ended. The flags name no thread-local storage and no place for a pid.
    unsafe { calls::clone_onto(flags, end, entry, context) }
}

/// Should it fail, orphans are somebody else's as before.
pub fn adopt_orphans() {
    let _ = calls::prctl(constant::PR_SET_CHILD_SUBREAPER, 1);
}

/// proc_pid_children(5): pids in decimal, a space behind each. They stay those of
/// the children, ended or not, until this process waits for them.
pub fn kill_children() -> bool {
    let flags = constant::O_RDONLY | constant::O_CLOEXEC;
    let cwd = Fd::special(constant::AT_FDCWD);
    let Ok(file) = openat(cwd, c"/proc/thread-self/children", flags, 0) else { return false };
    let mut room = [0; 4096];
    let count = read(file.borrow(), &mut room).unwrap_or(0);
    // Behind the last space there is nothing, or a pid that is cut off.
    let pids = room.get(..count).unwrap_or_default();
    let end = find_last(pids, b' ').unwrap_or(0);
    let pids = split(pids.get(..end).unwrap_or_default(), b' ');
    let mut is_any = false;
    for pid in pids.filter_map(decimal::parse) {
        let _ = kill(pid as i32, constant::SIGKILL);
        is_any = true;
    }
    is_any
}
