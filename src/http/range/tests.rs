use super::*;

/// The ranges as `first-last` with spaces between, `whole` or `416`.
fn shown(lines: &str, size: u64) -> String {
    match parse(Fields::new(lines.as_bytes()), size) {
        Ranges::Whole => "whole".into(),
        Ranges::Unsatisfiable => "416".into(),
        Ranges::Satisfiable(list) => {
            let ranges: Vec<_> = list.iter().map(|range| format!("{}-{}", range.first, range.last)).collect();
            assert_eq!(ranges.len(), list.len());
            ranges.join(" ")
        }
    }
}

fn of(value: &str, size: u64) -> String {
    shown(&format!("Range: {value}\r\n"), size)
}

#[test]
fn each_form_of_a_range_is_read() {
    for (value, expected) in [
        ("bytes=0-4", "0-4"),
        ("bytes=0-0", "0-0"),
        ("bytes=9-9", "9-9"),
        ("bytes=5-", "5-9"),
        ("bytes=0-", "0-9"),
        ("bytes=-1", "9-9"),
        ("bytes=-3", "7-9"),
        ("bytes=-10", "0-9"),
        ("bytes=-11", "0-9"),
        ("bytes=3-100", "3-9"),
        ("BYTES=0-4", "0-4"),
        ("Bytes=0-4", "0-4"),
        ("bytes=00-004", "0-4"),
        // Larger than 64 bits.
        ("bytes=0-18446744073709551615", "0-9"),
        ("bytes=0-18446744073709551616", "0-9"),
        ("bytes=-18446744073709551616", "0-9"),
        ("bytes=-99999999999999999999999999", "0-9"),
        // Behind the end.
        ("bytes=10-", "416"),
        ("bytes=10-10", "416"),
        ("bytes=-0", "416"),
        ("bytes=18446744073709551615-", "416"),
        ("bytes=18446744073709551616-18446744073709551617", "416"),
        ("bytes=10-,-0,11-12", "416"),
        // Some are.
        ("bytes=10-,1-2", "1-2"),
        ("bytes=1-2,-0", "1-2"),
        // List rules.
        ("bytes=0-1,3-4", "0-1 3-4"),
        ("bytes=0-1 ,\t3-4", "0-1 3-4"),
        ("bytes=,0-1,, ,3-4,", "0-1 3-4"),
        ("bytes= 0-1", "0-1"),
    ] {
        assert_eq!(of(value, 10), expected, "{value}");
    }
}

#[test]
fn a_malformed_set_is_ignored_as_a_whole() {
    for value in [
        "",
        "bytes",
        "bytes=",
        "bytes=,",
        "bytes=, ,",
        "bytes=-",
        "bytes=1",
        "bytes=x",
        "bytes=4-3",
        "bytes=0-1,4-3",
        "bytes=0-1,x",
        "bytes=0-1,-",
        "bytes=0-1;3-4",
        "bytes=0-1 3-4",
        "bytes=0--1",
        "bytes=--1",
        "bytes=-1-",
        "bytes=0-1-2",
        "bytes=+0-1",
        "bytes=0-+1",
        "bytes=0 -1",
        "bytes=0- 1",
        "bytes=0x0-1",
        "bytes=a-b",
        "bytes=*",
        "bytes =0-1",
        "bytes:0-1",
        "bytes 0-1/10",
        "=0-1",
        "byte=0-1",
        "bytess=0-1",
        "xbytes=0-1",
        "lines=0-1",
        "items=x",
        "bytes=18446744073709551616-0",
    ] {
        assert_eq!(of(value, 10), "whole", "{value:?}");
    }
    assert_eq!(shown("", 10), "whole");
    assert_eq!(shown("Range: bytes=0-1\r\nRange: bytes=0-1\r\n", 10), "whole");
    assert_eq!(shown("range: bytes=0-1\r\n", 10), "0-1");
    assert_eq!(shown("X-Range: bytes=0-1\r\n", 10), "whole");
}

#[test]
fn nothing_of_an_empty_file_can_be_given() {
    for value in ["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0"] {
        assert_eq!(of(value, 0), "416", "{value}");
    }
    assert_eq!(of("bytes=x", 0), "whole");
    assert_eq!(of("bytes=0-", u64::MAX), "0-18446744073709551614");
    assert_eq!(of("bytes=5-6,0-3", u64::MAX), "5-6 0-3");
}

#[test]
fn ranges_that_overlap_or_touch_become_one_where_the_first_was() {
    for (value, expected) in [
        ("bytes=0-3,4-5", "0-5"),
        ("bytes=0-3,5-6", "0-3 5-6"),
        ("bytes=4-5,0-3", "0-5"),
        ("bytes=0-9,3-4", "0-9"),
        ("bytes=3-4,0-9", "0-9"),
        ("bytes=3-4,3-4", "3-4"),
        ("bytes=8-9,0-1,4-5", "8-9 0-1 4-5"),
        ("bytes=8-9,0-1,4-5,2-3", "8-9 0-5"),
        ("bytes=8-9,4-5,0-1,2-3", "8-9 0-5"),
        ("bytes=0-1,8-9,3-4,2-2", "0-4 8-9"),
        ("bytes=0-1,3-4,6-7,9-9,1-9", "0-9"),
        ("bytes=-2,0-", "0-9"),
        ("bytes=0-1,-2,6-", "0-1 6-9"),
    ] {
        assert_eq!(of(value, 10), expected, "{value}");
    }
}

#[test]
fn more_than_the_limit_is_ignored_unless_they_touch() {
    let apart =
        |count: usize| (0..count).map(|i| format!("{}-{}", 3 * i, 3 * i)).collect::<Vec<_>>().join(",");
    let most = of(&format!("bytes={}", apart(limits::RANGES)), 1000);
    assert_eq!(most.split(' ').count(), limits::RANGES);
    assert_eq!(of(&format!("bytes={}", apart(limits::RANGES + 1)), 1000), "whole");
    assert_eq!(of(&format!("bytes={},1-1", apart(limits::RANGES)), 1000).split(' ').count(), limits::RANGES);
    // Two become one, and one more fits.
    let refilled = of(&format!("bytes={},1-2,999-", apart(limits::RANGES)), 1000);
    assert_eq!(refilled.split(' ').count(), limits::RANGES);
    assert!(refilled.starts_with("0-3 6-6 ") && refilled.ends_with(" 999-999"), "{refilled}");
    // What nobody can have takes no room.
    assert_eq!(of(&format!("bytes={}0-0", "2000-,".repeat(2000)), 1000), "0-0");
    assert_eq!(of(&format!("bytes={}0-0", "0-,".repeat(2000)), 1000), "0-999");
}

#[test]
fn content_range_names_what_is_sent() {
    for (range, size, expected) in [
        (Some(Range { first: 0, last: 4 }), 10, "bytes 0-4/10"),
        (
            Some(Range { first: 0, last: u64::MAX - 1 }),
            u64::MAX,
            "bytes 0-18446744073709551614/18446744073709551615",
        ),
        (None, 10, "bytes */10"),
        (None, 0, "bytes */0"),
    ] {
        let mut room = [0; 64];
        let mut buffer = Buffer::new(&mut room);
        push_content_range(&mut buffer, range, size);
        assert_eq!(String::from_utf8_lossy(buffer.bytes()), expected);
    }
    assert_eq!(Range { first: 3, last: 3 }.length(), 1);
    assert_eq!(Range { first: 0, last: u64::MAX }.length(), u64::MAX);
}
