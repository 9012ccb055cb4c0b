//! SHA-256-crypt, the hash of passwords whose text begins with `$5$`: "Unix
//! crypt using SHA-256 and SHA-512", Ulrich Drepper, 2008.

use sha_crypt::{Params, sha256_crypt};

/// Characters of a hash.
pub const LENGTH: usize = 43;

/// Rounds of a hash that names none.
pub const ROUNDS: u32 = Params::RECOMMENDED_ROUNDS;

/// Bytes of the longest salt.
pub const SALT: usize = 16;

/// The hash of a password as text.
pub fn hash(password: &[u8], salt: &[u8], rounds: u32) -> [u8; LENGTH] {
    text(&sha256_crypt(password, salt, Params::new(rounds).unwrap_or_default()))
}

/// The alphabet is that of crypt(3), the least significant bits come first, and
/// three bytes are taken at a time, a third of the digest from each other.
fn text(digest: &[u8; 32]) -> [u8; LENGTH] {
    let byte = |place: usize| u32::from(*digest.get(place).unwrap_or(&0));
    let mut text = [0; LENGTH];
    let (mut a, mut b, mut c) = (0, 10, 20);
    for group in text.chunks_mut(4) {
        let mut bits = match a {
            30 => byte(31) << 8 | byte(30),
            _ => byte(a) << 16 | byte(b) << 8 | byte(c),
        };
        for letter in group {
            *letter = b'.' + (bits & 63) as u8;
            *letter += if *letter > b'9' { 7 } else { 0 };
            *letter += if *letter > b'Z' { 6 } else { 0 };
            bits >>= 6;
        }
        (a, b, c) = (c + 1, a + 1, b + 1);
    }
    text
}

/// Whether a letter can stand in the text of a hash.
pub fn is_letter(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, b'.' | b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors of the specification.
    #[test]
    fn hashes_of_the_specification() {
        let long = "a very much longer text to encrypt.  This one even stretches over morethan one line.";
        for (password, salt, rounds, expected) in [
            ("Hello world!", "saltstring", 5000, "5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
            ("Hello world!", "saltstringsaltst", 10_000, "3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA"),
            ("This is just a test", "toolongsaltstrin", 5000, "Un/5jzAHMgOGZ5.mWJpuVolil07guHPvOW8mGRcvxa5"),
            (long, "anotherlongsalts", 1400, "Rx.j8H.h8HjEDGomFU8bDkXm3XIUnzyxf12oP84Bnq1"),
            (
                "we have a short salt string but not a short password",
                "short",
                77_777,
                "JiO1O3ZpDAxGJeaDIuqCoEFysAe1mZNJRs3pw0KQRd/",
            ),
            ("a short string", "asaltof16chars..", 123_456, "gP3VQ/6X7UUEW3HkBn2w1/Ptq2jxPyzV/cZKmF/wJvD"),
            (
                "the minimum number is still observed",
                "roundstoolow",
                1000,
                "yfvwcWrQ8l/K0DAWyuPMDNHpIVlTQebY9l/gL972bIC",
            ),
        ] {
            let hash = hash(password.as_bytes(), salt.as_bytes(), rounds);
            assert_eq!(str::from_utf8(&hash), Ok(expected), "{password}");
        }
    }

    #[test]
    fn the_letters_are_those_of_crypt() {
        let letters: Vec<u8> = (0..=255).filter(|letter| is_letter(*letter)).collect();
        assert_eq!(letters, b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
        // Every one of them comes out.
        let mut seen: Vec<u8> = (0..=255).flat_map(|byte| text(&[byte; 32])).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, letters);
    }
}
