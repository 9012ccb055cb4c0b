//! x86_64 Linux.
//!
//! - instruction: `syscall`
//! - number in rax, arguments in rdi, rsi, rdx, r10, r8, r9
//! - result in rax; `-errno` when it is from -4095 to -1
//! - rcx and r11 are overwritten, every other register is preserved
//! - entry: rsp points to argc, argv[0..argc], 0, envp..., 0, auxv; it is
//!   16-byte aligned, and there is no return address

use core::arch::naked_asm;
use core::ffi::c_void;

use super::super::gate::Returned;
use super::super::process::Begin;
use super::stack;

/// What seccomp(2) calls this processor.
pub use linux_raw_sys::ptrace::AUDIT_ARCH_X86_64 as AUDIT_ARCH;

/// The gate: the C convention passes the fourth argument in rcx, which the
/// instruction overwrites, and the seventh on the stack.
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
    naked_asm!(
        "mov rax, [rsp + 8]",
        "mov r10, rcx",
        "syscall",
        ".globl behind_gate",
        ".hidden behind_gate",
        "behind_gate:",
        "ret"
    )
}

/// clone(2) with a stack for the child, which ends at `end`. The child leaves the
/// gate on that stack, where `ret` finds `entry`, with the registers of the call:
/// the fifth one is free for `context`, and is a function's fifth argument too.
///
/// # Safety
/// Two words below `end`, which is 16-byte aligned, may be written; `flags` lets
/// the kernel ignore the call's last two arguments. See also `process::spawn`.
pub unsafe fn trap_onto(
    flags: usize,
    end: *mut usize,
    context: *const c_void,
    entry: Begin,
    number: usize,
) -> Returned {
    // SAFETY: the caller has said so. A function expects a return address on its
    // stack, 8 bytes off the alignment; `entry` does not return.
    unsafe {
        let top = end.sub(2);
        top.write(entry as usize);
        top.add(1).write(0);
        trap(flags, top as usize, 0, 0, context as usize, 0, number)
    }
}

/// Bytes below the end of a stack that [`trap_onto`] takes for itself.
#[cfg(feature = "trace")]
pub const BELOW: usize = 16;

/// The kernel's first instruction in the program. A frame pointer and a return
/// address of 0 end every backtrace here; the latter also leaves the stack as a
/// function expects it.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!("xor ebp, ebp", "mov rdi, rsp", "push rbp", "jmp {stack}", stack = sym stack)
}
