//! What a client sends, as it arrives: heads, one behind the other.

use svcd::access::proxy_protocol::{self, Preface};
use svcd::access::trusted::{self, How};
use svcd::http::{Refusal, request};
use svcd::limits;
use svcd::text::find;

use super::body::Body;
use super::client::Client;
use crate::sys::{Errno, net};

/// Bytes that have arrived and that no request has used yet.
pub struct Input<'a> {
    room: &'a mut [u8; limits::INPUT],
    start: usize,
    end: usize,
    /// Nothing was received on this connection yet.
    is_new: bool,
    /// How the peer is believed, as long as it may say something before its first request.
    preface: Option<How>,
}

/// How waiting for a head ended.
pub enum Head {
    /// It is whole, and has so many bytes.
    Complete(usize),
    Refused(Refusal),
    /// The client has left, or was silent for too long between two requests.
    Gone,
}

impl<'a> Input<'a> {
    pub fn new(room: &'a mut [u8; limits::INPUT], client: &Client) -> Self {
        let ip = client.peer.get().address.map(|address| address.ip());
        let how = trusted::how(&client.site.options.trusted, ip);
        let preface = how.filter(|how| matches!(how, How::Any | How::ProxyProtocol));
        Input { room, start: 0, end: 0, is_new: true, preface }
    }

    pub fn bytes(&self) -> &[u8] {
        self.room.get(self.start..self.end).unwrap_or_default()
    }

    /// The head of `len` bytes, and what is behind it.
    pub fn split<'b>(&'b mut self, len: usize, client: &'b Client<'b>) -> (&'b [u8], Body<'b>) {
        let end = (self.end - self.start).saturating_sub(len);
        let unused = self.room.get_mut(self.start..).unwrap_or_default();
        let (head, room) = unused.split_at_mut_checked(len).unwrap_or_default();
        (head, Body::new(client, room, end))
    }

    /// Goes on behind a head of `len` bytes, where its body has left `unused`.
    pub fn resume(&mut self, len: usize, unused: core::ops::Range<usize>) {
        let body = self.start + len;
        (self.start, self.end) = (body + unused.start, body + unused.end);
    }

    /// Moves what there is to the front, when the room behind it gets short.
    fn compact(&mut self) {
        let (start, end) = (self.start, self.end);
        if start >= end {
            (self.start, self.end) = (0, 0);
        } else if start > limits::INPUT - limits::HEAD - limits::BODY_ROOM && end <= limits::INPUT {
            self.room.copy_within(start..end, 0);
            (self.start, self.end) = (0, end - start);
        }
    }

    /// Takes what a proxy says before the first request. Ok(false): more of it has to
    /// come.
    #[inline(never)]
    fn take_preface(&mut self, client: &Client) -> Result<bool, Refusal> {
        let Some(how) = self.preface.filter(|_| self.start < self.end) else { return Ok(true) };
        match proxy_protocol::parse(self.bytes()) {
            Preface::Partial => return Ok(false),
            Preface::Complete(len, remote) => {
                self.start += len;
                self.compact();
                match remote {
                    Some(remote) => client.peer.set(remote),
                    None => client.is_for_itself.set(true),
                }
            }
            Preface::None if how == How::Any => {}
            Preface::None | Preface::Malformed => return Err(Refusal::NoProxyHeader),
        }
        self.preface = None;
        Ok(true)
    }

    /// Receives until the next head is whole or cannot become it.
    ///
    /// Its first byte may take as long as the idle timeout. From then on the
    /// head as a whole has its own limit, in however small pieces it comes.
    pub fn receive_head(&mut self, client: &Client) -> Head {
        self.compact();
        let mut deadline = None;
        // Bytes in which the end of the head was looked for in vain.
        let mut seen = 0usize;
        loop {
            let before = self.preface;
            match self.take_preface(client) {
                Ok(true) => {
                    if before != self.preface {
                        // The client has its own time.
                        deadline = None;
                    }
                    if let Some(head) = self.look_for_head(&mut seen) {
                        return head;
                    }
                }
                Ok(false) => {}
                Err(refusal) => return Head::Refused(refusal),
            }
            // RFC 9112 2.2: an empty line may stand before a request. Alone it is
            // none, and nothing answers it.
            let is_silent = b"\r\n".starts_with(self.bytes());
            let received = match (is_silent, deadline) {
                (true, _) => self.receive_first(client),
                (_, None) => self.receive_before(client, *deadline.insert(client.deadline())),
                (_, Some(deadline)) => self.receive_before(client, deadline),
            };
            match received {
                Ok(count) if count > 0 => self.end += count,
                Ok(_) | Err(_) if is_silent => return Head::Gone,
                Ok(_) => return Head::Refused(Refusal::CutHead),
                Err(Errno::EAGAIN) => return Head::Refused(Refusal::SlowHead),
                Err(_) => return Head::Gone,
            }
        }
    }

    /// None: more has to come. So many bytes were `seen` before that.
    #[inline(never)]
    fn look_for_head(&self, seen: &mut usize) -> Option<Head> {
        let bytes = self.bytes();
        // Four bytes end a head; three of them may have been there before.
        let fresh = seen.saturating_sub(3);
        let end = bytes.get(fresh..).and_then(|new| new.windows(4).position(|four| four == b"\r\n\r\n"));
        let end = end.map(|end| fresh + end + 4);
        if let Some(len) = end.filter(|len| *len <= limits::HEAD) {
            return Some(Head::Complete(len));
        }
        // What can be no head is refused at once. It is looked at again only
        // when a line has come to its end, not for every byte.
        let has_line = find(bytes.get(*seen..).unwrap_or_default(), b'\n').is_some();
        let is_full = end.is_some() || bytes.len() >= limits::HEAD;
        if (*seen == 0 || has_line || is_full)
            && !bytes.is_empty()
            && let Err(error) = request::parse(bytes)
        {
            return Some(Head::Refused(error.refusal()));
        }
        *seen = bytes.len();
        is_full.then_some(Head::Refused(Refusal::LargeHead))
    }

    fn receive_first(&mut self, client: &Client) -> Result<usize, Errno> {
        let socket = client.socket.borrow();
        let room = self.room.get_mut(self.end..).unwrap_or_default();
        // What has come with the connection needs no look at the scoreboard: the
        // parent has marked this process busy.
        if core::mem::take(&mut self.is_new) {
            let arrived = net::receive_now(socket, room);
            if arrived != Err(Errno::EAGAIN) {
                return arrived;
            }
        }
        client.be_idle()?;
        let received = net::receive(socket, room);
        client.be_busy()?;
        received
    }

    fn receive_before(&mut self, client: &Client, deadline: u64) -> Result<usize, Errno> {
        client.receive_before(self.room.get_mut(self.end..).unwrap_or_default(), deadline)
    }
}
