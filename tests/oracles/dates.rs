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
