//! HTTP/1.1 as an origin server needs it (RFC 9110, RFC 9112).

pub mod accept;
pub mod chunked;
pub mod coding;
pub mod date;
pub mod entity_tag;
pub mod field;
pub mod framing;
pub mod host;
pub mod media_type;
pub mod method;
pub mod multipart;
mod persistence;
pub mod precondition;
pub mod range;
mod refusal;
pub mod request;
pub mod response;
pub mod status;
pub mod target;
pub mod weight;

pub use method::Method;
pub use persistence::Persistence;
pub use refusal::Refusal;
pub use request::{Parsed, Request};
pub use status::Status;
