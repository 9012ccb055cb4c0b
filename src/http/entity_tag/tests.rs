use super::*;

const TAG: EntityTag = EntityTag { inode: 0x1a2b, size: 12, seconds: 0x65e0_d3fd, nanos: 0 };
const SAME: &str = "\"1a2b-c-65e0d3fd-0\"";

fn written(tag: EntityTag) -> String {
    let mut room = [0; LENGTH];
    let mut buffer = Buffer::new(&mut room);
    tag.push(&mut buffer);
    assert!(!buffer.overflowed());
    String::from_utf8(buffer.bytes().to_vec()).unwrap()
}

fn compared(values: &[&str], current: Option<&EntityTag>, comparison: Comparison) -> Matched {
    let lines: String =
        values.iter().map(|value| format!("If-Match: {}\r\n", value.replace("SAME", SAME))).collect();
    compare(Fields::new(lines.as_bytes()), "if-match", current, comparison)
}

#[test]
fn every_number_of_the_file_is_in_its_tag() {
    assert_eq!(written(TAG), SAME);
    let longest = EntityTag { inode: u64::MAX, size: u64::MAX, seconds: u64::MAX, nanos: u32::MAX };
    assert_eq!(written(longest).len(), LENGTH);
    for other in [
        EntityTag { inode: 1, ..TAG },
        EntityTag { size: 13, ..TAG },
        EntityTag { seconds: 0, ..TAG },
        EntityTag { nanos: 1, ..TAG },
    ] {
        assert_ne!(written(other), SAME);
        assert_eq!(compared(&["SAME"], Some(&other), Comparison::Weak), Matched::No);
    }
}

#[test]
fn a_list_matches_when_one_of_its_tags_does() {
    for (values, strong, weak) in [
        (&[][..], Matched::Absent, Matched::Absent),
        (&["SAME"], Matched::Yes, Matched::Yes),
        (&["W/SAME"], Matched::No, Matched::Yes),
        (&["\"x\", SAME"], Matched::Yes, Matched::Yes),
        (&["SAME\t ,\t\"x\""], Matched::Yes, Matched::Yes),
        (&["SAME,\"x\""], Matched::Yes, Matched::Yes),
        (&["\"x\"", "SAME"], Matched::Yes, Matched::Yes),
        (&["SAME", "\"x\""], Matched::Yes, Matched::Yes),
        (&["\"x\",W/\"y\",W/SAME"], Matched::No, Matched::Yes),
        (&[",, ,SAME,,"], Matched::Yes, Matched::Yes),
        // Tags that look like two, and like the current one.
        (&["\"a,b\", SAME"], Matched::Yes, Matched::Yes),
        (&["\"a,1a2b-c-65e0d3fd-0\""], Matched::No, Matched::No),
        (&["\"a\\\", SAME"], Matched::Yes, Matched::Yes),
        (&["\"\u{e9}\", SAME"], Matched::Yes, Matched::Yes),
        (&["\"1A2B-C-65E0D3FD-0\""], Matched::No, Matched::No),
        (&["\"1a2b-c-65e0d3fd-\""], Matched::No, Matched::No),
        (&["\"1a2b-c-65e0d3fd-00\""], Matched::No, Matched::No),
        (&["\"\""], Matched::No, Matched::No),
        (&["\"*\""], Matched::No, Matched::No),
        // No tag at all.
        (&[""], Matched::No, Matched::No),
        (&[","], Matched::No, Matched::No),
        (&["", "SAME"], Matched::Yes, Matched::Yes),
        (&["*"], Matched::Yes, Matched::Yes),
    ] {
        assert_eq!(compared(values, Some(&TAG), Comparison::Strong), strong, "{values:?}");
        assert_eq!(compared(values, Some(&TAG), Comparison::Weak), weak, "{values:?}");
    }
}

#[test]
fn what_is_no_list_matches_nothing() {
    for values in [
        &["x"][..],
        &["1a2b-c-65e0d3fd-0"],
        &["\""],
        &["\"x"],
        &["W/"],
        &["W/x"],
        &["w/SAME"],
        &["W/ SAME"],
        &["W/W/SAME"],
        &["\"a b\", SAME"],
        &["\"a\tb\", SAME"],
        &["SAME SAME"],
        &["SAMESAME"],
        &["SAME, x"],
        &["SAME; x"],
        &["x, SAME"],
        &["SAME", "x"],
        &["*, SAME"],
        &["*", "SAME"],
        &["*", ""],
        &["*", "*"],
        &["**"],
        &["*,"],
        &["W/*"],
    ] {
        assert_eq!(compared(values, Some(&TAG), Comparison::Strong), Matched::Malformed, "{values:?}");
        assert_eq!(compared(values, None, Comparison::Weak), Matched::Malformed, "{values:?}");
    }
}

#[test]
fn nothing_matches_what_is_not_there() {
    for values in ["*", "SAME", "W/SAME", ""] {
        assert_eq!(compared(&[values], None, Comparison::Weak), Matched::No, "{values}");
    }
}

#[test]
fn a_single_strong_tag_is_the_same_or_not() {
    for (value, expected) in [
        ("SAME", true),
        ("W/SAME", false),
        ("SAME,", false),
        ("SAME, SAME", false),
        ("SAME ", false),
        ("*", false),
        ("", false),
        ("\"x\"", false),
    ] {
        assert_eq!(TAG.is_strongly(value.replace("SAME", SAME).as_bytes()), expected, "{value}");
    }
}
