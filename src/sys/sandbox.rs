//! Giving up, for ever, what the server does not need.

use core::slice;

use super::calls;
use super::errno::{Errno, Failure};
use super::os;

#[cfg(feature = "escape")]
pub use os::escape::attempt;
pub use os::sandbox::{
    ALL, CREATE, EXECUTE, EXISTS, READ, REMOVE, Ruleset, WRITE, close_other_gates, keep_privileges,
    limit_calls,
};

/// What a server needs beyond what every one does.
#[allow(dead_code, reason = "Darwin keeps nothing from a server")]
#[derive(Clone, Copy)]
pub struct Needs {
    pub write: bool,
    pub programs: bool,
    /// Its log is a file, which is made anew when it was renamed.
    pub log: bool,
    /// It has Unix sockets, whose files are removed.
    pub sockets: bool,
    /// Processes of it wait for connections.
    pub spare: bool,
    /// There is no openat2(2).
    pub walk: bool,
}

/// Becomes another user, with one group and no others, and makes sure that there
/// is no way back.
pub fn become_user(user: u32, group: u32) -> Result<(), Failure> {
    let groups = slice::from_ref(&group).get(..os::FEWEST_GROUPS).unwrap_or_default();
    calls::setgroups(groups).map_err(|errno| errno.of("setgroups"))?;
    calls::setgid(group).map_err(|errno| errno.of("setgid"))?;
    calls::setuid(user).map_err(|errno| errno.of("setuid"))?;
    if calls::setuid(0).is_ok() || calls::setgid(0).is_ok() {
        return Err(Errno::EPERM.of("setuid"));
    }
    Ok(())
}
