//! A file that is written before anybody can see it.
//!
//! It is in the folder where it will be, so that one rename(2) puts it in its
//! place. Where the system has files without a name, it gets one for the moment
//! before that only. Elsewhere its name is one that no request can reach, and a
//! lock on it tells that its writer lives: what nobody has locked is left over
//! from a process that was killed, and the next one removes it.

use core::cell::Cell;
use core::ffi::CStr;

use svcd::limits;
use svcd::text::{Buffer, hex};

use super::calls;
use super::directory;
use super::errno::{Errno, retry};
use super::fd::{Fd, OwnedFd};
use super::fs::{self, Kind, Metadata};
use super::os::{self, constant};
use super::time;

/// What the name begins with; eight digits follow.
const PREFIX: &[u8] = b".svcd-";
const NAME: usize = PREFIX.len() + 8;

/// Names that are tried: more than there can be connections.
const TRIES: u64 = 1 << 16;

/// A folder that only one process at a time changes, of those that take this
/// lock. It ends with the process at the latest.
///
/// A file system that has no locks is written without: two writers of one file
/// that both state a precondition can then both succeed.
pub struct Lock<'a>(Fd<'a>);

/// Pause before the lock is tried again, in milliseconds: a write has it for less.
const PAUSE: u32 = 1;

impl<'a> Lock<'a> {
    /// EAGAIN: somebody else has it, for as many milliseconds as `patience` says.
    /// Whoever may read a folder can lock it for ever.
    pub fn new(folder: Fd<'a>, patience: u64) -> Result<Self, Errno> {
        let mut end = None;
        loop {
            match retry(|| calls::flock(folder, constant::LOCK_EX | constant::LOCK_NB)) {
                Err(Errno::EAGAIN) => {}
                _ => return Ok(Lock(folder)),
            }
            let now = time::monotonic();
            if now >= *end.get_or_insert(now + patience) {
                return Err(Errno::EAGAIN);
            }
            time::sleep(PAUSE);
        }
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        let _ = calls::flock(self.0, constant::LOCK_UN);
    }
}

pub struct Temporary {
    folder: OwnedFd,
    file: OwnedFd,
    /// Its number, where it has a name.
    number: Cell<Option<u64>>,
}

impl Temporary {
    /// Makes an empty file in `folder`, which is open for reading. Its permission
    /// bits are what the umask leaves of `mode`. EAGAIN: somebody has locked the
    /// folder.
    pub fn new(folder: OwnedFd, mode: u32) -> Result<Self, Errno> {
        match os::create_unnamed(folder.borrow(), mode) {
            Ok(file) => Ok(Temporary { folder, file, number: Cell::new(None) }),
            Err(Errno::EOPNOTSUPP) => {
                let (file, number) = create_named(folder.borrow(), mode)?;
                Ok(Temporary { folder, file, number: Cell::new(Some(number)) })
            }
            Err(errno) => Err(errno),
        }
    }

    pub fn folder(&self) -> Fd<'_> {
        self.folder.borrow()
    }

    /// Appends all of `bytes`.
    pub fn write(&self, bytes: &[u8]) -> Result<(), Errno> {
        let mut written = 0;
        while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
            match fs::write(self.file.borrow(), rest)? {
                0 => return Err(Errno::EIO),
                count => written += count,
            }
        }
        Ok(())
    }

    /// Permission bits, whatever the umask is. A file system where all files have
    /// the same ones may refuse to change them, and they are right then.
    pub fn set_mode(&self, mode: u32) -> Result<(), Errno> {
        let has_mode = || fs::metadata(self.file.borrow()).is_ok_and(|metadata| metadata.mode == mode);
        match retry(|| calls::fchmod(self.file.borrow(), mode)) {
            Err(Errno::EPERM | Errno::EOPNOTSUPP) if has_mode() => Ok(()),
            result => result,
        }
    }

    /// The file is whole: from now on its time tells it from every other one.
    pub fn finish(&self) -> Result<Metadata, Errno> {
        // The kernel's own time will do where no other can be given.
        let _ = os::stamp(self.file.borrow());
        fs::metadata(self.file.borrow())
    }

    pub fn sync(&self) -> Result<(), Errno> {
        os::sync(self.file.borrow())
    }

    /// Gives the file its name, in one step: whoever opens the name gets the old
    /// file or this one. EEXIST: there is a file, and `replaces` is false.
    ///
    /// To be called with the folder's [`Lock`].
    pub fn publish(&self, name: &CStr, replaces: bool) -> Result<(), Errno> {
        let number = match self.number.get() {
            Some(number) => number,
            None => {
                let link = |name: &CStr| os::link(self.file.borrow(), self.folder.borrow(), name);
                first_free(self.folder.borrow(), link)?.1
            }
        };
        self.number.set(Some(number));
        let mut room = [0; NAME + 1];
        let own = named(number, &mut room)?;
        let rename = |replaces| retry(|| os::rename(self.folder.borrow(), own, name, replaces));
        match rename(replaces) {
            // The caller has looked, with the lock: only others can be faster.
            Err(Errno::EINVAL | Errno::ENOSYS) if !replaces => rename(true),
            result => result,
        }?;
        self.number.set(None);
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(number) = self.number.take()
            && let Ok(own) = named(number, &mut [0; NAME + 1])
        {
            let _ = fs::unlink(self.folder.borrow(), own);
        }
    }
}

/// Locked before anybody else can find it.
fn create_named(folder: Fd, mode: u32) -> Result<(OwnedFd, u64), Errno> {
    let _lock = Lock::new(folder, limits::LOCKED_MS)?;
    sweep(folder);
    let flags = constant::O_WRONLY | constant::O_CREAT | constant::O_EXCL | constant::O_CLOEXEC;
    let (file, number) = first_free(folder, |name| retry(|| calls::openat(folder, name, flags, mode)))?;
    let _ = calls::flock(file.borrow(), constant::LOCK_EX | constant::LOCK_NB);
    Ok((file, number))
}

/// Does something with the first name that is not taken. What a killed process
/// has left takes none.
fn first_free<T>(folder: Fd, mut make: impl FnMut(&CStr) -> Result<T, Errno>) -> Result<(T, u64), Errno> {
    for number in 0..TRIES {
        let mut room = [0; NAME + 1];
        let name = named(number, &mut room)?;
        let mut made = make(name);
        if matches!(made, Err(Errno::EEXIST)) && remove_if_left(folder, name) {
            made = make(name);
        }
        match made {
            Err(Errno::EEXIST) => {}
            result => return result.map(|made| (made, number)),
        }
    }
    Err(Errno::EEXIST)
}

fn named(number: u64, room: &mut [u8; NAME + 1]) -> Result<&CStr, Errno> {
    let mut name = Buffer::new(room);
    name.push(PREFIX);
    hex::push_padded(&mut name, number, 8);
    CStr::from_bytes_until_nul(room).map_err(|_| Errno::EINVAL)
}

/// Whether a name is one of ours.
pub fn is_own(name: &[u8]) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|digits| {
        digits.len() == 8 && digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Removes what killed processes have left in a folder, whose [`Lock`] the
/// caller has. What cannot be read or removed stays.
fn sweep(folder: Fd) {
    let mut room = [0; 2048];
    while let Ok(names) = directory::read(folder, &mut room)
        && !names.is_empty()
    {
        for name in names.filter(|name| is_own(name.name.to_bytes())) {
            remove_if_left(folder, name.name);
        }
    }
}

/// Removes a file of ours that nobody has locked; true: it is gone.
pub fn remove_if_left(folder: Fd, name: &CStr) -> bool {
    let flags = constant::O_RDONLY | constant::O_NOFOLLOW | constant::O_NONBLOCK | constant::O_CLOEXEC;
    let is_left = |file: &OwnedFd| {
        fs::metadata(file.borrow()).is_ok_and(|metadata| metadata.kind == Kind::File)
            && calls::flock(file.borrow(), constant::LOCK_EX | constant::LOCK_NB).is_ok()
    };
    retry(|| calls::openat(folder, name, flags, 0)).is_ok_and(|file| is_left(&file))
        && fs::unlink(folder, name).is_ok()
}
