//! `http::date` and `httpdate`.

use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;
use svcd::http::date;
use svcd::text::Buffer;

fn imf_fixdate(seconds: u64) -> String {
    let mut room = [0; 64];
    let mut buffer = Buffer::new(&mut room);
    date::push_imf_fixdate(&mut buffer, seconds);
    String::from_utf8(buffer.bytes().to_vec()).unwrap()
}

fn agree(seconds: u64) {
    let expected = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds));
    assert_eq!(imf_fixdate(seconds), expected, "{seconds}");
}

#[test]
fn every_day_of_five_centuries() {
    for day in 0..500 * 366 {
        agree(day * 86_400 + day % 86_400);
    }
}

proptest! {
    #[test]
    fn any_second_of_four_digit_years(seconds in 0..253_402_300_800u64) {
        agree(seconds);
    }
}

/// 2019-12-31T23:59:59Z: two digits are a year from 1970 to 2069 then, as
/// `httpdate` has it at all times.
const NOW: u64 = 1_577_836_799;

fn theirs(text: &str) -> Option<u64> {
    let time = httpdate::parse_http_date(text).ok()?;
    Some(time.duration_since(UNIX_EPOCH).expect("not before 1970").as_secs())
}

/// The three forms of one second.
fn forms(seconds: u64) -> [String; 3] {
    let fixdate = imf_fixdate(seconds);
    let words: Vec<_> = fixdate.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let [name, day, month, year, time, _] = words[..] else { panic!("{fixdate}") };
    let long = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    let long = long.iter().find(|long| long.starts_with(name)).unwrap();
    let short = day.strip_prefix('0').map_or(day.to_string(), |digit| format!(" {digit}"));
    [
        fixdate.clone(),
        format!("{long}, {day}-{month}-{} {time} GMT", &year[2..]),
        format!("{name} {month} {short} {time} {year}"),
    ]
}

fn altered() -> impl Strategy<Value = String> {
    let bytes = prop::sample::select(b" :,-0123456789GMTSunayJFebOct".to_vec());
    (0..4_000_000_000u64, 0..3usize, prop::collection::vec((0..35usize, bytes), 1..3)).prop_map(
        |(seconds, form, changes)| {
            let mut text = forms(seconds)[form].clone().into_bytes();
            for (place, byte) in changes {
                if let Some(old) = text.get_mut(place) {
                    *old = byte;
                }
            }
            String::from_utf8(text).unwrap()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn each_form_is_read_alike(seconds in 0..253_402_300_800u64) {
        for (form, text) in forms(seconds).iter().enumerate() {
            let ours = date::parse(text.as_bytes(), NOW);
            // `httpdate` wants the day's name to be right, and a short year loses the century.
            if form != 1 || theirs(text).is_some() {
                prop_assert_eq!(ours, theirs(text), "{}", text);
            }
            prop_assert!(form == 1 || ours == Some(seconds), "{}", text);
        }
    }

    /// svcd takes more: a day's name that is not the date's, years before 1970,
    /// leap seconds. A date that it takes must be one of these, or theirs too.
    #[test]
    fn a_damaged_date_is_read_alike_or_refused(text in altered()) {
        // `httpdate` trims what field values do not have.
        prop_assume!(text.trim() == text);
        let ours = date::parse(text.as_bytes(), NOW);
        match theirs(&text) {
            // In the form of RFC 850 any byte may stand before the time there.
            Some(_) if text.contains("GMT") && !text[..text.len() - 12].ends_with(' ') => {
                prop_assert_eq!(ours, None, "{}", text)
            }
            Some(seconds) => prop_assert_eq!(ours, Some(seconds), "{}", text),
            None => {
                let Some(seconds) = ours else { return Ok(()) };
                let again = imf_fixdate(seconds);
                let is_leap_second = text.contains("23:59:60");
                let is_other_day = !text.starts_with(&again[..3]);
                prop_assert!(seconds == 0 || is_leap_second || is_other_day, "{} {}", text, again);
            }
        }
    }
}
