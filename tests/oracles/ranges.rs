//! `http::range` beside a model that looks at every byte, and beside
//! `http-range-header`.

use proptest::prelude::*;
use svcd::http::range::{self, Range, Ranges};
use svcd::limits;

fn of(value: &str, size: u64) -> Ranges {
    let head = super::head(&format!("Range: {value}\r\n"));
    range::parse(super::fields(&head), size)
}

fn pairs(ranges: &Ranges) -> Option<Vec<(u64, u64)>> {
    match ranges {
        Ranges::Satisfiable(list) => Some(list.iter().map(|range| (range.first, range.last)).collect()),
        Ranges::Whole | Ranges::Unsatisfiable => None,
    }
}

/// A range-spec as it is meant.
#[derive(Clone, Copy, Debug)]
enum Spec {
    Int(u64, Option<u64>),
    Suffix(u64),
}

impl Spec {
    fn text(self) -> String {
        match self {
            Spec::Int(first, Some(last)) => format!("{first}-{last}"),
            Spec::Int(first, None) => format!("{first}-"),
            Spec::Suffix(length) => format!("-{length}"),
        }
    }

    fn has(self, byte: u64, size: u64) -> bool {
        match self {
            Spec::Int(first, last) => first <= byte && last.is_none_or(|last| byte <= last),
            Spec::Suffix(length) => byte + length >= size,
        }
    }
}

/// Runs of bytes that `specs` have, each where its first member stands.
fn runs(specs: &[Spec], size: u64) -> Vec<(u64, u64)> {
    let first_with = |byte: u64| specs.iter().position(|spec| spec.has(byte, size));
    let mut runs: Vec<(usize, (u64, u64))> = Vec::new();
    for byte in 0..size {
        let Some(place) = first_with(byte) else { continue };
        match runs.last_mut() {
            Some((least, (_, last))) if *last + 1 == byte => {
                *least = place.min(*least);
                *last = byte;
            }
            _ => runs.push((place, (byte, byte))),
        }
    }
    runs.sort();
    runs.into_iter().map(|(_, run)| run).collect()
}

fn specs(most: u64) -> impl Strategy<Value = Spec> {
    prop_oneof![
        6 => (0..most, 0..4u64).prop_map(|(first, more)| Spec::Int(first, Some(first + more))),
        1 => (0..most, 0..most).prop_map(|(a, b)| Spec::Int(a.min(b), Some(a.max(b)))),
        1 => (0..most).prop_map(|first| Spec::Int(first, None)),
        1 => (0..most / 4).prop_map(Spec::Suffix),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn every_byte_that_is_asked_for_is_given_once(
        specs in prop_oneof![prop::collection::vec(specs(40), 1..5), prop::collection::vec(specs(150), 1..40)],
        size in prop_oneof![0..30u64, 0..160u64],
        comma in prop::sample::select(vec![",", ", ", " ,\t", ",,", ", ,"]),
    ) {
        let texts: Vec<_> = specs.iter().map(|spec| spec.text()).collect();
        let answer = of(&format!("bytes={}", texts.join(comma)), size);
        let too_many = (1..=specs.len()).any(|count| runs(&specs[..count], size).len() > limits::RANGES);
        let expected = runs(&specs, size);
        if too_many {
            prop_assert!(matches!(answer, Ranges::Whole));
        } else if expected.is_empty() {
            prop_assert!(matches!(answer, Ranges::Unsatisfiable));
        } else {
            prop_assert_eq!(pairs(&answer), Some(expected));
        }
    }

    /// It refuses more: leading zeros, spaces, ranges of which one cannot be
    /// satisfied, and overlapping ones, which are joined here.
    #[test]
    fn what_the_crate_takes_is_the_same_here(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "0", "1", "5", "9", "10", "25", "-", "-", "-", ",", ", ", "0-4", "6-7", "-2", "9-",
                "18446744073709551615", "18446744073709551616", "x", "+", " ",
            ]),
            1..8,
        ),
        size in prop_oneof![1..30u64, Just(u64::MAX)],
    ) {
        let value = format!("bytes={}", pieces.concat().trim_end());
        let theirs = http_range_header::parse_range_header(&value).and_then(|ranges| ranges.validate(size));
        let ours = of(&value, size);
        if let Ok(theirs) = theirs {
            let mut theirs: Vec<_> = theirs.iter().map(|range| (*range.start(), *range.end())).collect();
            theirs.sort();
            // Those that touch are two there.
            let mut joined: Vec<(u64, u64)> = Vec::new();
            for (first, last) in theirs {
                match joined.last_mut() {
                    Some(before) if before.1 + 1 == first => before.1 = last,
                    _ => joined.push((first, last)),
                }
            }
            let mut ours = pairs(&ours).unwrap_or_default();
            ours.sort();
            prop_assert_eq!(ours, joined, "{}", value);
        }
    }

    #[test]
    fn the_parts_are_apart_and_no_more_than_the_whole(
        value in "(bytes=)?([0-9]{0,3}-[0-9]{0,3}[, ]{1,2}){0,20}[-0-9, a]{0,6}",
        size in prop_oneof![0..1000u64, any::<u64>()],
    ) {
        if let Ranges::Satisfiable(list) = of(value.trim(), size) {
            let mut parts: Vec<Range> = list.iter().collect();
            prop_assert!(!parts.is_empty() && parts.len() <= limits::RANGES);
            prop_assert!(parts.iter().map(|part| part.length()).sum::<u64>() <= size);
            parts.sort_by_key(|part| part.first);
            prop_assert!(parts.iter().all(|part| part.first <= part.last && part.last < size));
            prop_assert!(parts.windows(2).all(|pair| pair[0].last + 1 < pair[1].first));
        }
    }
}
