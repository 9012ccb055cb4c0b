//! Where a byte is, what is between, and what is the same: each of these functions is there once for
//! all bytes, and core's would be for each place that has a closure.

/// The place of the first byte that is `wanted`. Eight at a time: a head is looked
/// through by nothing else.
#[inline(never)]
pub fn find(bytes: &[u8], wanted: u8) -> Option<usize> {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGHEST: u64 = ONES << 7;
    let (words, rest) = bytes.as_chunks();
    for (place, word) in words.iter().enumerate() {
        // A byte of 0 is one that is wanted. Only it, and what is behind it, can
        // borrow from the bits above, so the lowest bit that is left is right.
        let word = u64::from_le_bytes(*word) ^ (ONES * u64::from(wanted));
        let found = word.wrapping_sub(ONES) & !word & HIGHEST;
        if found != 0 {
            return Some(8 * place + found.trailing_zeros() as usize / 8);
        }
    }
    rest.iter().position(|byte| *byte == wanted).map(|place| bytes.len() - rest.len() + place)
}

/// The place of the last byte that is `wanted`.
#[inline(never)]
pub fn find_last(bytes: &[u8], wanted: u8) -> Option<usize> {
    bytes.iter().rposition(|byte| *byte == wanted)
}

/// What is before the first byte that is `wanted`, and what is behind it.
#[inline(never)]
pub fn split_once(bytes: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (before, from) = bytes.split_at_checked(find(bytes, wanted)?)?;
    Some((before, from.get(1..)?))
}

/// Whether two words are the same when ASCII case does not count.
#[inline(never)]
pub fn is_same_word(one: &[u8], other: &[u8]) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The same without `byte` where that is first.
#[inline(never)]
pub fn without_first(bytes: &[u8], byte: u8) -> &[u8] {
    match bytes {
        [first, rest @ ..] if *first == byte => rest,
        _ => bytes,
    }
}

/// The same without `byte` where that is last.
#[inline(never)]
pub fn without_last(bytes: &[u8], byte: u8) -> &[u8] {
    match bytes {
        [rest @ .., last] if *last == byte => rest,
        _ => bytes,
    }
}

/// The parts between the bytes that are `wanted`, as [`slice::split`] has them.
pub fn split(bytes: &[u8], wanted: u8) -> Split<'_> {
    Split { rest: Some(bytes), wanted }
}

/// See [`split`].
#[derive(Clone)]
pub struct Split<'a> {
    rest: Option<&'a [u8]>,
    wanted: u8,
}

impl Split<'_> {
    /// Another part is to come.
    pub fn has_more(&self) -> bool {
        self.rest.is_some()
    }
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a [u8];

    #[inline(never)]
    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest.take()?;
        match split_once(rest, self.wanted) {
            Some((part, behind)) => {
                self.rest = Some(behind);
                Some(part)
            }
            None => Some(rest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_is_found_wherever_it_is_and_whatever_is_around() {
        for (wanted, around) in
            [(b',', b'-'), (0, 1), (1, 0), (0x80, 0), (0xff, 0x7f), (0x7f, 0xff), (0, 0xff)]
        {
            for length in 0..20 {
                let bytes = vec![around; length];
                assert_eq!(find(&bytes, wanted), None, "{wanted} in {length}");
                for first in 0..length {
                    for second in first..length {
                        let mut bytes = bytes.clone();
                        bytes[first] = wanted;
                        bytes[second] = wanted;
                        assert_eq!(find(&bytes, wanted), Some(first), "{wanted} in {length}");
                    }
                }
            }
        }
    }

    #[test]
    fn parts_are_those_of_the_standard_library() {
        for text in ["", ",", "a", "a,", ",a", "a,b", "a,,b", ",,"] {
            let bytes = text.as_bytes();
            let expected: Vec<_> = bytes.split(|byte| *byte == b',').collect();
            assert_eq!(split(bytes, b',').collect::<Vec<_>>(), expected, "{text:?}");
            let expected = text.split_once(',').map(|parts| (parts.0.as_bytes(), parts.1.as_bytes()));
            assert_eq!(split_once(bytes, b','), expected, "{text:?}");
            let mut parts = split(bytes, b',');
            let mut count = 0;
            while parts.has_more() {
                count += usize::from(parts.next().is_some());
            }
            assert_eq!((count, parts.next()), (text.split(',').count(), None));
            let ends = (text.strip_prefix(',').unwrap_or(text), text.strip_suffix(',').unwrap_or(text));
            let expected = (ends.0.as_bytes(), ends.1.as_bytes());
            assert_eq!((without_first(bytes, b','), without_last(bytes, b',')), expected, "{text:?}");
            assert_eq!((find(bytes, b','), find_last(bytes, b',')), (text.find(','), text.rfind(',')));
        }
    }
}
