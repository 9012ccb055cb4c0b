//! Writing to the client.

use core::mem;

use svcd::http::{Refusal, Status};
use svcd::limits;
use svcd::text::{Buffer, hex};

use crate::sys::{Errno, Fd, fs, net, time};

/// What went out.
pub struct Sent {
    pub status: Status,
    /// Bytes of the body.
    pub bytes: u64,
    /// None: it was served.
    pub refusal: Option<Refusal>,
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
    /// Bytes a second that it must take on average where it is waited for.
    pub rate: u64,
}

impl<'a> Delivery<'a> {
    fn sent(&self, bytes: u64, complete: bool, is_long: bool) -> Sent {
        Sent { status: self.status, bytes, refusal: None, complete, is_long, time: self.time }
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
                Ok(_) => return Err(Refusal::Shrunk),
                Err(_) => return Err(Refusal::Unreadable),
            }
            return Ok(self.send(&answer, head));
        }
        let mut parts = self.send_head(answer.bytes());
        parts.file(file, first, count);
        Ok(parts.end(true))
    }

    /// Sends a head whose body follows at once.
    pub fn send_head(&self, head: &[u8]) -> Parts<'a> {
        let (_, complete) = self.push(head, true);
        Parts { delivery: *self, head: 0, bytes: 0, complete }
    }

    /// Begins an answer whose parts come one by one. Its head, so many bytes, is at
    /// the start of the room of the first [`Parts::part`], and goes out with that.
    pub fn begin_parts(&self, head: usize) -> Parts<'a> {
        Parts { delivery: *self, head, bytes: 0, complete: true }
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
        patience.sent += count;
        if now >= patience.until || self.is_too_slow(patience, now) {
            net::set_abort(self.socket);
            return false;
        }
        true
    }

    /// Whether a client takes less than it must, in the time since it was waited for
    /// at first: what it has not acknowledged is in the queue still, which was not
    /// its fault then.
    fn is_too_slow(&self, patience: &mut Patience, now: u64) -> bool {
        let taken = patience.sent.saturating_sub(u64::from(patience.queued));
        let &mut (begin, before) = patience.begin.get_or_insert((now, taken));
        let (time, taken) = (now - begin, taken.saturating_sub(before));
        time >= self.idle && taken.saturating_mul(1000) < self.rate.saturating_mul(time)
    }
}

/// What is known of a client that has to be waited for.
struct Patience {
    /// Bytes that went out.
    sent: u64,
    /// When it was waited for at first, and what it had taken by then.
    begin: Option<(u64, u64)>,
    /// Bytes that it had not acknowledged when it was looked at last.
    queued: u32,
    /// When it must have taken something.
    until: u64,
}

impl Default for Patience {
    fn default() -> Self {
        Patience { sent: 0, begin: None, queued: u32::MAX, until: 0 }
    }
}

/// A body under way.
pub struct Parts<'a> {
    delivery: Delivery<'a>,
    /// Bytes of the head that still are to be sent.
    head: usize,
    bytes: u64,
    complete: bool,
}

/// The size of a chunk and two line ends.
const FRAMING: usize = 8 + 2 + 2;

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

    /// Sends a part in one call with what goes around it: the head, and its framing
    /// as a chunk (RFC 9112 7.1), of which an empty one ends the body. They are put
    /// together in `room`; what does not fit there goes out behind it.
    pub fn part(&mut self, room: &mut [u8], mut content: &[u8], is_chunk: bool, more: bool) -> bool {
        while self.complete {
            let mut out = Buffer::new(room);
            out.grow(mem::take(&mut self.head));
            let count = out.unused().len().saturating_sub(FRAMING).min(content.len());
            let (now, later) = content.split_at_checked(count).unwrap_or_default();
            if is_chunk {
                hex::push_padded(&mut out, count as u64, 1);
                out.push(b"\r\n");
            }
            let before = out.len();
            if before == 0 {
                return self.bytes(content, more);
            }
            out.push(now);
            out.push(if is_chunk { b"\r\n" } else { b"" });
            let (sent, complete) = self.delivery.push(out.bytes(), more);
            self.complete = complete;
            // The framing is not of the body (RFC 9112 6).
            self.bytes += sent.saturating_sub(before).min(count) as u64;
            content = later;
            if content.is_empty() {
                break;
            }
        }
        self.complete
    }

    /// Sends `count` bytes of `file`. When the client is gone or takes nothing,
    /// or the file has become shorter, it stops: the client knows the length and
    /// sees that bytes are missing.
    pub fn file(&mut self, file: Fd, first: u64, count: u64) {
        let end = first + count;
        let mut offset = first;
        let mut patience = Patience::default();
        while self.complete && offset < end {
            let most = (end - offset).min(limits::SENDFILE);
            let (sent, result) = net::send_file(self.delivery.socket, file, offset, most);
            offset += sent;
            self.complete = match result {
                Ok(()) if sent == 0 || offset == end => sent > 0,
                // It may have waited for all that time.
                result => self.delivery.goes_on(&mut patience, sent, result.err().unwrap_or(Errno::EAGAIN)),
            };
        }
        self.bytes += offset - first;
    }

    /// `is_whole`: there was nothing else to send.
    pub fn end(self, is_whole: bool) -> Sent {
        self.delivery.sent(self.bytes, self.complete && is_whole, true)
    }
}
