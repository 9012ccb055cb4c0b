//! Writing to the client.

use svcd::http::{Refusal, Status};
use svcd::limits;
use svcd::text::{Buffer, hex};

use crate::sys::{Errno, Fd, fs, net, time};

const UNREADABLE: Refusal = Refusal::new(Status::INTERNAL_SERVER_ERROR, "the file could not be read");
const SHRUNK: Refusal = Refusal::new(Status::INTERNAL_SERVER_ERROR, "the file became shorter meanwhile");

/// What went out.
pub struct Sent {
    pub status: Status,
    /// Bytes of the body.
    pub bytes: u64,
    /// Of a refusal; else empty.
    pub reason: &'static str,
    /// All of it: the client knows where the next answer begins.
    pub complete: bool,
    /// The body went out in pieces behind the head.
    pub is_long: bool,
    pub time: u64,
}

/// Sends one answer whose head is put together.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    pub socket: Fd<'a>,
    pub head_only: bool,
    pub status: Status,
    pub time: u64,
    /// How long a client may take nothing, in milliseconds.
    pub idle: u64,
}

impl<'a> Delivery<'a> {
    fn sent(&self, bytes: u64, complete: bool, is_long: bool) -> Sent {
        Sent { status: self.status, bytes, reason: "", complete, is_long, time: self.time }
    }

    /// Sends a head of `head` bytes and the body behind it.
    pub fn send(&self, answer: &Buffer, head: usize) -> Sent {
        let end = if self.head_only { head } else { answer.len() };
        let (sent, complete) = self.push(answer.bytes().get(..end).unwrap_or_default(), false);
        self.sent(sent.saturating_sub(head) as u64, complete, false)
    }

    /// Sends `answer`, a head, and behind it `count` bytes of a file. A small
    /// file goes out in one call with its head. Refused: nothing was sent yet.
    pub fn send_file(&self, mut answer: Buffer, file: Fd, first: u64, count: u64) -> Result<Sent, Refusal> {
        let head = answer.len();
        if self.head_only {
            return Ok(self.send(&answer, head));
        }
        if first == 0 && count <= limits::INLINE_FILE as u64 {
            let content = answer.unused().get_mut(..count as usize).unwrap_or_default();
            match fs::read_full(file, content) {
                Ok(read) if read as u64 == count => answer.grow(read),
                // The head with the wrong length is not sent yet.
                Ok(_) => return Err(SHRUNK),
                Err(_) => return Err(UNREADABLE),
            }
            return Ok(self.send(&answer, head));
        }
        let mut parts = self.begin_parts(answer.bytes());
        parts.file(file, first, count);
        Ok(parts.end(true))
    }

    /// Sends a head whose body follows in parts.
    pub fn begin_parts(&self, head: &[u8]) -> Parts<'a> {
        let (_, complete) = self.push(head, true);
        Parts { delivery: *self, bytes: 0, complete }
    }

    /// The bytes that went out, and whether these are all.
    fn push(&self, bytes: &[u8], more: bool) -> (usize, bool) {
        let mut patience = Patience::default();
        let mut sent = 0;
        loop {
            match net::send_all(self.socket, bytes.get(sent..).unwrap_or_default(), more) {
                Ok(()) => return (bytes.len(), true),
                Err((errno, count)) => {
                    sent += count;
                    if !self.goes_on(&mut patience, count as u64, errno) {
                        return (sent, false);
                    }
                }
            }
        }
    }

    /// Whether sending goes on after an error, before which `count` bytes went
    /// out: it does while the client takes something, however slowly.
    fn goes_on(&self, patience: &mut Patience, count: u64, errno: Errno) -> bool {
        match errno {
            Errno::EINTR => return true,
            Errno::EAGAIN => {}
            _ => return false,
        }
        let queued = net::unacknowledged(self.socket).unwrap_or(u32::MAX);
        let now = time::monotonic();
        if count > 0 || queued < patience.queued {
            // A quarter is over: the send has waited for it.
            patience.until = now + self.idle / 4 * 3;
        }
        patience.queued = queued;
        if now >= patience.until {
            net::set_abort(self.socket);
            return false;
        }
        true
    }
}

/// What is known of a client that has to be waited for.
struct Patience {
    /// Bytes that it had not acknowledged when it was looked at last.
    queued: u32,
    /// When it must have taken something.
    until: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Patience { queued: u32::MAX, until: 0 }
    }
}

/// A body under way.
pub struct Parts<'a> {
    delivery: Delivery<'a>,
    bytes: u64,
    complete: bool,
}

impl Parts<'_> {
    /// Sends a part; false: it did not go out whole, and nothing will after it.
    pub fn bytes(&mut self, bytes: &[u8], more: bool) -> bool {
        if self.complete {
            let (sent, complete) = self.delivery.push(bytes, more);
            self.bytes += sent as u64;
            self.complete = complete;
        }
        self.complete
    }

    /// Sends a part of a chunked body (RFC 9112 7.1); an empty one ends it.
    pub fn chunk(&mut self, content: &[u8]) -> bool {
        let mut room = [0; 20];
        let mut size = Buffer::new(&mut room);
        hex::push_padded(&mut size, content.len() as u64, 8);
        size.push(b"\r\n");
        let before = self.bytes;
        let is_sent =
            self.bytes(size.bytes(), true) && self.bytes(content, true) && self.bytes(b"\r\n", false);
        if is_sent {
            // The framing is not of the body (RFC 9112 6).
            self.bytes = before + content.len() as u64;
        }
        is_sent
    }

    /// Sends `count` bytes of `file`. When the client is gone or takes nothing,
    /// or the file has become shorter, it stops: the client knows the length and
    /// sees that bytes are missing.
    pub fn file(&mut self, file: Fd, first: u64, count: u64) {
        let end = first + count;
        let mut offset = first;
        let mut patience = Patience::default();
        while self.complete && offset < end {
            let (sent, result) = net::send_file(self.delivery.socket, file, offset, end - offset);
            offset += sent;
            self.complete = match result {
                Ok(()) => sent > 0,
                Err(errno) => self.delivery.goes_on(&mut patience, sent, errno),
            };
        }
        self.bytes += offset - first;
    }

    /// `is_whole`: there was nothing else to send.
    pub fn end(self, is_whole: bool) -> Sent {
        self.delivery.sent(self.bytes, self.complete && is_whole, true)
    }
}
