//! aarch64 Darwin: the number in x16, the arguments in x0 to x5. An error is told by the
//! carry flag, and x0 is its number then; else two results are in x0 and x1, which is
//! lost even if there is only one. x18 becomes 0, and belongs to nobody.

use core::arch::asm;
use core::ffi::c_char;

use super::Errno;

/// # Safety
/// See `gate::call`.
#[inline(never)]
pub unsafe fn trap(number: usize, [a, b, c, d, e, f]: [usize; 6]) -> Result<[usize; 2], Errno> {
    let (first, second, failed): (usize, usize, usize);
    // SAFETY: the caller answers for what the call does. The registers that the kernel
    // changes are named.
    unsafe {
        asm!(
            "svc #0x80",
            "cset {failed}, cs",
            in("x16") number,
            inlateout("x0") a => first, inlateout("x1") b => second,
            in("x2") c, in("x3") d, in("x4") e, in("x5") f,
            failed = lateout(reg) failed,
        );
    }
    if failed == 1 { Err(first as Errno) } else { Ok([first, second]) }
}

/// The loader calls it as C's main: argc and argv are arguments already.
#[unsafe(no_mangle)]
unsafe extern "C" fn main(argc: i32, argv: *const *const c_char) -> ! {
    super::begin(argc as usize, argv)
}

pub const EXIT: usize = 1;
pub const FORK: usize = 2;
pub const READ: usize = 3;
pub const WRITE: usize = 4;
pub const CLOSE: usize = 6;
pub const WAIT4: usize = 7;
pub const GETPID: usize = 20;
pub const ACCEPT: usize = 30;
pub const GETSOCKNAME: usize = 32;
pub const PIPE: usize = 42;
pub const EXECVE: usize = 59;
pub const DUP2: usize = 90;
pub const SOCKET: usize = 97;
pub const BIND: usize = 104;
pub const SETSOCKOPT: usize = 105;
pub const LISTEN: usize = 106;
pub const FSTAT: usize = 339; // fstat64
pub const GETDENTS: usize = 344; // getdirentries64
pub const OPENAT: usize = 463;
