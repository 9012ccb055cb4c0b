//! Processes.

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

/// How a child ended.
pub struct Ended {
    pub pid: i32,
    /// The signal that ended it; 0: it ended by itself.
    pub signal: u8,
}

/// The next child that has ended; None: no other has.
pub fn reap() -> Option<Ended> {
    match retry(|| calls::wait4(constant::WNOHANG)) {
        Ok((pid, status)) if pid > 0 => Some(Ended { pid, signal: (status & 0x7f) as u8 }),
        // ECHILD: there are no children at all.
        Ok(_) | Err(_) => None,
    }
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

pub fn exit(code: u8) -> ! {
    calls::exit(code)
}
