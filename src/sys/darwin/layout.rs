//! What the kernel writes and reads as structs. `make abi-check` compares them
//! with the `libc` crate.

/// `struct stat64` of fstat64, 144 bytes (bsd/sys/stat.h).
#[repr(C)]
pub struct Stat {
    pub st_dev: i32,
    pub st_mode: u16,
    pub st_nlink: u16,
    pub st_ino: u64,
    pub st_uid: u32,
    pub st_gid: u32,
    pub st_rdev: i32,
    pub st_atime: i64,
    pub st_atime_nsec: i64,
    pub st_mtime: i64,
    pub st_mtime_nsec: i64,
    pub st_ctime: i64,
    pub st_ctime_nsec: i64,
    pub st_birthtime: i64,
    pub st_birthtime_nsec: i64,
    pub st_size: i64,
    pub st_blocks: i64,
    pub st_blksize: i32,
    pub st_flags: u32,
    pub st_gen: u32,
    pub st_lspare: i32,
    pub st_qspare: [i64; 2],
}

impl Stat {
    pub fn new() -> Self {
        Stat {
            st_dev: 0,
            st_mode: 0,
            st_nlink: 0,
            st_ino: 0,
            st_uid: 0,
            st_gid: 0,
            st_rdev: 0,
            st_atime: 0,
            st_atime_nsec: 0,
            st_mtime: 0,
            st_mtime_nsec: 0,
            st_ctime: 0,
            st_ctime_nsec: 0,
            st_birthtime: 0,
            st_birthtime_nsec: 0,
            st_size: 0,
            st_blocks: 0,
            st_blksize: 0,
            st_flags: 0,
            st_gen: 0,
            st_lspare: 0,
            st_qspare: [0; 2],
        }
    }

    pub fn mode(&self) -> u32 {
        u32::from(self.st_mode)
    }

    pub fn size(&self) -> u64 {
        u64::try_from(self.st_size).unwrap_or(0)
    }

    /// What no two files have at the same time: file system and inode.
    pub fn identity(&self) -> (u64, u64) {
        (u64::from(self.st_dev.cast_unsigned()), self.st_ino)
    }

    /// Of [`Stat::modified`], the part below a second.
    pub fn modified_nanos(&self) -> u32 {
        self.st_mtime_nsec as u32
    }

    /// Seconds since 1970.
    pub fn modified(&self) -> i64 {
        self.st_mtime
    }
}

/// `struct dirent` of getdirentries64, as far as it is the same in each record
/// (bsd/sys/dirent.h). A NUL stands behind the name.
#[repr(C)]
pub struct Dirent {
    pub d_ino: u64,
    pub d_seekoff: u64,
    pub d_reclen: u16,
    pub d_namlen: u16,
    pub d_type: u8,
    pub d_name: [u8; 1024],
}

/// Where the name begins in it.
pub const DIRENT_NAME: usize = core::mem::offset_of!(Dirent, d_name);

/// The record of a file that is gone has the number 0.
pub fn is_entry(inode: u64) -> bool {
    inode != 0
}

/// `struct kevent`, 32 bytes (bsd/sys/event.h).
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Kevent {
    pub ident: usize,
    pub filter: i16,
    pub flags: u16,
    pub fflags: u32,
    pub data: isize,
    pub udata: usize,
}

#[repr(C)]
pub struct Timespec {
    pub tv_sec: i64,
    pub tv_nsec: i64,
}

#[repr(C)]
#[derive(Default)]
pub struct Timeval {
    pub tv_sec: i64,
    pub tv_usec: i32,
}

/// Room for the path in sockaddr_un, with its NUL (bsd/sys/un.h).
pub const UNIX_PATH: usize = 104;

/// A sockaddr begins with its length and its family, a byte each.
pub fn family_bytes(family: u32, length: u8) -> [u8; 2] {
    [length, family as u8]
}

pub fn family_of(bytes: [u8; 2]) -> u32 {
    let [_, family] = bytes;
    u32::from(family)
}

const _: () = {
    use core::mem::{offset_of, size_of};
    assert!(size_of::<Stat>() == 144);
    assert!(offset_of!(Stat, st_mode) == 4 && offset_of!(Stat, st_ino) == 8);
    assert!(offset_of!(Stat, st_mtime) == 48 && offset_of!(Stat, st_size) == 96);
    assert!(offset_of!(Dirent, d_ino) == 0 && offset_of!(Dirent, d_reclen) == 16);
    assert!(offset_of!(Dirent, d_type) == 20 && DIRENT_NAME == 21);
    assert!(size_of::<Kevent>() == 32 && offset_of!(Kevent, udata) == 24);
    assert!(size_of::<Timespec>() == 16 && size_of::<Timeval>() == 16);
};
