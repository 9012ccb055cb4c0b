//! Opening a path that must stay below a folder and follow no link.

use core::ffi::CStr;

use super::{calls, constant};
use crate::sys::calls::openat;
use crate::sys::errno::{Errno, Failure};
use crate::sys::fd::{Fd, OwnedFd};
use svcd::text::split;

/// How often a path is tried again that something was renamed in meanwhile.
const TRIES: u32 = 8;

/// Longest name in a folder (NAME_MAX), and its NUL.
const NAME: usize = 256;

/// By openat2(2), or component by component where the kernel is older than 5.6
/// or a container forbids it.
#[derive(Clone, Copy)]
pub struct Beneath {
    openat2: bool,
}

impl Beneath {
    /// Opens the folder itself, and learns by it whether there is openat2(2).
    pub fn open_root(path: &CStr) -> Result<(OwnedFd, Beneath), Failure> {
        let cwd = Fd::special(constant::AT_FDCWD);
        let flags = constant::O_PATH | constant::O_DIRECTORY | constant::O_CLOEXEC;
        match calls::openat2(cwd, path, flags, 0) {
            Ok(directory) => Ok((directory, Beneath { openat2: true })),
            Err(Errno::ENOSYS | Errno::EPERM) => {
                let directory = openat(cwd, path, flags, 0).map_err(|errno| errno.of("openat"))?;
                Ok((directory, Beneath { openat2: false }))
            }
            Err(errno) => Err(errno.of("openat2")),
        }
    }

    pub fn is_walk(&self) -> bool {
        !self.openat2
    }

    /// A mount point on the way is entered: NO_XDEV is not asked for.
    pub fn open(&self, directory: Fd, name: &CStr, flags: u32) -> Result<OwnedFd, Errno> {
        if !self.openat2 {
            return walk(directory, name, flags);
        }
        let resolve =
            constant::RESOLVE_BENEATH | constant::RESOLVE_NO_SYMLINKS | constant::RESOLVE_NO_MAGICLINKS;
        let mut result = Err(Errno::EAGAIN);
        for _ in 0..TRIES {
            result = calls::openat2(directory, name, flags, resolve);
            if !matches!(result, Err(Errno::EAGAIN)) {
                break;
            }
        }
        result
    }
}

/// Opens each component in the folder before it. Nobody can put a link in the
/// way between two steps, since no step follows one; `..` is not let through.
fn walk(directory: Fd, name: &CStr, flags: u32) -> Result<OwnedFd, Errno> {
    let mut components = split(name.to_bytes(), b'/');
    let mut entered: Option<OwnedFd> = None;
    while let Some(component) = components.next() {
        if component == b".." {
            return Err(Errno::EXDEV);
        }
        let mut room = [0; NAME];
        room.get_mut(..component.len()).ok_or(Errno::ENAMETOOLONG)?.copy_from_slice(component);
        let step = CStr::from_bytes_until_nul(&room).map_err(|_| Errno::ENAMETOOLONG)?;
        let folder = entered.as_ref().map_or(directory, OwnedFd::borrow);
        let is_last = !components.has_more();
        let on_the_way = constant::O_PATH | constant::O_DIRECTORY | constant::O_CLOEXEC;
        let flags = if is_last { flags } else { on_the_way };
        let next = match openat(folder, step, flags | constant::O_NOFOLLOW, 0) {
            // O_DIRECTORY says this of a link too.
            Err(Errno::ENOTDIR) if calls::readlinkat(folder, step, &mut [0]).is_ok() => Err(Errno::ELOOP),
            result => result,
        }?;
        if is_last {
            return Ok(next);
        }
        entered = Some(next);
    }
    Err(Errno::ENOENT)
}
