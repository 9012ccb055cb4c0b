//! Errors of system calls.

use super::os::constant;

/// An error number of this system; the same name has another number elsewhere.
/// As wide as a register, so that a `Result` is returned in two of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Errno(usize);

/// A call whose failure stops the server: what is printed of it.
pub struct Failure {
    /// The man-page name of the call.
    pub call: &'static str,
    pub errno: Errno,
}

macro_rules! errors {
    ($($name:ident $text:literal,)*) => {
        impl Errno {
            $(pub const $name: Errno = Errno(constant::$name as usize);)*

            /// The name in errno(3) and what it means, of those errors that
            /// are likely to be printed.
            pub fn text(self) -> Option<&'static str> {
                match self {
                    $(Errno::$name => Some(concat!(stringify!($name), " (", $text, ")")),)*
                    _ => None,
                }
            }
        }
    };
}

errors! {
    EPERM "not permitted",
    ENOENT "no such file or directory",
    EINTR "interrupted",
    EIO "input or output error",
    ENXIO "no such device",
    EBADF "bad descriptor",
    EAGAIN "try again",
    ENOMEM "out of memory",
    EACCES "permission denied",
    EEXIST "file exists",
    EXDEV "leaves the folder",
    ENOTDIR "not a directory",
    EISDIR "is a directory",
    EINVAL "invalid argument",
    ENFILE "too many open files in the system",
    EMFILE "too many open files",
    ENOSPC "no space left",
    EROFS "read-only file system",
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
    ENOBUFS "out of buffers",
}

impl Errno {
    pub(super) const fn new(number: usize) -> Self {
        Errno(number)
    }

    pub fn number(self) -> usize {
        self.0
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
