//! Who may do what: users and their passwords, and pages of other sites that
//! would have a browser write in their user's name.

pub mod credentials;
mod crypt;
pub mod origin;
pub mod source;
pub mod users;
