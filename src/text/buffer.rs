//! A byte string under construction in somebody else's memory.

/// Appends to a slice and never past its end.
///
/// What does not fit is left out whole and remembered: a writer can go on
/// without a check at every step, and the one that sends asks
/// [`Buffer::overflowed`] once.
pub struct Buffer<'a> {
    room: &'a mut [u8],
    len: usize,
    overflowed: bool,
}

impl<'a> Buffer<'a> {
    /// An empty buffer in `room`.
    pub fn new(room: &'a mut [u8]) -> Self {
        Buffer { room, len: 0, overflowed: false }
    }

    /// Appends `bytes`, or nothing when they do not all fit.
    ///
    /// Not inlined: it is called from everywhere, and a call is smaller.
    #[inline(never)]
    pub fn push(&mut self, bytes: &[u8]) {
        match self.unused().get_mut(..bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            None => self.overflowed = true,
        }
    }

    /// The same without a call for one byte.
    #[inline(never)]
    pub fn push_byte(&mut self, byte: u8) {
        match self.room.get_mut(self.len) {
            Some(room) => {
                *room = byte;
                self.len += 1;
            }
            None => self.overflowed = true,
        }
    }

    /// Drops everything behind the first `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// The memory behind what is written; [`Buffer::grow`] takes it in.
    pub fn unused(&mut self) -> &mut [u8] {
        self.room.get_mut(self.len..).unwrap_or_default()
    }

    /// Takes in `count` bytes that were put into [`Buffer::unused`].
    pub fn grow(&mut self, count: usize) {
        self.len = self.len.saturating_add(count).min(self.room.len());
    }

    /// What is written, and the memory behind it.
    #[inline(never)]
    pub fn split(self) -> (&'a [u8], &'a mut [u8]) {
        let (written, unused) = self.room.split_at_mut_checked(self.len).unwrap_or_default();
        (written, unused)
    }

    pub fn bytes(&self) -> &[u8] {
        self.room.get(..self.len).unwrap_or_default()
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// True once something was left out.
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_left_out_and_remembered() {
        let mut room = [0; 5];
        let mut buffer = Buffer::new(&mut room);
        buffer.push(b"abc");
        assert!(!buffer.overflowed());
        buffer.push(b"def");
        assert_eq!(buffer.bytes(), b"abc");
        assert!(buffer.overflowed());
        buffer.push(b"de");
        assert_eq!(buffer.bytes(), b"abcde");
        assert_eq!(buffer.unused().len(), 0);
    }

    #[test]
    fn grow_takes_in_what_was_put_behind() {
        let mut room = [0; 4];
        let mut buffer = Buffer::new(&mut room);
        buffer.push_byte(b'a');
        buffer.unused()[..2].copy_from_slice(b"bc");
        buffer.grow(2);
        assert_eq!(buffer.bytes(), b"abc");
        buffer.grow(usize::MAX);
        assert_eq!(buffer.len(), 4);
        buffer.truncate(1);
        assert_eq!(buffer.bytes(), b"a");
    }
}
