//! Arguments of a program, from its query (RFC 3875 4.4).

use crate::http::target;
use crate::limits;
use crate::text::{Buffer, find, split};

/// Appends the words of an indexed query, `a+b`, decoded and each with a NUL
/// behind it, and returns how many they are. It is for GET and HEAD.
///
/// None: the query has a `=`, or a word that is empty, cannot be decoded, has a
/// control byte, or begins with `-`. Such a word would be an option of the
/// program, and clients have no right to choose those.
pub fn indexed(query: &[u8], out: &mut Buffer) -> Option<usize> {
    if find(query, b'=').is_some() {
        return None;
    }
    let mut count = 0;
    for word in split(query, b'+') {
        let start = out.len();
        target::decode(word, out, true).ok()?;
        out.bytes().get(start).filter(|first| **first != b'-')?;
        out.push_byte(0);
        count += 1;
    }
    (count <= limits::CGI_WORDS && !out.overflowed()).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_decoded_and_end_in_nul() {
        for (query, expected) in [
            ("a", Some((1, "a\0"))),
            ("a+b%20c+%3D%2B", Some((3, "a\0b c\0=+\0"))),
            ("%2Fa/b&c;d", Some((1, "/a/b&c;d\0"))),
            ("a-+b", Some((2, "a-\0b\0"))),
            ("", None),
            ("+", None),
            ("a+", None),
            ("+a", None),
            ("a++b", None),
            ("a=b", None),
            ("a+b=", None),
            ("-s", None),
            ("a+-s", None),
            ("%2ds", None),
            ("%", None),
            ("a+%6", None),
            ("%zz", None),
            ("%00", None),
            ("a%0Ab", None),
        ] {
            let mut room = [0; 16];
            let mut out = Buffer::new(&mut room);
            let count = indexed(query.as_bytes(), &mut out);
            let words = count.map(|count| (count, std::str::from_utf8(out.bytes()).unwrap()));
            assert_eq!(words, expected, "{query}");
        }
    }

    #[test]
    fn too_many_words_are_none() {
        let mut room = [0; 256];
        let query = ["a"; limits::CGI_WORDS + 1].join("+");
        let most = &query.as_bytes()[2..];
        assert_eq!(indexed(most, &mut Buffer::new(&mut room)), Some(limits::CGI_WORDS));
        assert_eq!(indexed(query.as_bytes(), &mut Buffer::new(&mut room)), None);
        assert_eq!(indexed(most, &mut Buffer::new(&mut room[..2 * limits::CGI_WORDS - 1])), None);
        assert_eq!(indexed(b"abc", &mut Buffer::new(&mut room[..2])), None);
    }
}
