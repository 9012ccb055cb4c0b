"""The program's descriptors: the host's own numbers, and what the host does not know of them.

A descriptor of the program is the descriptor of this process with the same
number, so that inheritance, dup, exec and /proc work by themselves. The rig's
own descriptors lie above every number that the program can have.
"""

import fcntl
import os
import resource
import stat
import sys

from rig import host
from rig.errors import fail

OPEN_MAX = 10240  # bsd/sys/syslimits.h
NOFILE = 256  # bsd/sys/param.h: NOFILE, the soft limit a process starts with
OWN = 10300  # where the rig's own descriptors begin
ROOM, FEW = 200, 6
INFINITE = 2**63 - 1
AF_UNIX, STREAM = 1, 1  # the same on both systems


class File:
    """An open file as Darwin sees it, shared by all descriptors that were made by dup."""

    kind = "vnode"

    def __init__(self):
        self.no_sigpipe = False


class Pipe(File):
    """Either end of a pipe, or a FIFO."""

    kind = "pipe"


class Terminal(File):
    """A character device."""

    kind = "device"


class Socket(File):
    """The socket state that the host keeps otherwise or not at all."""

    kind = "socket"

    def __init__(self, family, style, listening=False):
        super().__init__()
        self.family, self.style, self.listening = family, style, listening
        self.shut_read = self.shut_write = False
        # SO_NP_EXTENSIONS: setsockopt works after both directions are shut.
        self.options_after_shut = False
        # A closed TCP socket that was connected has been disconnected.
        self.was_connected = False
        # An error that the host has told already and Darwin would tell again.
        self.error = 0
        # What SO_RCVTIMEO of a listener is; the host's own is used otherwise.
        self.accept_timeout = None
        self.linger = (0, 0)

    def is_local_or_datagram(self):
        """False for TCP, the only protocol here whose state has to be asked for."""
        return self.family == AF_UNIX or self.style != STREAM


class Descriptors:
    """What the program has open."""

    def __init__(self):
        self.files = {}
        self.close_on_fork = set()
        # Called with a number when it is closed, by whatever call.
        self.on_close = []
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.inherited = (soft, hard)
        self.own = OWN
        self.reclaim()
        self.hard = min(hard, self.own, OPEN_MAX)
        self.soft = min(soft, self.hard, NOFILE)

    def keep(self, fd):
        """Moves one of the rig's own descriptors out of the program's sight."""
        high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, self.own)
        os.close(fd)
        return high

    def get(self, fd):
        """The file of a descriptor, or EBADF."""
        file = self.files.get(fd)
        if file is None:
            if not 0 <= fd < self.own:
                fail("EBADF")
            file = self.files[fd] = self._inherited(fd)
        return file

    @staticmethod
    def _inherited(fd):
        try:
            mode = os.fstat(fd).st_mode
        except OSError:
            fail("EBADF")
        if stat.S_ISSOCK(mode):
            family = int.from_bytes(host.socket_option(fd, 1, 39), "little")
            style = int.from_bytes(host.socket_option(fd, 1, 3), "little")
            listening = bool(int.from_bytes(host.socket_option(fd, 1, 30), "little"))
            inherited = Socket(family, style, listening)
            inherited.was_connected = not listening
            return inherited
        if stat.S_ISFIFO(mode):
            return Pipe()
        if stat.S_ISCHR(mode):
            return Terminal()
        return File()

    def socket(self, fd):
        """The same, or ENOTSOCK."""
        file = self.get(fd)
        if file.kind != "socket":
            fail("ENOTSOCK")
        return file

    def add(self, fd, file=None):
        """A descriptor that the host has just made; EMFILE if Darwin would not have made it."""
        if fd >= self.soft:
            os.close(fd)
            fail("EMFILE")
        self.files.pop(fd, None)
        if file is not None:
            self.files[fd] = file
        return fd

    def forget(self, fd):
        """What is kept of a descriptor that is being closed."""
        for listener in list(self.on_close):
            listener(fd)
        self.close_on_fork.discard(fd)
        file = self.files.pop(fd, None)
        if file is not None and file.kind == "kqueue":
            file.close()

    def nonblocking(self, fd):
        """O_NONBLOCK, which belongs to the open file and so is the host's."""
        return bool(fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK)

    def forked(self):
        """Closes in a child what the kernel closes on fork."""
        for fd in sorted(self.close_on_fork):
            self.forget(fd)
            os.close(fd)

    def reclaim(self):
        """Makes room for the rig's own descriptors."""
        soft, hard = self.inherited
        try:
            most = OWN + ROOM
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), max(hard, most)))
        except (OSError, ValueError):
            # The last few below a limit that cannot be raised.
            self.own = hard - FEW
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            if self.own <= FEW:
                sys.exit(f"rig: the hard limit of {hard} descriptors leaves no room for the rig's own")

    def release_for_exec(self):
        """Gives the limit back that the program, not the rig, has."""
        hard = self.inherited[1]
        hard = hard if self.hard >= min(hard, OPEN_MAX) else self.hard
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(self.soft, hard), hard))
