//! Dates: seconds since 1970-01-01T00:00:00Z as text.

use crate::text::{Buffer, decimal, find, split};

#[cfg(test)]
mod tests;

const DAYS: &[u8; 21] = b"SunMonTueWedThuFriSat";
const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
const DAY: u64 = 24 * 60 * 60;

const LONG_DAYS: &[u8] = b"Sunday Monday Tuesday Wednesday Thursday Friday Saturday";

/// The three forms of an HTTP-date: IMF-fixdate, RFC 850, asctime. A lower-case
/// letter stands for a part of the date: `a` the day's name, `l` its long name,
/// `b` the month's name, `d` the day, `e` the day with a space or digit before
/// it, `y` the year, `r` its last two digits, `h`, `m`, `s` the time. Every other
/// byte stands for itself.
const FORMS: &[u8] = b"a, d b y h:m:s GMT\nl, d-b-r h:m:s GMT\na b e h:m:s y";

/// The Gregorian calendar repeats after 400 years.
const ERA_DAYS: u64 = 146_097;

/// 9999-12-31T23:59:59Z, the last second that four digits of a year can say.
const LAST: u64 = 253_402_300_799;

/// Appends an IMF-fixdate (RFC 9110 5.6.7), 29 bytes:
/// `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn push_imf_fixdate(buffer: &mut Buffer, seconds: u64) {
    push(buffer, seconds, split(FORMS, b'\n').next().unwrap_or_default());
}

/// Appends the time of the Common Log Format, in UTC:
/// `06/Nov/1994:08:49:37 +0000`.
pub fn push_log_time(buffer: &mut Buffer, seconds: u64) {
    push(buffer, seconds, b"d/b/y:h:m:s +0000");
}

/// Appends a date of RFC 3339, 20 bytes: `1994-11-06T08:49:37Z`.
pub fn push_rfc3339(buffer: &mut Buffer, seconds: u64) {
    push(buffer, seconds, b"y-n-dTh:m:sZ");
}

/// Appends a date for people: `1994-11-06 08:49`.
pub fn push_minute(buffer: &mut Buffer, seconds: u64) {
    push(buffer, seconds, b"y-n-d h:m");
}

/// Appends a date in one of [`FORMS`], or another; `n` stands for the month's number.
fn push(buffer: &mut Buffer, seconds: u64, form: &[u8]) {
    let seconds = seconds.min(LAST);
    let (year, month, day) = civil(seconds / DAY);
    for part in form {
        let (number, width) = match part {
            // 1970-01-01 was a Thursday.
            b'a' => {
                buffer.push(name(DAYS, (seconds / DAY + 4) % 7));
                continue;
            }
            b'b' => {
                buffer.push(name(MONTHS, month - 1));
                continue;
            }
            b'n' => (month, 2),
            b'd' => (day, 2),
            b'y' => (year, 4),
            b'h' => (seconds % DAY / 3600, 2),
            b'm' => (seconds % 3600 / 60, 2),
            b's' => (seconds % 60, 2),
            _ => {
                buffer.push_byte(*part);
                continue;
            }
        };
        decimal::push_padded(buffer, number, width);
    }
}

/// The three letters at `place` of a table of names.
fn name(table: &[u8], place: u64) -> &[u8] {
    table.get(place as usize * 3..).and_then(|rest| rest.get(..3)).unwrap_or_default()
}

/// Year, month from 1 and day from 1 of a day number in the Gregorian calendar.
fn civil(days: u64) -> (u64, u64, u64) {
    // Years begin in March here, so that the leap day is a year's last one, and
    // day 0 is 0000-03-01: 719,468 days before 1970-01-01.
    let days = days + 719_468;
    let era = days / ERA_DAYS;
    let day_of_era = days % ERA_DAYS;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months of 31, 30, 31, 30, 31 days, again and again: 153 days for five.
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

/// Reads an HTTP-date (RFC 9110 5.6.7) in any of its three forms, to the letter;
/// `now` tells the century of a two-digit year. Both are seconds since 1970,
/// and so is the result: 0 for a valid date before that.
///
/// The name of the day must be one, but need not be that date's. A leap second
/// is the first second of the next day, as POSIX counts.
pub fn parse(text: &[u8], now: u64) -> Option<u64> {
    split(FORMS, b'\n').find_map(|form| parse_as(form, text, now))
}

fn parse_as(form: &[u8], text: &[u8], now: u64) -> Option<u64> {
    let mut rest = text;
    let (mut year, mut month, mut day, mut time, mut has_century) = (0, 0, 0, 0, true);
    for part in form {
        match part {
            b'a' => _ = place(&mut rest, DAYS)?,
            b'l' => {
                let end = find(rest, b',')?;
                let name = take(&mut rest, end)?;
                split(LONG_DAYS, b' ').find(|known| *known == name)?;
            }
            b'b' => month = place(&mut rest, MONTHS)? + 1,
            b'd' => day = number(&mut rest, 2)?,
            // Two digits, or a space and one.
            b'e' => {
                let digits = if rest.first() == Some(&b' ') { take(&mut rest, 1)?.len() } else { 2 };
                day = number(&mut rest, digits)?;
            }
            b'y' => year = number(&mut rest, 4)?,
            b'r' => {
                year = number(&mut rest, 2)?;
                has_century = false;
            }
            b'h' | b'm' | b's' => {
                let end = match part {
                    b'h' => 24,
                    // A leap second is the last one of its day.
                    b's' if time == 24 * 60 - 1 => 61,
                    _ => 60,
                };
                time = time * 60 + number(&mut rest, 2).filter(|value| *value < end)?;
            }
            _ => rest = rest.strip_prefix(&[*part])?,
        }
    }
    if !rest.is_empty() {
        return None;
    }
    if !has_century {
        // The latest such year that is not more than 50 years ahead.
        let now = now.min(LAST);
        let (this_year, this_month, today) = civil(now / DAY);
        let latest = (this_year + 50, this_month, today, now % DAY);
        year += latest.0 - latest.0 % 100;
        if (year, month, day, time) > latest {
            year -= 100;
        }
    }
    // Later by whole eras, so that no number is negative on the way.
    const ERAS: u64 = 5;
    let days = day_number(year + ERAS * 400, month, day)?;
    Some((days * DAY + time).saturating_sub(ERAS * ERA_DAYS * DAY))
}

/// The day number of a date from 1971 on; none when its month has no such day.
fn day_number(year: u64, month: u64, day: u64) -> Option<u64> {
    // As in `civil`: years that begin in March.
    let march_year = if month > 2 { year } else { year - 1 };
    let leap_days = march_year / 4 - march_year / 100 + march_year / 400;
    let days = 365 * march_year + leap_days + (153 * ((month + 9) % 12) + 2) / 5 + day - 719_469;
    (civil(days) == (year, month, day)).then_some(days)
}

/// Takes the first `count` bytes.
fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (first, behind) = rest.split_at_checked(count)?;
    *rest = behind;
    Some(first)
}

/// Takes a number of exactly `digits` digits.
fn number(rest: &mut &[u8], digits: usize) -> Option<u64> {
    decimal::parse(take(rest, digits)?)
}

/// Takes three letters; returns their place in a table of names.
fn place(rest: &mut &[u8], table: &[u8]) -> Option<u64> {
    let name = take(rest, 3)?;
    table.chunks_exact(3).position(|known| known == name).map(|place| place as u64)
}
