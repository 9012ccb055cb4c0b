//! What the kernel writes and reads as structs.

use core::mem::{offset_of, size_of, zeroed};

use linux_raw_sys::general::{__kernel_timespec, linux_dirent64, open_how, pollfd, stat};
use linux_raw_sys::net::{sockaddr_in, sockaddr_in6, sockaddr_un};

/// `struct stat` of fstat(2); it differs between the processors.
#[repr(transparent)]
pub struct Stat(stat);

impl Stat {
    pub fn new() -> Self {
        // SAFETY: the struct has integers only, for which zeros are a value.
        Stat(unsafe { zeroed() })
    }

    pub fn mode(&self) -> u32 {
        self.0.st_mode
    }

    pub fn size(&self) -> u64 {
        u64::try_from(self.0.st_size).unwrap_or(0)
    }

    /// What no two files have at the same time: file system and inode.
    pub fn identity(&self) -> (u64, u64) {
        (self.0.st_dev, self.0.st_ino)
    }

    /// Of [`Stat::modified`], the part below a second.
    pub fn modified_nanos(&self) -> u32 {
        self.0.st_mtime_nsec as u32
    }

    /// Seconds since 1970. The field is unsigned on x86_64, and means the same.
    pub fn modified(&self) -> i64 {
        i64::from_ne_bytes(self.0.st_mtime.to_ne_bytes())
    }
}

/// Where the name begins in a record of getdents64(2); a NUL ends it.
pub const DIRENT_NAME: usize = offset_of!(linux_dirent64, d_name);

/// Some file systems have 0 for a file's number.
pub fn is_entry(_inode: u64) -> bool {
    true
}

/// A sockaddr begins with its family in the host's order.
pub fn family_bytes(family: u32, _length: u8) -> [u8; 2] {
    (family as u16).to_ne_bytes()
}

pub fn family_of(bytes: [u8; 2]) -> u32 {
    u32::from(u16::from_ne_bytes(bytes))
}

/// Room for the path in sockaddr_un, with its NUL.
pub const UNIX_PATH: usize = 108;

/// signalfd_siginfo of signalfd(2): 128 bytes that begin with the signal.
pub type SignalInfo = [u32; 32];

// What `net::Sockaddr` and the calls take for granted.
const _: () = {
    assert!(size_of::<sockaddr_in>() == 16 && size_of::<sockaddr_in6>() == 28);
    assert!(offset_of!(sockaddr_in, sin_port) == 2 && offset_of!(sockaddr_in, sin_addr) == 4);
    assert!(offset_of!(sockaddr_in6, sin6_port) == 2 && offset_of!(sockaddr_in6, sin6_addr) == 8);
    assert!(size_of::<sockaddr_un>() == 2 + UNIX_PATH && offset_of!(sockaddr_un, sun_path) == 2);
    assert!(size_of::<SignalInfo>() == 128);
    assert!(size_of::<pollfd>() == 8 && offset_of!(pollfd, revents) == 6);
    assert!(size_of::<__kernel_timespec>() == 16 && offset_of!(__kernel_timespec, tv_nsec) == 8);
    assert!(offset_of!(linux_dirent64, d_type) + 1 == DIRENT_NAME);
    assert!(offset_of!(linux_dirent64, d_ino) == 0 && offset_of!(linux_dirent64, d_reclen) == 16);
    assert!(size_of::<open_how>() == 24 && offset_of!(open_how, resolve) == 16);
};

#[cfg(target_arch = "aarch64")]
const _: () = {
    assert!(size_of::<stat>() == 128);
    assert!(offset_of!(stat, st_mode) == 16 && offset_of!(stat, st_size) == 48);
    assert!(offset_of!(stat, st_mtime) == 88);
};

#[cfg(target_arch = "x86_64")]
const _: () = {
    assert!(size_of::<stat>() == 144);
    assert!(offset_of!(stat, st_mode) == 24 && offset_of!(stat, st_size) == 48);
    assert!(offset_of!(stat, st_mtime) == 88);
};
