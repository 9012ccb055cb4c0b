use super::*;

/// Sun, 06 Nov 1994 08:49:37 GMT
const MODIFIED: u64 = 784_111_777;
/// 2026-03-04T12:00:00Z
const NOW: u64 = 1_772_625_600;
const CURRENT: EntityTag = EntityTag { inode: 1, size: 2, seconds: MODIFIED, nanos: 4 };
const SAME: &str = "\"1-2-2ebc98a1-4\"";
const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
const AT: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const AFTER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";
const FUTURE: &str = "Fri, 04 Mar 2044 12:00:00 GMT";

/// Lines of `M:` If-Match, `N:` If-None-Match, `U:` If-Unmodified-Since, `S:`
/// If-Modified-Since, `R:` If-Range, separated by `|`.
fn lines(short: &str) -> String {
    let mut lines = String::new();
    for line in short.split('|').filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').unwrap();
        let name = match name {
            "M" => "If-Match",
            "N" => "If-None-Match",
            "U" => "If-Unmodified-Since",
            "S" => "If-Modified-Since",
            "R" => "If-Range",
            _ => panic!("{name}"),
        };
        let value = value.replace("SAME", SAME).replace("BEFORE", BEFORE).replace("AFTER", AFTER);
        let value = value.replace("AT", AT).replace("FUTURE", FUTURE);
        lines += &format!("{name}: {value}\r\n");
    }
    lines
}

fn outcome(short: &str, method: Method, current: Option<&EntityTag>) -> Outcome {
    evaluate(Fields::new(lines(short).as_bytes()), method, current, NOW)
}

#[test]
fn reading_and_writing_keep_the_order_of_the_rfc() {
    use Outcome::{Failed, NotModified, Proceed};
    for (short, read, write) in [
        ("", Proceed, Proceed),
        ("M:SAME", Proceed, Proceed),
        ("M:*", Proceed, Proceed),
        ("M:\"x\"", Failed, Failed),
        ("M:W/SAME", Failed, Failed),
        ("M:\"x\"|M:SAME", Proceed, Proceed),
        ("M:x", Failed, Failed),
        ("M:SAME, x", Failed, Failed),
        ("M:", Failed, Failed),
        ("N:SAME", NotModified, Failed),
        ("N:W/SAME", NotModified, Failed),
        ("N:*", NotModified, Failed),
        ("N:\"x\"", Proceed, Proceed),
        ("N:\"x\", SAME", NotModified, Failed),
        ("N:", Proceed, Proceed),
        ("N:x", Proceed, Failed),
        ("N:SAME, x", Proceed, Failed),
        ("U:BEFORE", Failed, Failed),
        ("U:AT", Proceed, Proceed),
        ("U:AFTER", Proceed, Proceed),
        ("U:x", Proceed, Proceed),
        ("U:BEFORE|U:BEFORE", Proceed, Proceed),
        ("U:BEFORE, BEFORE", Proceed, Proceed),
        ("S:BEFORE", Proceed, Proceed),
        ("S:AT", NotModified, Proceed),
        ("S:AFTER", NotModified, Proceed),
        ("S:FUTURE", NotModified, Proceed),
        ("S:Sunday, 06-Nov-94 08:49:37 GMT", NotModified, Proceed),
        ("S:Sun Nov  6 08:49:37 1994", NotModified, Proceed),
        ("S:x", Proceed, Proceed),
        ("S:", Proceed, Proceed),
        ("S:AT|S:AT", Proceed, Proceed),
        ("S:AT; length=5", Proceed, Proceed),
        // If-Match stands for If-Unmodified-Since too.
        ("M:SAME|U:BEFORE", Proceed, Proceed),
        ("M:\"x\"|U:AT", Failed, Failed),
        // If-None-Match stands for If-Modified-Since too.
        ("N:\"x\"|S:AT", Proceed, Proceed),
        ("N:x|S:AT", Proceed, Failed),
        ("N:SAME|S:BEFORE", NotModified, Failed),
        // The first two come first, and both pairs count.
        ("M:\"x\"|N:SAME", Failed, Failed),
        ("M:SAME|N:SAME", NotModified, Failed),
        ("M:SAME|S:AT", NotModified, Proceed),
        ("U:BEFORE|N:SAME", Failed, Failed),
        ("U:AT|N:SAME", NotModified, Failed),
        ("U:AT|S:AT", NotModified, Proceed),
        ("U:BEFORE|S:AT", Failed, Failed),
        // If-Range is no precondition of the method.
        ("R:\"x\"", Proceed, Proceed),
    ] {
        for method in [Method::Get, Method::Head] {
            assert_eq!(outcome(short, method, Some(&CURRENT)), read, "{method:?} {short}");
        }
        for method in [Method::Put, Method::Delete, Method::Post, Method::Patch] {
            assert_eq!(outcome(short, method, Some(&CURRENT)), write, "{method:?} {short}");
        }
        for method in [Method::Options, Method::Trace, Method::Connect] {
            assert_eq!(outcome(short, method, Some(&CURRENT)), Proceed, "{method:?} {short}");
        }
    }
}

#[test]
fn what_is_not_there_can_be_made_but_not_replaced() {
    for (short, expected) in [
        ("", Outcome::Proceed),
        ("M:*", Outcome::Failed),
        ("M:SAME", Outcome::Failed),
        ("N:*", Outcome::Proceed),
        ("N:SAME", Outcome::Proceed),
        ("N:x", Outcome::Failed),
        ("U:BEFORE", Outcome::Proceed),
        ("S:AT", Outcome::Proceed),
        ("M:*|N:*", Outcome::Failed),
    ] {
        assert_eq!(outcome(short, Method::Put, None), expected, "{short}");
    }
}

#[test]
fn a_file_of_tomorrow_is_dated_now() {
    let tomorrow = EntityTag { seconds: NOW + 86_400, ..CURRENT };
    for (date, expected) in [
        ("Wed, 04 Mar 2026 12:00:00 GMT", Outcome::NotModified),
        ("Wed, 04 Mar 2026 11:59:59 GMT", Outcome::Proceed),
    ] {
        assert_eq!(outcome(&format!("S:{date}"), Method::Get, Some(&tomorrow)), expected, "{date}");
    }
}

#[test]
fn a_range_is_given_only_of_the_same_representation() {
    for (short, expected) in [
        ("", true),
        ("R:SAME", true),
        ("R:W/SAME", false),
        ("R:\"x\"", false),
        ("R:SAME, SAME", false),
        ("R:*", false),
        ("R:", false),
        ("R:x", false),
        ("R:SAME|R:SAME", false),
        ("R:AT", true),
        ("R:Sunday, 06-Nov-94 08:49:37 GMT", true),
        ("R:BEFORE", false),
        ("R:AFTER", false),
        ("R:FUTURE", false),
        ("R:AT|R:AT", false),
    ] {
        assert_eq!(if_range(Fields::new(lines(short).as_bytes()), &CURRENT, NOW), expected, "{short}");
    }
    let date = lines("R:AT");
    let fields = Fields::new(date.as_bytes());
    assert!(if_range(fields, &CURRENT, MODIFIED + 1));
    assert!(!if_range(fields, &CURRENT, MODIFIED), "the second is not over");
    assert!(!if_range(fields, &CURRENT, MODIFIED - 1));
}
