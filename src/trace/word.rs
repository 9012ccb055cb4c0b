//! Numbers that have names.

use crate::text::{Buffer, decimal, hex};

/// Bits or values, and what the headers call them, in the order of printing.
pub type Names = &'static [(u32, &'static str)];

/// Appends the bits of `value` by name, and what has none as a number. 0 is itself,
/// unless it has a name.
pub fn flags(text: &mut Buffer, names: Names, value: u64) {
    let mut rest = value;
    let begin = text.len();
    for (bits, name) in names {
        let bits = u64::from(*bits);
        let is_whole = if bits == 0 { value == 0 } else { rest & bits == bits };
        if is_whole {
            rest &= !bits;
            bar(text, begin);
            text.push(name.as_bytes());
        }
    }
    if rest != 0 {
        bar(text, begin);
        hexadecimal(text, rest);
    } else if text.len() == begin {
        text.push_byte(b'0');
    }
}

fn bar(text: &mut Buffer, begin: usize) {
    if text.len() > begin {
        text.push_byte(b'|');
    }
}

/// Appends the name of `value`, or the value.
pub fn name(text: &mut Buffer, names: Names, value: u64) {
    match names.iter().find(|(other, _)| u64::from(*other) == value) {
        Some((_, name)) => text.push(name.as_bytes()),
        None => hexadecimal(text, value),
    }
}

pub fn hexadecimal(text: &mut Buffer, value: u64) {
    text.push(b"0x");
    hex::push_padded(text, value, 1);
}

pub fn signed(text: &mut Buffer, value: i64) {
    if value < 0 {
        text.push_byte(b'-');
    }
    decimal::push(text, value.unsigned_abs());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Buffer)) -> String {
        let mut room = [0; 64];
        let mut buffer = Buffer::new(&mut room);
        write(&mut buffer);
        String::from_utf8_lossy(buffer.bytes()).into_owned()
    }

    #[test]
    fn bits_have_their_names_and_the_rest_is_a_number() {
        const NAMES: Names = &[(6, "BOTH"), (2, "TWO"), (1, "ONE")];
        for (value, text) in
            [(0, "0"), (1, "ONE"), (3, "TWO|ONE"), (7, "BOTH|ONE"), (18, "TWO|0x10"), (8, "0x8")]
        {
            assert_eq!(written(|text| flags(text, NAMES, value)), text);
        }
        assert_eq!(written(|text| flags(text, &[(0, "NONE"), (1, "ONE")], 0)), "NONE");
        assert_eq!(written(|text| flags(text, &[(0, "NONE"), (1, "ONE")], 1)), "ONE");
    }

    #[test]
    fn a_value_has_its_name_or_is_a_number() {
        assert_eq!(written(|text| name(text, &[(2, "TWO")], 2)), "TWO");
        assert_eq!(written(|text| name(text, &[(2, "TWO")], 3)), "0x3");
        assert_eq!(written(|text| signed(text, i64::MIN)), i64::MIN.to_string());
    }
}
