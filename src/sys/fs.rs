//! Files below one folder.

use core::ffi::CStr;

use super::calls;
use super::errno::{Errno, Failure, retry};
use super::fd::{Fd, OwnedFd};
use super::os::{self, constant};

/// A folder, and nothing above it.
pub struct Root {
    directory: OwnedFd,
    beneath: os::Beneath,
}

impl Root {
    /// Opens the folder. It is the first thing that the program opens: where
    /// standard input, output or error are missing, it takes their numbers too
    /// and keeps them, so that no log line ever goes into a client's socket.
    pub fn open(path: &CStr) -> Result<Root, Failure> {
        loop {
            let (directory, beneath) = os::Beneath::open_root(path)?;
            if directory.borrow().number() > Fd::STDERR.number() {
                return Ok(Root { directory, beneath });
            }
            directory.leak();
        }
    }

    /// Another root: a folder in this one. `name` is as for
    /// [`Root::open_beneath`].
    pub fn below(&self, name: &CStr) -> Result<Root, Errno> {
        let flags = constant::O_SEARCH | constant::O_DIRECTORY | constant::O_CLOEXEC;
        let directory = retry(|| self.beneath.open(self.directory.borrow(), name, flags))?;
        Ok(Root { directory, beneath: self.beneath })
    }

    /// Opens a file or folder for reading. `name` is relative, without `..`
    /// and without a slash at its end. ELOOP: a symbolic link stands in it.
    /// Opening a FIFO or a device does not wait for anything.
    pub fn open_beneath(&self, name: &CStr) -> Result<OwnedFd, Errno> {
        let flags = constant::O_RDONLY | constant::O_NONBLOCK | constant::O_NOCTTY | constant::O_CLOEXEC;
        retry(|| self.beneath.open(self.directory.borrow(), name, flags))
    }
}

/// Opens a file to append to it, and makes it if there is none.
pub fn open_append(path: &CStr) -> Result<OwnedFd, Errno> {
    let flags = constant::O_WRONLY | constant::O_APPEND | constant::O_CREAT;
    let flags = flags | constant::O_NOCTTY | constant::O_CLOEXEC;
    retry(|| calls::openat(Fd::special(constant::AT_FDCWD), path, flags, 0o644))
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    File,
    Directory,
    Other,
}

/// What fstat(2) tells about an open file.
#[derive(Clone, Copy)]
pub struct Metadata {
    pub kind: Kind,
    /// In bytes.
    pub size: u64,
    /// Last modification, in seconds since 1970; earlier times are 0.
    pub modified: u64,
    /// The part of it below a second.
    pub nanos: u32,
    pub inode: u64,
}

pub fn metadata(fd: Fd) -> Result<Metadata, Errno> {
    let mut stat = os::Stat::new();
    calls::fstat(fd, &mut stat)?;
    Ok(meaning(&stat))
}

/// Not inlined, since two calls use it.
#[inline(never)]
pub(super) fn meaning(stat: &os::Stat) -> Metadata {
    let kind = match stat.mode() & constant::S_IFMT {
        constant::S_IFREG => Kind::File,
        constant::S_IFDIR => Kind::Directory,
        _ => Kind::Other,
    };
    let modified = u64::try_from(stat.modified()).unwrap_or(0);
    let (nanos, inode) = (stat.modified_nanos(), stat.inode());
    Metadata { kind, size: stat.size(), modified, nanos, inode }
}

/// Reads until `buffer` is full or the file ends; returns the bytes read.
pub fn read_full(fd: Fd, buffer: &mut [u8]) -> Result<usize, Errno> {
    let mut len = 0;
    while let Some(room) = buffer.get_mut(len..).filter(|room| !room.is_empty()) {
        match retry(|| calls::read(fd, room))? {
            0 => break,
            count => len += count,
        }
    }
    Ok(len)
}

/// Writes once. A short write is not repeated: this is for log lines, which
/// must not stop the server.
pub fn write(fd: Fd, bytes: &[u8]) -> Result<usize, Errno> {
    retry(|| calls::write(fd, bytes))
}
