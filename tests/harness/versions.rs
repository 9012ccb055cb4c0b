//! Contents that say which they are, and who wrote, removed and saw what when:
//! enough to tell afterwards that a file was never a mix, and that nothing which
//! was acknowledged was lost.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::response::Response;

/// Bytes of the shortest content that says which it is.
const SHORTEST: usize = 16;

/// The content number `number`, which is not 0. Every eight bytes of it follow
/// from that number, from its length and from their place, so no part can stand
/// in another's. One shorter than 16 bytes is empty, and like any other such.
pub fn content(number: u64, length: usize) -> Vec<u8> {
    if length < SHORTEST {
        return Vec::new();
    }
    let mut bytes = Vec::with_capacity(length + 8);
    bytes.extend(number.to_le_bytes());
    bytes.extend((length as u64).to_le_bytes());
    let mut word = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ length as u64;
    while bytes.len() < length {
        word = word.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(number);
        bytes.extend(word.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// The number of a whole content: 0 of the empty one.
pub fn identify(bytes: &[u8]) -> Result<u64, String> {
    if bytes.is_empty() {
        return Ok(0);
    }
    let word = |place: usize| bytes.get(place..place + 8)?.try_into().ok().map(u64::from_le_bytes);
    let (Some(number), Some(length)) = (word(0), word(8)) else {
        return Err(format!("{} bytes that are no content", bytes.len()));
    };
    if length != bytes.len() as u64 {
        return Err(format!("{} bytes of content {number}, which has {length}", bytes.len()));
    }
    let whole = content(number, bytes.len());
    match whole.iter().zip(bytes).position(|(one, other)| one != other) {
        None => Ok(number),
        Some(place) => Err(format!("content {number} of {length} bytes is another from byte {place}")),
    }
}

/// A PUT of a content; with the name of this host, which writes may be sent to.
pub fn put(target: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("PUT {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

pub fn delete(target: &str) -> Vec<u8> {
    format!("DELETE {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes()
}

/// What a name leads to: nothing, or the content with this number.
pub type Value = Option<u64>;

/// What is known of a write or a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was acknowledged, so it was done between its start and its end.
    Done,
    /// It was refused, and must not have changed anything.
    Refused,
    /// Nobody answered: it was done before its end, or never.
    Unknown,
}

#[derive(Debug, Clone)]
pub struct Change {
    pub value: Value,
    pub start: Instant,
    pub end: Instant,
    pub outcome: Outcome,
    /// Of the answer, where that tells it.
    pub etag: Option<String>,
}

/// Somebody saw this between these times.
#[derive(Debug, Clone)]
pub struct Seen {
    pub value: Value,
    pub start: Instant,
    pub end: Instant,
    pub etag: Option<String>,
}

/// All that happened to one name.
pub struct History {
    changes: Vec<Change>,
    /// Ends of the changes that were done, in order, and the latest start of
    /// those up to there.
    done: Vec<(Instant, Instant)>,
}

impl History {
    /// `first` is what was there before anybody came.
    pub fn new(first: Value, start: Instant, mut changes: Vec<Change>) -> History {
        changes.push(Change { value: first, start, end: start, outcome: Outcome::Done, etag: None });
        let mut done: Vec<_> = changes
            .iter()
            .filter(|change| change.outcome == Outcome::Done)
            .map(|change| (change.end, change.start))
            .collect();
        done.sort();
        let mut latest = start;
        for entry in &mut done {
            latest = latest.max(entry.1);
            entry.1 = latest;
        }
        History { changes, done }
    }

    /// `Ok` if this could be seen: somebody wrote it, before it was seen, and no
    /// change was done wholly between.
    pub fn explains(&self, seen: &Seen) -> Result<(), String> {
        let wrote = || self.changes.iter().filter(|change| change.value == seen.value);
        if wrote().all(|change| change.outcome == Outcome::Refused) {
            let how = if wrote().next().is_some() { "was refused" } else { "nobody wrote" };
            return Err(format!("{:?} was seen, which {how}", seen.value));
        }
        // The last change that began after all before it had ended, and ended
        // before this was seen.
        let before = self.done.partition_point(|entry| entry.0 < seen.start);
        let replaced = before.checked_sub(1).and_then(|place| self.done.get(place));
        let possible = wrote().any(|change| {
            change.outcome != Outcome::Refused
                && change.start <= seen.end
                && replaced.is_none_or(|replaced| change.end >= replaced.1)
        });
        if possible { Ok(()) } else { Err(format!("{:?} was seen after it was replaced", seen.value)) }
    }

    /// `Ok` if each tag that was told belongs to one content only, and each content
    /// to one tag.
    pub fn tags_are_strong(&self, seen: &[Seen]) -> Result<(), String> {
        let of_changes = self.changes.iter().map(|change| (change.value, &change.etag));
        let all = of_changes.chain(seen.iter().map(|seen| (seen.value, &seen.etag)));
        let (mut by_tag, mut by_value) = (BTreeMap::new(), BTreeMap::new());
        for (value, tag) in all {
            let (Some(value), Some(tag)) = (value, tag) else { continue };
            let other = *by_tag.entry(tag).or_insert(value);
            if other != value {
                return Err(format!("contents {other} and {value} have the same tag {tag}"));
            }
            // There are many empty ones.
            let known = *by_value.entry(value).or_insert(tag);
            if value != 0 && known != tag {
                return Err(format!("content {value} is {known} and {tag}"));
            }
        }
        Ok(())
    }
}

/// The content that an answer to GET brings, and its tag; a 404 is nothing.
pub fn value_of(answer: &Response) -> Result<(Value, Option<String>), String> {
    if answer.status == 404 {
        return Ok((None, None));
    }
    answer.is(200)?;
    answer.has("Content-Length", &answer.body.len().to_string())?;
    Ok((Some(identify(&answer.body)?), Some(answer.need("ETag")?.to_owned())))
}

#[cfg(test)]
mod tests;
