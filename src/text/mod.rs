//! Small tools for bytes: a bounded buffer, a list, decimal and hexadecimal
//! numbers, addresses, percent-encoding, HTML.

pub mod address;
mod buffer;
pub mod decimal;
pub mod hex;
pub mod html;
mod list;
pub mod percent;

pub use buffer::Buffer;
pub use list::List;
