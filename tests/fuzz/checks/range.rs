//! `http::range` and `http::multipart` beside a model that merges ranges one by
//! one.
//!
//! The first line of the input is the size of a representation; the others are
//! field lines.

use svcd::http::field::Fields;
use svcd::http::multipart::{self, Boundary};
use svcd::http::range::{self, List, Range, Ranges};
use svcd::limits;

const BOUNDARY: Boundary = Boundary(0x0123_4567_89ab_cdef, 1);

/// First and last byte.
type Bytes = (u64, u64);

pub fn check(data: &[u8]) {
    let (line, lines) = crate::first_line(data);
    let [size] = crate::numbers(line);
    crate::with_fields(lines, |fields| {
        let ours = range::parse(fields, size);
        match (&ours, model(fields, size)) {
            (Ranges::Whole, None) => {}
            (Ranges::Unsatisfiable, Some(ranges)) => assert_eq!(ranges, []),
            (Ranges::Satisfiable(list), Some(ranges)) => {
                assert_eq!(list.iter().map(|range| (range.first, range.last)).collect::<Vec<_>>(), ranges);
            }
            (ours, model) => panic!("{ours:?} for {model:?}"),
        }
        if let Ranges::Satisfiable(list) = ours {
            apart(&list, size);
            parts(&list, size);
        }
    });
}

/// None: all of it is sent. No ranges: 416.
fn model(fields: Fields, size: u64) -> Option<Vec<Bytes>> {
    let values: Vec<_> = fields.all("Range").collect();
    let [value] = values[..] else { return None };
    let value = std::str::from_utf8(value).ok()?;
    let (unit, set) = value.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let mut ranges: Vec<Bytes> = Vec::new();
    let mut count = 0;
    for spec in set.split(',').map(|spec| spec.trim_matches([' ', '\t'])).filter(|spec| !spec.is_empty()) {
        count += 1;
        let (first, last) = spec.split_once('-')?;
        if !(first.bytes().chain(last.bytes())).all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        // What is too large for a number is behind the end of everything.
        let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
        let wanted = match (first, last) {
            ("", "") => return None,
            ("", length) => (size.saturating_sub(number(length)), u64::MAX),
            (first, "") => (number(first), u64::MAX),
            (first, last) if number(last) < number(first) => return None,
            (first, last) => (number(first), number(last)),
        };
        // The bytes that there are, without an end in the arithmetic.
        let end = i128::from(size) - 1;
        let there = (i128::from(wanted.0), end.min(i128::from(wanted.1)));
        if there.0 <= there.1 {
            merge(&mut ranges, (wanted.0, there.1 as u64));
        }
        if ranges.len() > limits::RANGES {
            return None;
        }
    }
    (count > 0).then_some(ranges)
}

/// Puts a range where the first one stands that it touches, until none touches
/// another.
fn merge(ranges: &mut Vec<Bytes>, mut range: Bytes) {
    let mut place = ranges.len();
    let touches =
        |a: Bytes, b: Bytes| u128::from(a.0) <= u128::from(b.1) + 1 && u128::from(b.0) <= u128::from(a.1) + 1;
    while let Some(found) = ranges.iter().position(|other| touches(*other, range)) {
        let other = ranges.remove(found);
        range = (range.0.min(other.0), range.1.max(other.1));
        place = place.min(found);
    }
    ranges.insert(place.min(ranges.len()), range);
}

/// In bounds, at least a byte between any two, and so no more than there is.
fn apart(list: &List, size: u64) {
    assert!(!list.is_empty() && list.len() <= limits::RANGES && list.iter().count() == list.len());
    let mut sorted: Vec<Range> = list.iter().collect();
    sorted.sort_by_key(|range| range.first);
    for pair in sorted.windows(2) {
        assert!(u128::from(pair[0].last) + 1 < u128::from(pair[1].first), "{pair:?}");
    }
    let mut total = 0;
    for range in sorted {
        assert!(range.first <= range.last && range.last < size);
        assert_eq!(u128::from(range.length()), u128::from(range.last - range.first) + 1);
        total += u128::from(range.length());
        let text = crate::written(|buffer| range::push_content_range(buffer, Some(range), size));
        assert_eq!(text, format!("bytes {}-{}/{size}", range.first, range.last).into_bytes());
    }
    assert!(total <= u128::from(size));
}

/// The length that is told is that of the body that is sent.
fn parts(list: &List, size: u64) {
    let media_type = &b"text/plain; charset=utf-8"[..(size % 25) as usize];
    let mut length = 0u128;
    for range in list.iter() {
        let head =
            crate::written(|buffer| multipart::push_part_head(buffer, BOUNDARY, media_type, range, size));
        length += head.len() as u128 + u128::from(range.length());
    }
    length += crate::written(|buffer| multipart::push_end(buffer, BOUNDARY)).len() as u128;
    let told = multipart::length(media_type, list, size);
    assert_eq!(told, u64::try_from(length).unwrap_or(u64::MAX));
}
