"""The host's system calls, as bare as ctypes gives them.

Python's own wrappers call again after EINTR, close sockets when an object is
collected and translate addresses. The rig decides all of that itself, since it
plays another kernel, and so goes to libc directly where `os` does such things.
"""

import ctypes
import os
from ctypes import POINTER, c_char_p, c_int, c_long, c_size_t, c_uint, c_uint64, c_void_p

LIBC = ctypes.CDLL(None, use_errno=True)

# What the rig keeps for itself; the program never sees these constants.
PROT_READ, PROT_WRITE = 1, 2
MAP_SHARED, MAP_PRIVATE, MAP_FIXED, MAP_ANONYMOUS, MAP_NORESERVE = 1, 2, 0x10, 0x20, 0x4000
MSG_DONTWAIT, MSG_NOSIGNAL, MSG_PEEK, MSG_OOB = 0x40, 0x4000, 2, 1
MSG_TRUNC, MSG_CTRUNC, MSG_EOR, MSG_DONTROUTE, MSG_CMSG_CLOEXEC = 0x20, 8, 0x80, 4, 0x40000000
SFD_NONBLOCK, SFD_CLOEXEC = 0x800, 0x80000


class Iovec(ctypes.Structure):
    """struct iovec of the host."""

    _fields_ = [("base", c_void_p), ("length", c_size_t)]


class Msghdr(ctypes.Structure):
    """struct msghdr of the host."""

    _fields_ = [
        ("name", c_void_p),
        ("namelen", c_uint),
        ("iov", POINTER(Iovec)),
        ("iovlen", c_size_t),
        ("control", c_void_p),
        ("controllen", c_size_t),
        ("flags", c_int),
    ]


def _function(name, result, *arguments, failure=-1):
    function = getattr(LIBC, name)
    function.restype = result
    function.argtypes = arguments

    def call(*values):
        answer = function(*values)
        if answer == failure:
            raise OSError(ctypes.get_errno(), name)
        return answer

    return call


accept4 = _function("accept4", c_int, c_int, c_void_p, c_void_p, c_int)
bind = _function("bind", c_int, c_int, c_char_p, c_uint)
connect = _function("connect", c_int, c_int, c_char_p, c_uint)
getdents64 = _function("getdents64", c_long, c_int, c_void_p, c_size_t)
getpeername = _function("getpeername", c_int, c_int, c_void_p, c_void_p)
getsockname = _function("getsockname", c_int, c_int, c_void_p, c_void_p)
getsockopt = _function("getsockopt", c_int, c_int, c_int, c_int, c_void_p, c_void_p)
listen = _function("listen", c_int, c_int, c_int)
mmap = _function("mmap", c_void_p, c_void_p, c_size_t, c_int, c_int, c_int, c_long, failure=2**64 - 1)
munmap = _function("munmap", c_int, c_void_p, c_size_t)
recvmsg = _function("recvmsg", c_long, c_int, POINTER(Msghdr), c_int)
renameat2 = _function("renameat2", c_int, c_int, c_char_p, c_int, c_char_p, c_uint)
sendmsg = _function("sendmsg", c_long, c_int, POINTER(Msghdr), c_int)
setsockopt = _function("setsockopt", c_int, c_int, c_int, c_int, c_char_p, c_uint)
shutdown = _function("shutdown", c_int, c_int, c_int)
signalfd = _function("signalfd", c_int, c_int, POINTER(c_uint64), c_int)
socket = _function("socket", c_int, c_int, c_int, c_int)
socketpair = _function("socketpair", c_int, c_int, c_int, c_int, c_void_p)
waitid_raw = _function("waitid", c_int, c_int, c_uint, c_void_p, c_int)


def signal_descriptor(signals):
    """A descriptor that is readable while one of the host's `signals` is pending."""
    # sigset_t of glibc is 128 bytes; only the first word counts.
    mask = (c_uint64 * 16)()
    for number in signals:
        mask[0] |= 1 << (number - 1)
    return signalfd(-1, ctypes.cast(mask, POINTER(c_uint64)), SFD_NONBLOCK | SFD_CLOEXEC)


def socket_name(function, fd):
    """The address that getsockname or getpeername tells."""
    buffer = ctypes.create_string_buffer(256)
    length = c_uint(256)
    function(fd, buffer, ctypes.byref(length))
    return buffer.raw[: min(length.value, 256)]


def socket_option(fd, level, option, size=4):
    """The bytes of an option, at most `size`."""
    buffer = ctypes.create_string_buffer(size)
    length = c_uint(size)
    getsockopt(fd, level, option, buffer, ctypes.byref(length))
    return buffer.raw[: length.value]


def is_open(fd):
    """True if the process has that descriptor."""
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True
