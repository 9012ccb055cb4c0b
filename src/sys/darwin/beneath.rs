//! Opening a path that must stay below a folder and follow no link.

use core::ffi::CStr;

use super::constant;
use crate::sys::calls::openat;
use crate::sys::errno::{Errno, Failure};
use crate::sys::fd::{Fd, OwnedFd};
use svcd::text::split;

/// By O_NOFOLLOW_ANY, which every kernel for Apple silicon has: a path without
/// `..` and without a link cannot leave the folder. Where the kernel knows
/// O_RESOLVE_BENEATH it is told that too.
#[derive(Clone, Copy)]
pub struct Beneath {
    flags: u32,
}

impl Beneath {
    /// Opens the folder itself, and learns whether O_RESOLVE_BENEATH works:
    /// kernels that do not know it ignore it and open `..`.
    pub fn open_root(path: &CStr) -> Result<(OwnedFd, Beneath), Failure> {
        let flags = constant::O_RDONLY | constant::O_DIRECTORY | constant::O_CLOEXEC;
        let cwd = Fd::special(constant::AT_FDCWD);
        let directory = openat(cwd, path, flags, 0).map_err(|errno| errno.of("openat"))?;
        let probe = openat(directory.borrow(), c"..", flags | constant::O_RESOLVE_BENEATH, 0);
        let beneath = match probe {
            Err(Errno::EACCES) => constant::O_RESOLVE_BENEATH,
            _ => 0,
        };
        Ok((directory, Beneath { flags: constant::O_NOFOLLOW_ANY | beneath }))
    }

    /// Nothing else is needed here.
    pub fn is_walk(&self) -> bool {
        false
    }

    pub fn open(&self, directory: Fd, name: &CStr, flags: u32) -> Result<OwnedFd, Errno> {
        if split(name.to_bytes(), b'/').any(|component| component == b"..") {
            return Err(Errno::EXDEV);
        }
        openat(directory, name, flags | self.flags, 0)
    }
}
