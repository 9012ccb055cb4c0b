//! Waiting for connections together with others.

use super::poll;
use crate::sys::LISTENERS;
use crate::sys::crowd::Arrival;
use crate::sys::errno::{Errno, Failure, retry};
use crate::sys::fd::{Fd, OwnedFd};
use crate::sys::readiness::Entry;

/// What poll(2) is asked for, which wakes all who wait for each connection: a kqueue
/// would do the same, and is not inherited.
pub struct Entrance {
    entries: [Entry; LISTENERS + 1],
}

impl Entrance {
    /// `end` is the end for writing of a pipe.
    pub fn new(listeners: &[Option<OwnedFd>], end: Fd) -> Result<Self, Failure> {
        let mut entries = [Entry::NONE; LISTENERS + 1];
        let [first, rest @ ..] = &mut entries;
        // Nothing comes there to be read, and POLLHUP is told only with this.
        *first = Entry::readable(end);
        for (entry, listener) in rest.iter_mut().zip(listeners.iter().flatten()) {
            *entry = Entry::readable(listener.borrow());
        }
        Ok(Entrance { entries })
    }

    pub fn wait(&self, timeout: Option<u64>) -> Result<Arrival, Errno> {
        let mut entries = self.entries;
        retry(|| poll(&mut entries, timeout))?;
        let [end, listeners @ ..] = &entries;
        if end.is_ready() {
            return Ok(Arrival::End);
        }
        Ok(listeners.iter().position(Entry::is_ready).map_or(Arrival::None, Arrival::Connection))
    }
}
