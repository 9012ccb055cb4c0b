//! x86_64 Linux.
//!
//! - instruction: `syscall`
//! - number in rax, arguments in rdi, rsi, rdx, r10, r8, r9
//! - result in rax; `-errno` when it is from -4095 to -1
//! - rcx and r11 are overwritten, every other register is preserved
//! - entry: rsp points to argc, argv[0..argc], 0, envp..., 0, auxv; it is
//!   16-byte aligned, and there is no return address

use core::arch::naked_asm;

use super::super::gate::Returned;
use super::stack;

/// The gate: the C convention passes the fourth argument in rcx, which the
/// instruction overwrites, and the seventh on the stack.
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
    naked_asm!("mov rax, [rsp + 8]", "mov r10, rcx", "syscall", "ret")
}

/// The kernel's first instruction in the program. A frame pointer and a return
/// address of 0 end every backtrace here; the latter also leaves the stack as a
/// function expects it.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!("xor ebp, ebp", "mov rdi, rsp", "push rbp", "jmp {stack}", stack = sym stack)
}
