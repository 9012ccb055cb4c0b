"""Mach-O files that XNU or dyld would not start, each refused with its reason.

Run it by: python tests/darwin/test_refusals.py
"""

import os
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from assembly import build, runner, text

SEGMENT_64, LOAD_DYLINKER, LOAD_DYLIB, MAIN, CODE_SIGNATURE = 0x19, 0xE, 0xC, 0x80000028, 0x1D
PROGRAM = """
_main:
    mov x0, #5
    ret
.data
.p2align 3
pointer: .quad _main
"""
BINDING = """
_main:
    bl _puts
    ret
"""


def commands(data):
    """Pairs of a load command's kind and its place."""
    at = 32
    for _ in range(struct.unpack_from("<I", data, 16)[0]):
        kind, size = struct.unpack_from("<II", data, at)
        yield kind, at
        at += size


def command(data, wanted, name=b""):
    """The place of a load command; of a segment by its name."""
    return next(at for kind, at in commands(data) if kind == wanted and data[at + 8 :].startswith(name))


class Refusals(unittest.TestCase):
    """A good program is changed in one place at a time."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        head = ".set RIGHT, 1\n" + text("wrong", "common.inc")
        with open(build(cls.folder.name, "good", head, PROGRAM), "rb") as file:
            cls.good = file.read()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_bytes(self, data):
        """Exit code and standard error of a file with these bytes."""
        path = os.path.join(self.folder.name, "changed")
        with open(path, "wb") as file:
            file.write(data)
        os.chmod(path, 0o755)
        ran = subprocess.run([*runner(), path], capture_output=True, timeout=60, check=False)
        return ran.returncode, ran.stderr.decode()

    def refused(self, reason, change, *, size=None):
        """Changes a copy and looks for the reason."""
        data = bytearray(self.good if size is None else self.good[:size])
        change(data)
        code, error = self.run_bytes(bytes(data))
        self.assertEqual(code, 70, error)
        self.assertIn(reason, error)
        self.assertEqual(error.count("\n"), 1)

    def test_good(self):
        """Main's result is the exit code, and the pointer in it was rebased."""
        self.assertEqual(self.run_bytes(self.good), (5, ""))

    def test_header(self):
        """mach_header_64."""

        def word(at, value):
            return lambda data: struct.pack_into("<I", data, at, value)

        self.refused("too short", lambda data: None, size=20)
        self.refused("no 64-bit Mach-O", word(0, 0x12345678))
        self.refused("universal", word(0, 0xBEBAFECA))
        self.refused("CPU type", word(4, 0x01000007))
        self.refused("MH_EXECUTE", word(12, 6))
        self.refused("MH_PIE", lambda data: word(24, struct.unpack_from("<I", data, 24)[0] & ~0x200000)(data))
        self.refused("MH_DYLDLINK", lambda data: word(24, struct.unpack_from("<I", data, 24)[0] & ~4)(data))

    def test_commands(self):
        """Load commands that have to be there."""

        def rename(kind, other):
            return lambda data: struct.pack_into("<I", data, command(data, kind), other)

        self.refused("LC_MAIN", rename(MAIN, 0x1B))
        self.refused("LC_LOAD_DYLINKER", rename(LOAD_DYLINKER, 0x1B))
        self.refused("libSystem", rename(LOAD_DYLIB, 0x1B))
        self.refused("no code signature", rename(CODE_SIGNATURE, 0x1B))
        self.refused("is required and unknown", rename(CODE_SIGNATURE, 0x800000FF))
        self.refused("bad size", lambda data: struct.pack_into("<I", data, command(data, MAIN) + 4, 20))

    def test_segments(self):
        """Page zero, protections, alignment, overlap."""

        def field(name, at, form, value):
            def change(data):
                struct.pack_into(form, data, command(data, SEGMENT_64, name) + at, value)

            return change

        self.refused("page zero", field(b"__PAGEZERO", 32, "<Q", 0x1000))
        self.refused("writable and executable", field(b"__DATA", 60, "<i", 7))
        self.refused("r-x segment", field(b"__TEXT", 60, "<i", 1))
        self.refused("exceeds the maximal", field(b"__DATA", 56, "<i", 1))
        self.refused("16 KiB aligned", field(b"__DATA\0", 24, "<Q", 0x10000D000))
        self.refused("overlap", field(b"__DATA\0", 24, "<Q", 0x100000000))
        self.refused("outside of the file", field(b"__DATA\0", 48, "<Q", 1 << 30))

    def test_signature(self):
        """Every page has a hash; the identity of the file is what it was signed with."""

        def flip(data):
            data[0x1000] ^= 1

        self.refused("does not match the file", flip)
        self.refused("no embedded signature", lambda data: data.__setitem__(self.signature(data), 0))

    @staticmethod
    def signature(data):
        """Where the signature begins."""
        return struct.unpack_from("<I", data, command(data, CODE_SIGNATURE) + 8)[0]

    def test_binds(self):
        """A symbol of libSystem that the rig would have to provide."""
        head = ".set RIGHT, 1\n" + text("wrong", "common.inc")
        with open(build(self.folder.name, "binding", head, BINDING, options=("-U", "_puts")), "rb") as file:
            code, error = self.run_bytes(file.read())
        self.assertEqual(code, 70)
        self.assertIn("_puts", error)


if __name__ == "__main__":
    unittest.main()
