//! What the trace has to know of Linux: its own calls, and how those of the program are
//! shown. `sys::darwin::trace` has the same names.

mod errors;
mod names;
mod sandbox;
mod show;
mod table;

use super::constant;
use super::table::Call;
use crate::sys::gate;
use crate::sys::trace::own::raw;
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
