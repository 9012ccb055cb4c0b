//! Who is at the other end of a connection.

use core::cell::Cell;
use core::net::SocketAddr;

use svcd::access::forwarded::{self, Remote};
use svcd::http::field::Fields;
use svcd::http::{Persistence, Refusal, Request};

use super::Site;
use crate::sys::{Errno, OwnedFd, Scoreboard, net, process, time};

/// The other end, and this process's place in the parent's list.
pub struct Client<'a> {
    pub socket: OwnedFd,
    /// Who is there, as the kernel says, or a proxy before the first request.
    pub peer: Cell<Remote>,
    /// Who sent the request under way.
    pub remote: Cell<Remote>,
    /// A proxy has said that it speaks for itself: no field names another one.
    pub is_for_itself: Cell<bool>,
    pub slot: usize,
    pub scoreboard: Scoreboard,
    pub site: &'a Site<'a>,
    /// The receive timeout is no longer the one that a connection begins with.
    pub timeout_is_changed: Cell<bool>,
    /// It has become the parent of what its programs leave behind.
    pub adopts: Cell<bool>,
    /// When the last request was answered, in seconds since 1970.
    pub answered: Cell<Option<u64>>,
}

impl<'a> Client<'a> {
    pub fn new(
        socket: OwnedFd,
        peer: Option<SocketAddr>,
        slot: usize,
        scoreboard: Scoreboard,
        site: &'a Site<'a>,
    ) -> Self {
        let remote = Remote { address: peer, ..Remote::default() };
        let (peer, remote, is_for_itself) = (Cell::new(remote), Cell::new(remote), Cell::new(false));
        let (timeout_is_changed, adopts, answered) = (Cell::new(false), Cell::new(false), Cell::new(None));
        Client {
            socket,
            peer,
            remote,
            is_for_itself,
            slot,
            scoreboard,
            site,
            timeout_is_changed,
            adopts,
            answered,
        }
    }

    /// Takes note of who has sent a request with these fields; refused: two of them say it.
    pub fn identify(&self, fields: Fields) -> Result<(), Refusal> {
        let trusted = &self.site.options.trusted;
        if trusted.is_empty() {
            return Ok(());
        }
        let peer = self.peer.get();
        self.remote.set(peer);
        if self.is_for_itself.get() {
            return Ok(());
        }
        forwarded::client(fields, peer, trusted).map(|remote| self.remote.set(remote))
    }

    /// What becomes of the connection behind an answer, when nothing of the
    /// request's body stands in the way.
    pub fn persistence(&self, request: &Request, is_read: bool) -> Persistence {
        if is_read && !self.scoreboard.is_stopping() {
            Persistence::of(request.version, request.fields)
        } else {
            Persistence::Close
        }
    }

    /// When a head or a body must have come that begins to come now.
    pub fn deadline(&self) -> u64 {
        time::monotonic() + u64::from(self.site.options.header_timeout) * 1000
    }

    /// Receives what there is; EAGAIN: nothing came before `deadline`.
    pub fn receive_before(&self, room: &mut [u8], deadline: u64) -> Result<usize, Errno> {
        let left = deadline.saturating_sub(time::monotonic());
        if left == 0 {
            return Err(Errno::EAGAIN);
        }
        self.timeout_is_changed.set(true);
        // Should this fail, the idle timeout still holds.
        let _ = net::set_receive_timeout(self.socket.borrow(), left);
        net::receive(self.socket.borrow(), room)
    }

    /// Before a request; EAGAIN: the server stops, and there is no other.
    pub fn be_idle(&self) -> Result<(), Errno> {
        if self.timeout_is_changed.take() {
            let idle = u64::from(self.site.options.idle_timeout) * 1000;
            net::set_receive_timeout(self.socket.borrow(), idle)?;
        }
        let since = self.answered.get().unwrap_or_else(time::now);
        self.scoreboard.set_idle(self.slot, since);
        if self.scoreboard.is_ending() { Err(Errno::EAGAIN) } else { Ok(()) }
    }

    /// Does something as one that waits since then, in seconds since 1970: its
    /// place may be another connection's meanwhile.
    pub fn as_idle<T>(&self, since: u64, work: impl FnOnce() -> T) -> T {
        // A stop ends those that wait, and this one has a request.
        if self.scoreboard.is_stopping() {
            return work();
        }
        self.scoreboard.set_idle(self.slot, since);
        let done = work();
        if self.be_busy().is_err() {
            process::exit(0);
        }
        done
    }

    /// Behind it; EAGAIN: the parent has claimed this connection meanwhile.
    pub fn be_busy(&self) -> Result<(), Errno> {
        if self.scoreboard.become_busy(self.slot) { Ok(()) } else { Err(Errno::EAGAIN) }
    }
}
