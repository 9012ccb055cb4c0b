"""Puts a program into memory as XNU and dyld do, up to the call of main.

Segments slide by a random number of pages, fixups are applied, __DATA_CONST
becomes read-only, and the stack holds the strings with argv, envp and apple
above. dyld has run on that stack and in those registers, so neither is zero.
"""

import os
import struct
import zlib

from rig import engine, fixups, macho
from rig.errors import Unsupported
from rig.memory import EXECUTE, PAGE, READ, WRITE, round_up

STACK_TOP = 0x1_7000_0000
STACK_SIZE = 8 * 1024 * 1024 - PAGE  # bsd/arm/vmparam.h: DFLSSIZ
STACK_RESERVED = 64 * 1024 * 1024  # MAXSSIZ, the rest of it is the guard
EXIT = 0x1_8000_0000 + 0x4C  # stands for dyld's code behind the call of main
SLIDES = 1 << 14
SEED = "DARWIN_RIG_SEED"
FROM_DYLD = 0xD1D1_D1D1_D1D1_D1D1


def seed():
    """A number that all randomness of a run follows from; $DARWIN_RIG_SEED repeats one."""
    return int(os.environ.get(SEED) or int.from_bytes(os.urandom(4), "little"))


def random(number, name, limit):
    """A number below `limit` that follows from the seed."""
    return zlib.crc32(f"{number} {name}".encode()) % limit


class Loaded:
    """What a start needs to know of the image."""

    def __init__(self, memory, image, number, watch_code):
        self.memory, self.image, self.watch_code = memory, image, watch_code
        self.slide = random(number, "image", SLIDES) * PAGE
        self.stack_top = STACK_TOP - random(number, "stack", 256) * PAGE
        self.stack_bottom = self.stack_top - STACK_RESERVED
        for segment in image.segments:
            if segment.vmaddr and segment.vmsize:
                self._segment(segment)
        self._rebase()
        for segment in image.segments:
            if segment.flags & macho.SG_READ_ONLY:
                start = segment.vmaddr + self.slide
                memory.protect(start, start + round_up(segment.vmsize), READ)
        size = max(STACK_SIZE, round_up(image.stack_size))
        memory.map(self.stack_top - size, size, READ | WRITE, name="stack")

    def _segment(self, segment):
        start = segment.vmaddr + self.slide
        # XNU gives read access to whatever may be written or executed.
        protection = segment.initprot | (READ if segment.initprot else 0)
        region = self.memory.map(start, segment.vmsize, protection, name=segment.name)
        content = self.image.data[segment.fileoff : segment.fileoff + segment.filesize]
        region.view[: len(content)] = content
        if protection & EXECUTE:
            self.watch_code(region)

    def _rebase(self):
        image = self.image
        info = image.commands.get(macho.DYLD_INFO_ONLY) or image.commands.get(macho.DYLD_INFO)
        try:
            if info:
                offset, size = struct.unpack_from("<II", info, 8)
                for address in fixups.opcode_rebases(image.data[offset : offset + size], image.segments):
                    self._put(address, self._get(address))
            chained = image.linkedit(macho.CHAINED_FIXUPS)
            if chained:
                for address, pointer in fixups.chained_rebases(chained, image.segments, self._get):
                    self._put(address, pointer)
        except (Unsupported, IndexError, struct.error) as error:
            raise macho.Refused(f"its fixups cannot be applied: {error}") from error

    def _place(self, address):
        region = self.memory.find(address + self.slide)
        if region is None or not region.protection & WRITE:
            raise macho.Refused(f"a fixup at {address:#x} is not in a writable segment (dyld)")
        return region, address + self.slide - region.start

    def _get(self, address):
        region, at = self._place(address)
        return int.from_bytes(region.view[at : at + 8], "little")

    def _put(self, address, pointer):
        region, at = self._place(address)
        region.view[at : at + 8] = (pointer + self.slide & (1 << 64) - 1).to_bytes(8, "little")

    def entry(self):
        """The address that LC_MAIN names."""
        text = next(segment for segment in self.image.segments if segment.name == "__TEXT")
        return text.vmaddr + self.slide + self.image.entry

    def start(self, processor, path, arguments, environment, number):
        """Writes the stack and sets the registers for main(argc, argv, envp, apple)."""
        apple = [b"executable_path=" + path, b"stack_guard=", b"malloc_entropy=", b"ptr_munge=", b"main_stack="]
        strings, lists, at = b"", [], 0
        for group in (arguments, environment, apple):
            places = []
            for text in group:
                places.append(len(strings))
                strings += text + b"\0"
            lists.append(places)
        if len(strings) > 1024 * 1024:
            raise macho.Refused("argument list too long (E2BIG, ARG_MAX 1 MiB)")
        base = (self.stack_top - 16 - len(strings)) & ~15
        self.memory.write(base, strings)
        pointers = []
        for places in lists:
            pointers.append([base + place for place in places] + [0])
        block = b"".join(struct.pack(f"<{len(group)}Q", *group) for group in pointers)
        # Below argv lie argc and the Mach-O header's address, for dyld.
        argv = (base - len(block) - 16) & ~15
        self.memory.write(argv, block)
        self.memory.write(argv - 16, struct.pack("<QQ", self.slide + macho.PAGE_ZERO, len(arguments)))
        envp = argv + 8 * len(pointers[0])
        sp = argv - 4096
        # Frames that dyld has left behind.
        garbage = 64 * 1024
        self.memory.write(sp - garbage, b"\xd1" * garbage)
        self.memory.write(sp, struct.pack("<QQ", 0, 0))
        processor.load()
        for place in range(31):
            processor.words[place] = FROM_DYLD + place
        for at, value in enumerate((len(arguments), argv, envp, envp + 8 * len(pointers[1]))):
            processor.words[at] = value
        processor.words[18], processor.words[29], processor.words[30] = 0, sp, EXIT
        processor.words[engine.SP], processor.words[engine.PC] = sp, self.entry()
        processor.words[engine.NZCV] = random(number, "flags", 16) << 28
