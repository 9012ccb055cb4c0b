//! Processes that wait for the same connections, and for the end of their parent.

use super::errno::{Errno, Failure};
use super::fd::OwnedFd;
use super::{os, process};

/// What they wait with. The parent makes it before it forks them.
pub struct Crowd {
    entrance: os::Entrance,
    /// One end of a pipe that nothing is written to. Nobody but the parent has it, so
    /// that whatever ends the parent, or lets it become another program, closes it,
    /// and those who wait see that at the other end.
    parents: OwnedFd,
    _childrens: OwnedFd,
}

/// What a process that waits finds.
pub enum Arrival {
    /// A connection at the listening socket of this place, for whoever is first.
    Connection(usize),
    /// The parent has gone, or has dropped its part of this.
    End,
    /// The time is over.
    None,
}

impl Crowd {
    /// For the first [`super::LISTENERS`] of these sockets.
    pub fn new(listeners: &[Option<OwnedFd>]) -> Result<Self, Failure> {
        let (parents, childrens) = process::pipe().map_err(|errno| errno.of("pipe"))?;
        let entrance = os::Entrance::new(listeners, childrens.borrow())?;
        Ok(Crowd { entrance, parents, _childrens: childrens })
    }

    /// Waits for what comes first, at most so many milliseconds; None: without an end.
    pub fn wait(&self, timeout: Option<u64>) -> Result<Arrival, Errno> {
        self.entrance.wait(timeout)
    }

    /// What every child does with its copy.
    pub fn close_in_child(&self) {
        self.parents.close_in_child();
    }
}
