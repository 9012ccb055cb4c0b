"""What dyld does to the pages before the program starts: rebases, and no binds.

Both encodings are read: LC_DYLD_INFO's opcodes (mach-o/loader.h) and chained
fixups (mach-o/fixup-chains.h). A bind would need a library, and the rig has
none, so any of them is a refusal.
"""

import struct

from rig.errors import Unsupported

# LC_DYLD_INFO rebase opcodes.
DONE, SET_TYPE, SET_SEGMENT, ADD_ADDRESS, ADD_SCALED, DO_TIMES, DO_ULEB, DO_ADD, DO_SKIPPING = range(9)
CHAIN_64, CHAIN_64_OFFSET = 2, 6


def _uleb(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at


def opcode_rebases(data, segments):
    """Addresses (unslid) that get the slide added, from rebase opcodes."""
    found, at, address = [], 0, 0
    while at < len(data):
        opcode, immediate = data[at] >> 4, data[at] & 15
        at += 1
        count, skip = 0, 0
        if opcode == DONE:
            break
        if opcode == SET_TYPE:
            if immediate != 1:
                raise Unsupported(f"rebase type {immediate}")
        elif opcode == SET_SEGMENT:
            offset, at = _uleb(data, at)
            address = segments[immediate].vmaddr + offset
        elif opcode == ADD_ADDRESS:
            offset, at = _uleb(data, at)
            address += offset
        elif opcode == ADD_SCALED:
            address += immediate * 8
        elif opcode == DO_TIMES:
            count = immediate
        elif opcode == DO_ULEB:
            count, at = _uleb(data, at)
        elif opcode == DO_ADD:
            count = 1
            skip, at = _uleb(data, at)
        elif opcode == DO_SKIPPING:
            count, at = _uleb(data, at)
            skip, at = _uleb(data, at)
        else:
            raise Unsupported(f"rebase opcode {opcode}")
        for _ in range(count):
            found.append(address)
            address = (address + 8 + skip) & (1 << 64) - 1
    return found


def chained_imports(data):
    """How many symbols a chained-fixups blob wants to bind."""
    return struct.unpack_from("<I", data, 16)[0] if data else 0


def chained_rebases(data, segments, read):
    """Pairs of an unslid address and the unslid pointer that belongs there.

    `read(address)` gives the 64-bit word of the file there.
    """
    _version, starts = struct.unpack_from("<II", data)
    (count,) = struct.unpack_from("<I", data, starts)
    base = next(segment.vmaddr for segment in segments if segment.name == "__TEXT")
    for index in range(count):
        (offset,) = struct.unpack_from("<I", data, starts + 4 + 4 * index)
        if not offset:
            continue
        at = starts + offset
        _size, page_size, form, segment_offset, _max, pages = struct.unpack_from("<IHHQIH", data, at)
        if form not in (CHAIN_64, CHAIN_64_OFFSET):
            raise Unsupported(f"chained pointer format {form}")
        for page in range(pages):
            (start,) = struct.unpack_from("<H", data, at + 22 + 2 * page)
            if start == 0xFFFF:
                continue
            if start & 0x8000:
                raise Unsupported("a page with several fixup chains")
            address = base + segment_offset + page * page_size + start
            while True:
                word = read(address)
                if word >> 63:
                    raise Unsupported("a bind in a fixup chain")
                target = (word & 0xF_FFFF_FFFF) | (word >> 36 & 0xFF) << 56
                yield address, target + (base if form == CHAIN_64_OFFSET else 0)
                step = word >> 51 & 0xFFF
                if not step:
                    break
                address += step * 4
