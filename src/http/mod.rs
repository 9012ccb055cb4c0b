//! HTTP/1.1 as an origin server needs it (RFC 9110, RFC 9112).

pub mod date;
pub mod field;
pub mod framing;
pub mod host;
pub mod media_type;
pub mod method;
pub mod request;
pub mod response;
pub mod status;
pub mod target;

pub use method::Method;
pub use request::{Parsed, Request};
pub use status::{Refusal, Status};
