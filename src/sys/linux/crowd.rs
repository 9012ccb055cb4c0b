//! Waiting for connections together with others.

use linux_raw_sys::general::epoll_event;

use super::{calls, constant};
use crate::sys::LISTENERS;
use crate::sys::crowd::Arrival;
use crate::sys::errno::{Errno, Failure, retry};
use crate::sys::fd::{Fd, OwnedFd};

/// An epoll(7) instance, which all who wait have from their parent: for a connection
/// the kernel wakes one or two of them, where ppoll(2) would wake all.
pub struct Entrance {
    epoll: OwnedFd,
}

/// What is told of the end; a smaller number is the place of a listening socket.
const END: u64 = u64::MAX;

impl Entrance {
    /// `end` is the end for writing of a pipe.
    pub fn new(listeners: &[Option<OwnedFd>], end: Fd) -> Result<Self, Failure> {
        let epoll =
            calls::epoll_create1(constant::EPOLL_CLOEXEC).map_err(|errno| errno.of("epoll_create1"))?;
        let add = |fd, events, data| {
            let event = epoll_event { events, data };
            calls::epoll_add(epoll.borrow(), fd, &event).map_err(|errno| errno.of("epoll_ctl"))
        };
        // EPOLLERR is told of everything.
        add(end, 0, END)?;
        for (place, listener) in (0..).zip(listeners.iter().flatten().take(LISTENERS)) {
            add(listener.borrow(), constant::EPOLLIN, place)?;
        }
        Ok(Entrance { epoll })
    }

    pub fn wait(&self, timeout: Option<u64>) -> Result<Arrival, Errno> {
        let mut events = [epoll_event { events: 0, data: END }; LISTENERS + 1];
        let count = retry(|| calls::epoll_pwait(self.epoll.borrow(), &mut events, timeout))?;
        // The end counts before any connection, and is the greatest.
        Ok(match events.iter().take(count).map(|event| event.data).max() {
            None => Arrival::None,
            Some(END) => Arrival::End,
            Some(place) => Arrival::Connection(place as usize),
        })
    }
}
