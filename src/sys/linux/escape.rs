//! What a process tries that somebody else has taken over. Only the tests have
//! this in their program (`--features escape`), to see that it fails.

use core::arch::asm;

use syscalls::Sysno;

use super::{arch, constant};
use crate::sys::errno::Errno;

const CWD: usize = constant::AT_FDCWD as isize as usize;
const FILE: usize = 0o644;

/// What became of an attempt, if it came back; None: there is none of this name.
pub fn attempt(name: &[u8], vdso: Option<usize>) -> Option<Result<(), Errno>> {
    let folder = c"/var".as_ptr() as usize;
    let to_make = c"/tmp/svcd-escaped".as_ptr() as usize;
    let true_ = c"/bin/true".as_ptr() as usize;
    let (read, make) = (constant::O_RDONLY as u64, (constant::O_WRONLY | constant::O_CREAT) as u64);
    let (reading, making) = ([read, 0, 0], [make, FILE as u64, 0]);
    let how = |how: &[u64; 3]| how.as_ptr() as usize;
    let executable = 4;
    let nothing = [0usize; 1];
    let (number, arguments) = match name {
        b"openat" => (Sysno::openat, [CWD, folder, read as usize, 0, 0, 0]),
        b"openat-to-write" => (Sysno::openat, [CWD, to_make, make as usize, FILE, 0, 0]),
        b"openat2" => (Sysno::openat2, [CWD, folder, how(&reading), 24, 0, 0]),
        b"openat2-to-write" => (Sysno::openat2, [CWD, to_make, how(&making), 24, 0, 0]),
        b"unlinkat" => (Sysno::unlinkat, [CWD, folder, 0, 0, 0, 0]),
        b"socket" => {
            (Sysno::socket, [constant::AF_INET as usize, constant::SOCK_STREAM as usize, 0, 0, 0, 0])
        }
        b"listen" => (Sysno::listen, [4, 1, 0, 0, 0, 0]),
        b"execve" => (Sysno::execve, [true_, nothing.as_ptr() as usize, nothing.as_ptr() as usize, 0, 0, 0]),
        b"ptrace" => (Sysno::ptrace, [0; 6]),
        b"mmap" => {
            let flags = (constant::MAP_ANON | constant::MAP_SHARED) as usize;
            (Sysno::mmap, [0, 4096, executable, flags, usize::MAX, 0])
        }
        b"mprotect" => {
            (Sysno::mprotect, [&raw const nothing as usize & !0xfff, 4096, 3 | executable, 0, 0, 0])
        }
        b"kill" => (Sysno::kill, [1, 0, 0, 0, 0, 0]),
        // CLONE_NEWUSER, which gives privileges in a namespace of one's own.
        b"clone" => (Sysno::clone, [0x1000_0000 | constant::SIGCHLD as usize, 0, 0, 0, 0, 0]),
        // TIOCGWINSZ, of a terminal.
        b"ioctl" => (Sysno::ioctl, [2, 0x5413, nothing.as_ptr() as usize, 0, 0, 0]),
        b"setuid" => (Sysno::setuid, [0; 6]),
        b"another-instruction" => return Some(result(another_gate())),
        b"vdso" => return vdso.map(|vdso| result(read_code(vdso))),
        _ => return None,
    };
    let [a0, a1, a2, a3, a4, a5] = arguments;
    // SAFETY: none. This is what an attacker does.
    Some(result(unsafe { arch::trap(a0, a1, a2, a3, a4, a5, number as usize) }.first))
}

fn result(returned: usize) -> Result<(), Errno> {
    let negated = returned.wrapping_neg();
    if (1..4096).contains(&negated) { Err(Errno::new(negated)) } else { Ok(()) }
}

/// Calls getpid(2), which the server does not do any more, with an instruction of its own.
fn another_gate() -> usize {
    let mut number = Sysno::getpid as usize;
    // SAFETY: the call has no argument and no effect.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        asm!("syscall", inout("rax") number, out("rcx") _, out("r11") _);
    }
    // SAFETY: as above.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        asm!("svc #0", inout("x8") number => _, out("x0") number);
    }
    number
}

/// Whether the kernel's own code is still there to be used.
fn read_code(vdso: usize) -> usize {
    // SAFETY: none: the memory may be gone, and the process with it.
    usize::from(unsafe { (vdso as *const u8).read_volatile() })
}
