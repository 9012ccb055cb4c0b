//! aarch64 Darwin.
//!
//! - instruction: `svc #0x80`
//! - number in x16, arguments in x0 to x7
//! - carry clear: result in x0 and x1; carry set: a positive errno in x0
//! - x1 is always overwritten, x18 becomes 0, every other register is preserved
//! - entry: dyld calls `main` as a C function with argc, argv, envp, apple in
//!   x0 to x3; a static program is not allowed, so dyld and libSystem have run

use core::arch::naked_asm;
use core::ffi::c_char;

use super::super::gate::Returned;
use super::super::start;

/// The gate: the arguments stand where the kernel wants them. An errno looks
/// like any small result, so it is negated here, while the carry flag still
/// tells it apart.
///
/// # Safety
/// See `gate::call`.
#[unsafe(naked)]
pub unsafe extern "C" fn trap(
    _a0: usize,
    _a1: usize,
    _a2: usize,
    _a3: usize,
    _a4: usize,
    _a5: usize,
    _number: usize,
) -> Returned {
    naked_asm!("mov x16, x6", "svc #0x80", "b.cc 1f", "neg x0, x0", "1:", "ret")
}

/// What LC_MAIN names. It never returns into dyld.
///
/// # Safety
/// dyld calls it once, with the arguments of the process.
#[unsafe(no_mangle)]
unsafe extern "C" fn main(argc: i32, argv: *const *const c_char) -> ! {
    // SAFETY: dyld passes argc pointers to strings on the initial stack, which
    // live as long as the process.
    unsafe { start::enter(argc as usize, argv) }
}
