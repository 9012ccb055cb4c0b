//! The listing of a folder, as HTML or JSON.
//!
//! A folder may have any number of entries, the memory has not. An [`Arena`]
//! keeps the first ones in the order that is asked for; when they have been
//! written, the folder is read again for the next. A [`Page`] is put together
//! piece by piece, and each full piece goes out.
//!
//! Who reads the folder says what is in it:
//!
//! 1. names that are [`is_shown`], of files and folders that can be fetched,
//!    go to [`Arena::add`];
//! 2. [`Arena::sorted`] gives them back, and [`Page::push`] writes them;
//! 3. while [`Arena::next_part`] says so, it begins again.

mod arena;
mod html;
mod json;
mod order;
mod page;

pub use arena::Arena;
pub use order::{Column, Order};
pub use page::{Format, Page};

/// A file or folder in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Without a slash.
    pub name: &'a [u8],
    pub is_folder: bool,
    /// In bytes; 0 for a folder.
    pub size: u64,
    /// Last modification, in seconds since 1970.
    pub modified: u64,
}

/// Longest name that is listed: Darwin's d_name, which is longer than Linux's.
pub const NAME: usize = 1023;

/// Whether a name has a place in a listing: hidden ones have none, nor those
/// that no request can name.
pub fn is_shown(name: &[u8]) -> bool {
    name.first().is_some_and(|first| *first != b'.')
        && name.len() <= NAME
        && !name.iter().any(u8::is_ascii_control)
}

#[cfg(test)]
mod tests;
