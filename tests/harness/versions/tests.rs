use std::time::Duration;

use super::*;

#[test]
fn a_content_is_known_by_its_bytes() {
    for length in [16, 17, 24, 1000, 65_537] {
        assert_eq!(identify(&content(7, length)), Ok(7), "{length} bytes");
    }
    assert_eq!(identify(&content(7, 15)), Ok(0));
}

#[test]
fn mixes_and_parts_are_none() {
    let (one, other) = (content(1, 1000), content(2, 1000));
    let mixed = |place: usize| [&one[..place], &other[place..]].concat();
    for place in 1..1000 {
        // The first byte says which it is; the words follow from it.
        assert!(identify(&mixed(place)).is_err(), "{place} bytes of another");
        assert!(identify(&one[..place]).is_err(), "{place} bytes only");
    }
    assert!(identify(&[&one[..], b"x"].concat()).is_err());
    let longer = content(1, 2000);
    assert!(identify(&[&one[..500], &longer[500..1000]].concat()).is_err());
}

/// A change from second `start` to second `end`.
fn change(value: Value, start: u64, end: u64, outcome: Outcome, zero: Instant) -> Change {
    let at = |second| zero + Duration::from_secs(second);
    Change { value, start: at(start), end: at(end), outcome, etag: None }
}

#[test]
fn a_lost_write_is_noticed() {
    use Outcome::{Done, Refused, Unknown};
    let zero = Instant::now();
    let history = History::new(
        None,
        zero,
        [
            (Some(1), 1, 2, Done),
            (Some(2), 3, 6, Unknown),
            (Some(3), 4, 5, Done),
            (Some(4), 4, 5, Refused),
            (Some(5), 8, 9, Done),
            (Some(6), 10, 11, Unknown),
        ]
        .map(|(value, start, end, outcome)| change(value, start, end, outcome, zero))
        .to_vec(),
    );
    for (value, start, end, right) in [
        (None, 0, 1, true),
        (None, 2, 3, true),
        (None, 3, 3, false),
        (Some(1), 0, 0, false),
        (Some(1), 3, 3, true),
        (Some(1), 6, 6, false),
        (Some(1), 4, 9, true),
        (Some(2), 2, 2, false),
        (Some(2), 7, 7, true),
        (Some(3), 7, 7, true),
        (Some(4), 4, 5, false),
        (Some(3), 10, 10, false),
        (Some(2), 10, 10, false),
        (Some(5), 20, 20, true),
        (Some(6), 20, 20, true),
        (Some(7), 20, 20, false),
    ] {
        let at = |second| zero + Duration::from_secs(second);
        let seen = Seen { value, start: at(start), end: at(end), etag: None };
        let found = history.explains(&seen);
        assert_eq!(found.is_ok(), right, "{value:?} from {start} to {end}: {found:?}");
    }
}

#[test]
fn a_tag_of_two_contents_is_noticed() {
    let zero = Instant::now();
    let tagged = |value, tag: &str| Change {
        etag: Some(tag.to_owned()),
        ..change(Some(value), 0, 1, Outcome::Done, zero)
    };
    let check = |changes: &[Change]| History::new(None, zero, changes.to_vec()).tags_are_strong(&[]);
    assert_eq!(check(&[tagged(1, "a"), tagged(2, "b"), tagged(0, "c"), tagged(0, "d")]), Ok(()));
    assert!(check(&[tagged(1, "a"), tagged(2, "a")]).is_err());
    assert!(check(&[tagged(1, "a"), tagged(1, "b")]).is_err());
    assert!(check(&[tagged(0, "a"), tagged(1, "a")]).is_err());
}
