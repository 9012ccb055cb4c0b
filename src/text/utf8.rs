//! UTF-8 (RFC 3629), of which not all bytes need to be any.

/// Takes the character at the start of `rest`; an error is a byte that begins none,
/// and None the end.
#[inline(never)]
pub fn take<'a>(rest: &mut &'a [u8]) -> Option<Result<&'a [u8], u8>> {
    let (first, behind) = rest.split_first()?;
    let (taken, left) = match rest.split_at_checked(character_len(*first, behind)) {
        Some((character @ [_, ..], left)) => (Ok(character), left),
        _ => (Err(*first), behind),
    };
    *rest = left;
    Some(taken)
}

/// Bytes of the character (RFC 3629 3) that begins with `first`; 0: it is none.
fn character_len(first: u8, behind: &[u8]) -> usize {
    let len = match first.leading_ones() as usize {
        0 => return 1,
        len @ 2..=4 => len,
        _ => return 0,
    };
    let mut point = u32::from(first) & 0x7f >> len;
    for byte in behind.iter().take(len - 1) {
        if byte & 0xc0 != 0x80 {
            return 0;
        }
        point = point << 6 | u32::from(byte & 0x3f);
    }
    // No surrogate, not beyond the last one, and not longer than it must be.
    if char::from_u32(point).is_some_and(|character| character.len_utf8() == len) { len } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_those_of_the_standard_library() {
        let mut texts: Vec<Vec<u8>> = ["", "a", "aé", "€x", "\u{10ffff}", "\0\u{80}\u{7ff}\u{800}\u{ffff}"]
            .map(|text| text.as_bytes().to_vec())
            .to_vec();
        for first in 0..=255 {
            for second in [0, b'a', 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff] {
                texts.push(vec![first, second]);
                texts.push(vec![first, second, 0x80, b'z']);
                texts.push(vec![first, second, 0x80, 0xbf, 0x80]);
            }
        }
        for text in texts {
            let (mut rest, mut taken) = (&text[..], Vec::new());
            while let Some(piece) = take(&mut rest) {
                taken.push(piece);
            }
            let mut expected = Vec::new();
            for chunk in text.utf8_chunks() {
                expected.extend(chunk.valid().split("").filter(|c| !c.is_empty()).map(|c| Ok(c.as_bytes())));
                expected.extend(chunk.invalid().iter().map(|byte| Err(*byte)));
            }
            assert_eq!(taken, expected, "{}", text.escape_ascii());
        }
    }
}
