//! Unix sockets to listen on, and their files.

use core::ffi::CStr;

use super::super::calls;
use super::super::errno::{Errno, Failure};
use super::super::fd::{Fd, OwnedFd};
use super::super::os::{self, constant};

/// Two bytes that say the family, and the path with its NUL; asserted beside
/// `os::UNIX_PATH`.
const SIZE: usize = 2 + os::UNIX_PATH;

/// The file that a listening socket has made.
#[derive(Clone, Copy)]
pub struct SocketFile<'a> {
    pub path: &'a CStr,
    identity: (u64, u64),
}

impl SocketFile<'_> {
    /// Removes the file unless another has taken its place. To be called while
    /// the socket is open: until it is closed, nobody else's file can get the
    /// same inode.
    pub fn remove(&self) {
        if stat(self.path).is_ok_and(|stat| stat.identity() == self.identity) {
            let _ = unlink(self.path);
        }
    }
}

/// A listening socket, and the file that it makes at `path`; the umask decides
/// who may connect. A connection inherits no timeouts from it.
///
/// A socket file that a killed server left there is replaced. EADDRINUSE: a
/// server listens there, or the file is not a socket. ENAMETOOLONG: a sockaddr
/// has no room for `path`.
pub fn listen(path: &CStr, backlog: u32) -> Result<(OwnedFd, SocketFile<'_>), Failure> {
    let mut room = [0; SIZE];
    let address = sockaddr(path, &mut room).map_err(|errno| errno.of("bind"))?;
    let socket = os::socket(constant::AF_UNIX).map_err(|errno| errno.of("socket"))?;
    let mut bound = calls::bind(socket.borrow(), address);
    if bound == Err(Errno::EADDRINUSE) && is_stale(path, address) {
        unlink(path).map_err(|errno| errno.of("unlinkat"))?;
        bound = calls::bind(socket.borrow(), address);
    }
    bound.map_err(|errno| errno.of("bind"))?;
    let identity = stat(path).map_err(|errno| errno.of("fstatat"))?.identity();
    calls::listen(socket.borrow(), backlog).map_err(|errno| errno.of("listen"))?;
    Ok((socket, SocketFile { path, identity }))
}

/// The file of a socket that listens already.
pub fn file(path: &CStr) -> Result<SocketFile<'_>, Errno> {
    Ok(SocketFile { path, identity: stat(path)?.identity() })
}

fn sockaddr<'a>(path: &CStr, room: &'a mut [u8; SIZE]) -> Result<&'a [u8], Errno> {
    let path = path.to_bytes_with_nul();
    let length = 2 + path.len();
    let [f0, f1, rest @ ..] = room;
    [*f0, *f1] = os::family_bytes(constant::AF_UNIX, length as u8);
    rest.get_mut(..path.len()).ok_or(Errno::ENAMETOOLONG)?.copy_from_slice(path);
    room.get(..length).ok_or(Errno::ENAMETOOLONG)
}

/// Whether `path` is a socket that nobody accepts from. Linux says the same of
/// a file that is no socket, so that is asked first.
fn is_stale(path: &CStr, address: &[u8]) -> bool {
    let is_socket = stat(path).is_ok_and(|stat| stat.mode() & constant::S_IFMT == constant::S_IFSOCK);
    is_socket
        && os::socket(constant::AF_UNIX)
            .is_ok_and(|probe| calls::connect(probe.borrow(), address) == Err(Errno::ECONNREFUSED))
}

/// Of the file itself where it is a symbolic link.
fn stat(path: &CStr) -> Result<os::Stat, Errno> {
    let mut stat = os::Stat::new();
    calls::fstatat(Fd::special(constant::AT_FDCWD), path, &mut stat, constant::AT_SYMLINK_NOFOLLOW)?;
    Ok(stat)
}

fn unlink(path: &CStr) -> Result<(), Errno> {
    calls::unlinkat(Fd::special(constant::AT_FDCWD), path, 0)
}
