//! Files on their way into a folder.

use core::ffi::CStr;

use super::{calls, constant};
use crate::sys::calls::{fcntl, fsync};
use crate::sys::errno::{Errno, retry};
use crate::sys::fd::{Fd, OwnedFd};

/// There are no files without a name here.
pub fn create_unnamed(_folder: Fd, _mode: u32) -> Result<OwnedFd, Errno> {
    Err(Errno::EOPNOTSUPP)
}

pub fn link(_file: Fd, _folder: Fd, _name: &CStr) -> Result<(), Errno> {
    Err(Errno::EOPNOTSUPP)
}

/// Where an open file is, without a NUL; EINVAL: `room` is too small.
pub fn path<'a>(file: Fd, room: &'a mut [u8]) -> Result<&'a [u8], Errno> {
    let room = room.first_chunk_mut().ok_or(Errno::EINVAL)?;
    calls::fcntl_getpath(file, room)?;
    CStr::from_bytes_until_nul(room).map(CStr::to_bytes).map_err(|_| Errno::EINVAL)
}

/// EEXIST: there is a file called `to`, and `replaces` is false. EINVAL: the
/// file system can only replace.
pub fn rename(folder: Fd, from: &CStr, to: &CStr, replaces: bool) -> Result<(), Errno> {
    const ENOTSUP: Errno = Errno::new(constant::ENOTSUP as usize);
    match calls::renameatx_np(folder, from, to, if replaces { 0 } else { constant::RENAME_EXCL }) {
        Err(ENOTSUP) => Err(Errno::EINVAL),
        result => result,
    }
}

/// Modification times are exact here.
pub fn stamp(_file: Fd) -> Result<(), Errno> {
    Ok(())
}

/// Waits until a file, or the names in a folder, would survive a power cut.
/// fsync(2) does not ask the drive for that; but of what has no drive, it is all
/// that can be asked, and what failed fails there too.
pub fn sync(fd: Fd) -> Result<(), Errno> {
    retry(|| fcntl(fd, constant::F_FULLFSYNC, 0)).or_else(|_| retry(|| fsync(fd)))
}
