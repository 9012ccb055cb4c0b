//! The two forms of time that the server writes. Made here independently of the
//! server's own code, so that a mistake there has nothing to hide behind.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `Sun, 06 Nov 1994 08:49:37 GMT`
pub fn imf_fixdate(seconds: u64) -> String {
    let (year, month, day) = civil(seconds / 86400);
    let weekday = DAYS[(seconds / 86400 % 7) as usize];
    format!("{weekday}, {day:02} {} {year:04} {} GMT", MONTHS[month], time_of_day(seconds))
}

/// `06/Nov/1994:08:49:37 +0000`
pub fn log_date(seconds: u64) -> String {
    let (year, month, day) = civil(seconds / 86400);
    format!("{day:02}/{}/{year:04}:{} +0000", MONTHS[month], time_of_day(seconds))
}

/// Is `text` what `form` makes of some second of the last minutes?
pub fn is_recent(text: &str, form: fn(u64) -> String) -> bool {
    let now = seconds(SystemTime::now());
    (now.saturating_sub(300)..=now + 2).rev().any(|second| form(second) == text)
}

pub fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

pub fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn time_of_day(seconds: u64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

/// Counts years and months off one by one: slow, and plainly right.
fn civil(mut days: u64) -> (u64, usize, u64) {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= lengths[month] {
        days -= lengths[month];
        month += 1;
    }
    (year, month, days + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        assert_eq!(imf_fixdate(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(imf_fixdate(951_782_400), "Tue, 29 Feb 2000 00:00:00 GMT");
        assert_eq!(log_date(784_111_777), "06/Nov/1994:08:49:37 +0000");
    }
}
