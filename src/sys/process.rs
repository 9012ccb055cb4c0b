//! Processes.

use core::ffi::c_void;

use super::calls;
use super::errno::{Errno, retry};
use super::fd::OwnedFd;
use super::os::{self, constant};

/// Which of the two processes this is.
pub enum Fork {
    Child,
    /// With the child's pid.
    Parent(i32),
}

/// Splits the process in two.
///
/// Safe, because the program has one thread and no heap: there is no lock that
/// another thread could hold, and no state that must not exist twice. Every
/// descriptor is open in both; who closes which is said where it is called.
pub fn fork() -> Result<Fork, Errno> {
    os::fork()
}

/// Where a process of [`spawn`] begins. What it was started with comes fifth: see
/// `trap_onto` of the processors.
pub type Begin = extern "C" fn(usize, usize, usize, usize, *const c_void) -> !;

/// Makes a process that will be another program: where the system can do that,
/// without a copy of this one's memory, and this one goes on when it is.
///
/// # Safety
/// `entry` gets `context`, may be in the same memory as this process with `stack` for
/// its stack, which has [`STACK`] bytes at least, and changes nothing else there.
pub(super) unsafe fn spawn(entry: Begin, context: *const c_void, stack: &mut [u8]) -> Result<i32, Errno> {
    // SAFETY: the caller has said so.
    unsafe { os::spawn(entry, context, stack) }
}

/// Enough for what `spawn` begins with, also in a debug build.
pub(super) const STACK: usize = 15 * 1024;

/// From now on, a process that has lost its parent becomes a child of this one
/// if it comes from one of its children. Only Linux has that.
pub fn adopt_orphans() {
    os::adopt_orphans();
}

/// The two ends of a pipe, the one for reading first; both are closed on exec.
pub fn pipe() -> Result<(OwnedFd, OwnedFd), Errno> {
    os::pipe()
}

/// Kills all children of this process, as far as the system tells who they are.
/// False: it knows of none.
pub fn kill_children() -> bool {
    os::kill_children()
}

/// How a child ended.
pub struct Ended {
    pub pid: i32,
    /// The signal that ended it; 0: it ended by itself.
    pub signal: u8,
    /// What it ended with, by itself.
    pub code: u8,
}

/// The next child that has ended; None: no other has. ECHILD: there are no
/// children at all.
pub fn reap() -> Result<Option<Ended>, Errno> {
    let (pid, status) = retry(|| calls::wait4(constant::WNOHANG))?;
    Ok((pid > 0).then_some(Ended { pid, signal: (status & 0x7f) as u8, code: (status >> 8) as u8 }))
}

/// A descriptor that is ready when a child of this process has ended; None: the
/// system has none, and it is to be looked for. One of them is made for one child.
pub fn watch_children() -> Option<OwnedFd> {
    os::watch_children()
}

/// Asks a group of processes to end, or ends it at once.
pub fn end_group(group: i32, at_once: bool) {
    let _ = calls::kill(-group, if at_once { constant::SIGKILL } else { constant::SIGTERM });
}

/// Ends a process at once, whatever it does. That it is gone already is no
/// error.
pub fn kill(pid: i32) {
    let _ = calls::kill(pid, constant::SIGKILL);
}

/// Lets a parent look after its children, as if one of them had ended. That it is gone
/// is no error.
pub fn call_parent(pid: i32) {
    let _ = calls::kill(pid, constant::SIGCHLD);
}

pub fn exit(code: u8) -> ! {
    calls::exit(code)
}

pub fn id() -> i32 {
    calls::getpid()
}

/// Bytes of memory that this process has had at the most, and the largest of its
/// children that have ended.
pub fn memory() -> (u64, u64) {
    let of = |who| calls::getrusage_maxrss(who).unwrap_or(0) * os::MAXRSS;
    (of(constant::RUSAGE_SELF as i32), of(constant::RUSAGE_CHILDREN))
}
