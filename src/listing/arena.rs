//! The first entries of a folder, as many as there is memory for.

use super::{Entry, Order};
use crate::text::Buffer;

/// Collects entries and sorts them.
///
/// When its memory is full, the greater half is forgotten, and from then on
/// whatever is greater than the rest: it comes in a later part. A part leaves
/// its last entry behind, and the next one has what is greater than that.
pub struct Arena<'a> {
    order: Order,
    /// Entries, one behind the other.
    log: &'a mut [u8],
    /// Bytes of it in use.
    used: usize,
    /// Where in the log each entry begins; sorted when need be.
    slots: &'a mut [Slot],
    count: usize,
    /// Bytes of the entry that the part before ended with, at the log's start.
    floor: usize,
    /// Where the greatest entry of this part is, once some were forgotten.
    ceiling: Option<usize>,
}

type Slot = [u8; 4];

/// Size and modification in eight bytes each, then name's length and kind.
const HEADER: usize = 18;

impl<'a> Arena<'a> {
    /// Three entries with the longest names must fit; 4 GiB are the most that
    /// is used.
    pub fn new(memory: &'a mut [u8], order: Order) -> Self {
        // A seventh is right for names of six bytes: for longer ones, slots are
        // left over.
        let slots = memory.len() / 7;
        let (slots, log) = memory.split_at_mut_checked(slots).unwrap_or_default();
        let (slots, _) = slots.as_chunks_mut();
        Arena { order, log, used: 0, slots, count: 0, floor: 0, ceiling: None }
    }

    /// Takes an entry in, if it belongs to this part as far as is known.
    pub fn add(&mut self, entry: &Entry) {
        while self.admits(entry) && !self.push(entry) {
            if !self.forget() {
                break;
            }
        }
    }

    /// The entries of this part.
    pub fn sorted(&mut self) -> impl Iterator<Item = Entry<'_>> {
        self.sort();
        self.slots.iter().take(self.count).map_while(|slot| self.at(u32::from_ne_bytes(*slot) as usize))
    }

    /// Begins the next part; false when there is none.
    pub fn next_part(&mut self) -> bool {
        let Some(ceiling) = self.ceiling.take() else { return false };
        self.floor = self.len_at(ceiling);
        self.move_down(ceiling, 0, self.floor);
        (self.used, self.count) = (self.floor, 0);
        true
    }

    /// Whether the entry lies behind the last part and not behind this one.
    pub fn admits(&self, entry: &Entry) -> bool {
        let floor = self.at(0).filter(|_| self.floor > 0);
        floor.is_none_or(|floor| self.order.compare(entry, &floor).is_gt())
            && self.ceiling.is_none_or(|ceiling| self.is_below(entry, ceiling))
    }

    fn is_below(&self, entry: &Entry, place: usize) -> bool {
        self.at(place).is_some_and(|other| self.order.compare(entry, &other).is_lt())
    }

    fn push(&mut self, entry: &Entry) -> bool {
        let kind = (entry.name.len() as u16) << 1 | u16::from(entry.is_folder);
        let mut log = Buffer::new(self.log.get_mut(self.used..).unwrap_or_default());
        log.push(&entry.size.to_ne_bytes());
        log.push(&entry.modified.to_ne_bytes());
        log.push(&kind.to_ne_bytes());
        log.push(entry.name);
        let (len, fits) = (log.len(), !log.overflowed());
        let Some(slot) = self.slots.get_mut(self.count).filter(|_| fits) else { return false };
        *slot = (self.used as u32).to_ne_bytes();
        self.used += len;
        self.count += 1;
        true
    }

    /// The entry that begins at `place` of the log.
    fn at(&self, place: usize) -> Option<Entry<'_>> {
        let (size, rest) = self.log.get(place..)?.split_first_chunk()?;
        let (modified, rest) = rest.split_first_chunk()?;
        let (kind, rest) = rest.split_first_chunk()?;
        let kind = u16::from_ne_bytes(*kind);
        Some(Entry {
            name: rest.get(..usize::from(kind >> 1))?,
            is_folder: kind & 1 != 0,
            size: u64::from_ne_bytes(*size),
            modified: u64::from_ne_bytes(*modified),
        })
    }

    fn len_at(&self, place: usize) -> usize {
        self.at(place).map_or(HEADER, |entry| HEADER + entry.name.len())
    }

    /// Forgets the greater half; false when there are not two.
    fn forget(&mut self) -> bool {
        if self.count < 2 {
            return false;
        }
        self.sort();
        let mut ceiling = self.slot(self.count / 2 - 1);
        let (mut from, mut to) = (self.floor, self.floor);
        self.count = 0;
        while from < self.used {
            let len = self.len_at(from);
            let stays = from == ceiling || self.at(from).is_some_and(|entry| self.is_below(&entry, ceiling));
            if stays {
                if from == ceiling {
                    ceiling = to;
                }
                self.move_down(from, to, len);
                self.set_slot(self.count, to);
                self.count += 1;
                to += len;
            }
            from += len;
        }
        self.used = to;
        self.ceiling = Some(ceiling);
        true
    }

    /// Moves bytes of the log towards its start; the two places may overlap.
    fn move_down(&mut self, from: usize, to: usize, len: usize) {
        for step in 0..len {
            let byte = self.log.get(from + step).copied();
            if let (Some(byte), Some(place)) = (byte, self.log.get_mut(to + step)) {
                *place = byte;
            }
        }
    }

    fn slot(&self, place: usize) -> usize {
        self.slots.get(place).map_or(0, |slot| u32::from_ne_bytes(*slot) as usize)
    }

    fn set_slot(&mut self, place: usize, value: usize) {
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = (value as u32).to_ne_bytes();
        }
    }

    /// A heap sort: no memory, and no order of a folder makes it slow.
    fn sort(&mut self) {
        for root in (0..self.count / 2).rev() {
            self.sift(root, self.count);
        }
        for end in (1..self.count).rev() {
            self.swap(0, end);
            self.sift(0, end);
        }
    }

    /// Lets the entry at `root` sink in a heap of `end` entries, whose greatest
    /// is at the top.
    fn sift(&mut self, mut root: usize, end: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child + 1 < end && self.is_less(child, child + 1) {
                child += 1;
            }
            if child >= end || !self.is_less(root, child) {
                return;
            }
            self.swap(root, child);
            root = child;
        }
    }

    fn is_less(&self, a: usize, b: usize) -> bool {
        self.at(self.slot(a)).is_some_and(|entry| self.is_below(&entry, self.slot(b)))
    }

    fn swap(&mut self, a: usize, b: usize) {
        let (x, y) = (self.slot(a), self.slot(b));
        self.set_slot(a, y);
        self.set_slot(b, x);
    }
}
