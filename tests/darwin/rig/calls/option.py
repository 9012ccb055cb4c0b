"""setsockopt and getsockopt: every option that the rig plays, by level and number.

bsd/kern/uipc_socket.c (sosetoptlock, sogetoptlock), bsd/netinet/tcp_usrreq.c.
"""

import fcntl
import math
import struct

from rig import host, sockets
from rig.errors import FROM_HOST, Unsupported, fail

SOL_SOCKET, IPPROTO_IPV6, IPPROTO_TCP = 0xFFFF, 41, 6
SO_LINGER, SO_LINGER_SEC, SO_SNDTIMEO, SO_RCVTIMEO, SO_ERROR, SO_TYPE = 0x80, 0x1080, 0x1005, 0x1006, 0x1007, 0x1008
SO_NOSIGPIPE, SO_NP_EXTENSIONS, SO_NREAD, SO_NWRITE = 0x1022, 0x1083, 0x1020, 0x1024
SONPX_SETOPTSHUT = 1
HOST_SO_LINGER, HOST_SO_ERROR = 13, 4
HOST_FIONREAD, HOST_SIOCOUTQ = 0x541B, 0x5411
HZ = 100

# Options that are one int on both systems: (level, option) -> name, level and
# option of the host, and by how much the host multiplies what is set.
INTS = {
    (SOL_SOCKET, 0x0004): ("SO_REUSEADDR", 1, 2, 1),
    (SOL_SOCKET, 0x0008): ("SO_KEEPALIVE", 1, 9, 1),
    (SOL_SOCKET, 0x0010): ("SO_DONTROUTE", 1, 5, 1),
    (SOL_SOCKET, 0x0020): ("SO_BROADCAST", 1, 6, 1),
    (SOL_SOCKET, 0x0100): ("SO_OOBINLINE", 1, 10, 1),
    (SOL_SOCKET, 0x0200): ("SO_REUSEPORT", 1, 15, 1),
    (SOL_SOCKET, 0x1001): ("SO_SNDBUF", 1, 7, 2),
    (SOL_SOCKET, 0x1002): ("SO_RCVBUF", 1, 8, 2),
    (SOL_SOCKET, 0x1004): ("SO_RCVLOWAT", 1, 18, 1),
    (IPPROTO_IPV6, 27): ("IPV6_V6ONLY", 41, 26, 1),
    (IPPROTO_TCP, 0x01): ("TCP_NODELAY", 6, 1, 1),
    (IPPROTO_TCP, 0x10): ("TCP_KEEPALIVE", 6, 4, 1),
    (IPPROTO_TCP, 0x101): ("TCP_KEEPINTVL", 6, 5, 1),
    (IPPROTO_TCP, 0x102): ("TCP_KEEPCNT", 6, 6, 1),
}
BUFFERS = (0x1001, 0x1002, 0x1004)
# Reading a flag of so_options gives its own bit, not 1.
FLAGS = (0x0004, 0x0008, 0x0010, 0x0020, 0x0100, 0x0200)
TIMES = {SO_SNDTIMEO: ("SO_SNDTIMEO", sockets.SO_SNDTIMEO), SO_RCVTIMEO: ("SO_RCVTIMEO", sockets.SO_RCVTIMEO)}
NAMES = {SO_LINGER: "SO_LINGER", SO_LINGER_SEC: "SO_LINGER_SEC", SO_ERROR: "SO_ERROR", SO_TYPE: "SO_TYPE"}
NAMES |= {SO_NOSIGPIPE: "SO_NOSIGPIPE", SO_NP_EXTENSIONS: "SO_NP_EXTENSIONS", SO_NREAD: "SO_NREAD"}
NAMES |= {SO_NWRITE: "SO_NWRITE"}
LEVELS = {SOL_SOCKET: "SOL_SOCKET", IPPROTO_IPV6: "IPPROTO_IPV6", IPPROTO_TCP: "IPPROTO_TCP"}


def name(level, option):
    """For the trace."""
    if (level, option) in INTS:
        return INTS[level, option][0]
    if level == SOL_SOCKET and option in TIMES:
        return TIMES[option][0]
    return NAMES.get(option, hex(option)) if level == SOL_SOCKET else hex(option)


def _unknown(level, option, what):
    hint = " (SOL_SOCKET is 0xffff)" if level == 1 else ""
    raise Unsupported(f"{what} of option {option:#x} at level {level:#x}{hint}")


def setsockopt(process, fd, level, option, value_at, size):
    """setsockopt(2): EINVAL once both directions are shut."""
    if not value_at and size:
        fail("EFAULT")
    file = process.descriptors.socket(fd)
    known = (level, option) in INTS or level == SOL_SOCKET and (option in TIMES or option in NAMES)
    if not known:
        _unknown(level, option, "setsockopt")
    if sockets.state(fd, file).over and not file.options_after_shut:
        fail("EINVAL")

    def value(form):
        if size < struct.calcsize(form):
            fail("EINVAL")
        return struct.unpack(form, process.memory.read(value_at, struct.calcsize(form)))

    if (level, option) in INTS:
        _set_int(fd, level, option, value("<i")[0])
    elif option in TIMES:
        _set_time(fd, file, option, *value("<qi4x"))
    elif option in (SO_LINGER, SO_LINGER_SEC):
        _set_linger(fd, file, option, *value("<ii"))
    elif option == SO_NOSIGPIPE:
        file.no_sigpipe = bool(value("<i")[0])
    elif option == SO_NP_EXTENSIONS:
        word, mask = value("<II")
        if mask & ~SONPX_SETOPTSHUT:
            fail("EINVAL")
        if mask:
            file.options_after_shut = bool(word & SONPX_SETOPTSHUT)
    else:
        _unknown(level, option, "setsockopt")
    return 0


def _set_int(fd, level, option, number):
    _name, host_level, host_option, _factor = INTS[level, option]
    if level == SOL_SOCKET and option in BUFFERS and number < 1:
        fail("EINVAL")
    host.setsockopt(fd, host_level, host_option, struct.pack("<i", number), 4)


def _set_time(fd, file, option, seconds, micros):
    if seconds < 0 or not 0 <= micros < 1_000_000:
        fail("EDOM")
    data = struct.pack("<qq", seconds, micros)
    if option == SO_RCVTIMEO and file.accept_timeout is not None:
        file.accept_timeout = data
    else:
        host.setsockopt(fd, sockets.SOL_SOCKET, TIMES[option][1], data, 16)


def _set_linger(fd, file, option, on, time):
    """The time is in ticks of 10 ms, kept in 16 bits."""
    ticks = time if option == SO_LINGER else time * HZ
    ticks = (ticks & 0xFFFF ^ 0x8000) - 0x8000
    file.linger = (int(bool(on)), ticks)
    host.setsockopt(fd, sockets.SOL_SOCKET, HOST_SO_LINGER, struct.pack("<ii", bool(on), math.ceil(ticks / HZ)), 8)


def getsockopt(process, fd, level, option, value_at, size_at):
    """getsockopt(2)."""
    file = process.descriptors.socket(fd)
    room = process.memory.word(size_at) if value_at else 0
    if (level, option) in INTS:
        _name, host_level, host_option, factor = INTS[level, option]
        number = int.from_bytes(host.socket_option(fd, host_level, host_option), "little", signed=True) // factor
        if level == SOL_SOCKET and option in FLAGS:
            number = option if number else 0
        data = struct.pack("<i", number)
    elif level != SOL_SOCKET:
        _unknown(level, option, "getsockopt")
    elif option in TIMES:
        data = host.socket_option(fd, sockets.SOL_SOCKET, TIMES[option][1], 16)
        if option == SO_RCVTIMEO and file.accept_timeout is not None:
            data = file.accept_timeout
    elif option in (SO_LINGER, SO_LINGER_SEC):
        on, ticks = file.linger
        data = struct.pack("<ii", on, ticks if option == SO_LINGER else ticks // HZ)
    else:
        data = struct.pack("<i", _integer(fd, file, option, level))
    data = data[:room]
    if value_at:
        process.memory.write(value_at, data)
    process.memory.write_word(size_at, len(data))
    return 0


def _integer(fd, file, option, level):
    if option == SO_TYPE:
        return file.style
    if option == SO_ERROR:
        number = int.from_bytes(host.socket_option(fd, sockets.SOL_SOCKET, HOST_SO_ERROR), "little")
        found = FROM_HOST.get(number, 0) or file.error
        file.error = 0
        return found
    if option == SO_NOSIGPIPE:
        return int(file.no_sigpipe)
    if option in (SO_NREAD, SO_NWRITE):
        command = HOST_FIONREAD if option == SO_NREAD else HOST_SIOCOUTQ
        return int.from_bytes(fcntl.ioctl(fd, command, bytes(4)), "little")
    return _unknown(level, option, "getsockopt")
