//! CGI/1.1 (RFC 3875) as far as bytes decide it: which program a path names,
//! what it is told, and how its answer begins.

pub mod arguments;
pub mod environment;
pub mod head;
pub mod script;
