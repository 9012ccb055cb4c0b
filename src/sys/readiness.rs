//! Waiting for several descriptors at once.

use super::errno::{Errno, retry};
use super::fd::Fd;
use super::os::{self, constant};
use super::{fs, time};

/// A descriptor, and what is waited for; the layout of pollfd.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Entry {
    fd: i32,
    events: i16,
    revents: i16,
}

impl Entry {
    /// Is never ready.
    pub const NONE: Entry = Entry { fd: -1, events: 0, revents: 0 };

    /// Has something to read, or has come to its end.
    pub fn readable(fd: Fd) -> Self {
        Entry { fd: fd.number(), events: constant::POLLIN as i16, revents: 0 }
    }

    /// Takes something, or nobody reads it any more.
    pub fn writable(fd: Fd) -> Self {
        Entry { fd: fd.number(), events: constant::POLLOUT as i16, revents: 0 }
    }

    /// Whether it came to what was waited for.
    pub fn is_ready(&self) -> bool {
        self.revents != 0
    }
}

/// Waits until one is ready, at most so many milliseconds.
pub fn wait(entries: &mut [Entry], timeout: u64) -> Result<(), Errno> {
    retry(|| os::poll(entries, Some(timeout)))
}

/// Writes all of `bytes` at once, or fails; where nobody makes room for them, so many
/// milliseconds later at the most.
pub fn write_within(fd: Fd<'static>, bytes: &[u8], most: u64) -> Result<(), Errno> {
    let mut written = fs::write_now(fd, bytes);
    if written == Err(Errno::EAGAIN) && most > 0 {
        let end = time::monotonic() + most;
        while written == Err(Errno::EAGAIN) && time::monotonic() < end {
            let _ = wait(&mut [Entry::writable(fd)], most);
            written = fs::write_now(fd, bytes);
        }
    }
    written
}
