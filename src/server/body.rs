//! The body of a request.

use core::ops::Range;

use svcd::http::chunked::Decoder;
use svcd::http::framing::BodyLength;
use svcd::http::{Refusal, Status};
use svcd::limits;

use super::connection::Client;
use crate::sys::Errno;

const CUT: Refusal = Refusal::new(Status::BAD_REQUEST, "the body ends too early, RFC 9112 8");
const SLOW: Refusal = Refusal::new(Status::REQUEST_TIMEOUT, "the body took too long");

/// The bytes behind a head: those of its body, then those of the next request.
pub struct Body<'a> {
    client: &'a Client<'a>,
    room: &'a mut [u8],
    /// Where the bytes are that nobody has used.
    unused: Range<usize>,
    /// When all of it must have come; set when it is waited for.
    deadline: Option<u64>,
}

impl<'a> Body<'a> {
    pub fn new(client: &'a Client<'a>, room: &'a mut [u8], arrived: usize) -> Self {
        Body { client, room, unused: 0..arrived, deadline: None }
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
        let mut left = match length {
            BodyLength::None => return Ok(true),
            BodyLength::Length(length) => length,
            BodyLength::Chunked => return self.discard_chunks(),
        };
        loop {
            let used = left.min(self.unused.len() as u64);
            self.unused.start += used as usize;
            left -= used;
            if left == 0 {
                return Ok(true);
            }
            self.receive(left)?;
        }
    }

    fn discard_chunks(&mut self) -> Result<bool, Refusal> {
        let mut decoder = Decoder::new();
        let mut read = 0;
        loop {
            let input = self.room.get(self.unused.clone()).unwrap_or_default();
            let step = decoder.feed(input)?;
            self.unused.start += step.consumed;
            read += step.content.len() as u64;
            if decoder.is_complete() {
                return Ok(true);
            }
            if read > limits::DISCARD {
                return Ok(false);
            }
            if self.unused.is_empty() {
                self.receive(u64::MAX)?;
            }
        }
    }

    /// Receives at most `most` bytes, when all that came before are used.
    fn receive(&mut self, most: u64) -> Result<(), Refusal> {
        let deadline = *self.deadline.get_or_insert_with(|| self.client.deadline());
        let len = self.room.len().min(usize::try_from(most).unwrap_or(usize::MAX));
        match self.client.receive_before(self.room.get_mut(..len).unwrap_or_default(), deadline) {
            Ok(0) => Err(CUT),
            Ok(count) => {
                self.unused = 0..count;
                Ok(())
            }
            Err(Errno::EAGAIN) => Err(SLOW),
            Err(_) => Err(CUT),
        }
    }
}
