"""Structs of Darwin, packed from what the host tells.

bsd/sys/stat.h, bsd/sys/dirent.h, bsd/netinet/in.h, bsd/netinet6/in6.h,
bsd/sys/un.h, bsd/sys/fcntl.h.
"""

import struct

from rig import flags
from rig.errors import Unsupported, fail

STAT_SIZE = 144
UN_PATH = 104
HOST_UN_PATH = 108


def stat64(found):
    """struct stat64, 144 bytes, of an os.stat_result."""
    times = []
    for nanoseconds in (found.st_atime_ns, found.st_mtime_ns, found.st_ctime_ns):
        times += divmod(nanoseconds, 1_000_000_000)
    # The host does not tell when a file was made; no later than anything else.
    birth = divmod(min(found.st_mtime_ns, found.st_ctime_ns), 1_000_000_000)
    packed = struct.pack(
        "<IHHQIII4x8qqqiIIi",
        found.st_dev & 0xFFFFFFFF,
        found.st_mode & 0xFFFF,
        min(found.st_nlink, 0xFFFF),
        found.st_ino,
        found.st_uid,
        found.st_gid,
        found.st_rdev & 0xFFFFFFFF,
        *times,
        *birth,
        found.st_size,
        found.st_blocks,
        found.st_blksize,
        0,
        0,
        0,
    )
    return packed.ljust(STAT_SIZE, b"\0")


def directory_entries(data, room):
    """Darwin's records for those of getdents64, and the position behind the last one.

    All of them must fit into `room`, which the caller has seen to.
    """
    out, at, position = b"", 0, None
    while at < len(data):
        inode, position, length, kind = struct.unpack_from("<QqHB", data, at)
        name = data[at + 19 : at + length].split(b"\0", 1)[0]
        size = 21 + len(name) + 1 + 7 & ~7
        out += struct.pack("<QqHHB", inode, position, size, len(name), kind) + name.ljust(size - 21, b"\0")
        at += length
    if len(out) > room:
        raise Unsupported("directory records grew beyond the buffer")
    return out, position


def address_to_host(data, inet_socket):
    """A sockaddr of Darwin's for the host. The length byte is ignored, as the kernel does."""
    if len(data) > 255:
        fail("ENAMETOOLONG")
    if len(data) < 2:
        fail("EINVAL")
    family = data[1]
    if family == 0 and inet_socket and len(data) == 16:
        family = flags.AF_INET
    if family == flags.AF_UNIX:
        path = data[2:].split(b"\0", 1)[0]
        if len(path) >= HOST_UN_PATH:
            fail("EINVAL")
        return struct.pack("<H", 1) + path + b"\0"
    if family == 0:
        return bytes(len(data))
    if family not in flags.FAMILIES:
        fail("EAFNOSUPPORT")
    return struct.pack("<H", flags.FAMILIES[family]) + data[2:]


def address_from_host(data):
    """A sockaddr of the host's as Darwin would tell it, with its real length in the first byte."""
    if len(data) < 2:
        return b""
    (theirs,) = struct.unpack_from("<H", data)
    if theirs == 1:
        path = data[2:].split(b"\0", 1)[0]
        # sun_noname of bsd/kern/uipc_usrreq.c.
        size = 16 if not path else 2 + len(path) + 1
        return (bytes((size, flags.AF_UNIX)) + path).ljust(size, b"\0")
    for ours, number in flags.FAMILIES.items():
        if number == theirs:
            size = {flags.AF_INET: 16, flags.AF_INET6: 28}[ours]
            return bytes((size, ours)) + data[2:size]
    raise Unsupported(f"an address of the host's family {theirs}")
