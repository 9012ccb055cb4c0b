//! Dates: seconds since 1970-01-01T00:00:00Z as text.

use crate::text::{Buffer, decimal};

const DAYS: &[u8; 21] = b"SunMonTueWedThuFriSat";
const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
const DAY: u64 = 24 * 60 * 60;

/// 9999-12-31T23:59:59Z, the last second that four digits of a year can say.
const LAST: u64 = 253_402_300_799;

/// Appends an IMF-fixdate (RFC 9110 5.6.7), 29 bytes:
/// `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn push_imf_fixdate(buffer: &mut Buffer, seconds: u64) {
    let seconds = seconds.min(LAST);
    let (year, month, day) = civil(seconds / DAY);
    // 1970-01-01 was a Thursday.
    buffer.push(name(DAYS, (seconds / DAY + 4) % 7));
    buffer.push(b", ");
    decimal::push_padded(buffer, day, 2);
    buffer.push_byte(b' ');
    buffer.push(name(MONTHS, month - 1));
    buffer.push_byte(b' ');
    decimal::push_padded(buffer, year, 4);
    buffer.push_byte(b' ');
    push_time(buffer, seconds);
    buffer.push(b" GMT");
}

/// Appends the time of the Common Log Format, in UTC:
/// `06/Nov/1994:08:49:37 +0000`.
pub fn push_log_time(buffer: &mut Buffer, seconds: u64) {
    let seconds = seconds.min(LAST);
    let (year, month, day) = civil(seconds / DAY);
    decimal::push_padded(buffer, day, 2);
    buffer.push_byte(b'/');
    buffer.push(name(MONTHS, month - 1));
    buffer.push_byte(b'/');
    decimal::push_padded(buffer, year, 4);
    buffer.push_byte(b':');
    push_time(buffer, seconds);
    buffer.push(b" +0000");
}

/// `08:49:37`
fn push_time(buffer: &mut Buffer, seconds: u64) {
    decimal::push_padded(buffer, seconds % DAY / 3600, 2);
    buffer.push_byte(b':');
    decimal::push_padded(buffer, seconds % 3600 / 60, 2);
    buffer.push_byte(b':');
    decimal::push_padded(buffer, seconds % 60, 2);
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
    let era = days / 146_097; // 400 years
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // Months of 31, 30, 31, 30, 31 days, again and again: 153 days for five.
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
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
}
