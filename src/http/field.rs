//! Fields and the bytes that their grammar allows (RFC 9110 5, 5.6.2).

use crate::text::{Split, find, is_same_word, split, without_last};

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

/// What is about the connection and the framing of a message (RFC 9110 7.6.1, RFC 9112
/// 6): nobody else has a say in it, and nobody is told.
const FRAMING: &[u8] = b"\
Connection
Content-Length
Keep-Alive
TE
Trailer
Transfer-Encoding
Upgrade";

/// Whether `name` in any case is in a list of names, one on each line, or is about the
/// framing of a message.
pub fn is_listed(list: &[u8], name: &[u8]) -> bool {
    [list, FRAMING].into_iter().any(|list| split(list, b'\n').any(|listed| is_same_word(listed, name)))
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
pub struct Fields<'a> {
    lines: &'a [u8],
    /// The [`mark`] of every name in it.
    marks: u64,
}

/// A bit for a name, whatever its case. Most fields that are looked for are not there,
/// and this tells it without a walk over all lines.
pub(crate) fn mark(name: &[u8]) -> u64 {
    let first = name.first().map_or(0, |first| u32::from(first & 31));
    1u64.wrapping_shl(first ^ name.len() as u32)
}

impl<'a> Fields<'a> {
    /// Of lines whose names nobody has marked.
    pub(crate) fn new(lines: &'a [u8]) -> Self {
        Fields { lines, marks: u64::MAX }
    }

    pub(crate) fn marked(lines: &'a [u8], marks: u64) -> Self {
        Fields { lines, marks }
    }

    /// Name and trimmed value of each field line, in order.
    pub fn iter(self) -> Lines<'a> {
        Lines(self.lines)
    }

    /// The values of all field lines called `name`, whatever its case.
    pub fn all<'n>(self, name: &'n str) -> Values<'a, 'n> {
        Values { fields: self, name }
    }

    /// The members of the list in all field lines called `name`, without the space
    /// around them (RFC 9110 5.6.1).
    pub fn members<'n>(self, name: &'n str) -> Members<'a, 'n> {
        Members { values: self.all(name), list: None }
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

/// Takes the first of `lines`, without its LF.
fn take_line<'a>(lines: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = find(lines, b'\n')?;
    let (line, rest) = lines.split_at_checked(end)?;
    *lines = rest.get(1..)?;
    Some(line)
}

/// The value of a line, which may end in CR, from its colon on.
fn value(from_colon: &[u8]) -> &[u8] {
    let value = from_colon.get(1..).unwrap_or_default();
    trim(without_last(value, b'\r'))
}

/// See [`Fields::iter`].
pub struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let line = take_line(&mut self.0)?;
        let colon = find(line, b':')?;
        let (name, rest) = line.split_at_checked(colon)?;
        Some((name, value(rest)))
    }
}

/// See [`Fields::all`].
pub struct Values<'a, 'n> {
    fields: Fields<'a>,
    name: &'n str,
}

impl<'a> Iterator for Values<'a, '_> {
    type Item = &'a [u8];

    /// Not inlined: a dozen fields are looked for, and a call is smaller.
    #[inline(never)]
    fn next(&mut self) -> Option<&'a [u8]> {
        let name = self.name.as_bytes();
        if self.fields.marks & mark(name) == 0 {
            return None;
        }
        loop {
            let line = take_line(&mut self.fields.lines)?;
            if let Some((found, rest @ [b':', ..])) = line.split_at_checked(name.len())
                && is_same_word(found, name)
            {
                return Some(value(rest));
            }
        }
    }
}

/// See [`Fields::members`].
pub struct Members<'a, 'n> {
    values: Values<'a, 'n>,
    list: Option<Split<'a>>,
}

impl<'a> Iterator for Members<'a, '_> {
    type Item = &'a [u8];

    #[inline(never)]
    fn next(&mut self) -> Option<&'a [u8]> {
        loop {
            if let Some(member) = self.list.as_mut().and_then(Split::next) {
                return Some(trim(member));
            }
            self.list = Some(split(self.values.next()?, b','));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_whatever_their_case_and_trimmed() {
        let fields = Fields::new(b"Host: a\r\nX:\t b c \r\nx:\r\nA:b:c\r\n");
        assert_eq!(fields.first("host"), Some(&b"a"[..]));
        assert_eq!(fields.all("x").collect::<Vec<_>>(), [&b"b c"[..], b""]);
        assert_eq!(fields.first("a"), Some(&b"b:c"[..]));
        assert_eq!(fields.first("hos"), None);
        assert_eq!((fields.only("host"), fields.only("x")), (Some(&b"a"[..]), None));
        assert_eq!(fields.iter().count(), 4);
        let fields = Fields::new(b"A: b, c\r\nD: e\r\na:\r\na: ,f\r\n");
        assert_eq!(fields.members("A").collect::<Vec<_>>(), [&b"b"[..], b"c", b"", b"", b"f"]);
    }

    #[test]
    fn a_name_is_found_by_its_mark_in_any_case() {
        for name in ["Host", "TE", "If-Unmodified-Since", "_", ""] {
            let marks = mark(name.to_uppercase().as_bytes());
            assert_eq!((marks, marks.count_ones()), (mark(name.to_lowercase().as_bytes()), 1), "{name}");
        }
        let fields = Fields::marked(b"Host: a\r\n", mark(b"host"));
        assert_eq!((fields.first("HOST"), fields.first("Accept")), (Some(&b"a"[..]), None));
    }

    #[test]
    fn a_list_of_names_has_those_of_framing_too() {
        for name in ["a", "B", "te", "Content-length"] {
            assert!(is_listed(b"A\nb", name.as_bytes()), "{name}");
        }
        assert!(!is_listed(b"A\nb", b"c") && !is_listed(b"A\nb", b"Content"));
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
