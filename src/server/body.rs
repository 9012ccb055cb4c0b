//! The body of a request.

use core::ops::Range;

use svcd::http::chunked::Decoder;
use svcd::http::framing::BodyLength;
use svcd::http::{Refusal, Status};
use svcd::limits;

use super::connection::Client;
use crate::sys::{Errno, net, time};

const CUT: Refusal = Refusal::new(Status::BAD_REQUEST, "the body ends too early, RFC 9112 8");
const SLOW: Refusal = Refusal::new(Status::REQUEST_TIMEOUT, "the body took too long");

/// The bytes behind a head: those of its body, then those of the next request.
pub struct Body<'a> {
    client: &'a Client<'a>,
    room: &'a mut [u8],
    /// Where the bytes are that nobody has used.
    unused: Range<usize>,
    /// When it was waited for first, in milliseconds.
    begin: Option<u64>,
    /// Bytes that were received, without those that came with the head.
    received: u64,
}

impl<'a> Body<'a> {
    pub fn new(client: &'a Client<'a>, room: &'a mut [u8], arrived: usize) -> Self {
        Body { client, room, unused: 0..arrived, begin: None, received: 0 }
    }

    /// What the body has not used: it is the next request's.
    pub fn unused(self) -> Range<usize> {
        self.unused
    }

    /// Bytes have arrived that are not the body's.
    pub fn has_more(&self) -> bool {
        !self.unused.is_empty()
    }

    /// Reads the body and drops it. False: it has come in chunks that are longer
    /// than that is worth, and was not read to its end. The caller does not begin
    /// with a length above [`limits::DISCARD`].
    pub fn discard(&mut self, length: BodyLength) -> Result<bool, Refusal> {
        let mut dropped = 0;
        self.read(length, &mut |content| {
            dropped += content.len() as u64;
            Ok(dropped <= limits::DISCARD)
        })
    }

    /// Reads the body and hands its content to `take`, piece by piece, as long as
    /// that says true. False: it did not, and the body was not read to its end.
    pub fn read(
        &mut self,
        length: BodyLength,
        take: &mut dyn FnMut(&[u8]) -> Result<bool, Refusal>,
    ) -> Result<bool, Refusal> {
        let mut decoder = Decoder::new();
        let mut left = match length {
            BodyLength::None => return Ok(true),
            BodyLength::Length(length) => length,
            BodyLength::Chunked => u64::MAX,
        };
        loop {
            let input = self.room.get(self.unused.clone()).unwrap_or_default();
            let (used, content, is_end) = if length == BodyLength::Chunked {
                let step = decoder.feed(input)?;
                (step.consumed, step.content, decoder.is_complete())
            } else {
                let used = left.min(input.len() as u64);
                left -= used;
                (used as usize, input.get(..used as usize).unwrap_or_default(), left == 0)
            };
            self.unused.start += used;
            if !content.is_empty() && !take(content)? {
                return Ok(false);
            }
            if is_end {
                return Ok(true);
            }
            if self.unused.is_empty() {
                self.receive(left)?;
            }
        }
    }

    /// Receives at most `most` bytes, when all that came before are used.
    fn receive(&mut self, most: u64) -> Result<(), Refusal> {
        let len = self.room.len().min(usize::try_from(most).unwrap_or(usize::MAX));
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
            received = self.client.receive_before(room, rate.unwrap_or(u64::MAX).min(idle));
        }
        match received {
            Ok(0) => Err(CUT),
            Ok(count) => {
                self.received += count as u64;
                self.unused = 0..count;
                Ok(())
            }
            Err(Errno::EAGAIN) => Err(SLOW),
            Err(_) => Err(CUT),
        }
    }
}
