//! `http::date` beside `httpdate`.

use std::time::{Duration, UNIX_EPOCH};

use svcd::http::date;

/// 9999-12-31T23:59:59Z
pub const LAST: u64 = 253_402_300_799;

pub fn imf_fixdate(seconds: u64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds.min(LAST)))
}

/// A date is written as `httpdate` writes it, and read again.
pub fn written(seconds: u64) {
    let text = crate::written(|buffer| date::push_imf_fixdate(buffer, seconds));
    assert_eq!(String::from_utf8_lossy(&text), imf_fixdate(seconds));
    assert_eq!(date::parse(&text, 0), Some(seconds.min(LAST)));
}

/// What is read as a date is one, and says that second.
pub fn check(value: &[u8], now: u64) {
    let text = std::str::from_utf8(value);
    let theirs = text.ok().and_then(|text| httpdate::parse_http_date(text).ok());
    let theirs = theirs.and_then(|time| Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs()));
    let Some(seconds) = date::parse(value, now) else {
        // `httpdate` does not look at every byte; at what it would write itself
        // both must agree.
        assert!(!theirs.is_some_and(|seconds| is_written(value, seconds)), "{}", value.escape_ascii());
        return;
    };
    let text = text.expect("a date is ASCII");
    let has_century = !text.contains('-');
    if let Some(theirs) = theirs.filter(|_| has_century) {
        assert_eq!(seconds, theirs, "{text}");
    }
    // A leap second is the next day's first one. What is before 1970 is 0.
    if seconds == 0 || seconds > LAST || text.contains(":60") {
        return;
    }
    let again = imf_fixdate(seconds);
    let parts = (&again[5..7], &again[8..11], &again[12..16], &again[17..25]);
    if !has_century {
        let (_, behind) = text.split_once(", ").expect("a comma");
        assert_eq!(behind, format!("{}-{}-{} {} GMT", parts.0, parts.1, &parts.2[2..], parts.3));
        let this_year: u64 = imf_fixdate(now)[12..16].parse().expect("a year");
        let year: u64 = parts.2.parse().expect("a year");
        assert!(year <= this_year + 50 && this_year < year + 51, "{text} is {year} in {this_year}");
    } else if text.contains(',') {
        assert_eq!(text[3..], again[3..]);
    } else {
        let day = text[8..10].replace(' ', "0");
        assert_eq!((&*day, &text[4..7], &text[20..], &text[11..19]), parts);
    }
}

/// Whether `value` is one of the forms of a date, to the letter.
fn is_written(value: &[u8], seconds: u64) -> bool {
    const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    let text = imf_fixdate(seconds);
    let (name, day, month, year, time) =
        (&text[..3], &text[5..7], &text[8..11], &text[12..16], &text[17..25]);
    let long = DAYS.iter().find(|long| long.starts_with(name)).expect("a day");
    let space = day.replacen('0', " ", usize::from(day.starts_with('0')));
    let forms = [
        format!("{long}, {day}-{month}-{} {time} GMT", &year[2..]),
        format!("{name} {month} {space} {time} {year}"),
        text.clone(),
    ];
    forms.iter().any(|form| form.as_bytes() == value)
}
