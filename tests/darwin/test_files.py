"""Files, paths, directories and memory in the rig, call by call, against what XNU does.

Run it by: python tests/darwin/test_files.py
"""

import os
import stat
import struct
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from agent import Agent

AT_FDCWD = -2
RDONLY, WRONLY, RDWR, NONBLOCK, APPEND, CREAT, TRUNC, EXCL, NOFOLLOW = 0, 1, 2, 4, 8, 0x200, 0x400, 0x800, 0x100
BENEATH, DIRECTORY, CLOEXEC, NOFOLLOW_ANY = 0x1000, 0x100000, 0x1000000, 0x20000000
PERM, NOENT, BADF, ACCES, EXIST, NOTDIR, ISDIR, INVAL, MFILE, SPIPE = 1, 2, 9, 13, 17, 20, 21, 22, 24, 29
FAULT, LOOP, NAMETOOLONG, NOMEM = 14, 62, 63, 12


class Files(unittest.TestCase):
    """In a folder with a file, a folder, and links."""

    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.addCleanup(self.place.cleanup)
        self.root = os.path.realpath(self.place.name)
        os.makedirs(self.at("in", "deep"))
        for name in ("file", "in/file", "in/deep/file", "outside"):
            with open(self.at(name), "w") as file:
                file.write(name)
        os.symlink("file", self.at("in", "link"))
        os.symlink("deep", self.at("in", "folder"))
        os.symlink("/etc", self.at("in", "absolute"))
        os.symlink("../outside", self.at("in", "escape"))
        os.symlink("deep/../file", self.at("in", "within"))

    def at(self, *names):
        """A path in the folder."""
        return os.path.join(self.root, *names)

    def opened(self, agent, name, flags=RDONLY, mode=0):
        """A descriptor of a file."""
        return agent.ok("openat", AT_FDCWD, self.at(name), flags, mode)

    def test_open(self):
        """Errors of openat, and which descriptor comes out."""
        with Agent() as agent:
            folder = self.opened(agent, "in", DIRECTORY | CLOEXEC)
            self.assertEqual(folder, 3)
            self.assertEqual(agent.ok("fcntl", folder, 1, 0), 1)
            rows = (
                (NOENT, folder, "missing", RDONLY),
                (NOENT, folder, "", RDONLY),
                (NOTDIR, folder, "file/x", RDONLY),
                (NOTDIR, folder, "file", DIRECTORY),
                (NOTDIR, folder, "file/", RDONLY),
                (ISDIR, folder, "deep", WRONLY),
                (INVAL, folder, "file", WRONLY | RDWR),
                (INVAL, folder, "new", CREAT | DIRECTORY),
                (EXIST, folder, "file", CREAT | EXCL),
                (LOOP, folder, "link", NOFOLLOW),
                (BADF, -100, "file", RDONLY),
                (BADF, 77, "file", RDONLY),
                (NAMETOOLONG, folder, "x" * 256, RDONLY),
                (NAMETOOLONG, folder, "x/" * 512, RDONLY),
            )
            for errno, directory, name, flags in rows:
                with self.subTest(name=name, flags=flags):
                    self.assertEqual(agent.errno("openat", directory, name, flags, 0o644), errno)
            # A NUL at place 1023 is the last good one.
            self.assertEqual(agent.errno("openat", folder, "./" * 509 + "nonee", RDONLY, 0), NOENT)
            # An existing directory may be opened with O_CREAT.
            self.assertEqual(agent.ok("openat", folder, "deep", CREAT, 0), 4)

    def test_links(self):
        """O_NOFOLLOW_ANY: no link anywhere; not together with O_NOFOLLOW."""
        with Agent() as agent:
            folder = self.opened(agent, "in", DIRECTORY)
            for name in ("link", "folder/file", "folder", "absolute/passwd"):
                with self.subTest(name=name):
                    self.assertEqual(agent.errno("openat", folder, name, NOFOLLOW_ANY, 0), LOOP)
            self.assertEqual(agent.ok("openat", folder, "deep/../file", NOFOLLOW_ANY, 0), 4)
            self.assertEqual(agent.errno("openat", folder, "file", NOFOLLOW_ANY | NOFOLLOW, 0), INVAL)
            self.assertEqual(agent.ok("openat", folder, "../outside", NOFOLLOW_ANY, 0), 5)
            self.assertEqual(agent.errno("openat", folder, "file/", NOFOLLOW_ANY, 0), NOTDIR)
            new = agent.ok("openat", folder, "made", NOFOLLOW_ANY | CREAT | WRONLY, 0o600)
            self.assertEqual(agent.ok("write", new, b"abc", 3), 3)
            self.assertEqual(os.stat(self.at("in", "made")).st_size, 3)

    def test_beneath(self):
        """O_RESOLVE_BENEATH: links within are followed, nothing leaves; --old ignores it."""
        outside = ("..", "../outside", "deep/../../outside", "escape", "absolute/passwd", "/etc/passwd")
        with Agent() as agent:
            folder = self.opened(agent, "in", DIRECTORY)
            for name in outside:
                with self.subTest(name=name):
                    self.assertEqual(agent.errno("openat", folder, name, BENEATH, 0), ACCES)
            for name in ("link", "within", "folder/file", "deep/../file"):
                agent.ok("openat", folder, name, BENEATH, 0)
        with Agent("--old") as agent:
            folder = self.opened(agent, "in", DIRECTORY)
            for name in outside:
                agent.ok("openat", folder, name, BENEATH, 0)

    def test_older_kernel(self):
        """AT_SYMLINK_NOFOLLOW_ANY and RENAME_NOFOLLOW_ANY are EINVAL before macOS 12.3."""
        for options, expected in (((), LOOP), (("--old",), INVAL)):
            with Agent(*options) as agent:
                folder = self.opened(agent, "in", DIRECTORY)
                buffer = agent.room(144)
                self.assertEqual(agent.errno("fstatat64", folder, "folder/file", buffer, 0x800), expected)
                self.assertEqual(agent.errno("unlinkat", folder, "folder/file", 0x800), expected)
                self.assertEqual(agent.errno("renameatx_np", folder, "folder/file", folder, "x", 0x10), expected)

    def test_rename(self):
        """EXCL and SWAP have other bits than on Linux, and exclude each other."""
        with Agent() as agent:
            folder = self.opened(agent, "in", DIRECTORY)
            self.assertEqual(agent.errno("renameatx_np", folder, "file", folder, "deep/file", 4), EXIST)
            self.assertEqual(agent.errno("renameatx_np", folder, "file", folder, "x", 6), INVAL)
            self.assertEqual(agent.errno("renameatx_np", folder, "file", folder, "x", 1), INVAL)
            agent.ok("renameatx_np", folder, "file", folder, "deep/file", 2)
            with open(self.at("in", "file")) as file:
                self.assertEqual(file.read(), "in/deep/file")
            self.assertEqual(agent.errno("unlinkat", folder, "deep", 0), PERM)

    def test_stat(self):
        """struct stat64: what stands where."""
        os.utime(self.at("file"), ns=(1_000_000_001, 2_000_000_002))
        with Agent() as agent:
            fd = self.opened(agent, "file")
            buffer = agent.room(144)
            agent.ok("fstat64", fd, buffer)
            found, data = os.stat(self.at("file")), agent.peek(buffer, 144)
            self.assertEqual(
                struct.unpack_from("<HHQII", data, 4), (found.st_mode, 1, found.st_ino, os.getuid(), os.getgid())
            )
            self.assertEqual(struct.unpack_from("<4q", data, 32), (1, 1, 2, 2))
            self.assertEqual(struct.unpack_from("<qqi", data, 96), (4, found.st_blocks, found.st_blksize))
            agent.ok("lstat64", self.at("in", "link"), buffer)
            self.assertTrue(stat.S_ISLNK(struct.unpack("<H", agent.peek(buffer + 4, 2))[0]))
            self.assertEqual(agent.errno("fstat64", fd, 0x1000), FAULT)

    def test_sizes(self):
        """read and write take at most INT_MAX; only readable memory is written."""
        with Agent() as agent:
            fd = self.opened(agent, "file")
            buffer = agent.room(16)
            self.assertEqual(agent.errno("read", fd, buffer, 1 << 31), INVAL)
            self.assertEqual(agent.errno("write", 1, buffer, 1 << 31), INVAL)
            self.assertEqual(agent.errno("read", fd, 0x7000, 4), FAULT)
            self.assertEqual(agent.errno("write", fd, buffer, 1), BADF)
            self.assertEqual(agent.ok("read", fd, buffer, 100), 4)
            self.assertEqual(agent.peek(buffer, 4), b"file")
            self.assertEqual(agent.ok("pread", fd, buffer, 2, 1), 2)
            self.assertEqual(agent.ok("lseek", fd, 0, 1), 4)
            pipe = agent.ok("pipe")
            self.assertEqual(agent.errno("lseek", pipe, 0, 0), SPIPE)
            self.assertEqual(agent.errno("writev", fd, buffer, 0), INVAL)

    def test_entries(self):
        """getdirentries64: records, the position, and the word of flags at the end of a large buffer."""
        with Agent() as agent:
            folder = self.opened(agent, "in", DIRECTORY)
            buffer, position = agent.room(1024), agent.room(8)
            agent.poke(buffer, b"\xee" * 1024)
            names = {}
            while count := agent.ok("getdirentries64", folder, buffer, 1024, position):
                data = agent.peek(buffer, 1024)
                self.assertEqual(data[1020:], bytes(4))
                at = 0
                while at < count:
                    inode, _seek, length, size, kind = struct.unpack_from("<QQHHB", data, at)
                    self.assertEqual(length % 8, 0)
                    names[data[at + 21 : at + 21 + size].decode()] = (inode, kind)
                    self.assertEqual(data[at + 21 + size], 0)
                    at += length
            self.assertEqual(struct.unpack("<I", agent.peek(buffer + 1020, 4)), (1,))
            expected = {".", "..", "file", "deep", "link", "folder", "absolute", "escape", "within"}
            self.assertEqual(set(names), expected)
            self.assertEqual(names["deep"], (os.stat(self.at("in", "deep")).st_ino, 4))
            self.assertEqual((names["file"][1], names["link"][1]), (8, 10))
            self.assertEqual(agent.errno("getdirentries64", self.opened(agent, "file"), buffer, 1024, position), INVAL)
            self.assertEqual(agent.errno("getdirentries64", folder, buffer, 1024, 0), FAULT)

    def test_descriptors(self):
        """The lowest number, the limit of 256, dup, and FD_CLOEXEC."""
        with Agent() as agent:
            fds = [agent.ok("dup", 2) for _ in range(253)]
            self.assertEqual(fds, list(range(3, 256)))
            self.assertEqual(agent.errno("dup", 2), MFILE)
            self.assertEqual(agent.errno("openat", AT_FDCWD, "/", RDONLY, 0), MFILE)
            self.assertEqual(agent.errno("dup2", 2, 256), BADF)
            agent.ok("close", 77)
            self.assertEqual(agent.errno("close", 77), BADF)
            self.assertEqual(agent.ok("fcntl", 2, 67, 10), 77)
            self.assertEqual(agent.ok("fcntl", 77, 1, 0), 1)
            limit = agent.put(struct.pack("<QQ", 300, 400))
            agent.ok("setrlimit", 8, limit)
            self.assertEqual(agent.ok("dup", 2), 256)

    def test_flags(self):
        """F_GETFL and F_SETFL in Darwin's bits; F_GETPATH."""
        with Agent() as agent:
            fd = self.opened(agent, "file", RDWR | APPEND | NONBLOCK)
            self.assertEqual(agent.ok("fcntl", fd, 3, 0), RDWR | APPEND | NONBLOCK)
            agent.ok("fcntl", fd, 4, APPEND)
            self.assertEqual(agent.ok("fcntl", fd, 3, 0), RDWR | APPEND)
            path = agent.room(1024)
            agent.ok("fcntl", fd, 50, path)
            self.assertEqual(agent.peek(path, 1024).split(b"\0")[0].decode(), self.at("file"))
            self.assertEqual(agent.errno("fcntl", 99, 3, 0), BADF)

    def test_memory(self):
        """Pages of 16 KiB: lengths are rounded, addresses are not."""
        with Agent() as agent:
            place = agent.ok("mmap", 0, 5, 3, 0x1002, -1, 0)
            self.assertEqual(place % 0x4000, 0)
            agent.poke(place + 0x3FF0, b"end of the page!")
            self.assertEqual(agent.errno("munmap", place + 0x1000, 0x1000), INVAL)
            self.assertEqual(agent.errno("mprotect", place + 0x1000, 0x1000, 1), INVAL)
            agent.ok("mprotect", place, 1, 1)
            self.assertEqual(agent.errno("read", self.opened(agent, "file"), place + 8, 4), FAULT)
            agent.ok("munmap", place, 1)
            self.assertEqual(agent.errno("write", 2, place, 1), FAULT)
            self.assertEqual(agent.errno("mprotect", place, 0x4000, 1), NOMEM)
            fd = self.opened(agent, "file")
            self.assertEqual(agent.errno("mmap", 0, 4, 1, 0x40002, fd, 0x1000), INVAL)
            self.assertEqual(agent.errno("mmap", 0, 4, 3, 1, fd, 0), ACCES)
            self.assertEqual(agent.errno("mmap", 0, 0, 1, 0x40002, fd, 0), INVAL)
            place = agent.ok("mmap", 0, 4, 1, 0x40002, fd, 0)
            self.assertEqual(agent.peek(place, 6), b"file\0\0")
            shared = agent.ok("mmap", 0, 4, 3, 0x1001, -1, 0)
            self.assertEqual(agent.in_child("pread", fd, shared, 4, 0), 4)
            self.assertEqual(agent.peek(shared, 4), b"file")


if __name__ == "__main__":
    unittest.main()
