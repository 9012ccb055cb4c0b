"""Drives agent.s: makes single calls in a Darwin process and looks at its memory.

The agent runs in the rig, or on macOS by itself, where the same tests show
whether the rig tells the truth.
"""

import fcntl
import os
import struct
import subprocess
import tempfile
import termios
import time

from assembly import build, runner, text

CALLS = {
    "read": 3, "write": 4, "open": 5, "close": 6, "wait4": 7, "getpid": 20, "recvfrom": 29, "accept": 30,
    "getpeername": 31, "getsockname": 32, "kill": 37, "dup": 41, "pipe": 42, "sigaction": 46, "sigprocmask": 48,
    "sigpending": 52, "execve": 59, "munmap": 73, "mprotect": 74, "setitimer": 83, "dup2": 90, "fcntl": 92,
    "select": 93, "socket": 97, "connect": 98, "bind": 104, "setsockopt": 105, "listen": 106, "sigsuspend": 111,
    "gettimeofday": 116, "getsockopt": 118, "writev": 121, "sendto": 133, "shutdown": 134, "socketpair": 135,
    "pread": 153, "waitid": 173, "getrlimit": 194, "setrlimit": 195, "mmap": 197, "lseek": 199, "poll": 230,
    "sendfile": 337, "fstat64": 339, "lstat64": 340, "getdirentries64": 344, "kqueue": 362, "kevent": 363,
    "openat": 463, "fstatat64": 470, "unlinkat": 472, "renameatx_np": 488, "getentropy": 500,
}  # fmt: skip
DO, PEEK, POKE, WHERE, SPIN, FORK, FORK_CALL = range(7)


class Outcome:
    """What a call left in the registers."""

    def __init__(self, x0, x1, carry, x18):
        self.x0, self.x1, self.carry, self.x18 = x0, x1, bool(carry), x18

    def __repr__(self):
        return f"errno {self.x0}" if self.carry else f"{self.x0:#x} {self.x1:#x}"


class Agent:
    """One process, as a context manager."""

    program = None
    folder = None

    @classmethod
    def prepare(cls):
        """Builds the program once."""
        if cls.program is None:
            cls.folder = tempfile.TemporaryDirectory()
            head = ".set RIGHT, 1\n"
            cls.program = build(cls.folder.name, "agent", head, text("wrong", "common.inc"), text("agent.s"))

    def __init__(self, *options, **how):
        self.prepare()
        self.options, self.how = options, how

    def __enter__(self):
        prefix = runner()
        words = prefix + list(self.options) * bool(prefix) + [self.program]
        # Unbuffered: each order is one write.
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, **self.how
        )
        self.pid = self.process.pid
        self.buffer, self.handler, self.trampoline, self.seen = self._order(WHERE)
        self.next = self.buffer
        return self

    def __exit__(self, *_error):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()
            self.errors = self.process.stderr.read().decode()
            self.process.stdout.close()
            self.process.stderr.close()

    def _send(self, *words):
        padded = [word & (1 << 64) - 1 for word in words] + [0] * (11 - len(words))
        self.process.stdin.write(struct.pack("<11Q", *padded))

    def _read(self, size):
        data = b""
        while len(data) < size:
            piece = self.process.stdout.read(size - len(data))
            if not piece:
                raise EOFError(f"the agent ended: {self.process.wait(5)} {self.process.stderr.read().decode()}")
            data += piece
        return data

    def _order(self, *words):
        self._send(*words)
        return struct.unpack("<4Q", self._read(32))

    def _words(self, arguments):
        """Bytes and strings are put into the agent's memory, and their address is passed."""
        return [self.put(word) if isinstance(word, (bytes, str)) else word for word in arguments]

    def start(self, name, *arguments):
        """Makes a call without waiting for its end."""
        words = self._words(arguments)
        number = CALLS[name] if isinstance(name, str) else name
        self._send(DO, *words, *[0] * (8 - len(words)), number)

    def settle(self):
        """Waits until the call that was started sleeps, as far as /proc can tell."""
        asleep = 0
        while asleep < 3:
            time.sleep(0.02)
            try:
                with open(f"/proc/{self.pid}/stat") as file:
                    state = file.read().rpartition(")")[2].split()[0]
            except FileNotFoundError:
                time.sleep(0.2)  # no /proc here
                return
            unread = struct.unpack("<i", fcntl.ioctl(self.process.stdin, termios.FIONREAD, bytes(4)))[0]
            asleep = asleep + 1 if state == "S" and not unread else 0

    def finish(self):
        """The Outcome of the call that was started."""
        return Outcome(*struct.unpack("<4Q", self._read(32)))

    def do(self, name, *arguments):
        """Makes a call."""
        self.start(name, *arguments)
        return self.finish()

    def ok(self, name, *arguments):
        """Makes a call that must succeed; gives x0."""
        outcome = self.do(name, *arguments)
        assert not outcome.carry, f"{name}{arguments}: {outcome}"
        return outcome.x0

    def errno(self, name, *arguments):
        """Makes a call that must fail; gives the errno."""
        outcome = self.do(name, *arguments)
        assert outcome.carry, f"{name}{arguments}: {outcome}"
        assert outcome.x1 == 0
        return outcome.x0

    def peek(self, address, size):
        """Memory of the agent."""
        self._send(PEEK, address, size)
        return self._read(size)

    def poke(self, address, data):
        """Writes into the agent's memory."""
        if data:
            self._send(POKE, address, len(data))
            self.process.stdin.write(data)

    def put(self, data):
        """Copies bytes (a string with a NUL) to a place of their own; gives the address."""
        data = os.fsencode(data) + b"\0" if isinstance(data, str) else data
        address = self.room(len(data))
        self.poke(address, data)
        return address

    def room(self, size):
        """A place in the agent's memory that is used for nothing else; it goes round."""
        if self.next + size > self.buffer + 0x1C000:
            self.next = self.buffer
        address = self.next
        self.next += size + 15 & ~15
        return address

    def fork(self, code=0, milliseconds=0):
        """A child that ends after a while."""
        return Outcome(*self._order(FORK, code, milliseconds))

    def in_child(self, name, *arguments):
        """A call in a child, whose exit code is its result, or 128 and the errno."""
        words = self._words(arguments)
        outcome = Outcome(*self._order(FORK_CALL, *words, *[0] * (8 - len(words)), CALLS[name]))
        status = self.room(4)
        self.ok("wait4", outcome.x0, status, 0, 0)
        return struct.unpack("<i", self.peek(status, 4))[0] >> 8

    def catch(self, number, word=0, mask=0):
        """Sets the agent's handler."""
        self.ok("sigaction", number, struct.pack("<QQII", self.handler, self.trampoline, mask, word), 0)

    def seen_signals(self):
        """How many signals were handled, the last one's number and its siginfo."""
        count, number = struct.unpack("<II", self.peek(self.seen, 8))
        return count, number, self.peek(self.seen + 8, 104)

    def spin(self):
        """Computes until a signal was handled."""
        self._order(SPIN)
