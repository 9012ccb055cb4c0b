//! aarch64 Linux.
//!
//! - instruction: `svc #0`
//! - number in x8, arguments in x0 to x5
//! - result in x0; `-errno` when it is from -4095 to -1
//! - every other general register is preserved
//! - entry: sp points to argc, argv[0..argc], 0, envp..., 0, auxv; it is
//!   16-byte aligned, and there is no return address

use core::arch::naked_asm;

use super::super::gate::Returned;
use super::stack;

/// The gate: the arguments stand where the kernel wants them.
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
    naked_asm!("mov x8, x6", "svc #0", "ret")
}

/// The kernel's first instruction in the program. A frame pointer and a return
/// address of 0 end every backtrace here.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!("mov x29, xzr", "mov x30, xzr", "mov x0, sp", "b {stack}", stack = sym stack)
}
