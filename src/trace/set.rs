//! Which calls are traced: `--trace=SET`.

use crate::text::split;

/// Bits of the classes that a call is in.
pub type Class = u8;

/// The classes of strace(1), each with its bit.
pub const CLASSES: [(&[u8], Class); 6] =
    [(b"desc", 1), (b"file", 2), (b"memory", 4), (b"network", 8), (b"process", 16), (b"signal", 32)];

/// Whether a call is in `set`: names and classes with commas between them, a class
/// perhaps with a `%`; `all` or `none`; with a `!` in front, all others.
pub fn matches(set: &[u8], call: &[u8], class: Class) -> bool {
    let (set, is_other) = match set {
        [b'!', rest @ ..] => (rest, true),
        _ => (set, false),
    };
    let is_named = split(set, b',').any(|word| match bits(word) {
        Some(bits) => bits & class != 0,
        None => word == b"all" || word == call,
    });
    is_named != is_other
}

/// The first word of a set that means nothing; `is_call` knows the names of calls.
pub fn unknown(set: &[u8], is_call: impl Fn(&[u8]) -> bool) -> Option<&[u8]> {
    let words = set.strip_prefix(b"!").unwrap_or(set);
    split(words, b',')
        .find(|word| bits(word).is_none() && *word != b"all" && *word != b"none" && !is_call(word))
}

fn bits(word: &[u8]) -> Option<Class> {
    let word = word.strip_prefix(b"%").unwrap_or(word);
    CLASSES.iter().find(|(name, _)| *name == word).map(|(_, bits)| *bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_names_calls_and_classes() {
        for (set, is_in) in [
            ("all", true),
            ("none", false),
            ("!none", true),
            ("!all", false),
            ("read", true),
            ("write,read", true),
            ("write", false),
            ("!write", true),
            ("!write,read", false),
            ("desc", true),
            ("%desc,write", true),
            ("%file,%network", false),
            ("readlinkat", false),
        ] {
            assert_eq!(matches(set.as_bytes(), b"read", 1), is_in, "{set}");
        }
    }

    #[test]
    fn a_word_that_means_nothing_is_found() {
        let is_call = |word: &[u8]| word == b"read";
        for (set, word) in [
            ("all", None),
            ("!read,%file,network", None),
            ("read,raed", Some("raed")),
            ("%files", Some("%files")),
            ("!!read", Some("!read")),
            ("", Some("")),
            ("read,,read", Some("")),
        ] {
            assert_eq!(unknown(set.as_bytes(), is_call), word.map(str::as_bytes), "{set}");
        }
    }
}
