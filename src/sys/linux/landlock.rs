//! Landlock (landlock(7)): rights to files, ports and others that a process gives
//! up for ever, and with it all that it starts.

use super::{calls, constant};
use crate::sys::OwnedFd;
use crate::sys::errno::Errno;
use crate::sys::fd::Fd;
use crate::sys::fs::{self, Kind};

pub const READ: u64 = (constant::LANDLOCK_ACCESS_FS_READ_FILE | constant::LANDLOCK_ACCESS_FS_READ_DIR) as u64;
pub const EXECUTE: u64 = constant::LANDLOCK_ACCESS_FS_EXECUTE as u64;
pub const REMOVE: u64 = constant::LANDLOCK_ACCESS_FS_REMOVE_FILE as u64;
pub const CREATE: u64 =
    (constant::LANDLOCK_ACCESS_FS_WRITE_FILE | constant::LANDLOCK_ACCESS_FS_MAKE_REG) as u64;
/// Files come, go and change; folders do not.
pub const WRITE: u64 = REMOVE
    | (constant::LANDLOCK_ACCESS_FS_WRITE_FILE
        | constant::LANDLOCK_ACCESS_FS_MAKE_REG
        | constant::LANDLOCK_ACCESS_FS_TRUNCATE
        | constant::LANDLOCK_ACCESS_FS_REFER) as u64;
pub const ALL: u64 = u64::MAX;

/// What a rule for a file may allow, and not for a folder only.
const OF_A_FILE: u64 = EXECUTE
    | (constant::LANDLOCK_ACCESS_FS_READ_FILE
        | constant::LANDLOCK_ACCESS_FS_WRITE_FILE
        | constant::LANDLOCK_ACCESS_FS_TRUNCATE
        | constant::LANDLOCK_ACCESS_FS_IOCTL_DEV) as u64;

/// Rules that do not hold yet.
pub struct Ruleset {
    fd: OwnedFd,
    version: usize,
    /// The rights that files are kept from.
    files: u64,
}

impl Ruleset {
    /// Forbids all that the kernel knows to forbid: files, TCP ports to listen on or
    /// to connect to, Unix sockets without a file and signals to processes outside.
    /// To `programs`, devices stay what they are, and so does connecting.
    pub fn new(programs: bool) -> Result<Ruleset, Errno> {
        let version = calls::landlock_version()?;
        let after = |first: usize, bits: u32| if version >= first { u64::from(bits) } else { 0 };
        // The first version has all the rights before these.
        let files = u64::from(constant::LANDLOCK_ACCESS_FS_REFER - 1)
            | after(2, constant::LANDLOCK_ACCESS_FS_REFER)
            | after(3, constant::LANDLOCK_ACCESS_FS_TRUNCATE)
            | if programs { 0 } else { after(5, constant::LANDLOCK_ACCESS_FS_IOCTL_DEV) };
        let net = after(4, constant::LANDLOCK_ACCESS_NET_BIND_TCP)
            | if programs { 0 } else { after(4, constant::LANDLOCK_ACCESS_NET_CONNECT_TCP) };
        let scopes = constant::LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | constant::LANDLOCK_SCOPE_SIGNAL;
        let fd = calls::landlock_create_ruleset(files, net, after(6, scopes))?;
        Ok(Ruleset { fd, version, files })
    }

    /// Allows `rights` in a file, or in all that is below a folder.
    pub fn allow(&self, file: Fd, rights: u64) -> Result<(), Errno> {
        let is_folder = fs::metadata(file).is_ok_and(|metadata| metadata.kind == Kind::Directory);
        let rights = rights & self.files & if is_folder { ALL } else { OF_A_FILE };
        calls::landlock_add_rule(self.fd.borrow(), file, rights)
    }

    /// From now on they hold. Returns the version of Landlock.
    pub fn enter(self) -> Result<usize, Errno> {
        calls::landlock_restrict_self(self.fd.borrow()).map(|()| self.version)
    }
}

/// No program that is executed gets more rights than this process has, whatever
/// its mode is; the kernel wants that before it limits anything.
pub fn keep_privileges() -> Result<(), Errno> {
    calls::prctl(constant::PR_SET_NO_NEW_PRIVS, 1)
}
