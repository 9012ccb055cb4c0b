//! Who may do what: users and their passwords, and pages of other sites that
//! would have a browser write in their user's name. And who a client is, where proxies
//! have handed on what it says.

pub mod credentials;
mod crypt;
pub mod forwarded;
pub mod origin;
pub mod proxy_protocol;
pub mod source;
pub mod trusted;
pub mod users;
