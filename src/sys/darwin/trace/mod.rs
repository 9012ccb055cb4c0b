//! What the trace has to know of Darwin: its own calls, and how those of the program are
//! shown. `sys::linux::trace` has the same names.

mod errors;
mod names;
mod show;
mod table;

use core::ffi::CStr;

use super::layout::{Stat, Timeval};
use super::table::Call;
use super::{arch, constant};
use crate::sys::errno::Errno;
use crate::sys::gate;
use crate::sys::trace::view::View;

pub use errors::ERRORS;
pub use names::{FAMILIES, MAKES_A_FILE, OF_IPV6, OF_SOCKET, OF_TCP, OPEN, SIGNALS};
pub use show::{push_more, signal_infos};
pub use table::SIGNATURES;

/// The call that comes back twice.
pub const FORK: Call = Call::fork;

pub fn is_child(view: &View) -> bool {
    view.result().is_some() && view.second() == 1
}

/// A kqueue tells of signals here.
pub fn makes_signals(_number: usize) -> bool {
    false
}

/// A call that nobody traces.
///
/// # Safety
/// As for `gate::call`.
unsafe fn raw(call: Call, [a, b, c, d, e, f]: [usize; 6]) -> Result<usize, Errno> {
    // SAFETY: the caller answers for the arguments.
    gate::result(unsafe { arch::trap(a, b, c, d, e, f, call as usize) }).map(|returned| returned.first)
}

pub fn pid() -> i32 {
    // SAFETY: no address is passed.
    unsafe { raw(Call::getpid, [0; 6]) }.map_or(0, |pid| pid as i32)
}

/// Nanoseconds of the wall clock, which can be set.
pub fn now() -> u64 {
    let mut time = Timeval::default();
    // SAFETY: the kernel writes one timeval; the null pointers ask for nothing else.
    let _ = unsafe { raw(Call::gettimeofday, [&raw mut time as usize, 0, 0, 0, 0, 0]) };
    let micros = (time.tv_sec as u64).wrapping_mul(1_000_000).wrapping_add(time.tv_usec as u64);
    micros.wrapping_mul(1000)
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

/// What is a device to write characters to is taken for one: the program makes no call
/// here that could tell.
pub fn is_terminal(descriptor: i32) -> bool {
    let mut stat = Stat::new();
    // SAFETY: the kernel writes one `Stat`, whose layout is asserted beside it.
    let result = unsafe { raw(Call::fstat, [descriptor as usize, &raw mut stat as usize, 0, 0, 0, 0]) };
    result.is_ok() && stat.mode() & constant::S_IFMT == constant::S_IFCHR
}

/// Fresh zeroed memory that is shared with all children.
pub fn map_shared(length: usize) -> Result<usize, Errno> {
    let protection = (constant::PROT_READ | constant::PROT_WRITE) as usize;
    let flags = (constant::MAP_SHARED | constant::MAP_ANON) as usize;
    // SAFETY: the kernel chooses an address where nothing is mapped, and the
    // descriptor -1 stands for no file.
    unsafe { raw(Call::mmap, [0, length, protection, flags, usize::MAX, 0]) }
}
