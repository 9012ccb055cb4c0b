//! What the trace has to know of Darwin: its own calls, and how those of the program are
//! shown. `sys::linux::trace` has the same names.

mod errors;
mod names;
mod show;
mod table;

use super::constant;
use super::layout::{Stat, Timeval};
use super::table::Call;
use crate::sys::trace::own::raw;
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

/// What is a device to write characters to is taken for one: the program makes no call
/// here that could tell.
pub fn is_terminal(descriptor: i32) -> bool {
    let mut stat = Stat::new();
    // SAFETY: the kernel writes one `Stat`, whose layout is asserted beside it.
    let result = unsafe { raw(Call::fstat, [descriptor as usize, &raw mut stat as usize, 0, 0, 0, 0]) };
    result.is_ok() && stat.mode() & constant::S_IFMT == constant::S_IFCHR
}
