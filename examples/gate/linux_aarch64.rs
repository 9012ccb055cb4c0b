//! aarch64 Linux: the number in x8, the arguments in x0 to x5; one result in x0, which
//! is an error if it is from -4095 to -1. Nothing else changes.

use core::arch::{asm, naked_asm};

use super::Errno;

/// # Safety
/// See `gate::call`.
#[inline(never)]
pub unsafe fn trap(number: usize, [a, b, c, d, e, f]: [usize; 6]) -> Result<[usize; 2], Errno> {
    let result: isize;
    // SAFETY: the caller answers for what the call does. The register that the kernel
    // changes is named.
    unsafe {
        asm!(
            "svc #0",
            in("x8") number,
            inlateout("x0") a as isize => result,
            in("x1") b, in("x2") c, in("x3") d, in("x4") e, in("x5") f,
        );
    }
    if (-4095..0).contains(&result) { Err(-result as Errno) } else { Ok([result as usize, 0]) }
}

/// The first instruction. The stack pointer leads to argc; argv is behind it.
#[unsafe(naked)]
#[unsafe(no_mangle)]
unsafe extern "C" fn _start() -> ! {
    naked_asm!("ldr x0, [sp]", "add x1, sp, #8", "bl {begin}", begin = sym super::begin)
}

pub const DUP3: usize = 24;
pub const OPENAT: usize = 56;
pub const CLOSE: usize = 57;
pub const PIPE2: usize = 59;
pub const GETDENTS: usize = 61;
pub const READ: usize = 63;
pub const WRITE: usize = 64;
pub const FSTAT: usize = 80;
pub const EXIT: usize = 94; // exit_group
pub const GETPID: usize = 172;
pub const SOCKET: usize = 198;
pub const BIND: usize = 200;
pub const LISTEN: usize = 201;
pub const GETSOCKNAME: usize = 204;
pub const SETSOCKOPT: usize = 208;
pub const CLONE: usize = 220;
pub const EXECVE: usize = 221;
pub const ACCEPT4: usize = 242;
pub const WAIT4: usize = 260;

/// Where fstat(2) writes st_mode: 32 bits.
pub const ST_MODE: usize = 16;
