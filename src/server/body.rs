//! The body of a request.

use core::ops::Range;

use svcd::http::Refusal;
use svcd::http::chunked::Decoder;
use svcd::http::framing::BodyLength;
use svcd::limits;

use super::client::Client;
use crate::sys::{Errno, net, time};

/// The bytes behind a head: those of its body, then those of the next request.
pub struct Body<'a> {
    client: &'a Client<'a>,
    room: &'a mut [u8],
    /// Where the bytes are that nobody has used.
    unused: Range<usize>,
    /// Where those are that [`Body::content`] shows.
    content: Range<usize>,
    /// The rest of the body, as it was framed: bytes, or in chunks.
    left: u64,
    chunks: Option<Decoder>,
    /// What is left is all: the framing has come to its end.
    is_end: bool,
    /// Bytes of content that it may still have.
    allowed: u64,
    /// When it was waited for first, in milliseconds.
    begin: Option<u64>,
    /// Bytes that were received, without those that came with the head.
    received: u64,
}

impl<'a> Body<'a> {
    /// `arrived` bytes of what is behind the head are in `room` already.
    pub fn new(client: &'a Client<'a>, room: &'a mut [u8], arrived: usize) -> Self {
        let (content, allowed, begin, received) = (0..0, u64::MAX, None, 0);
        Body {
            client,
            room,
            unused: 0..arrived,
            content,
            left: 0,
            chunks: None,
            is_end: true,
            allowed,
            begin,
            received,
        }
    }

    /// Says how long it is, before the first byte is read.
    pub fn frame(&mut self, length: BodyLength) {
        (self.left, self.chunks) = match length {
            BodyLength::None => (0, None),
            BodyLength::Length(length) => (length, None),
            BodyLength::Chunked => (u64::MAX, Some(Decoder::new())),
        };
        self.is_end = self.left == 0;
    }

    /// It is refused as soon as it has more than `most` bytes.
    pub fn limit(&mut self, most: u64) {
        self.allowed = most;
    }

    /// What the body has not used: it is the next request's.
    pub fn unused(self) -> Range<usize> {
        self.unused
    }

    /// Bytes have arrived that are not the body's.
    pub fn has_more(&self) -> bool {
        !self.unused.is_empty()
    }

    /// Its content as far as it is there and was not taken.
    pub fn content(&self) -> &[u8] {
        self.room.get(self.content.clone()).unwrap_or_default()
    }

    /// Takes so many bytes of the content.
    pub fn take(&mut self, count: usize) {
        self.content.start = (self.content.start + count).min(self.content.end);
    }

    /// All of it was taken.
    pub fn is_read(&self) -> bool {
        self.is_end && self.content.is_empty()
    }

    /// What is left of it is worth to be read and dropped.
    pub fn is_short(&self) -> bool {
        self.is_end || (self.chunks.is_none() && self.left <= limits::DISCARD)
    }

    /// Reads and drops the rest of it. False: it has come in chunks that are
    /// longer than that is worth, and was not read to its end. The caller does
    /// not begin with a length above [`limits::DISCARD`].
    pub fn discard(&mut self) -> Result<bool, Refusal> {
        let mut dropped = 0;
        self.read(&mut |content| {
            dropped += content.len() as u64;
            Ok(dropped <= limits::DISCARD)
        })
    }

    /// Hands the rest of it to `take`, piece by piece, as long as that says true.
    /// False: it did not, and the body was not read to its end.
    pub fn read(&mut self, take: &mut dyn FnMut(&[u8]) -> Result<bool, Refusal>) -> Result<bool, Refusal> {
        loop {
            self.fill(true)?;
            if self.is_read() {
                return Ok(true);
            }
            let content = self.content();
            let count = content.len();
            if !take(content)? {
                return Ok(false);
            }
            self.take(count);
        }
    }

    /// Sees to it that there is some content, unless all of it was taken. False:
    /// it has not come yet, and `may_wait` is not given.
    pub fn fill(&mut self, may_wait: bool) -> Result<bool, Refusal> {
        while self.content.is_empty() && !self.is_end {
            if self.unused.is_empty() && !self.receive(may_wait)? {
                return Ok(false);
            }
            let input = self.room.get(self.unused.clone()).unwrap_or_default();
            let (used, len) = match &mut self.chunks {
                Some(decoder) => {
                    let step = decoder.feed(input)?;
                    self.is_end = decoder.is_complete();
                    (step.consumed, step.content.len())
                }
                None => {
                    let used = self.left.min(input.len() as u64);
                    self.left -= used;
                    self.is_end = self.left == 0;
                    (used as usize, used as usize)
                }
            };
            self.allowed = self.allowed.checked_sub(len as u64).ok_or(Refusal::LargeBody)?;
            self.unused.start += used;
            self.content = self.unused.start.saturating_sub(len)..self.unused.start;
        }
        Ok(true)
    }

    /// Receives what has come, when all that came before is used.
    fn receive(&mut self, may_wait: bool) -> Result<bool, Refusal> {
        let len = self.room.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let room = self.room.get_mut(..len).unwrap_or_default();
        // Who sends fast enough is not timed.
        let mut received = net::receive_now(self.client.socket.borrow(), room);
        if received == Err(Errno::EAGAIN) {
            let options = self.client.site.options;
            let now = time::monotonic();
            let begin = *self.begin.get_or_insert(now);
            let earned = (self.received * 1000).checked_div(u64::from(options.min_rate));
            let rate = earned.map(|earned| begin + u64::from(options.header_timeout) * 1000 + earned);
            let idle = now + u64::from(options.idle_timeout) * 1000;
            let end = rate.unwrap_or(u64::MAX).min(idle);
            if !may_wait && now < end {
                return Ok(false);
            }
            received = self.client.receive_before(room, end);
        }
        match received {
            Ok(0) => Err(Refusal::CutBody),
            Ok(count) => {
                self.received += count as u64;
                self.unused = 0..count;
                Ok(true)
            }
            Err(Errno::EAGAIN) => Err(Refusal::SlowBody),
            Err(_) => Err(Refusal::CutBody),
        }
    }
}
