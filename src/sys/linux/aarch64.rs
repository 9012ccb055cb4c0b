//! aarch64 Linux.
//!
//! - instruction: `svc #0`
//! - number in x8, arguments in x0 to x5
//! - result in x0; `-errno` when it is from -4095 to -1
//! - every other general register is preserved
//! - entry: sp points to argc, argv[0..argc], 0, envp..., 0, auxv; it is
//!   16-byte aligned, and there is no return address

use core::arch::naked_asm;
use core::ffi::c_void;

use super::super::gate::Returned;
use super::super::process::Begin;
use super::stack;

/// What seccomp(2) calls this processor.
pub use linux_raw_sys::ptrace::AUDIT_ARCH_AARCH64 as AUDIT_ARCH;

/// The gate: the arguments stand where the kernel wants them.
///
/// # Safety
/// See `gate::call`.
#[unsafe(naked)]
#[unsafe(link_section = ".gate")]
pub unsafe extern "C" fn trap(
    _a0: usize,
    _a1: usize,
    _a2: usize,
    _a3: usize,
    _a4: usize,
    _a5: usize,
    _number: usize,
) -> Returned {
    naked_asm!("mov x8, x6", "svc #0", ".globl behind_gate", ".hidden behind_gate", "behind_gate:", "ret")
}

/// clone(2) with a stack for the child, which ends at `end`. `context` goes where
/// the call has an argument that these flags do not use, and is a function's fifth
/// argument too.
///
/// # Safety
/// `end` is 16-byte aligned; `flags` lets the kernel ignore the call's last two
/// arguments. See also `process::spawn`.
pub unsafe fn trap_onto(
    flags: usize,
    end: *mut usize,
    context: *const c_void,
    entry: Begin,
    number: usize,
) -> Returned {
    // SAFETY: the caller has said so.
    unsafe { trap_apart(flags, end, 0, 0, context, entry, number) }
}

/// The child leaves the gate as its parent does, but must not go on with it: what
/// that has on its stack is not on the child's.
#[unsafe(naked)]
unsafe extern "C" fn trap_apart(
    _flags: usize,
    _end: *mut usize,
    _a2: usize,
    _a3: usize,
    _context: *const c_void,
    _entry: Begin,
    _number: usize,
) -> Returned {
    naked_asm!(
        "stp x29, x30, [sp, #-16]!",
        "bl {trap}",
        "cbz x0, 2f",
        "ldp x29, x30, [sp], #16",
        "ret",
        "2: mov x29, xzr",
        "br x5",
        trap = sym trap,
    )
}

/// Bytes below the end of a stack that [`trap_onto`] takes for itself.
#[cfg(feature = "trace")]
pub const BELOW: usize = 0;

/// The kernel's first instruction in the program. A frame pointer and a return
/// address of 0 end every backtrace here.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!("mov x29, xzr", "mov x30, xzr", "mov x0, sp", "b {stack}", stack = sym stack)
}
