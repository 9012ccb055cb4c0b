//! Decimal numbers, read strictly and written without a formatter.

use super::Buffer;

/// Reads `1*DIGIT`: no sign, no space, no overflow.
pub fn parse(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// Appends `value` without leading zeros.
pub fn push(buffer: &mut Buffer, value: u64) {
    push_padded(buffer, value, 1);
}

/// Writes `value` with leading zeros up to `width` digits, 20 at the most.
pub fn push_padded(buffer: &mut Buffer, mut value: u64, width: usize) {
    // u64::MAX has 20 digits.
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    for (place, digit) in digits.iter_mut().enumerate().rev() {
        if value == 0 {
            break;
        }
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
        first = place;
    }
    let first = first.min(digits.len().saturating_sub(width));
    buffer.push(digits.get(first..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_digits_only() {
        for (text, value) in [
            ("0", Some(0)),
            ("007", Some(7)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("", None),
            ("+1", None),
            ("-1", None),
            (" 1", None),
            ("1 ", None),
            ("1:", None),
            ("1/", None),
            ("0x1", None),
        ] {
            assert_eq!(parse(text.as_bytes()), value, "{text:?}");
        }
    }

    #[test]
    fn writes_what_the_standard_formatter_writes() {
        for value in [0, 1, 9, 10, 99, 100, 65535, u64::MAX] {
            for width in [1, 2, 4, 20] {
                let mut room = [0; 32];
                let mut buffer = Buffer::new(&mut room);
                push_padded(&mut buffer, value, width);
                assert_eq!(buffer.bytes(), format!("{value:0width$}").as_bytes());
            }
        }
    }
}
