//! `http::entity_tag` and `http::precondition`, and `headers`.
//!
//! svcd is the stricter one: a list with a part that is no entity tag is
//! malformed here, and loses that part there. A date in If-Range must be the
//! same one here, and not an earlier one there.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use headers::{ETag, HeaderMap, HeaderMapExt, HeaderName, HeaderValue};
use headers::{IfMatch, IfModifiedSince, IfNoneMatch, IfRange, IfUnmodifiedSince, LastModified};
use proptest::prelude::*;
use svcd::http::entity_tag::{self, Comparison, EntityTag, Matched};
use svcd::http::precondition::{self, Outcome};
use svcd::http::{Method, date};
use svcd::text::Buffer;

const NOW: u64 = 1_772_625_600;
const CURRENT: EntityTag = EntityTag { inode: 10, size: 11, seconds: NOW - 1000, nanos: 12 };
const SAME: &str = "\"a-b-69a81ad8-c\"";

fn head(map: &HeaderMap) -> Vec<u8> {
    let lines = map.iter().map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap()));
    super::head(&lines.collect::<String>())
}

fn tag() -> ETag {
    SAME.parse().unwrap()
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn the_current_tag_is_the_one_that_is_written() {
    let mut room = [0; 64];
    let mut buffer = Buffer::new(&mut room);
    CURRENT.push(&mut buffer);
    assert_eq!(String::from_utf8_lossy(buffer.bytes()), SAME);
}

/// Values of If-Match, put together from good and bad pieces.
fn lists() -> impl Strategy<Value = String> {
    let pieces =
        vec![SAME, SAME, "W/", "\"x\"", "\"a,b\"", "\"", ",", ", ", ",", " ", "\t", "*", "x", "\"\"", "w/"];
    prop::collection::vec(prop::sample::select(pieces), 0..7)
        .prop_map(|pieces| pieces.concat().trim_matches([' ', '\t']).to_string())
}

/// Values that are lists, mostly.
fn good_lists() -> impl Strategy<Value = String> {
    let tags = vec![SAME, "\"x\"", "\"a,b\"", "\"\"", "\"W/\"", "\"a-b-69a81ad8-c,\""];
    let member = (any::<bool>(), prop::sample::select(tags))
        .prop_map(|(is_weak, tag)| if is_weak { format!("W/{tag}") } else { tag.to_string() });
    let list = prop::collection::vec(member, 0..4).prop_map(|members| members.join(", "));
    prop_oneof![8 => list, 1 => Just("*".to_string()), 1 => lists()]
}

/// Without spaces: one in a tag stops `headers`.
fn tags() -> impl Strategy<Value = String> {
    lists().prop_map(|list| list.replace([' ', '\t'], ""))
}

fn dates() -> impl Strategy<Value = String> {
    let forms = prop::sample::select(vec!["%a, %d", "x", ""]);
    (prop::sample::select(vec![0, 1, NOW - 1001, NOW - 1000, NOW - 999, NOW, NOW + 1000]), forms, 0..10u8)
        .prop_map(
            |(seconds, bad, which)| {
                if which == 0 { bad.to_string() } else { httpdate::fmt_http_date(at(seconds)) }
            },
        )
}

fn map(lines: &[(&'static str, Option<String>)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in lines {
        if let Some(value) = value {
            map.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
    }
    map
}

/// RFC 9110 13.2.2 in the words of `headers`.
fn outcome(map: &HeaderMap, is_read: bool) -> Outcome {
    let modified = at(CURRENT.seconds);
    let passes = match map.typed_get::<IfMatch>() {
        Some(condition) => condition.precondition_passes(&tag()),
        None => map
            .typed_get::<IfUnmodifiedSince>()
            .is_none_or(|condition| condition.precondition_passes(modified)),
    };
    if !passes {
        return Outcome::Failed;
    }
    match map.typed_get::<IfNoneMatch>() {
        Some(condition) if condition.precondition_passes(&tag()) => Outcome::Proceed,
        Some(_) if is_read => Outcome::NotModified,
        Some(_) => Outcome::Failed,
        None if !is_read => Outcome::Proceed,
        None => match map.typed_get::<IfModifiedSince>() {
            Some(condition) if !condition.is_modified(modified) => Outcome::NotModified,
            _ => Outcome::Proceed,
        },
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn lists_match_alike(first in lists(), second in prop::option::of(lists())) {
        let map = map(&[("if-match", Some(first.clone())), ("if-match", second), ("if-none-match", Some(first))]);
        let head = head(&map);
        let fields = super::fields(&head);
        let strong = entity_tag::compare(fields, "If-Match", Some(&CURRENT), Comparison::Strong);
        if strong != Matched::Malformed {
            let theirs = map.typed_get::<IfMatch>().unwrap().precondition_passes(&tag());
            prop_assert_eq!(strong == Matched::Yes, theirs);
        }
        let weak = entity_tag::compare(fields, "If-None-Match", Some(&CURRENT), Comparison::Weak);
        if weak != Matched::Malformed {
            let theirs = !map.typed_get::<IfNoneMatch>().unwrap().precondition_passes(&tag());
            prop_assert_eq!(weak == Matched::Yes, theirs);
        }
    }

    #[test]
    fn conditions_come_to_the_same_end(
        tags in (prop::option::of(good_lists()), prop::option::of(good_lists())),
        times in (prop::option::of(dates()), prop::option::of(dates())),
        is_read: bool,
    ) {
        let map = map(&[
            ("if-match", tags.0),
            ("if-none-match", tags.1),
            ("if-unmodified-since", times.0),
            ("if-modified-since", times.1),
        ]);
        let head = head(&map);
        let fields = super::fields(&head);
        let is_malformed = ["If-Match", "If-None-Match"].iter().any(|name| {
            entity_tag::compare(fields, name, Some(&CURRENT), Comparison::Weak) == Matched::Malformed
        });
        if is_malformed {
            return Ok(());
        }
        let method = if is_read { Method::Get } else { Method::Put };
        let ours = precondition::evaluate(fields, method, Some(&CURRENT), NOW);
        prop_assert_eq!(ours, outcome(&map, is_read));
    }

    #[test]
    fn if_range_is_never_weaker(value in prop_oneof![tags(), dates()]) {
        let map = map(&[("if-range", Some(value.clone()))]);
        let head = head(&map);
        let ours = precondition::if_range(super::fields(&head), &CURRENT, NOW);
        let modified = LastModified::from(at(CURRENT.seconds));
        let theirs = map.typed_get::<IfRange>().is_some_and(|condition| !condition.is_modified(Some(&tag()), Some(&modified)));
        let is_other_date = date::parse(value.as_bytes(), NOW).is_some_and(|seconds| seconds != CURRENT.seconds);
        prop_assert_eq!(ours, theirs && !is_other_date);
    }
}
