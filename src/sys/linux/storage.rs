//! Files on their way into a folder.

use core::ffi::CStr;

use svcd::text::{Buffer, decimal};

use super::{calls, constant};
use crate::sys::calls::{faccessat, fsync, openat};
use crate::sys::errno::{Errno, retry};
use crate::sys::fd::{Fd, OwnedFd};

/// Where the kernel shows the process's open files, each under its number.
const OPEN_FILES: &CStr = c"/proc/self/fd";

/// A file that has no name yet, to be written: when its process dies, it is
/// gone. EOPNOTSUPP: not on this file system, or it could not be named later.
pub fn create_unnamed(folder: Fd, mode: u32) -> Result<OwnedFd, Errno> {
    let cwd = Fd::special(constant::AT_FDCWD);
    faccessat(cwd, OPEN_FILES, constant::X_OK).map_err(|_| Errno::EOPNOTSUPP)?;
    let flags = constant::O_TMPFILE | constant::O_WRONLY | constant::O_CLOEXEC;
    match retry(|| openat(folder, c".", flags, mode)) {
        // open(2): what kernels and file systems say that do not know the flag.
        Err(Errno::EISDIR | Errno::EINVAL | Errno::ENOENT) => Err(Errno::EOPNOTSUPP),
        result => result,
    }
}

/// Gives a file of [`create_unnamed`] its first name. By its entry in /proc:
/// AT_EMPTY_PATH is for privileged processes only before Linux 6.10.
pub fn link(file: Fd, folder: Fd, name: &CStr) -> Result<(), Errno> {
    calls::linkat_through(entry(file, &mut [0; 32])?, folder, name)
}

/// Where an open file is, without a NUL; EINVAL: `room` is too small.
pub fn path<'a>(file: Fd, room: &'a mut [u8]) -> Result<&'a [u8], Errno> {
    let cwd = Fd::special(constant::AT_FDCWD);
    let len = calls::readlinkat(cwd, entry(file, &mut [0; 32])?, room)?;
    room.get(..len).filter(|path| path.len() < room.len()).ok_or(Errno::EINVAL)
}

fn entry<'a>(file: Fd, room: &'a mut [u8; 32]) -> Result<&'a CStr, Errno> {
    let mut entry = Buffer::new(room);
    entry.push(OPEN_FILES.to_bytes());
    entry.push(b"/");
    decimal::push(&mut entry, u64::from(file.number().unsigned_abs()));
    CStr::from_bytes_until_nul(room).map_err(|_| Errno::EINVAL)
}

/// EEXIST: there is a file called `to`, and `replaces` is false. EINVAL: the
/// file system can only replace.
pub fn rename(folder: Fd, from: &CStr, to: &CStr, replaces: bool) -> Result<(), Errno> {
    calls::renameat2(folder, from, to, if replaces { 0 } else { constant::RENAME_NOREPLACE })
}

/// Says that a file was modified now. The kernel does so with a clock that ticks
/// every few milliseconds, in which a file can be replaced twice and get the
/// inode back that it had: nothing would tell the first from the third.
pub fn stamp(file: Fd) -> Result<(), Errno> {
    calls::utimensat_modified(file, calls::clock_gettime(constant::CLOCK_REALTIME)?)
}

/// Waits until a file, or the names in a folder, would survive a power cut.
pub fn sync(fd: Fd) -> Result<(), Errno> {
    retry(|| fsync(fd))
}

/// Opens what `fd` is once more under its number, so that writing there does not
/// wait, and nobody else's writing changes.
pub fn set_nonblocking_write(fd: Fd) -> Result<(), Errno> {
    let flags = constant::O_WRONLY | constant::O_APPEND | constant::O_NONBLOCK;
    let flags = flags | constant::O_NOCTTY | constant::O_CLOEXEC;
    let own = openat(Fd::special(constant::AT_FDCWD), entry(fd, &mut [0; 32])?, flags, 0)?;
    super::dup_to(own.borrow(), fd.number())
}
