"""A Mach-O file, and why XNU or dyld would not start it.

Each refusal names the rule. `ml` is bsd/kern/mach_loader.c of XNU; what is
dyld's is said so. Layouts: EXTERNAL_HEADERS/mach-o/loader.h.
"""

import itertools
import struct

from rig import fixups, signature
from rig.memory import EXECUTE, PAGE, READ, WRITE

MAGIC_64, FAT = 0xFEEDFACF, (0xBEBAFECA, 0xBFBAFECA)
CPU_ARM64, MH_EXECUTE, MH_DYLDLINK, MH_PIE = 0x0100000C, 2, 0x4, 0x200000
SG_READ_ONLY = 0x10
REQUIRED = 0x80000000
SEGMENT_64, UNIXTHREAD, LOAD_DYLIB, LOAD_DYLINKER, CODE_SIGNATURE = 0x19, 0x5, 0xC, 0xE, 0x1D
ENCRYPTION_INFO_64, BUILD_VERSION, VERSION_MIN_MACOSX, SYMTAB = 0x2C, 0x32, 0x24, 0x2
DYLD_INFO_ONLY, MAIN, CHAINED_FIXUPS, EXPORTS_TRIE = (REQUIRED | kind for kind in (0x22, 0x28, 0x34, 0x33))
DYLD_INFO = 0x22
LIBSYSTEM = b"/usr/lib/libSystem.B.dylib"
PAGE_ZERO = 0x1_0000_0000
PLATFORM_MACOS = 1


class Refused(Exception):
    """XNU or dyld would not run the file; the text says by which rule."""


class Segment:
    """LC_SEGMENT_64."""

    def __init__(self, body):
        self.name = body[8:24].rstrip(b"\0").decode("ascii", "replace")
        self.vmaddr, self.vmsize, self.fileoff, self.filesize = struct.unpack_from("<4Q", body, 24)
        self.maxprot, self.initprot, _sections, self.flags = struct.unpack_from("<2i2I", body, 56)


class Image:
    """The parts of a Mach-O file that matter for a start."""

    def __init__(self, data):
        self.data = data
        self.segments = []
        self.libraries = []
        self.commands = {}
        self.entry = None
        self.stack_size = 0
        self._header()
        self._read_commands()
        self._check_linking()
        self._check_segments()
        self._check_signature()

    def _header(self):
        if len(self.data) < 32:
            raise Refused("it is too short for a Mach-O header (exec_mach_imgact: ENOEXEC)")
        magic, cpu, subtype, kind, _count, _size, flags, _ = struct.unpack_from("<8I", self.data)
        if magic in FAT:
            raise Refused("it is a universal file; the rig wants the arm64 slice alone")
        if magic != MAGIC_64:
            raise Refused(f"magic {magic:#x} is no 64-bit Mach-O (exec_mach_imgact)")
        if cpu != CPU_ARM64 or subtype & 0xFFFFFF:
            raise Refused(f"CPU type {cpu:#x}/{subtype:#x} is not arm64 (ml:838, LOAD_BADARCH)")
        if kind != MH_EXECUTE:
            raise Refused(f"file type {kind} is not MH_EXECUTE (ml:853, LOAD_FAILURE)")
        if not flags & MH_DYLDLINK:
            raise Refused("no MH_DYLDLINK: static programs do not run on arm64 (ml:870, LOAD_FAILURE)")
        if not flags & MH_PIE:
            raise Refused("no MH_PIE, which arm64 requires (ml:860, LOAD_FAILURE)")

    def _read_commands(self):
        count, size = struct.unpack_from("<II", self.data, 16)
        at, end = 32, 32 + size
        if end > len(self.data):
            raise Refused("the load commands do not fit in the file (ml, LOAD_BADMACHO)")
        for _ in range(count):
            kind, length = struct.unpack_from("<II", self.data, at)
            if length < 8 or length % 8 or at + length > end:
                raise Refused(f"load command {kind:#x} has a bad size (ml, LOAD_BADMACHO; dyld wants multiples of 8)")
            self._command(kind, self.data[at : at + length])
            at += length

    def _command(self, kind, body):
        known = (0x18, 0x1C, 0x1F, 0x22, 0x23, 0x28, 0x33, 0x34)
        if kind & REQUIRED and kind & ~REQUIRED not in known:
            raise Refused(f"load command {kind:#x} is required and unknown (dyld)")
        if kind == SEGMENT_64:
            self.segments.append(Segment(body))
        elif kind in (LOAD_DYLIB, REQUIRED | 0x18, REQUIRED | 0x1F, REQUIRED | 0x23):
            self.libraries.append(_string(body, 8))
        elif kind == MAIN:
            self.entry, self.stack_size = struct.unpack_from("<QQ", body, 8)
        self.commands[kind] = body

    def _check_linking(self):
        commands = self.commands
        if LOAD_DYLINKER not in commands:
            raise Refused("no LC_LOAD_DYLINKER (ml:1468, LOAD_FAILURE)")
        if _string(commands[LOAD_DYLINKER], 8) != b"/usr/lib/dyld":
            raise Refused("the dynamic linker is not /usr/lib/dyld (ml, load_dylinker: LOAD_BADMACHO)")
        if UNIXTHREAD in commands or MAIN not in commands:
            raise Refused("main executable is missing LC_MAIN (dyld halts)")
        if LIBSYSTEM not in self.libraries:
            raise Refused("program does not link with libSystem.B.dylib (dyld halts)")
        others = [name.decode("utf-8", "replace") for name in self.libraries if name != LIBSYSTEM]
        if others:
            raise Refused(f"it wants {', '.join(others)}; the rig has no libraries")
        if BUILD_VERSION in commands and struct.unpack_from("<I", commands[BUILD_VERSION], 8)[0] != PLATFORM_MACOS:
            raise Refused("LC_BUILD_VERSION names another platform than macOS (dyld halts)")
        if ENCRYPTION_INFO_64 in commands and struct.unpack_from("<I", commands[ENCRYPTION_INFO_64], 16)[0]:
            raise Refused("it is encrypted")
        binds = self._binds()
        if binds:
            raise Refused(f"it binds {binds} from libSystem; the rig provides no symbol of it")

    def _binds(self):
        """What the program wants from a library, in words; empty if nothing."""
        info = self.commands.get(DYLD_INFO_ONLY) or self.commands.get(DYLD_INFO)
        sizes = struct.unpack_from("<10I", info, 8)[3:8:2] if info else ()
        if not any(sizes) and not fixups.chained_imports(self.linkedit(CHAINED_FIXUPS)):
            return ""
        names = ", ".join(self.undefined()) or "symbols"
        return names

    def undefined(self):
        """Names of undefined symbols, without what the linker adds by itself."""
        if SYMTAB not in self.commands:
            return []
        symbols, count, strings, _size = struct.unpack_from("<4I", self.commands[SYMTAB], 8)
        names = []
        for place in range(count):
            at, kind = struct.unpack_from("<IB", self.data, symbols + 16 * place)
            if kind & 0x0E == 0 and kind & 0x01:
                name = self.data[strings + at : self.data.index(b"\0", strings + at)].decode("utf-8", "replace")
                if name != "dyld_stub_binder":
                    names.append(name)
        return names

    def linkedit(self, kind):
        """The bytes that a linkedit_data_command names; empty without it."""
        if kind not in self.commands:
            return b""
        offset, size = struct.unpack_from("<II", self.commands[kind], 8)
        return self.data[offset : offset + size]

    def _check_segments(self):
        zero = next((segment for segment in self.segments if segment.vmaddr == 0), None)
        if zero is None or zero.vmsize != PAGE_ZERO or zero.maxprot or zero.initprot or zero.filesize:
            raise Refused("no inaccessible page zero of 4 GiB at 0 (ml:636, LOAD_BADMACHO)")
        header = None
        for segment in self.segments:
            if segment is zero or not segment.vmsize:
                continue
            self._check_segment(segment)
            if segment.fileoff == 0 and segment.filesize:
                if header or segment.initprot & (READ | EXECUTE) != READ | EXECUTE:
                    raise Refused("not exactly one r-x segment maps the header (ml:1218, LOAD_BADMACHO)")
                header = segment
        if header is None:
            raise Refused("no segment maps the header (dyld)")
        order = sorted((segment for segment in self.segments if segment.vmsize), key=lambda known: known.vmaddr)
        for low, high in itertools.pairwise(order):
            if low.vmaddr + low.vmsize > high.vmaddr:
                raise Refused(f"{low.name} and {high.name} overlap (ml, LOAD_NOSPACE; dyld)")
        if sum(bool(segment.flags & SG_READ_ONLY) for segment in self.segments) > 1:
            raise Refused("more than one segment with SG_READ_ONLY (ml, load_segment: LOAD_BADMACHO)")
        text = next((segment for segment in self.segments if segment.name == "__TEXT"), header)
        if not self.entry < text.filesize:
            raise Refused("LC_MAIN points outside of __TEXT (dyld)")

    def _check_segment(self, segment):
        name = segment.name
        if segment.initprot & ~7 or segment.maxprot & ~7:
            raise Refused(f"{name}: unknown protection bits (dyld)")
        if segment.initprot & WRITE and segment.initprot & EXECUTE:
            raise Refused(f"{name} is writable and executable (code signing enforcement; dyld)")
        if segment.initprot & ~segment.maxprot:
            raise Refused(f"{name}: initial protection exceeds the maximal one (map_segment)")
        if segment.fileoff % PAGE and segment.filesize:
            raise Refused(f"{name}: file offset {segment.fileoff:#x} is not 16 KiB aligned (ml, load_segment)")
        if segment.vmaddr % PAGE:
            raise Refused(f"{name}: address {segment.vmaddr:#x} is not 16 KiB aligned (dyld, 16 KiB pages)")
        if segment.fileoff + segment.filesize > len(self.data):
            raise Refused(f"{name} lies outside of the file (ml, load_segment: LOAD_BADMACHO)")
        if segment.filesize > segment.vmsize:
            raise Refused(f"{name}: more bytes in the file than in memory (dyld)")

    def _check_signature(self):
        if CODE_SIGNATURE not in self.commands:
            raise Refused("no code signature; Apple silicon runs none without (AMFI)")
        offset, size = struct.unpack_from("<II", self.commands[CODE_SIGNATURE], 8)
        limit = max(
            (segment.fileoff + segment.filesize for segment in self.segments if segment.name != "__LINKEDIT"),
            default=0,
        )
        reason = signature.refusal(self.data, offset, size, limit)
        if reason:
            raise Refused(reason)


def _string(body, at):
    """An lc_str: the offset of a NUL-terminated string stands at `at`."""
    (offset,) = struct.unpack_from("<I", body, at)
    return body[offset:].split(b"\0", 1)[0]
