//! A function for each system call, with the step that explains it. The registers are
//! filled here, and nowhere else.

use core::ffi::{CStr, c_char};

use super::abi::{CLOSE, EXECVE, EXIT, FSTAT, GETPID, OPENAT, READ, WAIT4, WRITE};
use super::{Errno, call, system};

pub use system::{accept, duplicate, fork, pipe, read_directory};

/// A descriptor: the place of an open file in the table of the process.
pub type Fd = i32;

/// Step 1.
pub fn exit(status: u8) -> ! {
    loop {
        // SAFETY: no address is passed, and it does not come back.
        let _ = unsafe { call(EXIT, [status as usize]) };
    }
}

/// Step 2. It may write less than all: see `write_all`.
pub fn write(fd: Fd, bytes: &[u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel reads so many bytes, all of which are there.
    unsafe { call(WRITE, [fd as usize, bytes.as_ptr() as usize, bytes.len()]) }
}

/// Step 4.
pub fn write_all(fd: Fd, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        let count = write(fd, bytes)?;
        bytes = bytes.get(count..).unwrap_or_default();
    }
    Ok(())
}

/// Step 4: to read only.
pub fn open(path: &CStr) -> Result<Fd, Errno> {
    // SAFETY: the path ends in NUL, where the kernel stops reading.
    let fd = unsafe { call(OPENAT, [system::AT_FDCWD as usize, path.as_ptr() as usize, 0, 0]) };
    fd.map(|fd| fd as Fd)
}

/// Step 4. 0 is the end.
pub fn read(fd: Fd, buffer: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: the kernel writes at most so many bytes.
    unsafe { call(READ, [fd as usize, buffer.as_mut_ptr() as usize, buffer.len()]) }
}

/// Step 4.
pub fn close(fd: Fd) {
    // SAFETY: no address is passed.
    let _ = unsafe { call(CLOSE, [fd as usize]) };
}

/// Step 6.
pub fn getpid() -> u32 {
    // SAFETY: no address is passed.
    unsafe { call(GETPID, []) }.map_or(0, |pid| pid as u32)
}

/// Step 6: a child that has ended, or 0, and how. `pid` -1 is any; `options` 1, WNOHANG,
/// does not wait.
pub fn wait(pid: i32, options: usize) -> Result<(u32, u32), Errno> {
    let mut status = 0u32;
    // SAFETY: the kernel writes one int; a null pointer asks for nothing more.
    let pid = unsafe { call(WAIT4, [pid as usize, &raw mut status as usize, options, 0]) }?;
    Ok((pid as u32, status))
}

/// Step 7. It comes back only with an error.
pub fn execute(path: &CStr, argv: &[*const c_char], environment: *const *const c_char) -> Errno {
    let arguments = [path.as_ptr() as usize, argv.as_ptr() as usize, environment as usize];
    // SAFETY: the path ends in NUL, the two lists in a null pointer.
    unsafe { call(EXECVE, arguments) }.err().unwrap_or(0)
}

/// Step 10: how long an open file is; None if it is a folder or anything else.
pub fn length(file: Fd) -> Result<Option<u64>, Errno> {
    let mut stat = [0; 144];
    // SAFETY: the struct has 144 bytes at the most, on all three.
    unsafe { call(FSTAT, [file as usize, stat.as_mut_ptr() as usize]) }?;
    let size = stat.get(system::ST_SIZE..).and_then(|at| at.first_chunk()).copied().map(u64::from_ne_bytes);
    // S_IFMT and S_IFREG.
    Ok(if system::mode(&stat) & 0o170000 == 0o100000 { size } else { None })
}
