//! The chunked transfer coding of a request body (RFC 9112 7.1).
//!
//! [`Decoder`] is fed what arrives, in pieces of any length, and points at the
//! content in each. Nothing is repaired: where two readers could disagree about
//! the end of a chunk, the second request of an attacker begins. Chunk
//! extensions and the trailer section are checked and dropped.

use super::Refusal;
use super::field;
use crate::{limits, text::percent};

/// Digits of the largest size, leading zeros included.
const DIGITS: u8 = 16;

/// The element that the next byte belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Size,
    /// BWS, which RFC 9110 5.6.3 wants to be understood; `;` must follow.
    Space,
    Extension,
    /// A quoted-string in it, whose end no CRLF is (RFC 9110 5.6.4).
    Quoted,
    Escaped,
    SizeLf,
    Content,
    ContentCr,
    ContentLf,
    /// A trailer field line, or the CRLF behind the last one.
    Line,
    Name,
    Value,
    LineLf,
    LastLf,
    Complete,
}

/// Decodes one body.
pub struct Decoder {
    state: State,
    /// Of the chunk's size.
    digits: u8,
    /// Bytes of the chunk's content that are still to come.
    left: u64,
    /// Bytes of extensions and trailers so far.
    dropped: usize,
}

/// What one call of [`Decoder::feed`] has read.
#[derive(Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// Bytes of the input, from its start. The rest is to be fed again, or
    /// belongs to the next request.
    pub consumed: usize,
    /// The end of these bytes: content, possibly none.
    pub content: &'a [u8],
}

impl Decoder {
    pub const fn new() -> Self {
        Decoder { state: State::Size, digits: 0, left: 0, dropped: 0 }
    }

    /// The body and its trailer section have ended.
    pub fn is_complete(&self) -> bool {
        self.state == State::Complete
    }

    /// Reads up to the end of the input, of one run of content, or of the body,
    /// whichever comes first. Something is consumed whenever there is input and
    /// the body is not complete. After an error the body has no known end.
    pub fn feed<'a>(&mut self, input: &'a [u8]) -> Result<Step<'a>, Refusal> {
        let mut rest = input;
        while !matches!(self.state, State::Content | State::Complete) {
            let Some((byte, behind)) = rest.split_first() else { break };
            self.state = self.next(*byte)?;
            rest = behind;
        }
        let mut content: &[u8] = &[];
        if self.state == State::Content {
            let len = usize::try_from(self.left).unwrap_or(usize::MAX).min(rest.len());
            (content, rest) = rest.split_at_checked(len).unwrap_or_default();
            self.left -= len as u64;
            if self.left == 0 {
                self.state = State::ContentCr;
            }
        }
        Ok(Step { consumed: input.len() - rest.len(), content })
    }

    /// One byte that is no content.
    fn next(&mut self, byte: u8) -> Result<State, Refusal> {
        let state = self.state;
        if matches!(
            state,
            State::Space | State::Extension | State::Quoted | State::Escaped | State::Name | State::Value
        ) {
            self.dropped += 1;
            if self.dropped > limits::CHUNK_EXTRAS {
                return Err(Refusal::ChunkExtras);
            }
        }
        Ok(match (state, byte) {
            (State::Size, b'\r') if self.digits > 0 => State::SizeLf,
            (State::Size | State::Space, b';') if self.digits > 0 => State::Extension,
            (State::Size | State::Space, b' ' | b'\t') if self.digits > 0 => State::Space,
            (State::Extension, b'\r') => State::SizeLf,
            (State::Extension, b'"') => State::Quoted,
            (State::Quoted, b'"') => State::Extension,
            (State::Quoted, b'\\') => State::Escaped,
            (State::SizeLf, b'\n') if self.left > 0 => State::Content,
            (State::SizeLf, b'\n') => State::Line,
            (State::ContentCr, b'\r') => State::ContentLf,
            (State::ContentLf, b'\n') => {
                self.digits = 0;
                State::Size
            }
            (State::Line, b'\r') => State::LastLf,
            (State::Name, b':') => State::Value,
            (State::Value, b'\r') => State::LineLf,
            (State::LineLf, b'\n') => State::Line,
            (State::LastLf, b'\n') => State::Complete,
            (State::SizeLf | State::ContentLf | State::LineLf | State::LastLf, _) => {
                return Err(Refusal::ChunkBareCr);
            }
            (State::ContentCr, _) => return Err(Refusal::ChunkUnended),
            (_, b'\n') => return Err(Refusal::ChunkBareLf),
            (State::Size, _) => self.digit(percent::decode(b'0', byte).ok_or(Refusal::ChunkSize)?)?,
            (State::Extension, _) if field::is_value_byte(byte) => State::Extension,
            (State::Quoted | State::Escaped, _) if field::is_value_byte(byte) => State::Quoted,
            (State::Line | State::Name, _) if field::is_tchar(byte) => State::Name,
            (State::Value, _) if field::is_value_byte(byte) => State::Value,
            (State::Space | State::Extension | State::Quoted | State::Escaped, _) => {
                return Err(Refusal::ChunkExtension);
            }
            _ => return Err(Refusal::MalformedTrailer),
        })
    }

    fn digit(&mut self, digit: u8) -> Result<State, Refusal> {
        let size = self.left << 4 | u64::from(digit);
        // A size that no file offset can reach is as good as malformed.
        if self.digits == DIGITS || size > i64::MAX as u64 {
            return Err(Refusal::ChunkTooLarge);
        }
        (self.digits, self.left) = (self.digits + 1, size);
        Ok(State::Size)
    }
}

impl Default for Decoder {
    fn default() -> Self {
        Decoder::new()
    }
}

#[cfg(test)]
mod tests;
