//! Calls as text, in the manner of strace(1): what of it depends on no system.
//!
//! Only the trace flavour (`--features trace`) uses it; see `sys::trace`.

mod quote;
mod set;
mod word;

use core::ffi::CStr;

pub use quote::quote;
pub use set::{CLASSES, Class, matches, unknown};
pub use word::{Names, flags, hexadecimal, name, signed};

/// What is traced, and how it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings<'a> {
    pub is_on: bool,
    /// Names and classes of calls with commas between them, see [`matches`].
    pub set: &'a [u8],
    /// None: standard error.
    pub output: Option<&'a CStr>,
    /// Whether the time is printed that each call took.
    pub times: bool,
    /// Whether the time is printed since the call before.
    pub relative: bool,
    pub summary: Summary,
    /// Bytes of a buffer that are shown.
    pub limit: usize,
    pub color: Color,
}

/// Whether calls are counted, and told of at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Summary {
    None,
    /// And no line is printed.
    Only,
    Also,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// On a terminal.
    Auto,
    Always,
    Never,
}

impl Settings<'_> {
    pub const OFF: Settings<'static> = Settings {
        is_on: false,
        set: b"all",
        output: None,
        times: false,
        relative: false,
        summary: Summary::None,
        limit: 32,
        color: Color::Auto,
    };
}
