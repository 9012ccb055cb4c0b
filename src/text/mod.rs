//! Small tools for bytes: a bounded buffer, a list, decimal and hexadecimal
//! numbers, addresses, percent-encoding, HTML, UTF-8.

pub mod address;
mod buffer;
pub mod decimal;
pub mod hex;
pub mod html;
mod list;
pub mod percent;
mod split;
pub mod utf8;

pub use buffer::Buffer;
pub use list::List;
pub use split::{Split, find, find_last, is_same_word, split, split_once, without_first, without_last};
