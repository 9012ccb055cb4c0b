"""send, recv and their kin, and sendfile (bsd/kern/uipc_syscalls.c, uipc_socket.c)."""

import ctypes
import os
import select
import stat
import struct

from rig import flags, host, layouts, sockets
from rig.errors import NUMBERS, Failure, Interrupted, Unsupported, fail
from rig.memory import READ, WRITE
from rig.signals import PIPE

INT_MAX = 0x7FFFFFFF
HOST_EAGAIN, HOST_EPIPE, HOST_ECONNRESET = 11, 32, 104
CHUNK = 256 * 1024
UIO_MAXIOV = 1024


def _header(views, name=None):
    """A msghdr of the host; the memory of `views` must outlive it."""
    views = [view for view in views if view]
    vector = (host.Iovec * max(1, len(views)))()
    for entry, view in zip(vector, views):
        entry.base, entry.length = ctypes.addressof(ctypes.c_char.from_buffer(view)), len(view)
    header = host.Msghdr()
    header.iov, header.iovlen = vector, len(views)
    if name is not None:
        header.name, header.namelen = ctypes.cast(name, ctypes.c_void_p), len(name)
    return header


def _rest(views, count):
    """The views without their first bytes."""
    left = []
    for view in views:
        if count < len(view):
            left.append(view[count:])
        count = max(0, count - len(view))
    return left


def _sigpipe(process, file, word):
    if not file.no_sigpipe and not word & flags.MSG_NOSIGNAL:
        process.signals.post(PIPE)
    fail("EPIPE")


def _ready(process, fd, event, option, done):
    """Waits as long as the socket's timeout lets; False when what was done before has to do."""
    try:
        ready = process.waiter.wait([(fd, event)], sockets.timeout(fd, option))
    except Interrupted:
        if done:
            return False
        raise
    if not ready and not done:
        fail("EAGAIN")
    return bool(ready)


def send(process, fd, file, views, word, address=None):
    """sosend: how much went out. MSG_DONTWAIT does not make it non-blocking (sosendcheck)."""
    theirs = flags.SEND.to_host(word) | host.MSG_DONTWAIT | host.MSG_NOSIGNAL
    total = sum(map(len, views))
    if total > INT_MAX:
        fail("EINVAL")
    if file.shut_write:
        _sigpipe(process, file, word)
    if file.error:
        number, file.error = file.error, 0
        raise Failure(number)
    if not file.was_connected and not file.is_local_or_datagram():
        fail("ENOTCONN")
    immediate = process.descriptors.nonblocking(fd)
    name = ctypes.create_string_buffer(address, len(address)) if address else None
    done = 0
    while True:
        try:
            header = _header(_rest(views, done), name)
            done += host.sendmsg(fd, ctypes.byref(header), theirs)
            if done >= total or file.style != sockets.STREAM:
                return done
        except OSError as error:
            if error.errno in (HOST_EPIPE, HOST_ECONNRESET):
                # soisdisconnected: sending is EPIPE; the reset is for the receiver.
                if error.errno == HOST_ECONNRESET:
                    file.error = NUMBERS["ECONNRESET"]
                _sigpipe(process, file, word)
            if error.errno != HOST_EAGAIN:
                raise
        if immediate:
            if done:
                return done
            fail("EAGAIN")
        if not _ready(process, fd, select.POLLOUT, sockets.SO_SNDTIMEO, done):
            return done


def receive(process, fd, file, views, word, name=None):
    """soreceive: how much came in. `name` takes the sender's address."""
    theirs = flags.RECEIVE.to_host(word) | host.MSG_DONTWAIT
    total = sum(map(len, views))
    if total > INT_MAX:
        fail("EINVAL")
    if file.shut_read or (not total and file.style == sockets.STREAM):
        return 0
    immediate = bool(word & flags.MSG_DONTWAIT) or process.descriptors.nonblocking(fd)
    wait_all = bool(word & flags.MSG_WAITALL) and not immediate
    done = 0
    while True:
        try:
            header = _header(_rest(views, done), name)
            count = host.recvmsg(fd, ctypes.byref(header), theirs)
            if name is not None:
                name.length = header.namelen
            done += count
            if not wait_all or done >= total or not count or theirs & host.MSG_PEEK:
                if not done and file.error:
                    number, file.error = file.error, 0
                    raise Failure(number)
                return done
            continue
        except OSError as error:
            if error.errno != HOST_EAGAIN:
                raise
        if file.error:
            number, file.error = file.error, 0
            raise Failure(number)
        if immediate:
            fail("EAGAIN")
        if not _ready(process, fd, select.POLLIN, sockets.SO_RCVTIMEO, done):
            return done


class Name(ctypes.Array):
    """Room for an address of the host."""

    _type_, _length_ = ctypes.c_char, 256
    length = 0


def sendto(process, fd, buffer, count, word, address_at, length):
    """sendto(2)."""
    file = process.descriptors.socket(fd)
    address = None
    if address_at:
        address = layouts.address_to_host(process.memory.read(address_at, length), file.family == flags.AF_INET)
        if file.style == sockets.STREAM and sockets.state(fd, file).connected:
            fail("EISCONN")
    if count > INT_MAX:
        fail("EINVAL")
    return send(process, fd, file, process.memory.views(buffer, count, READ), word, address)


def recvfrom(process, fd, buffer, count, word, address_at, length_at):
    """recvfrom(2)."""
    room = process.memory.word(length_at) if length_at else 0
    file = process.descriptors.socket(fd)
    if count > INT_MAX:
        fail("EINVAL")
    name = Name() if address_at else None
    done = receive(process, fd, file, process.memory.views(buffer, count, WRITE), word, name)
    if address_at:
        told = layouts.address_from_host(bytes(name)[: name.length])
        process.memory.write(address_at, told[: min(room, len(told))])
        if length_at:
            process.memory.write_word(length_at, len(told))
    return done


def _message(process, at, access):
    """The views and the header words of a struct msghdr; no control data."""
    name, length, vector, count, control, _size, _flags = struct.unpack("<QI4xQi4xQII", process.memory.read(at, 48))
    if control:
        raise Unsupported("control data of a message")
    if not 1 <= count <= UIO_MAXIOV:
        fail("EMSGSIZE")
    views = []
    for base, size in struct.iter_unpack("<QQ", process.memory.read(vector, 16 * count)):
        views += process.memory.views(base, size, access)
    return views, name, length


def sendmsg(process, fd, message_at, word):
    """sendmsg(2), without control data."""
    file = process.descriptors.socket(fd)
    views, name, length = _message(process, message_at, READ)
    address = None
    if name:
        address = layouts.address_to_host(process.memory.read(name, length), file.family == flags.AF_INET)
    return send(process, fd, file, views, word, address)


def recvmsg(process, fd, message_at, word):
    """recvmsg(2), without control data."""
    file = process.descriptors.socket(fd)
    views, name_at, room = _message(process, message_at, WRITE)
    name = Name() if name_at else None
    done = receive(process, fd, file, views, word, name)
    if name_at:
        told = layouts.address_from_host(bytes(name)[: name.length])
        process.memory.write(name_at, told[: min(room, len(told))])
        process.memory.write_word(message_at + 8, len(told))
    process.memory.write_word(message_at + 44, 0)
    return done


def sendfile(process, file_fd, fd, offset, length_at, header_at, word):
    """sendfile(2): what went out is told in *length, on every error too."""
    if header_at:
        raise Unsupported("headers and trailers of sendfile")
    sent = [0]
    try:
        _check_sendfile(process, file_fd, fd, offset, length_at, word)
        _sendfile(process, file_fd, fd, offset, process.memory.word(length_at, 8, True), sent)
    finally:
        if length_at:
            # The kernel does not look whether this works.
            try:
                process.memory.write_word(length_at, sent[0], 8)
            except Failure:
                process.complain("sendfile cannot write the length back")
    return 0


def _check_sendfile(process, file_fd, fd, offset, length_at, word):
    if process.descriptors.get(file_fd).kind not in ("vnode", "device"):
        fail("ENOTSUP")
    mode = os.fstat(file_fd).st_mode
    os.pread(file_fd, 0, 0)  # EBADF if it is not open for reading
    if not stat.S_ISREG(mode):
        fail("ENOTSUP")
    file = process.descriptors.socket(fd)
    if file.style != sockets.STREAM:
        fail("EINVAL")
    if not sockets.state(fd, file).connected:
        fail("ENOTCONN")
    if offset < 0 or not length_at or word:
        fail("EINVAL")


def _sendfile(process, file_fd, fd, offset, wanted, sent):
    """The loop of the kernel; `wanted` 0 is up to the end of the file."""
    file = process.descriptors.socket(fd)
    end = os.fstat(file_fd).st_size
    immediate = process.descriptors.nonblocking(fd)
    while True:
        count = min(CHUNK, end - offset - sent[0])
        if wanted:
            count = min(count, wanted - sent[0])
        if count <= 0:
            return
        data = os.pread(file_fd, count, offset + sent[0])
        if not data:
            return
        if file.shut_write:
            fail("EPIPE")  # without a signal
        try:
            view = memoryview(bytearray(data))
            header = _header([view])
            sent[0] += host.sendmsg(fd, ctypes.byref(header), host.MSG_DONTWAIT | host.MSG_NOSIGNAL)
            continue
        except OSError as error:
            if error.errno in (HOST_EPIPE, HOST_ECONNRESET):
                if error.errno == HOST_ECONNRESET:
                    file.error = NUMBERS["ECONNRESET"]
                fail("EPIPE")
            if error.errno != HOST_EAGAIN:
                raise
        if immediate:
            fail("EAGAIN")
        # An interruption passes through: with SA_RESTART the call runs again
        # from the same offset, as on XNU, and sends the same bytes twice.
        if not process.waiter.wait([(fd, select.POLLOUT)], sockets.timeout(fd, sockets.SO_SNDTIMEO)):
            fail("EAGAIN")
