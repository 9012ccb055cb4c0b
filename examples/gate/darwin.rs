//! What Darwin has in its own way. linux.rs has the same names.

use super::abi::{ACCEPT, DUP2, FORK, GETDENTS, PIPE};
use super::calls::Fd;
use super::{Errno, call, call2};

pub const AT_FDCWD: Fd = -2;
pub const SOL_SOCKET: usize = 0xffff;
pub const SO_REUSEADDR: usize = 4;

/// In struct dirent: where the type and the name are.
pub const D_TYPE: usize = 20;
pub const D_NAME: usize = 21;

/// In struct stat64: where st_size is, and st_mode by its 16 bits.
pub const ST_SIZE: usize = 96;
pub fn mode(stat: &[u8; 144]) -> u32 {
    stat.get(4..).and_then(|at| at.first_chunk()).map_or(0, |bytes| u16::from_ne_bytes(*bytes).into())
}

/// A sockaddr begins with its length, and its family in one byte.
pub fn family(family: u8) -> [u8; 2] {
    [16, family]
}

/// Step 5; the kernel also wants to say where in the folder it is.
pub fn read_directory(folder: Fd, buffer: &mut [u8]) -> Result<usize, Errno> {
    let mut position = 0u64;
    let (address, position) = (buffer.as_mut_ptr() as usize, &raw mut position as usize);
    // SAFETY: the kernel writes at most so many bytes, and the position.
    unsafe { call(GETDENTS, [folder as usize, address, buffer.len(), position]) }
}

/// Step 6: both get the child's number; the second register is 1 in the child.
pub fn fork() -> Result<Option<u32>, Errno> {
    // SAFETY: the child has memory of its own, a copy.
    let [pid, is_child] = unsafe { call2(FORK, []) }?;
    Ok(if is_child == 1 { None } else { Some(pid as u32) })
}

/// Step 7: the ends to read and to write, in two registers.
pub fn pipe() -> Result<[Fd; 2], Errno> {
    // SAFETY: no address is passed.
    unsafe { call2(PIPE, []) }.map(|ends| ends.map(|end| end as Fd))
}

/// Step 7: `place` is another name of `fd` from now on.
pub fn duplicate(fd: Fd, place: Fd) -> Result<(), Errno> {
    // SAFETY: no address is passed.
    unsafe { call(DUP2, [fd as usize, place as usize]) }.map(drop)
}

/// Step 8: the next connection.
pub fn accept(listener: Fd) -> Result<Fd, Errno> {
    // SAFETY: two null pointers: nobody asks who it is.
    unsafe { call(ACCEPT, [listener as usize, 0, 0]) }.map(|fd| fd as Fd)
}
