//! Storey one, the part that all targets share: what goes in and what comes out.
//!
//! The trap itself is `os::arch::trap`, a naked function: six arguments as the C
//! convention passes them, which is where the kernels want them but for one on
//! x86_64; the number comes seventh.

use super::errno::Errno;
use super::os::Call;
#[cfg(not(feature = "trace"))]
use super::os::arch::trap;
#[cfg(feature = "trace")]
use super::trace::trap;

/// The two result registers: x0 and x1, or rax and rdx. `arch::trap` has made
/// errors alike by then: the first is `-errno`.
#[repr(C)]
pub struct Returned {
    pub first: usize,
    /// Means something only after Darwin's fork(2).
    pub second: usize,
}

/// The highest error number that a kernel returns (Linux: MAX_ERRNO in
/// include/linux/err.h; Darwin's are below 128).
const MAX_ERRNO: usize = 4095;

/// Makes a system call and returns its first result.
///
/// # Safety
/// Every argument that the kernel takes for an address must point to memory
/// that is valid for what this call reads or writes there. The call must not
/// close a descriptor that somebody owns, unmap or remap memory that is in use,
/// or start a task that shares this one's memory.
#[inline(always)]
pub unsafe fn call<const N: usize>(call: Call, arguments: [usize; N]) -> Result<usize, Errno> {
    // SAFETY: the caller answers for the arguments.
    unsafe { call2(call, arguments) }.map(|returned| returned.first)
}

/// Makes a system call and returns both results.
///
/// # Safety
/// As for [`call`].
#[inline(always)]
pub unsafe fn call2<const N: usize>(call: Call, arguments: [usize; N]) -> Result<Returned, Errno> {
    const { assert!(N <= 6) }
    let argument = |place: usize| arguments.get(place).copied().unwrap_or(0);
    // SAFETY: the caller answers for the arguments; a register beyond the
    // arguments of a call is not looked at by any of the kernels.
    let returned = unsafe {
        trap(argument(0), argument(1), argument(2), argument(3), argument(4), argument(5), call as usize)
    };
    result(returned)
}

/// Tells an error from a result.
pub fn result(returned: Returned) -> Result<Returned, Errno> {
    let negated = returned.first.wrapping_neg();
    if (1..=MAX_ERRNO).contains(&negated) {
        return Err(Errno::new(negated));
    }
    Ok(returned)
}
