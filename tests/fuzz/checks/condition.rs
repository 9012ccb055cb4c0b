//! `http::entity_tag`, `date`, `precondition`, `weight`, `accept` and `coding`
//! beside `httpdate` and plain models.
//!
//! The first line of the input is `INODE SIZE SECONDS NANOS NOW METHOD`; the
//! others are field lines.

mod dates;
mod weights;

use svcd::http::entity_tag::{self, Comparison, EntityTag, Matched};
use svcd::http::field::Fields;
use svcd::http::precondition::{self, Outcome};
use svcd::http::{Method, date};

pub fn check(data: &[u8]) {
    let (line, lines) = crate::first_line(data);
    let [inode, size, seconds, nanos, now, method] = crate::numbers(line);
    let tag = EntityTag { inode, size, seconds, nanos: nanos as u32 };
    let text = text(&tag);
    assert!(tag.modified(now) <= now);
    dates::written(seconds);
    crate::with_fields(lines, |fields| {
        for (_, value) in fields.iter() {
            dates::check(value, now);
            assert_eq!(tag.is_strongly(value), value == text);
        }
        let methods =
            [Method::Get, Method::Head, Method::Put, Method::Post, Method::Options, Method::Unknown];
        let method = methods[(method % 6) as usize];
        for current in [Some(&tag), None] {
            let expected = model(fields, method, current, now);
            assert_eq!(
                precondition::evaluate(fields, method, current, now),
                expected,
                "{method:?} {current:?}"
            );
        }
        assert_eq!(precondition::if_range(fields, &tag, now), if_range(fields, &tag, now));
        weights::check(fields);
    });
}

fn text(tag: &EntityTag) -> Vec<u8> {
    let EntityTag { inode, size, seconds, nanos } = tag;
    let text = crate::written(|buffer| tag.push(buffer));
    assert_eq!(text, format!("\"{inode:x}-{size:x}-{seconds:x}-{nanos:x}\"").into_bytes());
    assert!(tag.is_strongly(&text) && !tag.is_strongly(&[b"W/", &text[..]].concat()));
    text
}

/// RFC 9110 13.2.2.
fn model(fields: Fields, method: Method, current: Option<&EntityTag>, now: u64) -> Outcome {
    if method == Method::Options {
        return Outcome::Proceed;
    }
    let is_read = matches!(method, Method::Get | Method::Head);
    let modified = current.map(|current| current.seconds.min(now));
    let by_date = |name: &str| modified.zip(only(fields, name).and_then(|value| date::parse(value, now)));
    match compared(fields, "If-Match", current, Comparison::Strong) {
        Matched::Yes => {}
        Matched::No | Matched::Malformed => return Outcome::Failed,
        Matched::Absent => {
            if by_date("If-Unmodified-Since").is_some_and(|(modified, since)| modified > since) {
                return Outcome::Failed;
            }
        }
    }
    match compared(fields, "If-None-Match", current, Comparison::Weak) {
        Matched::Yes if is_read => Outcome::NotModified,
        Matched::Yes => Outcome::Failed,
        Matched::Malformed if !is_read => Outcome::Failed,
        Matched::Absent
            if is_read && by_date("If-Modified-Since").is_some_and(|(modified, since)| modified <= since) =>
        {
            Outcome::NotModified
        }
        _ => Outcome::Proceed,
    }
}

/// What the field says; the same must come out of `entity_tag::compare`.
fn compared(fields: Fields, name: &str, current: Option<&EntityTag>, comparison: Comparison) -> Matched {
    let values: Vec<_> = fields.all(name).collect();
    let tags: Option<Vec<_>> = values.iter().map(|value| tags(value)).collect();
    let expected = match (&values[..], tags) {
        ([], _) => Matched::Absent,
        ([b"*"], _) => {
            if current.is_some() {
                Matched::Yes
            } else {
                Matched::No
            }
        }
        (_, None) => Matched::Malformed,
        (_, Some(tags)) => {
            let current = current.map(text);
            let same = |tag: &&[u8]| match tag.strip_prefix(b"W/") {
                Some(weak) => comparison == Comparison::Weak && current.as_deref() == Some(weak),
                None => current.as_deref() == Some(*tag),
            };
            if tags.concat().iter().any(same) { Matched::Yes } else { Matched::No }
        }
    };
    assert_eq!(entity_tag::compare(fields, name, current, comparison), expected);
    expected
}

/// The members of a list of entity tags; none when it is something else.
fn tags(value: &[u8]) -> Option<Vec<&[u8]>> {
    let mut quotes = 0;
    let members = value.split(|byte| {
        quotes += u32::from(*byte == b'"');
        *byte == b',' && quotes % 2 == 0
    });
    members
        .map(crate::trim)
        .filter(|member| !member.is_empty())
        .map(|member| {
            let opaque = member.strip_prefix(b"W/").unwrap_or(member);
            let inner = opaque.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
            inner.iter().all(|byte| !matches!(byte, 0..=b' ' | b'"' | 127)).then_some(member)
        })
        .collect()
}

fn only<'a>(fields: Fields<'a>, name: &str) -> Option<&'a [u8]> {
    match fields.all(name).collect::<Vec<_>>()[..] {
        [value] => Some(value),
        _ => None,
    }
}

/// RFC 9110 13.1.5.
fn if_range(fields: Fields, current: &EntityTag, now: u64) -> bool {
    let count = fields.all("If-Range").count();
    let value = only(fields, "If-Range");
    let is_tag = value == Some(&text(current)[..]);
    let is_date =
        current.seconds < now && value.and_then(|value| date::parse(value, now)) == Some(current.seconds);
    count == 0 || is_tag || is_date
}
