//! Small tools for bytes: a bounded buffer, decimals, addresses, HTML.

pub mod address;
mod buffer;
pub mod decimal;
pub mod html;
pub mod percent;

pub use buffer::Buffer;
