"""mmap and its kin (bsd/kern/kern_mman.c)."""

import fcntl
import os
import stat

from rig import flags
from rig.errors import Unsupported, fail
from rig.memory import EXECUTE, PAGE, READ, TOP, WRITE, round_up

MADVICE = {0: "NORMAL", 1: "RANDOM", 2: "SEQUENTIAL", 3: "WILLNEED", 4: "DONTNEED", 5: "FREE"}


def _protection(word):
    """Writing implies reading."""
    flags.PROT.check(word)
    if word & WRITE and word & EXECUTE:
        raise Unsupported("pages that are writable and executable; XNU takes the second right away")
    if word & EXECUTE:
        raise Unsupported("pages that become executable; unsigned code is killed")
    return word | READ if word & WRITE else word


def mmap(process, address, length, protection, word, fd, offset):
    """mmap(2). Lengths are rounded to 16 KiB, offsets and fixed addresses must fit."""
    protection = _protection(protection)
    flags.MAP.check(word)
    kind = word & (flags.MAP_SHARED | flags.MAP_PRIVATE)
    if word & flags.MAP_UNIX03 and (not kind or not length or offset % PAGE):
        fail("EINVAL")
    if kind == flags.MAP_SHARED | flags.MAP_PRIVATE:
        raise Unsupported("MAP_SHARED and MAP_PRIVATE at once")
    shared = kind == flags.MAP_SHARED
    if length > TOP or offset < 0:
        fail("EINVAL")
    if word & flags.MAP_ANON:
        if fd != -1:
            raise Unsupported(f"an anonymous mapping with descriptor {fd}, which would be a tag of the memory")
        offset = 0
    else:
        _check_file(process, fd, protection, shared)
    if not length:
        return 0
    if word & flags.MAP_FIXED:
        if address % PAGE != offset % PAGE or not PAGE <= address <= TOP - length:
            fail("EINVAL")
        place = address - address % PAGE
        if place < 1 << 32:
            fail("ENOMEM")  # page zero
    else:
        place = process.memory.place(round_up(length + offset % PAGE), address)
    _map(process, place, length, protection, shared, -1 if word & flags.MAP_ANON else fd, offset)
    return place + offset % PAGE


def _check_file(process, fd, protection, shared):
    if process.descriptors.get(fd).kind != "vnode":
        fail("EINVAL")
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        fail("EINVAL")
    access = fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE
    if protection & READ and access == os.O_WRONLY:
        fail("EACCES")
    if shared and protection & WRITE and access != os.O_RDWR:
        fail("EACCES")


def _map(process, place, length, protection, shared, fd, offset):
    name = "mmap" if fd < 0 else f"file {fd}"
    writable = not shared or fd < 0 or bool(protection & WRITE)
    size = round_up(length + offset % PAGE)
    start = offset - offset % PAGE
    process.memory.map(place, size, protection, shared, name, fd, start, writable)


def munmap(process, address, length):
    """munmap(2): the address must be a multiple of 16 KiB."""
    if address % PAGE or not length or address + length > TOP:
        fail("EINVAL")
    process.memory.unmap(address, address + round_up(length))
    return 0


def mprotect(process, address, length, protection):
    """mprotect(2): the address must be a multiple of 16 KiB; a hole is ENOMEM."""
    protection = _protection(protection)
    if address % PAGE:
        fail("EINVAL")
    if not length:
        return 0
    if not process.memory.protect(address, address + round_up(length), protection):
        fail("ENOMEM")
    return 0


def madvise(process, address, length, advice):
    """madvise(2) is a hint; what it would do to the contents is not seen at once."""
    if advice not in MADVICE:
        raise Unsupported(f"madvise {advice}")
    if process.memory.find(address) is None and length:
        fail("ENOMEM")
    return 0
