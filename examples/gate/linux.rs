//! What Linux has in its own way, on every processor. darwin.rs has the same names.

use super::abi::{self, ACCEPT4, CLONE, DUP3, GETDENTS, PIPE2};
use super::calls::Fd;
use super::{Errno, call};

pub const AT_FDCWD: Fd = -100;
pub const SOL_SOCKET: usize = 1;
pub const SO_REUSEADDR: usize = 2;

/// In struct linux_dirent64: where the type and the name are.
pub const D_TYPE: usize = 18;
pub const D_NAME: usize = 19;

/// In struct stat: where st_size is, and st_mode by its 32 bits.
pub const ST_SIZE: usize = 48;
pub fn mode(stat: &[u8; 144]) -> u32 {
    stat.get(abi::ST_MODE..).and_then(|at| at.first_chunk()).map_or(0, |bytes| u32::from_ne_bytes(*bytes))
}

/// A sockaddr begins with its family, in the order of the processor.
pub fn family(family: u8) -> [u8; 2] {
    u16::from(family).to_ne_bytes()
}

/// Step 5.
pub fn read_directory(folder: Fd, buffer: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel writes at most so many bytes.
    unsafe { call(GETDENTS, [folder as usize, buffer.as_mut_ptr() as usize, buffer.len()]) }
}

/// Step 6: fork(2) is clone(2) without sharing; the child's end sends SIGCHLD, 17. In
/// the child the result is 0.
pub fn fork() -> Result<Option<u32>, Errno> {
    // SAFETY: the child has memory of its own, a copy; so has its stack, for 0.
    let pid = unsafe { call(CLONE, [17, 0, 0, 0, 0]) }?;
    Ok(if pid == 0 { None } else { Some(pid as u32) })
}

/// Step 7: the ends to read and to write.
pub fn pipe() -> Result<[Fd; 2], Errno> {
    let mut ends: [Fd; 2] = [0; 2];
    // SAFETY: the kernel writes two ints.
    unsafe { call(PIPE2, [ends.as_mut_ptr() as usize, 0]) }?;
    Ok(ends)
}

/// Step 7: `place` is another name of `fd` from now on.
pub fn duplicate(fd: Fd, place: Fd) -> Result<(), Errno> {
    // SAFETY: no address is passed.
    unsafe { call(DUP3, [fd as usize, place as usize, 0]) }.map(drop)
}

/// Step 8: the next connection.
pub fn accept(listener: Fd) -> Result<Fd, Errno> {
    // SAFETY: two null pointers: nobody asks who it is.
    unsafe { call(ACCEPT4, [listener as usize, 0, 0, 0]) }.map(|fd| fd as Fd)
}
