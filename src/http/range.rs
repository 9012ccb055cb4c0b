//! Byte ranges (RFC 9110 14).

use super::field::{self, Fields};

use crate::limits;
use crate::text::{Buffer, decimal, find, is_same_word, split};

#[cfg(test)]
mod tests;

/// Bytes of a representation, both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    pub first: u64,
    /// Never before `first`, never behind the end.
    pub last: u64,
}

impl Range {
    /// Bytes, at least one.
    pub fn length(self) -> u64 {
        (self.last - self.first).saturating_add(1)
    }

    /// True when both together are one range.
    fn touches(self, other: Range) -> bool {
        self.first <= other.last.saturating_add(1) && other.first <= self.last.saturating_add(1)
    }

    /// The smallest range with both in it.
    fn around(self, other: Range) -> Range {
        Range { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// Ranges that lie apart from each other, in the order of the request: together
/// they are no longer than the representation.
#[derive(Clone, Copy, Debug, Default)]
pub struct List {
    room: [Range; limits::RANGES],
    count: usize,
}

impl List {
    pub fn iter(&self) -> impl Iterator<Item = Range> {
        self.room.iter().take(self.count).copied()
    }

    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Appends a range; none when there is no room.
    fn push(&mut self, range: Range) -> Option<()> {
        *self.room.get_mut(self.count)? = range;
        self.count += 1;
        Some(())
    }

    /// Takes in a range. What it touches becomes one with it, where the first of
    /// them was; none when there is no room.
    fn add(&mut self, range: Range) -> Option<()> {
        let old = *self;
        self.count = 0;
        // Ranges here do not touch each other, so one pass finds them all.
        let whole = old.iter().filter(|old| old.touches(range)).fold(range, Range::around);
        let mut is_placed = false;
        for old in old.iter() {
            if !old.touches(range) {
                self.push(old)?;
            } else if !is_placed {
                self.push(whole)?;
                is_placed = true;
            }
        }
        if is_placed { Some(()) } else { self.push(whole) }
    }
}

/// What a request wants of a representation.
#[expect(clippy::large_enum_variant, reason = "there is no heap for a list to be on")]
#[derive(Clone, Copy, Debug)]
pub enum Ranges {
    /// All of it: there is no Range, or it is to be ignored.
    Whole,
    /// Nothing that it has: 416.
    Unsatisfiable,
    /// 206. At least one range.
    Satisfiable(List),
}

/// Reads the Range field of a GET for a representation of `size` bytes.
///
/// It is ignored when its unit is not `bytes`, when any part of it is malformed,
/// when there are several such fields, and when more than [`limits::RANGES`]
/// ranges lie apart (RFC 9110 14.2 lets a server do so). Ranges that overlap or
/// touch become one (RFC 9110 15.3.7.2).
pub fn parse(fields: Fields, size: u64) -> Ranges {
    fields.only("Range").and_then(|value| set(value, size)).unwrap_or(Ranges::Whole)
}

/// `range-unit "=" range-set`. Spaces before the first range are let through.
fn set(value: &[u8], size: u64) -> Option<Ranges> {
    let equals = find(value, b'=')?;
    let (unit, set) = value.split_at_checked(equals + 1)?;
    if !is_same_word(unit, b"bytes=") {
        return None;
    }
    let mut list = List::default();
    let mut is_any = false;
    for spec in split(set, b',').map(field::trim).filter(|spec| !spec.is_empty()) {
        is_any = true;
        let Range { first, last } = bounds(spec, size)?;
        if first < size {
            list.add(Range { first, last: last.min(size - 1) })?;
        }
    }
    if !list.is_empty() {
        return Some(Ranges::Satisfiable(list));
    }
    is_any.then_some(Ranges::Unsatisfiable)
}

/// Reads `first-pos "-" [ last-pos ]` or `"-" suffix-length` (RFC 9110 14.1.2).
/// What begins at or behind `size` is not satisfiable. So it is with the last 0
/// bytes, and with all that is asked of an empty file: Content-Range could not
/// name its last bytes.
fn bounds(spec: &[u8], size: u64) -> Option<Range> {
    let hyphen = find(spec, b'-')?;
    let (first, last) = (spec.get(..hyphen)?, spec.get(hyphen + 1..)?);
    if first.is_empty() {
        return Some(Range { first: size.saturating_sub(number(last)?), last: u64::MAX });
    }
    let first = number(first)?;
    let last = if last.is_empty() { u64::MAX } else { number(last)? };
    (first <= last).then_some(Range { first, last })
}

/// `1*DIGIT`. A number that is too large for 64 bits is the largest one: it is
/// behind the end of every file.
fn number(digits: &[u8]) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| decimal::parse(digits).unwrap_or(u64::MAX))
}

/// Appends a value of Content-Range (RFC 9110 14.4): `bytes 0-4/10`, or without a
/// range `bytes */10`, as a 416 has it.
pub fn push_content_range(buffer: &mut Buffer, range: Option<Range>, size: u64) {
    buffer.push(b"bytes ");
    match range {
        Some(range) => {
            decimal::push(buffer, range.first);
            buffer.push_byte(b'-');
            decimal::push(buffer, range.last);
        }
        None => buffer.push_byte(b'*'),
    }
    buffer.push_byte(b'/');
    decimal::push(buffer, size);
}
