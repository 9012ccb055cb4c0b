//! Hexadecimal numbers, written in lower case.

use super::Buffer;

/// Writes `value` with leading zeros up to `width` digits, 16 at the most.
pub fn push_padded(buffer: &mut Buffer, value: u64, width: u32) {
    for place in (0..16).rev() {
        let rest = value.unbounded_shr(4 * place);
        if rest != 0 || place < width {
            let digit = (rest & 15) as u8;
            buffer.push_byte(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_the_standard_formatter_writes() {
        for value in [0, 1, 9, 10, 15, 16, 0xabcdef, u64::MAX >> 4, u64::MAX] {
            for width in [1, 2, 8, 16] {
                let mut room = [0; 16];
                let mut buffer = Buffer::new(&mut room);
                push_padded(&mut buffer, value, width as u32);
                assert_eq!(buffer.bytes(), format!("{value:0width$x}").as_bytes());
            }
        }
    }
}
