"""read, write, and their kin on files, pipes and terminals (bsd/kern/sys_generic.c)."""

import os
import select
import struct

from rig.calls import message
from rig.errors import Interrupted, fail
from rig.memory import READ, WRITE
from rig.signals import PIPE

INT_MAX = 0x7FFFFFFF
UIO_MAXIOV = 1024
PIPE_STEP = 4096  # what the host takes without blocking once a pipe is writable


def _size(count):
    if count > INT_MAX:
        fail("EINVAL")
    return count


def _vector(process, vector, count, access):
    """The memory of an iovec array, in pieces."""
    if not 1 <= count <= UIO_MAXIOV:
        fail("EINVAL")
    entries = struct.iter_unpack("<QQ", process.memory.read(vector, 16 * count))
    views, total = [], 0
    for base, length in entries:
        total += length
        _size(total)
        views += process.memory.views(base, length, access)
    return views


def _in(process, fd, views):
    file = process.descriptors.get(fd)
    if file.kind == "socket":
        return message.receive(process, fd, file, views, 0)
    if file.kind == "kqueue":
        fail("ENXIO")
    if file.kind != "vnode" and not process.descriptors.nonblocking(fd):
        process.waiter.wait([(fd, select.POLLIN)])
    return os.readv(fd, views) if views else 0


def _out(process, fd, views):
    file = process.descriptors.get(fd)
    if file.kind == "socket":
        return message.send(process, fd, file, views, 0)
    if file.kind == "kqueue":
        fail("ENXIO")
    try:
        if file.kind == "vnode" or process.descriptors.nonblocking(fd):
            return os.writev(fd, views) if views else 0
        return _blocking_out(process, fd, views)
    except BrokenPipeError:
        process.signals.eat_pipe()
        if not file.no_sigpipe:
            process.signals.post(PIPE)
        # What went out before is not told (fp_writev).
        fail("EPIPE")


def _blocking_out(process, fd, views):
    """All of it, waiting for room, in steps that the host does not block on."""
    done = 0
    for view in views:
        while view:
            try:
                process.waiter.wait([(fd, select.POLLOUT)])
            except Interrupted:
                if done:
                    return done
                raise
            count = os.write(fd, view[:PIPE_STEP])
            done += count
            view = view[count:]
    return done


def read(process, fd, buffer, count):
    """read(2)."""
    return _in(process, fd, process.memory.views(buffer, _size(count), WRITE))


def write(process, fd, buffer, count):
    """write(2)."""
    return _out(process, fd, process.memory.views(buffer, _size(count), READ))


def readv(process, fd, vector, count):
    """readv(2)."""
    return _in(process, fd, _vector(process, vector, count, WRITE))


def writev(process, fd, vector, count):
    """writev(2)."""
    return _out(process, fd, _vector(process, vector, count, READ))


def _seekable(process, fd):
    if process.descriptors.get(fd).kind in ("socket", "pipe", "kqueue"):
        fail("ESPIPE")


def pread(process, fd, buffer, count, offset):
    """pread(2)."""
    _size(count)
    _seekable(process, fd)
    if offset < 0:
        fail("EINVAL")
    return os.preadv(fd, process.memory.views(buffer, count, WRITE), offset)


def pwrite(process, fd, buffer, count, offset):
    """pwrite(2)."""
    if offset == -1:
        fail("EINVAL")
    _size(count)
    _seekable(process, fd)
    if offset < 0:
        fail("EINVAL")
    return os.pwritev(fd, process.memory.views(buffer, count, READ), offset)
