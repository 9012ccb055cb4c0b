//! Which paths are for programs.

use core::ffi::CStr;

use super::Options;
use crate::cgi::script;

impl<'a> Options<'a> {
    /// The folders of programs, below DOCROOT.
    pub fn prefixes(&self) -> impl Iterator<Item = &'a [u8]> {
        let slots = if self.has_cgi { self.cgi.slots() } else { &[] };
        slots.iter().map_while(|prefix| *prefix)
    }

    /// These, and what aliases are for: all below is a program's.
    pub fn program_paths(&self) -> impl Iterator<Item = &'a [u8]> {
        self.aliases.iter().map(|mapping| mapping.key).chain(self.prefixes())
    }

    /// Whether a path is below one of these; see [`script::below`].
    pub fn is_for_program(&self, path: &[u8]) -> bool {
        self.program_paths().any(|prefix| script::below(path, prefix).is_some())
    }
}

/// A program, and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping<'a> {
    pub key: &'a [u8],
    /// An absolute path.
    pub program: &'a CStr,
}
