//! Standard error of a program.

use svcd::limits;
use svcd::text::{find, without_last};

use super::message;
use crate::sys::readiness::{self, Entry};
use crate::sys::{Errno, OwnedFd, Scoreboard, fs};

/// What a program says on standard error, line by line.
pub struct Lines<'a> {
    name: &'a [u8],
    room: [u8; limits::CGI_LINE],
    len: usize,
    board: Scoreboard,
    /// Whoever reads standard error may still be waited for.
    waits: bool,
}

/// Tells a line, and whether the next one may wait for its reader: it may until one
/// has waited in vain.
fn tell(name: &[u8], text: &[u8], waits: bool, board: Scoreboard) -> bool {
    let told = message::program(name, text, if waits { limits::LOG_WAIT_MS } else { 0 });
    if told.is_err() {
        board.count_lost_line();
    }
    waits && told != Err(Errno::EAGAIN)
}

impl<'a> Lines<'a> {
    pub fn new(name: &'a [u8], board: Scoreboard) -> Self {
        Lines { name, room: [0; limits::CGI_LINE], len: 0, board, waits: true }
    }

    /// Reads what there is; false: it is at its end, or nothing is there.
    pub fn read(&mut self, errors: &OwnedFd, is_ready: bool) -> bool {
        let mut entry = [Entry::readable(errors.borrow())];
        if !is_ready && (readiness::wait(&mut entry, 0).is_err() || !entry.iter().all(Entry::is_ready)) {
            return false;
        }
        let room = self.room.get_mut(self.len..).unwrap_or_default();
        let Ok(count) = fs::read(errors.borrow(), room) else { return false };
        self.len += count;
        let mut rest = self.room.get(..self.len).unwrap_or_default();
        while let Some(end) = find(rest, b'\n') {
            let (line, behind) = rest.split_at_checked(end).unwrap_or_default();
            self.waits = tell(self.name, without_last(line, b'\r'), self.waits, self.board);
            rest = behind.get(1..).unwrap_or_default();
        }
        let (start, len) = (self.len - rest.len(), rest.len());
        if start <= self.len && self.len <= limits::CGI_LINE {
            self.room.copy_within(start..self.len, 0);
        }
        self.len = len;
        if self.len == limits::CGI_LINE {
            self.end();
        }
        count > 0
    }

    pub fn end(&mut self) {
        if self.len > 0 {
            let text = self.room.get(..self.len).unwrap_or_default();
            self.waits = tell(self.name, text, self.waits, self.board);
        }
        self.len = 0;
    }
}
