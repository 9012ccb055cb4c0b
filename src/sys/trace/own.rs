//! The trace's own calls, which are the same on every system. `os::trace` has the others.

use core::ffi::CStr;

use crate::sys::errno::Errno;
use crate::sys::gate;
use crate::sys::os::{Call, arch, constant};

/// A call that nobody traces.
///
/// # Safety
/// As for `gate::call`.
pub unsafe fn raw(call: Call, [a, b, c, d, e, f]: [usize; 6]) -> Result<usize, Errno> {
    // SAFETY: the caller answers for the arguments.
    gate::result(unsafe { arch::trap(a, b, c, d, e, f, call as usize) }).map(|returned| returned.first)
}

pub fn write(descriptor: i32, bytes: &[u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel reads `bytes.len()` bytes.
    unsafe { raw(Call::write, [descriptor as usize, bytes.as_ptr() as usize, bytes.len(), 0, 0, 0]) }
}

pub fn open_append(path: &CStr) -> Result<i32, Errno> {
    let flags = constant::O_WRONLY | constant::O_APPEND | constant::O_CREAT;
    let flags = flags | constant::O_NOCTTY | constant::O_CLOEXEC;
    let folder = constant::AT_FDCWD as isize as usize;
    // SAFETY: a `CStr` ends in NUL, where the kernel stops reading.
    unsafe { raw(Call::openat, [folder, path.as_ptr() as usize, flags as usize, 0o644, 0, 0]) }
        .map(|descriptor| descriptor as i32)
}

/// Another descriptor of the same file, from `least` on, closed on exec.
pub fn duplicate(descriptor: i32, least: u32) -> Result<i32, Errno> {
    let command = constant::F_DUPFD_CLOEXEC as usize;
    // SAFETY: no address is passed.
    unsafe { raw(Call::fcntl, [descriptor as usize, command, least as usize, 0, 0, 0]) }
        .map(|descriptor| descriptor as i32)
}

pub fn close(descriptor: i32) {
    // SAFETY: `open_append` has made it, and nobody uses it any more.
    let _ = unsafe { raw(Call::close, [descriptor as usize, 0, 0, 0, 0, 0]) };
}

/// Fresh zeroed memory that is shared with all children.
pub fn map_shared(length: usize) -> Result<usize, Errno> {
    let protection = (constant::PROT_READ | constant::PROT_WRITE) as usize;
    let flags = (constant::MAP_SHARED | constant::MAP_ANON) as usize;
    // SAFETY: the kernel chooses an address where nothing is mapped, and the
    // descriptor -1 stands for no file.
    unsafe { raw(Call::mmap, [0, length, protection, flags, usize::MAX, 0]) }
}
