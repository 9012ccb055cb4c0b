//! x86_64 Linux: the number in rax, the arguments in rdi, rsi, rdx, r10, r8, r9; one
//! result in rax, which is an error if it is from -4095 to -1. rcx and r11 are lost.

use core::arch::{asm, naked_asm};

use super::Errno;

/// # Safety
/// See `gate::call`.
#[inline(never)]
pub unsafe fn trap(number: usize, [a, b, c, d, e, f]: [usize; 6]) -> Result<[usize; 2], Errno> {
    let result: isize;
    // SAFETY: the caller answers for what the call does. The registers that the kernel
    // changes are named.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") number as isize => result,
            in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, in("r8") e, in("r9") f,
            lateout("rcx") _, lateout("r11") _,
        );
    }
    if (-4095..0).contains(&result) { Err(-result as Errno) } else { Ok([result as usize, 0]) }
}

/// The first instruction. The stack pointer leads to argc; argv is behind it.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!("mov rdi, [rsp]", "lea rsi, [rsp + 8]", "call {begin}", begin = sym super::begin)
}

pub const READ: usize = 0;
pub const WRITE: usize = 1;
pub const CLOSE: usize = 3;
pub const FSTAT: usize = 5;
pub const GETPID: usize = 39;
pub const SOCKET: usize = 41;
pub const BIND: usize = 49;
pub const LISTEN: usize = 50;
pub const GETSOCKNAME: usize = 51;
pub const SETSOCKOPT: usize = 54;
pub const CLONE: usize = 56;
pub const EXECVE: usize = 59;
pub const WAIT4: usize = 61;
pub const GETDENTS: usize = 217;
pub const EXIT: usize = 231; // exit_group
pub const OPENAT: usize = 257;
pub const ACCEPT4: usize = 288;
pub const DUP3: usize = 292;
pub const PIPE2: usize = 293;

/// Where fstat(2) writes st_mode: 32 bits.
pub const ST_MODE: usize = 24;
