//! Darwin has a sandbox, but no public way into it.

use crate::sys::errno::Errno;
use crate::sys::fd::Fd;
use crate::sys::sandbox::Needs;
use crate::sys::start::Environment;

pub const EXISTS: bool = false;

pub const READ: u64 = 0;
pub const EXECUTE: u64 = 0;
pub const REMOVE: u64 = 0;
pub const CREATE: u64 = 0;
pub const WRITE: u64 = 0;
pub const ALL: u64 = 0;

/// There is none: [`Ruleset::new`] fails.
pub struct Ruleset;

impl Ruleset {
    pub fn new(_programs: bool) -> Result<Ruleset, Errno> {
        keep_privileges().map(|()| Ruleset)
    }

    pub fn allow(&self, _file: Fd, _rights: u64) -> Result<(), Errno> {
        keep_privileges()
    }

    pub fn enter(self) -> Result<usize, Errno> {
        keep_privileges().map(|()| 0)
    }
}

pub fn limit_calls(_needs: Needs) -> Result<usize, Errno> {
    keep_privileges().map(|()| 0)
}

pub fn close_other_gates(_environment: Environment) -> Result<(), Errno> {
    keep_privileges()
}

pub fn keep_privileges() -> Result<(), Errno> {
    Err(Errno::ENOSYS)
}
