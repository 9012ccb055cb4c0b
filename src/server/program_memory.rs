//! Where the process of a connection keeps what belongs to a program. It is the
//! memory of a listing, which nobody needs then.

use svcd::limits;

use crate::sys::spawn;

/// Paths, words and variables of a program, one behind the other: most are short,
/// and each page that is touched costs as much as several calls.
const STRINGS: usize = 4 * limits::REQUEST_LINE + 4 * limits::PATH + limits::CGI_ENVIRONMENT;

/// What a program needs of working memory.
pub struct Memory<'a> {
    pub strings: &'a mut [u8; STRINGS],
    /// The path of a local redirect.
    pub redirect: &'a mut [u8; limits::REQUEST_LINE],
    pub head: &'a mut [u8; limits::CGI_HEAD],
    pub output: &'a mut [u8; spawn::ROOM],
    pub early: &'a mut [u8],
}

impl<'a> Memory<'a> {
    pub fn new(whole: &'a mut [u8; limits::LISTING]) -> Option<Self> {
        let (strings, rest) = whole.split_first_chunk_mut()?;
        let (redirect, rest) = rest.split_first_chunk_mut()?;
        let (head, rest) = rest.split_first_chunk_mut()?;
        let (output, early) = rest.split_first_chunk_mut()?;
        Some(Memory { strings, redirect, head, output, early })
    }
}
