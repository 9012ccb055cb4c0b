//! Files below one folder.

use core::ffi::CStr;

use svcd::limits;
use svcd::text::{Buffer, find_last};

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

    /// Makes it the root folder of the process, and the current one.
    pub fn enter(&self) -> Result<(), Failure> {
        calls::fchdir(self.directory.borrow()).map_err(|errno| errno.of("fchdir"))?;
        calls::chroot(c".").map_err(|errno| errno.of("chroot"))
    }

    /// Whether names are looked for one after the other, by openat(2).
    pub fn is_walked(&self) -> bool {
        self.beneath.is_walk()
    }

    pub fn borrow(&self) -> Fd<'_> {
        self.directory.borrow()
    }

    /// Opens a folder to look for names in it.
    pub fn search(&self, name: &CStr) -> Result<OwnedFd, Errno> {
        retry(|| self.beneath.open(self.directory.borrow(), name, SEARCH))
    }

    /// Where it is.
    pub fn path<'a>(&self, room: &'a mut [u8; limits::PATH]) -> Result<&'a [u8], Errno> {
        path(self.directory.borrow(), room)
    }

    /// Another root: a folder in this one. `name` is as for
    /// [`Root::open_beneath`].
    pub fn below(&self, name: &CStr) -> Result<Root, Errno> {
        let directory = self.search(name)?;
        Ok(Root { directory, beneath: self.beneath })
    }

    /// Opens a folder in order to change what is in it; `name` is as for
    /// [`Root::open_beneath`].
    pub fn folder(&self, name: &CStr) -> Result<OwnedFd, Errno> {
        retry(|| self.beneath.open(self.directory.borrow(), name, FOLDER))
    }

    /// Whether the folder of the file `path` is this root, or below it.
    pub fn holds(&self, path: &[u8]) -> Result<bool, Errno> {
        let folder = in_folder_of(path, &open_any_folder)?;
        is_within(folder.borrow(), &self.metadata()?, None)
    }

    pub fn metadata(&self) -> Result<Metadata, Errno> {
        metadata(self.directory.borrow())
    }

    /// Opens a file or folder for reading. `name` is relative, without `..`
    /// and without a slash at its end. ELOOP: a symbolic link stands in it.
    /// Opening a FIFO or a device does not wait for anything.
    pub fn open_beneath(&self, name: &CStr) -> Result<OwnedFd, Errno> {
        let flags = constant::O_RDONLY | constant::O_NONBLOCK | constant::O_NOCTTY | constant::O_CLOEXEC;
        retry(|| self.beneath.open(self.directory.borrow(), name, flags))
    }
}

const SEARCH: u32 = constant::O_SEARCH | constant::O_DIRECTORY | constant::O_CLOEXEC;

/// Whether a folder is `top` or below it, as far as the way up from it goes:
/// to `end`, or to the root of all.
pub fn is_within(folder: Fd, top: &Metadata, end: Option<&Metadata>) -> Result<bool, Errno> {
    let mut here = metadata(folder)?;
    let mut entered: Option<OwnedFd> = None;
    loop {
        if here.is_same_file(top) {
            return Ok(true);
        }
        let below = entered.as_ref().map_or(folder, OwnedFd::borrow);
        let parent = retry(|| calls::openat(below, c"..", SEARCH, 0))?;
        let above = metadata(parent.borrow())?;
        // The root of all is its own parent.
        if end.is_some_and(|end| here.is_same_file(end)) || here.is_same_file(&above) {
            return Ok(false);
        }
        (here, entered) = (above, Some(parent));
    }
}

/// Open for reading, since fsync(2) and flock(2) want that.
const FOLDER: u32 = constant::O_RDONLY | constant::O_DIRECTORY | constant::O_CLOEXEC;

/// Opens the folder that a name lies in: the folder itself is given to `open`.
pub fn in_folder_of(name: &[u8], open: &dyn Fn(&CStr) -> Result<OwnedFd, Errno>) -> Result<OwnedFd, Errno> {
    let mut room = [0; limits::PATH];
    let mut folder = Buffer::new(&mut room);
    let slash = find_last(name, b'/');
    // Of an absolute path, the first slash is a folder by itself.
    folder.push(slash.and_then(|slash| name.get(..slash.max(1))).unwrap_or(b"."));
    c_str(&mut folder).and_then(open)
}

/// A name as system calls want it, with a NUL that stays behind it.
pub fn c_str<'a>(name: &'a mut Buffer) -> Result<&'a CStr, Errno> {
    name.push(b"\0");
    if name.overflowed() {
        return Err(Errno::ENAMETOOLONG);
    }
    CStr::from_bytes_until_nul(name.bytes()).map_err(|_| Errno::EINVAL)
}

/// Where an open file is, after all links; EINVAL: `room` is too small.
pub fn path<'a>(file: Fd, room: &'a mut [u8; limits::PATH]) -> Result<&'a [u8], Errno> {
    os::path(file, room)
}

/// Opens a folder wherever it is, to look for names in it.
pub fn open_any_folder(path: &CStr) -> Result<OwnedFd, Errno> {
    retry(|| calls::openat(Fd::special(constant::AT_FDCWD), path, SEARCH, 0))
}

/// Opens what is there, whatever it is, to name it to other calls.
pub fn open_any(path: &CStr) -> Result<OwnedFd, Errno> {
    let flags = constant::O_SEARCH | constant::O_CLOEXEC;
    retry(|| calls::openat(Fd::special(constant::AT_FDCWD), path, flags, 0))
}

/// EACCES: the server may not execute the file.
pub fn may_execute(folder: Fd, name: &CStr) -> Result<(), Errno> {
    calls::faccessat(folder, name, constant::X_OK)
}

/// Opens a folder in another one; not through a link.
pub fn open_folder(directory: Fd, name: &CStr) -> Result<OwnedFd, Errno> {
    retry(|| calls::openat(directory, name, FOLDER | constant::O_NOFOLLOW, 0))
}

/// Opens a file to read it, wherever it is.
pub fn open_read(path: &CStr) -> Result<OwnedFd, Errno> {
    let flags = constant::O_RDONLY | constant::O_NOCTTY | constant::O_CLOEXEC;
    retry(|| calls::openat(Fd::special(constant::AT_FDCWD), path, flags, 0))
}

/// Opens a file to append to it, and makes it if there is none. A FIFO is not waited
/// for, neither now nor when it is full; ENXIO: nobody reads it.
pub fn open_append(path: &CStr) -> Result<OwnedFd, Errno> {
    let flags = constant::O_WRONLY | constant::O_APPEND | constant::O_CREAT | constant::O_NONBLOCK;
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
    /// The file system; its number and the inode's belong to one file only.
    pub device: u64,
    /// Permission bits, 0777 at most.
    pub mode: u32,
}

impl Metadata {
    pub fn is_same_file(&self, other: &Metadata) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }
}

pub fn metadata(fd: Fd) -> Result<Metadata, Errno> {
    let mut stat = os::Stat::new();
    calls::fstat(fd, &mut stat)?;
    Ok(meaning(&stat))
}

/// What lstat(2) tells about a name in a folder.
pub fn look_up(folder: Fd, name: &CStr) -> Result<Metadata, Errno> {
    let mut stat = os::Stat::new();
    calls::fstatat(folder, name, &mut stat, constant::AT_SYMLINK_NOFOLLOW)?;
    Ok(meaning(&stat))
}

/// Removes a name that is no folder's.
pub fn unlink(folder: Fd, name: &CStr) -> Result<(), Errno> {
    retry(|| calls::unlinkat(folder, name, 0))
}

/// Waits until the names in a folder would survive a power cut. Some file
/// systems have nothing to wait for, and say EINVAL.
pub fn sync_folder(folder: Fd) -> Result<(), Errno> {
    match os::sync(folder) {
        Err(Errno::EINVAL) => Ok(()),
        result => result,
    }
}

/// Not inlined, since several calls use it.
#[inline(never)]
pub(super) fn meaning(stat: &os::Stat) -> Metadata {
    let kind = match stat.mode() & constant::S_IFMT {
        constant::S_IFREG => Kind::File,
        constant::S_IFDIR => Kind::Directory,
        _ => Kind::Other,
    };
    let modified = u64::try_from(stat.modified()).unwrap_or(0);
    let (device, inode) = stat.identity();
    let mode = stat.mode() & 0o777;
    Metadata { kind, size: stat.size(), modified, nanos: stat.modified_nanos(), inode, device, mode }
}

/// Reads what there is, once; 0 is the end.
pub fn read(fd: Fd, buffer: &mut [u8]) -> Result<usize, Errno> {
    retry(|| calls::read(fd, buffer))
}

/// Reads until `buffer` is full or the file ends; returns the bytes read.
pub fn read_full(fd: Fd, buffer: &mut [u8]) -> Result<usize, Errno> {
    let mut len = 0;
    while let Some(room) = buffer.get_mut(len..).filter(|room| !room.is_empty()) {
        match read(fd, room)? {
            0 => break,
            count => len += count,
        }
    }
    Ok(len)
}

/// Lets writes to a pipe, a terminal or a socket fail with EAGAIN where they would
/// wait, as far as the system can do that.
pub fn set_nonblocking_write(fd: Fd<'static>) {
    let mut stat = os::Stat::new();
    let kind = calls::fstat(fd, &mut stat).map_or(0, |()| stat.mode() & constant::S_IFMT);
    let _ = match kind {
        constant::S_IFIFO | constant::S_IFCHR => os::set_nonblocking_write(fd),
        // A service manager has made it for this server.
        constant::S_IFSOCK => calls::fcntl(fd, constant::F_SETFL, constant::O_NONBLOCK),
        _ => Ok(()),
    };
}

/// Makes `place` a name of what `fd` is, and closes `fd`.
pub fn replace(place: Fd<'static>, fd: OwnedFd) -> Result<(), Errno> {
    os::dup_to(fd.borrow(), place.number())?;
    calls::fcntl(place, constant::F_SETFD, constant::FD_CLOEXEC)
}

/// Writes all of `bytes` at once, or fails.
pub fn write_now(fd: Fd<'static>, bytes: &[u8]) -> Result<(), Errno> {
    if write(fd, bytes)? == bytes.len() { Ok(()) } else { Err(Errno::ENOSPC) }
}

/// Writes once, perhaps less than all: a log line that is cut must not stop the
/// server.
pub fn write(fd: Fd, bytes: &[u8]) -> Result<usize, Errno> {
    retry(|| calls::write(fd, bytes))
}
