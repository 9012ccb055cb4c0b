//! Giving up, for ever, what the server does not need.

use core::slice;

use super::calls;
use super::errno::{Errno, Failure};
use super::os;

#[cfg(feature = "escape")]
pub use os::escape::attempt;
pub use os::sandbox::{
    ALL, CREATE, EXECUTE, EXISTS, Needs, READ, REMOVE, Ruleset, WRITE, close_other_gates, keep_privileges,
    limit_calls,
};

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
