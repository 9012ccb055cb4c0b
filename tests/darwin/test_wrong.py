"""Deliberately wrong programs, each of which must fail exactly as XNU makes it fail.

Every program in wrong/ is built twice, with its mistake and without. The right
one shows that the mistake, and nothing else, makes the difference. Where XNU
itself would not notice, the rig must: it refuses with exit code 70.

Run it by: python tests/darwin/test_wrong.py
"""

import os
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from assembly import build, runner, text

REFUSED = 70


class Expected:
    """Exit code or signal, standard output, and a part of standard error."""

    def __init__(self, code, out="", error=""):
        self.code, self.out, self.error = code, out, error


# name: what the wrong one does, what the right one does.
CASES = {
    "carry_ignored": (Expected(9), Expected(1)),
    "cloexec_of_linux": (Expected(REFUSED, error="open flags: bits 0x80000"), Expected(1)),
    "errno_as_negative": (Expected(0, error="for file\n"), Expected(1)),
    "fork_tests_x0": (Expected(0, "parent\nparent\n"), Expected(0, "child\nparent\n")),
    "linux_eagain": (Expected(1), Expected(0)),
    "misaligned_stack": (Expected(-signal.SIGBUS, error="misaligned sp"), Expected(5)),
    "no_trampoline": (Expected(-signal.SIGSEGV, error="execution at 0x0"), Expected(30)),
    "pages_of_4k": (Expected(22), Expected(0)),
    "pointer_of_32_bits": (Expected(-signal.SIGSEGV, error="KERN_INVALID_ADDRESS"), Expected(6)),
    "replayed_sigreturn": (Expected(22), Expected(0)),
    "sendfile_of_nothing": (Expected(6), Expected(0)),
    "stale_x2": (Expected(1), Expected(0)),
    "svc_of_linux": (Expected(REFUSED, error="svc #0x0"), Expected(3)),
    "value_in_x18": (Expected(0), Expected(42)),
    "vfork": (Expected(-signal.SIGSYS, error="call 66 (vfork)"), Expected(0)),
    "writes_its_code": (Expected(-signal.SIGBUS, error="KERN_PROTECTION_FAILURE"), Expected(0)),
}


class Wrong(unittest.TestCase):
    """One test for each program."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.ten_bytes = os.path.join(cls.folder.name, "ten")
        with open(cls.ten_bytes, "wb") as file:
            file.write(b"0123456789")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def check(self, name, right):
        """Builds one variant, runs it and compares."""
        head = f".set RIGHT, {int(right)}\n"
        program = build(self.folder.name, f"{name}-{int(right)}", head, text("wrong", "common.inc"), source(name))
        ran = subprocess.run([*runner(), program, self.ten_bytes], capture_output=True, timeout=60, check=False)
        expected = CASES[name][right]
        error = ran.stderr.decode()
        self.assertEqual(ran.returncode, expected.code, error)
        self.assertEqual(ran.stdout.decode(), expected.out, error)
        self.assertIn(expected.error, error)
        if not expected.error:
            self.assertEqual(error, "")

    def test_every_program_has_a_case(self):
        """No file without an expectation, no expectation without a file."""
        folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "wrong")
        sources = {name[:-2] for name in os.listdir(folder) if name.endswith(".s")}
        self.assertEqual(sources, set(CASES))


def source(name):
    """The assembly of a case."""
    return text("wrong", name + ".s")


def _test(name, right):
    def test(self):
        self.check(name, right)

    test.__doc__ = f"{name}, {'right' if right else 'wrong'}"
    return test


for case in CASES:
    setattr(Wrong, f"test_{case}", _test(case, False))
    setattr(Wrong, f"test_{case}_done_right", _test(case, True))


if __name__ == "__main__":
    unittest.main()
