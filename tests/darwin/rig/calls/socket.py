"""Making sockets, naming them, connecting them, shutting them."""

import ctypes
import os
import select
import struct

from rig import flags, host, layouts, sockets
from rig.descriptors import Socket
from rig.errors import FROM_HOST, NUMBERS, Failure, Interrupted, Unsupported, fail

SOMAXCONN = 128  # kern.ipc.somaxconn
HOST_SOCK_CLOEXEC, HOST_SOCK_NONBLOCK = 0x80000, 0x800
HOST_EAGAIN, HOST_EINPROGRESS = 11, 115
HOST_SO_ERROR, HOST_SO_LINGER = 4, 13
TCP_LINGERTIME = 120  # bsd/netinet/tcp_timer.h
ACCEPT_TURN = 1000  # microseconds, see accept


def socket(process, domain, style, protocol):
    """socket(2); the type carries no flags here."""
    if style & ~0xF:
        raise Unsupported(f"socket type {style:#x}: Darwin has no SOCK_NONBLOCK and SOCK_CLOEXEC")
    if domain not in flags.FAMILIES:
        raise Unsupported(f"socket domain {domain}" + (" (AF_INET6 is 30)" if domain == 10 else ""))
    if style not in flags.STYLE_NAMES:
        raise Unsupported(f"socket type {style}")
    if protocol not in (0, 6, 17):
        raise Unsupported(f"socket protocol {protocol}")
    fd = host.socket(flags.FAMILIES[domain], style, protocol)
    return process.descriptors.add(fd, Socket(flags.FAMILIES[domain], style))


def _is_inet(file):
    return file.family == flags.FAMILIES[flags.AF_INET]


def bind(process, fd, address_at, length):
    """bind(2): the caller's length byte is overwritten (getsockaddr)."""
    file = process.descriptors.socket(fd)
    if not address_at:
        fail("EDESTADDRREQ")
    if length > 128:
        fail("ENAMETOOLONG")
    data = process.memory.read(address_at, length)
    address = layouts.address_to_host(data, _is_inet(file))
    if len(data) < 2:
        fail("EINVAL")
    _check_length(file, data)
    host.bind(fd, address, len(address))
    return 0


def _check_length(file, data):
    """in_pcbbind and in6_pcbbind want the exact size of their sockaddr."""
    family = data[1]
    wanted = {flags.AF_INET: 16, flags.AF_INET6: 28}.get(family)
    if wanted and len(data) != wanted:
        fail("EINVAL")
    if family in flags.FAMILIES and flags.FAMILIES[family] != file.family:
        fail("EAFNOSUPPORT")


def listen(process, fd, backlog):
    """listen(2): a backlog of 0 or less, or of more than 128, is 128."""
    file = process.descriptors.socket(fd)
    if file.style != sockets.STREAM:
        fail("EOPNOTSUPP")
    if sockets.state(fd, file).connected:
        fail("EINVAL")
    if backlog <= 0 or backlog > SOMAXCONN:
        backlog = SOMAXCONN
    host.listen(fd, backlog)
    file.listening = True
    return 0


def accept(process, fd, address_at, length_at):
    """accept(2): O_NONBLOCK is inherited, timeouts are not, and EMFILE loses the connection."""
    room = process.memory.word(length_at) if address_at else 0
    descriptors = process.descriptors
    file = descriptors.socket(fd)
    if not file.listening:
        fail("EOPNOTSUPP" if file.style != sockets.STREAM else "EINVAL")
    immediate = descriptors.nonblocking(fd)
    name, length = ctypes.create_string_buffer(256), ctypes.c_uint(256)
    if not immediate and file.accept_timeout is None:
        # Another process may be faster after the poll: the host must come back
        # at once. SO_RCVTIMEO of a listener has no other use here.
        file.accept_timeout = host.socket_option(fd, sockets.SOL_SOCKET, sockets.SO_RCVTIMEO, 16)
        host.setsockopt(fd, sockets.SOL_SOCKET, sockets.SO_RCVTIMEO, struct.pack("<qq", 0, ACCEPT_TURN), 16)
    while True:
        try:
            new = host.accept4(fd, name, ctypes.byref(length), HOST_SOCK_NONBLOCK if immediate else 0)
            break
        except OSError as error:
            if error.errno != HOST_EAGAIN or immediate:
                raise
        # Without a timeout: SO_RCVTIMEO does not count for accept.
        process.waiter.wait([(fd, select.POLLIN)])
    descriptors.add(new, _accepted(new, file))
    if address_at:
        told = layouts.address_from_host(name.raw[: length.value])
        process.memory.write(address_at, told[: min(room, len(told))])
        process.memory.write_word(length_at, len(told))
    return new


def _accepted(fd, listener):
    """The new socket's state: what sonewconn copies, and no timeouts."""
    for option in (sockets.SO_RCVTIMEO, sockets.SO_SNDTIMEO):
        host.setsockopt(fd, sockets.SOL_SOCKET, option, bytes(16), 16)
    file = Socket(listener.family, listener.style)
    file.was_connected = True
    file.no_sigpipe = listener.no_sigpipe
    file.options_after_shut = listener.options_after_shut
    file.linger = listener.linger
    if listener.linger[0] and not listener.linger[1]:
        # tcp_attach: a time of 0 becomes the default one.
        file.linger = (1, TCP_LINGERTIME * 100)
        host.setsockopt(fd, sockets.SOL_SOCKET, HOST_SO_LINGER, struct.pack("<ii", 1, TCP_LINGERTIME), 8)
    return file


def connect(process, fd, address_at, length):
    """connect(2): never restarted."""
    file = process.descriptors.socket(fd)
    data = process.memory.read(address_at, length)
    address = layouts.address_to_host(data, _is_inet(file))
    immediate = process.descriptors.nonblocking(fd)
    os.set_blocking(fd, False)
    try:
        host.connect(fd, address, len(address))
    except OSError as error:
        if error.errno != HOST_EINPROGRESS or immediate:
            file.was_connected = file.was_connected or error.errno == HOST_EINPROGRESS
            raise
        try:
            process.waiter.wait([(fd, select.POLLOUT)])
        except Interrupted:
            fail("EINTR")
        number = int.from_bytes(host.socket_option(fd, sockets.SOL_SOCKET, HOST_SO_ERROR), "little")
        if number:
            raise Failure(FROM_HOST[number]) from None
    finally:
        os.set_blocking(fd, not immediate)
    file.was_connected = True
    return 0


def _tell(process, told, address_at, length_at, room):
    process.memory.write(address_at, told[: min(room, len(told))])
    process.memory.write_word(length_at, len(told))
    return 0


def getsockname(process, fd, address_at, length_at):
    """getsockname(2)."""
    process.descriptors.socket(fd)
    room = process.memory.word(length_at)
    told = layouts.address_from_host(host.socket_name(host.getsockname, fd))
    return _tell(process, told, address_at, length_at, room)


def getpeername(process, fd, address_at, length_at):
    """getpeername(2): EINVAL once both directions are shut."""
    file = process.descriptors.socket(fd)
    state = sockets.state(fd, file)
    if state.over:
        fail("EINVAL")
    if not state.connected:
        fail("ENOTCONN")
    room = process.memory.word(length_at)
    told = layouts.address_from_host(host.socket_name(host.getpeername, fd))
    return _tell(process, told, address_at, length_at, room)


def shutdown(process, fd, how):
    """shutdown(2): a direction that is shut already is ENOTCONN (soshutdownlock_final)."""
    file = process.descriptors.socket(fd)
    if how not in (0, 1, 2):
        fail("EINVAL")
    state = sockets.state(fd, file)
    if not (state.connected or state.connecting):
        fail("ENOTCONN")
    if how != 1:
        if state.no_receive:
            fail("ENOTCONN")
        file.shut_read = True
        host.shutdown(fd, 0)
    if how != 0:
        if state.no_send:
            fail("ENOTCONN")
        file.shut_write = True
        host.shutdown(fd, 1)
    return 0


def socketpair(process, domain, style, protocol, pair_at):
    """socketpair(2), of AF_UNIX alone."""
    if domain != flags.AF_UNIX or style not in flags.STYLE_NAMES or protocol:
        raise Unsupported(f"socketpair({domain}, {style:#x}, {protocol})")
    pair = (ctypes.c_int * 2)()
    host.socketpair(1, style, 0, pair)
    numbers = [process.descriptors.add(fd, Socket(1, style)) for fd in pair]
    process.memory.write(pair_at, struct.pack("<ii", *numbers))
    return 0


def pending_error(file, number):
    """Keeps an error of the host for the next call that Darwin would tell it to."""
    if number:
        file.error = FROM_HOST.get(number, NUMBERS["EIO"])
