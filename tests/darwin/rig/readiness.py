"""Whether a descriptor can be read or written, in the words of XNU's filters.

filt_soread_common and filt_sowrite_common of bsd/kern/uipc_socket.c, the pipe's
in sys_pipe.c, the vnode's in bsd/vfs/vfs_vnops.c.
"""

import fcntl
import os
import select
import stat

from rig import host, sockets
from rig.errors import FROM_HOST
from rig.waiting import POLLRDHUP

READ, WRITE = -1, -2
HOST_FIONREAD, HOST_SIOCOUTQ, HOST_SO_ERROR, HOST_SO_SNDBUF = 0x541B, 0x5411, 4, 7
GONE = select.POLLHUP | select.POLLERR


class Ready:
    """What a filter tells: the count, the end, and the error."""

    def __init__(self, data, end=False, error=0):
        self.data, self.end, self.error = data, end, error


def allowed(fd, file):
    """False where a filter cannot be attached (EINVAL)."""
    return file.kind != "vnode" or stat.S_ISREG(os.fstat(fd).st_mode)


def events(fd, file, filter_):
    """What the host has to be asked for; 0 if it would not tell the truth, None if it is ready always."""
    if file.kind == "vnode":
        return None
    if file.kind == "socket" and not (file.listening or file.was_connected or file.is_local_or_datagram()):
        # The host reports a hang-up on a TCP socket that was never connected.
        return select.POLLOUT if sockets.state(fd, file).connecting else 0
    return select.POLLIN | POLLRDHUP if filter_ == READ else select.POLLOUT


def evaluate(fd, file, filter_, found):
    """The Ready of a filter after the host's poll returned `found`; None if it does not fire."""
    if file.kind == "vnode":
        if filter_ == WRITE:
            return Ready(0)
        left = os.fstat(fd).st_size - os.lseek(fd, 0, os.SEEK_CUR)
        return Ready(left)
    if file.kind == "socket":
        return (_socket_read if filter_ == READ else _socket_write)(fd, file, found)
    if filter_ == READ:
        if not found & (select.POLLIN | GONE):
            return None
        return Ready(_ioctl(fd, HOST_FIONREAD), bool(found & select.POLLHUP))
    if not found & (select.POLLOUT | GONE):
        return None
    return Ready(512, bool(found & select.POLLERR))


def _socket_read(fd, file, found):
    if file.listening:
        if not found & select.POLLIN:
            return None
        return Ready(sockets.accept_queue(fd) if file.family != sockets.AF_UNIX else 1)
    end = file.shut_read or bool(found & (POLLRDHUP | select.POLLHUP))
    _note_error(fd, file, found)
    if not (end or file.error or found & select.POLLIN):
        return None
    return Ready(_ioctl(fd, HOST_FIONREAD), end, file.error if end else 0)


def _socket_write(fd, file, found):
    end = file.shut_write or bool(found & select.POLLHUP)
    _note_error(fd, file, found)
    if not (end or file.error or found & select.POLLOUT):
        return None
    size = int.from_bytes(host.socket_option(fd, sockets.SOL_SOCKET, HOST_SO_SNDBUF), "little") // 2
    return Ready(max(1, size - _ioctl(fd, HOST_SIOCOUTQ)), end, file.error if end else 0)


def _note_error(fd, file, found):
    """so_error, which looking does not clear on XNU, as it does on the host."""
    if found & select.POLLERR and not file.error:
        number = int.from_bytes(host.socket_option(fd, sockets.SOL_SOCKET, HOST_SO_ERROR), "little")
        file.error = FROM_HOST.get(number, 0)


def _ioctl(fd, command):
    try:
        return int.from_bytes(fcntl.ioctl(fd, command, bytes(4)), "little")
    except OSError:
        return 0
