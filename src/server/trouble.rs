//! When there is no connection to accept.

use crate::sys::Errno;

/// What an error of accept(2) means for who waits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Of this one connection, or nothing to accept after all.
    Passing,
    /// Of descriptors or memory: it will pass, but not at once.
    Shortage,
    /// Of the listening socket: it will not pass.
    Fatal,
}

impl Trouble {
    pub fn of(errno: Errno) -> Self {
        match errno {
            Errno::EMFILE | Errno::ENFILE | Errno::ENOBUFS | Errno::ENOMEM => Trouble::Shortage,
            Errno::EBADF | Errno::EINVAL | Errno::ENOTSOCK | Errno::ENOSYS => Trouble::Fatal,
            // EAGAIN, ECONNABORTED, and the network errors of a connection that
            // Linux reports here: accept(2), "Error handling".
            _ => Trouble::Passing,
        }
    }
}
