//! What the trace has to know of Linux: its own calls, and how those of the program are
//! shown. `sys::darwin::trace` has the same names.

mod errors;
mod names;
mod sandbox;
mod show;
mod table;

use core::ffi::CStr;

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
pub const FORK: Call = Call::clone;

pub fn is_child(view: &View) -> bool {
    view.result() == Some(0)
}

/// Whether a call makes a descriptor that tells of signals.
pub fn makes_signals(number: usize) -> bool {
    number == Call::signalfd4 as usize
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

/// Nanoseconds of a clock that only goes forward.
pub fn now() -> u64 {
    let mut time = [0u64; 2];
    let arguments = [constant::CLOCK_MONOTONIC as usize, time.as_mut_ptr() as usize, 0, 0, 0, 0];
    // SAFETY: the kernel writes one timespec, which has two words.
    let _ = unsafe { raw(Call::clock_gettime, arguments) };
    let [seconds, nanos] = time;
    seconds.wrapping_mul(1_000_000_000).wrapping_add(nanos)
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

/// Closes every descriptor from `first` on but the trace's. These calls are traced.
///
/// # Safety
/// Nothing uses any of them any more.
pub unsafe fn close_but(first: u32, own: u32) {
    for (from, to) in [(first, own.wrapping_sub(1)), (own.wrapping_add(1), u32::MAX)] {
        // SAFETY: the caller has given them up.
        let _ = unsafe { gate::call(Call::close_range, [from as usize, to as usize, 0]) };
    }
}

/// As isatty(3) asks, by TCGETS of ioctl(2).
pub fn is_terminal(descriptor: i32) -> bool {
    // struct termios has 36 bytes, and 44 in another layout.
    let mut room = [0u64; 8];
    let command = linux_raw_sys::ioctl::TCGETS as usize;
    // SAFETY: for this command the kernel writes one termios, which is smaller.
    unsafe { raw(Call::ioctl, [descriptor as usize, command, room.as_mut_ptr() as usize, 0, 0, 0]) }.is_ok()
}

/// Fresh zeroed memory that is shared with all children.
pub fn map_shared(length: usize) -> Result<usize, Errno> {
    let protection = (constant::PROT_READ | constant::PROT_WRITE) as usize;
    let flags = (constant::MAP_SHARED | constant::MAP_ANON) as usize;
    // SAFETY: the kernel chooses an address where nothing is mapped, and the
    // descriptor -1 stands for no file.
    unsafe { raw(Call::mmap, [0, length, protection, flags, usize::MAX, 0]) }
}
