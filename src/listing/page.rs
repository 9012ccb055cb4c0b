//! A listing under construction, that goes out in pieces.

use super::{Entry, NAME, Order, html, json};
use crate::limits;
use crate::text::Buffer;

/// For people, or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Html,
    Json,
}

/// Most that is pushed between two looks at the room: a link up from the
/// deepest folder, and a name whose bytes become six each. A row is less, with
/// its name twice.
const UNIT: usize = 3 * (limits::PATH / 2) + 6 * (NAME + 1) + 256;

// In a reference, a byte becomes three.
const _: () = assert!(UNIT > (3 + 6) * NAME + 256);

/// Puts a listing together and hands it out in pieces.
pub struct Page<'a, F> {
    format: Format,
    piece: Buffer<'a>,
    send: &'a mut F,
    is_gone: bool,
    pub(super) files: u64,
    pub(super) folders: u64,
}

impl Page<'_, fn(&[u8]) -> bool> {
    /// Least room for a piece, which is that of the title; with more there are
    /// fewer pieces.
    pub const PIECE: usize = 6 * limits::PATH + 2 * 1024;
}

impl<'a, F: FnMut(&[u8]) -> bool> Page<'a, F> {
    /// `send` gets each piece, which is not empty; when it says false, nothing
    /// more is sent.
    pub fn new(format: Format, room: &'a mut [u8], send: &'a mut F) -> Self {
        Page { format, piece: Buffer::new(room), send, is_gone: false, files: 0, folders: 0 }
    }

    /// The part before the entries. `path` is the folder's below the root,
    /// decoded: empty, or with a slash at its end.
    pub fn begin(&mut self, path: &[u8], order: Order) {
        match self.format {
            Format::Html => html::begin(self, path, order),
            Format::Json => self.unit().push(b"["),
        }
    }

    /// One entry, in the order of calls; false when the client is gone.
    pub fn push(&mut self, entry: &Entry) -> bool {
        let is_first = self.files + self.folders == 0;
        match self.format {
            Format::Html => html::push_row(self.unit(), entry),
            Format::Json => json::push_row(self.unit(), entry, is_first),
        }
        *if entry.is_folder { &mut self.folders } else { &mut self.files } += 1;
        !self.is_gone
    }

    /// The part behind the entries; true when all of the page went out.
    pub fn end(mut self) -> bool {
        match self.format {
            Format::Html => html::end(&mut self),
            Format::Json => self.unit().push(b"\n]\n"),
        }
        self.flush();
        !self.is_gone && !self.piece.overflowed()
    }

    /// Room for one more unit of the page.
    pub(super) fn unit(&mut self) -> &mut Buffer<'a> {
        if self.piece.unused().len() < UNIT {
            self.flush();
        }
        &mut self.piece
    }

    fn flush(&mut self) {
        self.is_gone = self.is_gone || !(self.send)(self.piece.bytes());
        self.piece.truncate(0);
    }
}
