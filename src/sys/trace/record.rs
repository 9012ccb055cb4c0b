//! The calls that have served a request: what `GET /.svcd/trace` tells.

use svcd::text::{Buffer, decimal};

/// Bytes that are kept of one request.
pub const LENGTH: usize = 16 * 1024;

/// Room for the line that says what was left out.
const LAST: usize = 64;

/// Two requests: the one before, and the one that is served now.
pub struct Record {
    halves: [Half; 2],
}

struct Half {
    room: [u8; LENGTH],
    len: usize,
    /// Lines that found no room.
    lost: u64,
}

impl Half {
    const EMPTY: Half = Half { room: [0; LENGTH], len: 0, lost: 0 };
}

impl Record {
    pub const EMPTY: Record = Record { halves: [Half::EMPTY, Half::EMPTY] };

    pub fn push(&mut self, line: &[u8]) {
        let [_, now] = &mut self.halves;
        let room = now.room.get_mut(now.len..LENGTH - LAST).unwrap_or_default();
        let mut text = Buffer::new(room);
        text.push(line);
        now.len += text.len();
        // No line behind one that is missing.
        if text.overflowed() || now.lost > 0 {
            now.len -= text.len();
            now.lost += 1;
        }
    }

    /// The request that was served now has become the one before.
    pub fn begin(&mut self) {
        let [before, now] = &mut self.halves;
        before.room.iter_mut().zip(now.room.iter().take(now.len)).for_each(|(to, from)| *to = *from);
        before.len = now.len;
        if now.lost > 0 {
            let mut text = Buffer::new(before.room.get_mut(before.len..).unwrap_or_default());
            decimal::push(&mut text, now.lost);
            text.push(b" more calls, for which there was no room\n");
            before.len += text.len();
        }
        (now.len, now.lost) = (0, 0);
    }

    /// A new connection has nothing of the one before, of whoever that was.
    pub fn clear(&mut self) {
        self.halves.iter_mut().for_each(|half| (half.len, half.lost) = (0, 0));
    }

    pub fn before(&self) -> &[u8] {
        let [before, _] = &self.halves;
        before.room.get(..before.len).unwrap_or_default()
    }
}
