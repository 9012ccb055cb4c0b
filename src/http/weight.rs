//! Lists of what a client accepts, each member with a weight (RFC 9110 12.4.2).

use super::field::{self, Fields};
use crate::text::{self, is_same_word};

/// Most names that [`lowest`] is asked for.
const NAMES: usize = 6;

/// What the list in all fields called `field` says of each of `names`, which have
/// a space between them: from 0, not acceptable, to 1000. None where it says
/// nothing.
///
/// A member without a weight has 1000, and parameters other than `q` are skipped.
/// A malformed weight is 0: whoever wrote it wanted to say something about this
/// member, so `*` must not speak for it. Of several weights the lowest holds.
pub fn lowest(fields: Fields, field: &str, names: &[u8]) -> [Option<u16>; NAMES] {
    let mut said = [None; NAMES];
    for list in fields.all(field) {
        for member in split(list, b',') {
            let mut parts = split(member, b';').map(field::trim);
            let name = parts.next().unwrap_or_default();
            let mut weight = 1000;
            for part in parts {
                if let [b'q' | b'Q', b'=', value @ ..] = part {
                    weight = weight.min(qvalue(value).unwrap_or(0));
                }
            }
            for (said, known) in said.iter_mut().zip(text::split(names, b' ')) {
                if is_same_word(known, name) {
                    *said = Some(said.unwrap_or(weight).min(weight));
                }
            }
        }
    }
    said
}

/// `( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )`, in thousandths.
fn qvalue(text: &[u8]) -> Option<u16> {
    let (whole, decimals) = match text {
        [whole @ (b'0' | b'1'), b'.', decimals @ ..] => (whole, decimals),
        [whole @ (b'0' | b'1')] => (whole, &[][..]),
        _ => return None,
    };
    let mut value = u16::from(whole - b'0') * 1000;
    let mut unit = 100;
    for digit in decimals {
        let digit = u16::from(digit.wrapping_sub(b'0'));
        if digit > 9 || unit == 0 {
            return None;
        }
        value += digit * unit;
        unit /= 10;
    }
    (value <= 1000).then_some(value)
}

/// Splits at a byte that does not stand in a quoted-string (RFC 9110 5.6.4).
fn split(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |byte| {
        let is_plain = !is_escaped;
        is_escaped = is_plain && is_quoted && *byte == b'\\';
        is_quoted ^= is_plain && *byte == b'"';
        !is_quoted && *byte == separator
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of `a`, `b`, `c`, `d`, as a text.
    fn of(lines: &str) -> String {
        let said = lowest(Fields::new(lines.as_bytes()), "accept", b"a b c d */*");
        let said = said.iter().zip(["a", "b", "c", "d", "*/*"]);
        let said = said.filter_map(|(weight, name)| Some(format!("{name}={}", (*weight)?)));
        said.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_weight_has_three_decimals_at_the_most() {
        for (text, expected) in [
            ("0", Some(0)),
            ("1", Some(1000)),
            ("0.", Some(0)),
            ("1.", Some(1000)),
            ("0.5", Some(500)),
            ("0.05", Some(50)),
            ("0.005", Some(5)),
            ("0.123", Some(123)),
            ("0.999", Some(999)),
            ("1.0", Some(1000)),
            ("1.000", Some(1000)),
            ("", None),
            (".5", None),
            ("0.1234", None),
            ("0.0000", None),
            ("1.0000", None),
            ("1.001", None),
            ("1.1", None),
            ("2", None),
            ("00.5", None),
            ("10", None),
            ("01", None),
            ("-1", None),
            ("+1", None),
            ("0,5", None),
            ("0.5 ", None),
            ("0.-5", None),
            ("0.5.5", None),
            ("0x1", None),
            ("\"1\"", None),
            ("1e0", None),
        ] {
            assert_eq!(qvalue(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn members_are_found_with_their_weights() {
        for (lines, expected) in [
            ("", ""),
            ("Accept:\r\n", ""),
            ("Accept: , ,,\r\n", ""),
            ("Accept: a\r\n", "a=1000"),
            ("Accept: A;q=0.5, */*\r\n", "a=500 */*=1000"),
            ("Accept: a,b;q=0.5\r\nX: d\r\nAccept: c\r\n", "a=1000 b=500 c=1000"),
            ("Accept: a ;\tq=0.5 , b\t; Q=0\r\n", "a=500 b=0"),
            ("Accept: a;x=1;q=0.5;y=2\r\n", "a=500"),
            ("Accept: a;\r\n", "a=1000"),
            ("Accept: ;q=1\r\n", ""),
            ("Accept: a b, ab, aa, /\r\n", ""),
            // The lowest of several, and 0 for a malformed one.
            ("Accept: a;q=0.3;q=0.7, b;q=0.7, b;q=0.3, c;q=0.3, c\r\n", "a=300 b=300 c=300"),
            ("Accept: a;q=x, b;q=, c;q=1;q=y\r\n", "a=0 b=0 c=0"),
            // Not a weight.
            ("Accept: a;qq=0, b;xq=0, c;q, d;q =0\r\n", "a=1000 b=1000 c=1000 d=1000"),
            // In a quoted-string nothing is separated.
            ("Accept: a;x=\"b,c;q=0\", d\r\n", "a=1000 d=1000"),
            ("Accept: a;x=\"\\\",b\";q=0.1,c\r\n", "a=100 c=1000"),
            ("Accept: a;x=\"\\\\\",b\r\n", "a=1000 b=1000"),
            ("Accept: x\\\",b\",c\r\n", "c=1000"),
            ("Accept: a;x=\"b, c\r\n", "a=1000"),
        ] {
            assert_eq!(of(lines), expected, "{lines:?}");
        }
    }
}
