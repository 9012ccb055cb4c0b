//! Errors of system calls.

use super::os::constant;
use svcd::text::split;

/// An error number of this system; the same name has another number elsewhere.
/// As wide as a register, so that a `Result` is returned in two of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Errno(usize);

/// A call whose failure stops the server: what is printed of it.
#[derive(Clone, Copy)]
pub struct Failure {
    /// The man-page name of the call.
    pub call: &'static str,
    pub errno: Errno,
}

macro_rules! errors {
    ($($name:ident $text:literal,)*) => {
        impl Errno {
            $(
                #[allow(dead_code, reason = "some are only printed")]
                pub const $name: Errno = Errno(constant::$name as usize);
            )*
        }

        /// A byte for the number, the text, a NUL; and so on. One string: a
        /// table of slices would cost 16 bytes more for each.
        static TEXTS: &[u8] = &{
            const PARTS: &[(u32, &[u8])] =
                &[$((constant::$name, concat!(stringify!($name), " (", $text, ")").as_bytes()),)*];
            const LEN: usize = 0 $(+ concat!(stringify!($name), " (", $text, ")").len() + 2)*;
            joined::<LEN>(PARTS)
        };
    };
}

/// Evaluated by the compiler, which stops where a number is no byte or 0, or
/// `LEN` is too small.
const fn joined<const LEN: usize>(mut parts: &[(u32, &[u8])]) -> [u8; LEN] {
    let mut all = [0; LEN];
    let mut end = 0;
    while let [(number, text), rest @ ..] = parts {
        assert!(*number > 0 && *number < 256);
        all[end] = *number as u8;
        let mut place = 0;
        while place < text.len() {
            all[end + 1 + place] = text[place];
            place += 1;
        }
        end += text.len() + 2;
        parts = rest;
    }
    all
}

errors! {
    EPERM "not permitted",
    ENOENT "no such file or directory",
    EINTR "interrupted",
    EIO "input or output error",
    ENXIO "no such device",
    E2BIG "too many arguments or variables",
    EBADF "bad descriptor",
    EAGAIN "try again",
    ENOMEM "out of memory",
    EACCES "permission denied",
    EBUSY "in use",
    EEXIST "file exists",
    EXDEV "leaves the folder",
    ENOTDIR "not a directory",
    EISDIR "is a directory",
    EINVAL "invalid argument",
    ENFILE "too many open files in the system",
    EMFILE "too many open files",
    EFBIG "file too large",
    ENOSPC "no space left",
    EROFS "read-only file system",
    EPIPE "nobody reads",
    EDQUOT "quota exceeded",
    ENAMETOOLONG "name too long",
    ENOSYS "not known to this kernel",
    ELOOP "symbolic link",
    EILSEQ "not a name of this file system",
    EPROTO "protocol error",
    ENOTSOCK "not a socket",
    EOPNOTSUPP "not supported",
    EAFNOSUPPORT "address family not supported",
    EADDRINUSE "address in use",
    EADDRNOTAVAIL "not an address of this machine",
    ECONNREFUSED "connection refused",
    ENOBUFS "out of buffers",
}

impl Errno {
    pub(super) const fn new(number: usize) -> Self {
        Errno(number)
    }

    pub fn number(self) -> usize {
        self.0
    }

    /// The name in errno(3) and what it means, of those errors that are likely
    /// to be printed.
    pub fn text(self) -> Option<&'static [u8]> {
        let mut entries = split(TEXTS, 0).filter_map(|entry| entry.split_first());
        entries.find(|(number, _)| usize::from(**number) == self.0).map(|(_, text)| text)
    }

    /// Names the call that ended with this error.
    pub fn of(self, call: &'static str) -> Failure {
        Failure { call, errno: self }
    }
}

/// Calls again as long as a signal interrupts.
pub(super) fn retry<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            result => return result,
        }
    }
}
