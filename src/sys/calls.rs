//! Storey two: the calls that are the same on every system but for their
//! numbers and constants. Man-page names, alphabetical.
//!
//! A result is a count, a descriptor or nothing, and decoded as what it is. An
//! argument that is a slice hands the kernel its own address and length, so
//! that the memory is valid for the whole call and no longer used behind it:
//! none of these calls keeps an address. That is the reason behind each
//! SAFETY note here; the notes name what is left to say.

use core::ffi::{CStr, c_char};

use super::errno::Errno;
use super::fd::{Fd, OwnedFd};
use super::gate::call;
use super::os::{Call, Stat, constant};

pub fn bind(socket: Fd, address: &[u8]) -> Result<(), Errno> {
    // SAFETY: the kernel reads `address.len()` bytes.
    unsafe { call(Call::bind, [socket.register(), address.as_ptr() as usize, address.len()]) }.map(drop)
}

/// What the process had open stays open, also outside.
pub fn chroot(path: &CStr) -> Result<(), Errno> {
    // SAFETY: a `CStr` ends in NUL, where the kernel stops reading.
    unsafe { call(Call::chroot, [path.as_ptr() as usize]) }.map(drop)
}

/// # Safety
/// Nothing uses the descriptor any more: its number can be another file's at
/// once.
pub unsafe fn close(fd: Fd) -> Result<(), Errno> {
    // SAFETY: the caller owned it, so nobody's file is closed behind its back.
    unsafe { call(Call::close, [fd.register()]) }.map(drop)
}

pub fn connect(socket: Fd, address: &[u8]) -> Result<(), Errno> {
    // SAFETY: the kernel reads `address.len()` bytes.
    unsafe { call(Call::connect, [socket.register(), address.as_ptr() as usize, address.len()]) }.map(drop)
}

/// Returns only with an error. Each array ends in a null pointer.
pub fn execve(path: &CStr, arguments: &[*const c_char], environment: &[*const c_char]) -> Errno {
    let ends = |array: &[*const c_char]| array.last().is_some_and(|last| last.is_null());
    if !ends(arguments) || !ends(environment) {
        return Errno::EINVAL;
    }
    let arguments = [path.as_ptr() as usize, arguments.as_ptr() as usize, environment.as_ptr() as usize];
    // SAFETY: the kernel reads each array up to its null pointer, which was
    // looked for, and each string up to its NUL: see `Strings`.
    unsafe { call(Call::execve, arguments) }.err().unwrap_or(Errno::EINVAL)
}

pub fn exit(code: u8) -> ! {
    loop {
        // SAFETY: no address is passed. The call does not return.
        let _ = unsafe { call(Call::exit, [usize::from(code)]) };
    }
}

/// Checks with the process's real user and group; follows symbolic links.
/// Darwin's fourth argument has no flag; Linux has none.
pub fn faccessat(directory: Fd, path: &CStr, mode: u32) -> Result<(), Errno> {
    let arguments = [directory.register(), path.as_ptr() as usize, mode as usize, 0];
    // SAFETY: a `CStr` ends in NUL, where the kernel stops reading.
    unsafe { call(Call::faccessat, arguments) }.map(drop)
}

pub fn fchmod(fd: Fd, mode: u32) -> Result<(), Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::fchmod, [fd.register(), mode as usize]) }.map(drop)
}

pub fn fchdir(folder: Fd) -> Result<(), Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::fchdir, [folder.register()]) }.map(drop)
}

/// For commands whose argument is a number.
pub fn fcntl(fd: Fd, command: u32, argument: u32) -> Result<(), Errno> {
    // SAFETY: no address is passed; the commands in `constant` take none.
    unsafe { call(Call::fcntl, [fd.register(), command as usize, argument as usize]) }.map(drop)
}

/// F_DUPFD_CLOEXEC of fcntl(2): another descriptor of the same, closed on exec.
pub fn fcntl_dup(fd: Fd, least: u32) -> Result<OwnedFd, Errno> {
    let arguments = [fd.register(), constant::F_DUPFD_CLOEXEC as usize, least as usize];
    // SAFETY: no address is passed.
    unsafe { call(Call::fcntl, arguments) }.map(OwnedFd::new)
}

pub fn flock(fd: Fd, operation: u32) -> Result<(), Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::flock, [fd.register(), operation as usize]) }.map(drop)
}

pub fn fstat(fd: Fd, stat: &mut Stat) -> Result<(), Errno> {
    // SAFETY: the kernel writes one `Stat`, whose layout is asserted beside it.
    unsafe { call(Call::fstat, [fd.register(), stat as *mut Stat as usize]) }.map(drop)
}

pub fn fstatat(directory: Fd, path: &CStr, stat: &mut Stat, flags: u32) -> Result<(), Errno> {
    let arguments =
        [directory.register(), path.as_ptr() as usize, stat as *mut Stat as usize, flags as usize];
    // SAFETY: a `CStr` ends in NUL, where the kernel stops reading; it writes
    // one `Stat`, as for fstat.
    unsafe { call(Call::fstatat, arguments) }.map(drop)
}

pub fn fsync(fd: Fd) -> Result<(), Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::fsync, [fd.register()]) }.map(drop)
}

pub fn getpid() -> i32 {
    // SAFETY: no address is passed.
    unsafe { call(Call::getpid, []) }.map_or(0, |pid| pid as i32)
}

/// The largest resident set, in the unit of the system: see `os::KILOBYTE`.
pub fn getrusage_maxrss(who: i32) -> Result<u64, Errno> {
    let mut usage = [0u64; 18];
    // SAFETY: the kernel writes one rusage, which has 144 bytes everywhere.
    unsafe { call(Call::getrusage, [who as isize as usize, usage.as_mut_ptr() as usize]) }.map(|_| usage[4])
}

/// Writes the address into `address` and returns its whole length, of which no
/// more than fits was written.
pub fn getsockname(socket: Fd, address: &mut [u8]) -> Result<usize, Errno> {
    get_name(Call::getsockname, socket, address)
}

/// As [`getsockname`], of the other end.
pub fn getpeername(socket: Fd, address: &mut [u8]) -> Result<usize, Errno> {
    get_name(Call::getpeername, socket, address)
}

fn get_name(which: Call, socket: Fd, address: &mut [u8]) -> Result<usize, Errno> {
    let mut length = address.len() as u32;
    let arguments = [socket.register(), address.as_mut_ptr() as usize, &raw mut length as usize];
    // SAFETY: the kernel writes at most `length` bytes, and the new length over it.
    unsafe { call(which, arguments) }.map(|_| length as usize)
}

/// Darwin's third argument is 1, as its libc passes; Linux has none.
pub fn kill(pid: i32, signal: u32) -> Result<(), Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::kill, [pid as isize as usize, signal as usize, 1]) }.map(drop)
}

pub fn listen(socket: Fd, backlog: u32) -> Result<(), Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::listen, [socket.register(), backlog as usize]) }.map(drop)
}

pub fn lseek(fd: Fd, offset: i64, whence: u32) -> Result<usize, Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::lseek, [fd.register(), offset as usize, whence as usize]) }
}

/// Maps fresh zeroed memory that is shared with all children.
pub fn mmap_shared(length: usize) -> Result<*mut u8, Errno> {
    let protection = (constant::PROT_READ | constant::PROT_WRITE) as usize;
    let flags = (constant::MAP_SHARED | constant::MAP_ANON) as usize;
    // SAFETY: the kernel chooses an address where nothing is mapped, and the
    // descriptor -1 stands for no file.
    unsafe { call(Call::mmap, [0, length, protection, flags, usize::MAX, 0]) }
        .map(|address| address as *mut u8)
}

pub fn openat(directory: Fd, path: &CStr, flags: u32, mode: u32) -> Result<OwnedFd, Errno> {
    let arguments = [directory.register(), path.as_ptr() as usize, flags as usize, mode as usize];
    // SAFETY: a `CStr` ends in NUL, where the kernel stops reading.
    unsafe { call(Call::openat, arguments) }.map(OwnedFd::new)
}

pub fn read(fd: Fd, buffer: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel writes at most `buffer.len()` bytes.
    unsafe { call(Call::read, [fd.register(), buffer.as_mut_ptr() as usize, buffer.len()]) }
}

/// recvfrom(2) without the address.
pub fn recv(socket: Fd, buffer: &mut [u8], flags: u32) -> Result<usize, Errno> {
    let arguments = [socket.register(), buffer.as_mut_ptr() as usize, buffer.len(), flags as usize, 0, 0];
    // SAFETY: the kernel writes at most `buffer.len()` bytes; a null address
    // asks for no peer name.
    unsafe { call(Call::recvfrom, arguments) }
}

/// sendto(2) without an address.
pub fn send(socket: Fd, bytes: &[u8], flags: u32) -> Result<usize, Errno> {
    let arguments = [socket.register(), bytes.as_ptr() as usize, bytes.len(), flags as usize, 0, 0];
    // SAFETY: the kernel reads `bytes.len()` bytes; a null address of length 0
    // means the connected peer.
    unsafe { call(Call::sendto, arguments) }
}

pub fn setgid(group: u32) -> Result<(), Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::setgid, [group as usize]) }.map(drop)
}

pub fn setgroups(groups: &[u32]) -> Result<(), Errno> {
    // SAFETY: the kernel reads `groups.len()` words of 32 bits.
    unsafe { call(Call::setgroups, [groups.len(), groups.as_ptr() as usize]) }.map(drop)
}

/// Of process 0, the caller itself, to its own group.
pub fn setpgid(pid: i32, group: i32) -> Result<(), Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::setpgid, [pid as isize as usize, group as isize as usize]) }.map(drop)
}

pub fn setsockopt(socket: Fd, level: u32, option: u32, value: &[u8]) -> Result<(), Errno> {
    let arguments =
        [socket.register(), level as usize, option as usize, value.as_ptr() as usize, value.len()];
    // SAFETY: the kernel reads `value.len()` bytes.
    unsafe { call(Call::setsockopt, arguments) }.map(drop)
}

pub fn setuid(user: u32) -> Result<(), Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::setuid, [user as usize]) }.map(drop)
}

pub fn shutdown(socket: Fd, how: u32) -> Result<(), Errno> {
    // SAFETY: no address is passed.
    unsafe { call(Call::shutdown, [socket.register(), how as usize]) }.map(drop)
}

pub fn unlinkat(directory: Fd, path: &CStr, flags: u32) -> Result<(), Errno> {
    // SAFETY: a `CStr` ends in NUL, where the kernel stops reading.
    unsafe { call(Call::unlinkat, [directory.register(), path.as_ptr() as usize, flags as usize]) }.map(drop)
}

/// Waits for any child; returns its pid (0: none has ended) and its status.
pub fn wait4(options: u32) -> Result<(i32, u32), Errno> {
    let mut status: u32 = 0;
    let arguments = [usize::MAX, &raw mut status as usize, options as usize, 0];
    // SAFETY: the kernel writes one 32-bit status; a null pointer asks for no
    // resource usage.
    unsafe { call(Call::wait4, arguments) }.map(|pid| (pid as i32, status))
}

pub fn write(fd: Fd, bytes: &[u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel reads `bytes.len()` bytes.
    unsafe { call(Call::write, [fd.register(), bytes.as_ptr() as usize, bytes.len()]) }
}
