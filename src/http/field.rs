//! Fields and the bytes that their grammar allows (RFC 9110 5, 5.6.2).

const TCHAR: u8 = 1;
const VALUE: u8 = 2;
const TARGET: u8 = 4;

/// What each byte may be part of, as bits.
static CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        let mut bits = 0;
        // token = 1*tchar; tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+"
        //   / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT / ALPHA
        if b.is_ascii_alphanumeric()
            || matches!(b, b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+')
            || matches!(b, b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
        {
            bits |= TCHAR;
        }
        // field-value = *( VCHAR / obs-text / SP / HTAB )
        if b == b'\t' || (b >= b' ' && b != 0x7f) {
            bits |= VALUE;
        }
        // A request-target has no space, no control byte and no fragment. The
        // bytes that RFC 3986 wants encoded are let through: they do no harm in
        // a file name, and browsers send some of them as they are.
        if b > b' ' && b != 0x7f && b != b'#' {
            bits |= TARGET;
        }
        class[byte] = bits;
        byte += 1;
    }
    class
};

fn is(byte: u8, class: u8) -> bool {
    CLASS.get(usize::from(byte)).is_some_and(|bits| bits & class != 0)
}

/// `tchar` of RFC 9110 5.6.2.
pub fn is_tchar(byte: u8) -> bool {
    is(byte, TCHAR)
}

/// A byte that may stand in a field value.
pub fn is_value_byte(byte: u8) -> bool {
    is(byte, VALUE)
}

/// A byte that may stand in a request-target.
pub fn is_target_byte(byte: u8) -> bool {
    is(byte, TARGET)
}

/// Whether a list of names, one on each line, has `name` in any case.
pub fn is_listed(list: &[u8], name: &[u8]) -> bool {
    list.split(|byte| *byte == b'\n').any(|listed| listed.eq_ignore_ascii_case(name))
}

/// Removes optional whitespace (RFC 9110 5.6.3) at both ends.
pub fn trim(value: &[u8]) -> &[u8] {
    let ows = |byte: &u8| matches!(byte, b' ' | b'\t');
    let first = value.iter().position(|byte| !ows(byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|byte| !ows(byte)).map_or(first, |last| last + 1);
    value.get(first..end).unwrap_or_default()
}

/// A field section that was read without error: lines with their CRLF, or LF.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    /// Name and trimmed value of each field line, in order.
    pub fn iter(self) -> Lines<'a> {
        Lines(self.0)
    }

    /// The values of all field lines called `name`, whatever its case.
    pub fn all<'n>(self, name: &'n str) -> Values<'a, 'n> {
        Values { lines: self.iter(), name }
    }

    /// The value of the one field line called `name`; none when there are several.
    pub fn only(self, name: &str) -> Option<&'a [u8]> {
        let mut values = self.all(name);
        values.next().filter(|_| values.next().is_none())
    }

    /// The value of the first field line called `name`.
    pub fn first(self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }
}

/// See [`Fields::iter`].
pub struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let end = self.0.iter().position(|byte| *byte == b'\n')?;
        let (line, next) = self.0.split_at_checked(end + 1)?;
        self.0 = next;
        let colon = line.iter().position(|byte| *byte == b':')?;
        let value = line.get(colon + 1..end)?;
        Some((line.get(..colon)?, trim(value.strip_suffix(b"\r").unwrap_or(value))))
    }
}

/// See [`Fields::all`].
pub struct Values<'a, 'n> {
    lines: Lines<'a>,
    name: &'n str,
}

impl<'a> Iterator for Values<'a, '_> {
    type Item = &'a [u8];

    /// Not inlined: a dozen fields are looked for, and a call is smaller.
    #[inline(never)]
    fn next(&mut self) -> Option<&'a [u8]> {
        let name = self.name.as_bytes();
        self.lines.find(|field| field.0.eq_ignore_ascii_case(name)).map(|field| field.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_whatever_their_case_and_trimmed() {
        let fields = Fields(b"Host: a\r\nX:\t b c \r\nx:\r\nA:b:c\r\n");
        assert_eq!(fields.first("host"), Some(&b"a"[..]));
        assert_eq!(fields.all("x").collect::<Vec<_>>(), [&b"b c"[..], b""]);
        assert_eq!(fields.first("a"), Some(&b"b:c"[..]));
        assert_eq!(fields.first("hos"), None);
        assert_eq!((fields.only("host"), fields.only("x")), (Some(&b"a"[..]), None));
        assert_eq!(fields.iter().count(), 4);
    }

    #[test]
    fn the_classes_are_those_of_the_grammar() {
        for byte in 0..=255u8 {
            let separators = b"\"(),/:;<=>?@[\\]{}";
            assert_eq!(is_tchar(byte), byte.is_ascii_graphic() && !separators.contains(&byte), "{byte}");
            assert_eq!(is_value_byte(byte), byte == 9 || (byte >= 32 && byte != 127), "{byte}");
            assert_eq!(is_target_byte(byte), byte > 32 && byte != 127 && byte != b'#', "{byte}");
        }
    }
}
