"""The address space: 16 KiB pages, their protections, and what the kernel copies.

Every region is host memory that the engine shows at the program's address.
Private regions are private mappings of the host, so that fork copies them on
write; shared ones stay shared.
"""

import ctypes
import os

from rig import host
from rig.errors import fail

PAGE = 0x4000  # pexpert/pexpert/arm64/H13.h: __ARM_16K_PG__
READ, WRITE, EXECUTE = 1, 2, 4
TOP = 0x0000_7FFF_FE00_0000  # MACH_VM_MAX_ADDRESS_RAW of macOS
FIRST_FREE = 0x3_0000_0000  # above image and stack, see program.py
HOST_PAGE = os.sysconf("SC_PAGESIZE")
PATH_MAX = 1024  # bsd/sys/syslimits.h


def round_up(size, page=PAGE):
    """The next multiple of the page size."""
    return (size + page - 1) & ~(page - 1)


class Region:
    """Pages in a row with one protection."""

    __slots__ = ("end", "host", "name", "protection", "shared", "start", "view")

    def __init__(self, start, end, protection, place, shared, name):
        self.start, self.end, self.protection = start, end, protection
        self.host, self.shared, self.name = place, shared, name
        array = (ctypes.c_ubyte * (end - start)).from_address(place)
        self.view = memoryview(array).cast("B")

    def part(self, start, end, protection):
        """A region of some of these pages."""
        return Region(start, end, protection, self.host + start - self.start, self.shared, self.name)


class Memory:
    """All regions, in the order of their addresses."""

    def __init__(self, engine):
        self.engine = engine
        self.regions = []
        self._last = None

    # Mapping.

    def place(self, size, hint=0):
        """A free place for `size` bytes, the first one from `hint` on."""
        start = max(round_up(hint), FIRST_FREE)
        for region in self.regions:
            if region.end <= start:
                continue
            if region.start >= start + size:
                break
            start = region.end
        if start + size > TOP:
            fail("ENOMEM")
        return start

    def map(self, start, size, protection, shared=False, name="", fd=-1, offset=0, writable=True):
        """Maps zeros, or a file; whatever was there goes."""
        size = round_up(size)
        self.unmap(start, start + size)
        kind = host.MAP_SHARED if shared else host.MAP_PRIVATE | host.MAP_NORESERVE
        access = host.PROT_READ | host.PROT_WRITE
        # A file may end in the middle of a page of 16 KiB, behind which are
        # zeros; the host would send SIGBUS for its pages of 4 KiB there.
        place = host.mmap(None, size, access, kind | host.MAP_ANONYMOUS, -1, 0)
        if fd >= 0:
            present = min(size, round_up(max(0, os.fstat(fd).st_size - offset), HOST_PAGE))
            access = access if writable else host.PROT_READ
            if present:
                host.mmap(place, present, access, kind | host.MAP_FIXED, fd, offset)
        region = Region(start, start + size, protection, place, shared, name)
        self._insert(region)
        return region

    def _insert(self, region):
        if region.protection:
            self.engine.map(region.start, region.end - region.start, region.protection, region.host)
        self.regions.append(region)
        self.regions.sort(key=lambda known: known.start)
        self._last = None

    def _remove(self, region):
        if region.protection:
            self.engine.unmap(region.start, region.end - region.start)
        self.regions.remove(region)
        self._last = None

    def _cut(self, start, end, keep):
        """Takes [start, end) out of the regions it touches; `keep` of each part is put back."""
        touched = [region for region in self.regions if region.start < end and region.end > start]
        for region in touched:
            self._remove(region)
            low, high = max(region.start, start), min(region.end, end)
            if region.start < low:
                self._insert(region.part(region.start, low, region.protection))
            if high < region.end:
                self._insert(region.part(high, region.end, region.protection))
            keep(region, low, high)

    def unmap(self, start, end):
        """Removes what is mapped there, if anything is."""

        def release(region, low, high):
            host.munmap(region.host + low - region.start, high - low)

        self._cut(start, end, release)

    def protect(self, start, end, protection):
        """Changes the protection; False if there is a hole."""
        at = start
        for region in self.regions:
            if region.start <= at < region.end:
                at = region.end
        if at < end:
            return False
        self._cut(start, end, lambda region, low, high: self._insert(region.part(low, high, protection)))
        return True

    # What the kernel reads and writes for a call.

    def find(self, address):
        """The region of an address, or None."""
        last = self._last
        if last is not None and last.start <= address < last.end:
            return last
        for region in self.regions:
            if region.start <= address < region.end:
                self._last = region
                return region
        return None

    def views(self, address, size, access):
        """The host's memory of a buffer as memoryviews; EFAULT if any byte forbids the access."""
        parts = []
        while size > 0:
            region = self.find(address)
            if region is None or region.protection & access != access:
                fail("EFAULT")
            count = min(size, region.end - address)
            start = address - region.start
            parts.append(region.view[start : start + count])
            address += count
            size -= count
        return parts

    def read(self, address, size):
        """copyin: the bytes, or EFAULT."""
        region = self.find(address)
        if region is not None and region.protection & READ and address + size <= region.end:
            start = address - region.start
            return region.view[start : start + size].tobytes()
        return b"".join(part.tobytes() for part in self.views(address, size, READ))

    def write(self, address, data):
        """copyout: all of it, or EFAULT."""
        done = 0
        for part in self.views(address, len(data), WRITE):
            part[:] = data[done : done + len(part)]
            done += len(part)

    def word(self, address, size=4, signed=False):
        """A little-endian number."""
        return int.from_bytes(self.read(address, size), "little", signed=signed)

    def write_word(self, address, value, size=4):
        """Writes a little-endian number, cut to its size."""
        self.write(address, (value & (1 << 8 * size) - 1).to_bytes(size, "little"))

    def string(self, address, limit=PATH_MAX):
        """copyinstr: the bytes before a NUL; ENAMETOOLONG if `limit` bytes hold none."""
        found = b""
        while True:
            region = self.find(address)
            if region is None or not region.protection & READ:
                fail("EFAULT")
            count = min(limit - len(found), region.end - address)
            start = address - region.start
            piece = region.view[start : start + count].tobytes()
            end = piece.find(b"\0")
            if end >= 0:
                return found + piece[:end]
            found += piece
            address += count
            if len(found) >= limit:
                fail("ENAMETOOLONG")

    def pointers(self, address):
        """The strings of a NULL-terminated array, as argv is one."""
        strings = []
        while pointer := self.word(address, 8):
            strings.append(self.string(pointer, 1 << 20))
            address += 8
        return strings
