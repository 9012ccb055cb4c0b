use super::*;

fn written(write: fn(&mut Buffer, u64), seconds: u64) -> String {
    let mut room = [0; 64];
    let mut buffer = Buffer::new(&mut room);
    write(&mut buffer, seconds);
    String::from_utf8(buffer.bytes().to_vec()).unwrap()
}

#[test]
fn the_example_of_the_rfc() {
    assert_eq!(written(push_imf_fixdate, 784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(written(push_log_time, 784_111_777), "06/Nov/1994:08:49:37 +0000");
    assert_eq!(written(push_rfc3339, 784_111_777), "1994-11-06T08:49:37Z");
    assert_eq!(written(push_minute, 784_111_777), "1994-11-06 08:49");
}

#[test]
fn the_edges_of_the_calendar() {
    for (seconds, expected) in [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (LAST, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (u64::MAX, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ] {
        assert_eq!(written(push_imf_fixdate, seconds), expected);
    }
}

/// 2026-03-04T12:00:00Z
const NOW: u64 = 1_772_625_600;

#[test]
fn each_of_the_three_forms_is_read() {
    for (text, expected) in [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777),
        ("Sun Nov 06 08:49:37 1994", 784_111_777),
        ("Sun Nov 16 08:49:37 1994", 784_975_777),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Tue, 29 Feb 2000 00:00:00 GMT", 951_782_400),
        ("Sat, 01 Jan 2005 00:00:00 GMT", 1_104_537_600),
        ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LAST),
        // A day's name that is not the date's.
        ("Mon, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        // Before 1970.
        ("Wed, 31 Dec 1969 23:59:59 GMT", 0),
        ("Mon, 01 Jan 0000 00:00:00 GMT", 0),
        ("Tue, 29 Feb 0000 00:00:00 GMT", 0),
        // Leap seconds.
        ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
        ("Fri, 31 Dec 9999 23:59:60 GMT", LAST + 1),
    ] {
        assert_eq!(parse(text.as_bytes(), NOW), Some(expected), "{text}");
    }
}

#[test]
fn a_date_that_is_none_is_refused() {
    for text in [
        "",
        "0",
        "Sun",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 gmt",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Sum, 06 Nov 1994 08:49:37 GMT",
        "unM, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 anF 1994 08:49:37 GMT",
        "Sun,06 Nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun,  6 Nov 1994 08:49:37 GMT",
        "Sun, +6 Nov 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 30 Feb 2000 08:49:37 GMT",
        "Sun, 29 Feb 1900 08:49:37 GMT",
        "Sun, 29 Feb 2100 08:49:37 GMT",
        "Sun, 99 Dec 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 Nov 19940 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:60 GMT",
        "Sun, 06 Nov 1994 23:59:61 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sunday,06-Nov-94 08:49:37 GMT",
        "Funday, 06-Nov-94 08:49:37 GMT",
        "Sunday Monday, 06-Nov-94 08:49:37 GMT",
        ", 06-Nov-94 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov   6 08:49:37 1994",
        "Sun Nov  6 08:49:37 1994 GMT",
        "Sunday Nov  6 08:49:37 1994",
        "Sun Nov  6 08:49:37 94",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
    ] {
        assert_eq!(parse(text.as_bytes(), NOW), None, "{text}");
    }
}

#[test]
fn two_digits_are_a_year_at_most_fifty_years_ahead() {
    for (text, now, expected) in [
        // now: 2026-03-04T12:00:00Z
        ("Wednesday, 04-Mar-76 12:00:00 GMT", NOW, "Wed, 04 Mar 2076 12:00:00 GMT"),
        ("Thursday, 04-Mar-76 12:00:01 GMT", NOW, "Thu, 04 Mar 1976 12:00:01 GMT"),
        ("Friday, 05-Mar-76 00:00:00 GMT", NOW, "Fri, 05 Mar 1976 00:00:00 GMT"),
        ("Saturday, 29-Feb-76 00:00:00 GMT", NOW, "Sat, 29 Feb 2076 00:00:00 GMT"),
        ("Saturday, 01-Jan-77 00:00:00 GMT", NOW, "Sat, 01 Jan 1977 00:00:00 GMT"),
        ("Saturday, 01-Jan-00 00:00:00 GMT", NOW, "Sat, 01 Jan 2000 00:00:00 GMT"),
        // now: 1999-12-31T23:59:59Z
        ("Tuesday, 29-Feb-00 00:00:00 GMT", 946_684_799, "Tue, 29 Feb 2000 00:00:00 GMT"),
        ("Friday, 31-Dec-99 23:59:59 GMT", 946_684_799, "Fri, 31 Dec 1999 23:59:59 GMT"),
        // now: 2090-01-01T00:00:00Z
        ("Thursday, 01-Jan-05 00:00:00 GMT", 3_786_912_000, "Thu, 01 Jan 2105 00:00:00 GMT"),
        ("Friday, 01-Jan-90 00:00:00 GMT", u64::MAX, "Wed, 01 Jan 9990 00:00:00 GMT"),
    ] {
        assert_eq!(parse(text.as_bytes(), now), parse(expected.as_bytes(), NOW), "{text}");
        assert!(parse(text.as_bytes(), now).is_some(), "{text}");
    }
}
