"""Error numbers of Darwin and of the host, and how a call says that it failed.

Darwin's are those of bsd/sys/errno.h, the names as user programs see them. The
host's are found by name, so the table holds on every Linux.
"""

import errno as host_errno
import os

# In the order of their numbers, from 1 on.
_NAMES = """
EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EDEADLK ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST
EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE
EAGAIN EINPROGRESS EALREADY ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT
ENOTSUP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET
ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED ELOOP ENAMETOOLONG EHOSTDOWN EHOSTUNREACH
ENOTEMPTY EPROCLIM EUSERS EDQUOT ESTALE EREMOTE EBADRPC ERPCMISMATCH EPROGUNAVAIL EPROGMISMATCH EPROCUNAVAIL ENOLCK
ENOSYS EFTYPE EAUTH ENEEDAUTH EPWROFF EDEVERR EOVERFLOW EBADEXEC EBADARCH ESHLIBVERS EBADMACHO ECANCELED EIDRM
ENOMSG EILSEQ ENOATTR EBADMSG EMULTIHOP ENODATA ENOLINK ENOSR ENOSTR EPROTO ETIME EOPNOTSUPP ENOPOLICY
ENOTRECOVERABLE EOWNERDEAD EQFULL
"""
NUMBERS = {name: number for number, name in enumerate(_NAMES.split(), 1)}
NAMES = {number: name for name, number in NUMBERS.items()}

# Names that both systems have. Linux has one number for ENOTSUP and EOPNOTSUPP;
# what it means by it on sockets is EOPNOTSUPP.
FROM_HOST = {
    getattr(host_errno, name): number
    for name, number in NUMBERS.items()
    if hasattr(host_errno, name) and name != "ENOTSUP"
}


class Failure(Exception):
    """The call returns this errno of Darwin."""

    def __init__(self, number):
        super().__init__(NAMES.get(number, number))
        self.number = number


class Interrupted(Exception):
    """A signal with a handler ended the wait of a call."""

    def __init__(self, restart):
        super().__init__()
        self.restart = restart


class NoReturn(Exception):
    """The call has set all registers itself (EJUSTRETURN)."""


class Unsupported(Exception):
    """The program asked for what the rig does not play; never an answer to it."""


def fail(name):
    """Ends the call with the errno of that name."""
    raise Failure(NUMBERS[name])


def translated(error):
    """The Failure that stands for an OSError of the host."""
    number = FROM_HOST.get(error.errno)
    if number is None:
        raise Unsupported(f"the host's errno {error.errno} ({os.strerror(error.errno)}) has none on Darwin")
    return Failure(number)
