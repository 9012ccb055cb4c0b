"""Flag words and numbered constants of Darwin: their names, and the host's for them.

Each table is explicit. A bit or number that is not in its table ends the rig
(`Unsupported`): it is either a mistake of the program, such as Linux's value,
or something that the rig does not play. Values: bsd/sys/fcntl.h, socket.h,
mman.h, wait.h, event.h, poll.h, stdio.h, netinet/in.h, netinet/tcp.h.
"""

import os

from rig.errors import Unsupported


class Bits:
    """A flag word: Darwin's bits by name, with the host's bits where there are any."""

    def __init__(self, what, **bits):
        self.what = what
        self.bits = {value[0]: (name, value[1]) for name, value in bits.items()}
        self.known = sum(self.bits)

    def check(self, word):
        """Ends the rig on an unknown bit."""
        if word & ~self.known:
            raise Unsupported(
                f"{self.what}: bits {word & ~self.known:#x} of {word:#x} are not in the table of Darwin's"
            )

    def to_host(self, word):
        """The host's word for Darwin's."""
        self.check(word)
        return sum(theirs for ours, (_name, theirs) in self.bits.items() if word & ours and theirs)

    def from_host(self, word):
        """Darwin's word for those bits of the host's that have one."""
        return sum(ours for ours, (_name, theirs) in self.bits.items() if theirs and word & theirs == theirs)

    def show(self, word, zero="0"):
        """`A|B`, and hexadecimal for the rest."""
        names = [name for ours, (name, _theirs) in self.bits.items() if word & ours]
        rest = word & ~self.known
        if rest:
            names.append(hex(rest))
        return "|".join(names) or zero


ACCESS = 3
O_NONBLOCK, O_APPEND, O_CREAT, O_TRUNC, O_EXCL, O_NOFOLLOW = 4, 8, 0x200, 0x400, 0x800, 0x100
O_RESOLVE_BENEATH, O_DIRECTORY, O_CLOEXEC, O_CLOFORK, O_NOFOLLOW_ANY = (
    0x1000,
    0x100000,
    0x1000000,
    0x8000000,
    0x20000000,
)
OPEN = Bits(
    "open flags",
    O_WRONLY=(1, os.O_WRONLY),
    O_RDWR=(2, os.O_RDWR),
    O_NONBLOCK=(O_NONBLOCK, os.O_NONBLOCK),
    O_APPEND=(O_APPEND, os.O_APPEND),
    O_SYNC=(0x80, os.O_SYNC),
    O_NOFOLLOW=(O_NOFOLLOW, os.O_NOFOLLOW),
    O_CREAT=(O_CREAT, os.O_CREAT),
    O_TRUNC=(O_TRUNC, os.O_TRUNC),
    O_EXCL=(O_EXCL, os.O_EXCL),
    O_RESOLVE_BENEATH=(O_RESOLVE_BENEATH, 0),
    O_NOCTTY=(0x20000, os.O_NOCTTY),
    O_DIRECTORY=(O_DIRECTORY, os.O_DIRECTORY),
    O_DSYNC=(0x400000, os.O_DSYNC),
    O_CLOEXEC=(O_CLOEXEC, os.O_CLOEXEC),
    O_CLOFORK=(O_CLOFORK, 0),
    O_NOFOLLOW_ANY=(O_NOFOLLOW_ANY, 0),
)
# What F_SETFL may change (FCNTLFLAGS), without O_ASYNC.
STATUS = Bits(
    "F_SETFL",
    O_NONBLOCK=(O_NONBLOCK, os.O_NONBLOCK),
    O_APPEND=(O_APPEND, os.O_APPEND),
    O_DSYNC=(0x400000, os.O_DSYNC),
    O_SYNC=(0x80, os.O_SYNC),
)

AT_FDCWD = -2
AT_EACCESS, AT_SYMLINK_NOFOLLOW, AT_SYMLINK_FOLLOW, AT_REMOVEDIR = 0x10, 0x20, 0x40, 0x80
AT_SYMLINK_NOFOLLOW_ANY = 0x800
AT = Bits(
    "flags of an *at call",
    AT_EACCESS=(AT_EACCESS, 0),
    AT_SYMLINK_NOFOLLOW=(AT_SYMLINK_NOFOLLOW, 0),
    AT_SYMLINK_FOLLOW=(AT_SYMLINK_FOLLOW, 0),
    AT_REMOVEDIR=(AT_REMOVEDIR, 0),
    AT_SYMLINK_NOFOLLOW_ANY=(AT_SYMLINK_NOFOLLOW_ANY, 0),
)
RENAME = Bits("rename flags", RENAME_SWAP=(2, 2), RENAME_EXCL=(4, 1), RENAME_NOFOLLOW_ANY=(0x10, 0))

MSG_WAITALL, MSG_DONTWAIT, MSG_NBIO, MSG_NOSIGNAL = 0x40, 0x80, 0x20000, 0x80000
MSG_TRUNC, MSG_CTRUNC = 0x10, 0x20
RECEIVE = Bits(
    "recv flags",
    MSG_OOB=(1, 1),
    MSG_PEEK=(2, 2),
    MSG_WAITALL=(MSG_WAITALL, 0),
    MSG_DONTWAIT=(MSG_DONTWAIT, 0),
)
SEND = Bits(
    "send flags",
    MSG_OOB=(1, 1),
    MSG_DONTROUTE=(4, 4),
    MSG_DONTWAIT=(MSG_DONTWAIT, 0),
    MSG_NOSIGNAL=(MSG_NOSIGNAL, 0),
)

PROT = Bits("protection", PROT_READ=(1, 1), PROT_WRITE=(2, 2), PROT_EXEC=(4, 4))
MAP_SHARED, MAP_PRIVATE, MAP_FIXED, MAP_ANON, MAP_UNIX03 = 1, 2, 0x10, 0x1000, 0x40000
MAP = Bits(
    "mmap flags",
    MAP_SHARED=(MAP_SHARED, 0),
    MAP_PRIVATE=(MAP_PRIVATE, 0),
    MAP_FIXED=(MAP_FIXED, 0),
    MAP_NORESERVE=(0x40, 0),
    MAP_NOCACHE=(0x400, 0),
    MAP_ANON=(MAP_ANON, 0),
    MAP_UNIX03=(MAP_UNIX03, 0),
)

WNOHANG, WUNTRACED, WCONTINUED = 1, 2, 0x10
WAIT = Bits("wait options", WNOHANG=(1, os.WNOHANG), WUNTRACED=(2, os.WUNTRACED), WCONTINUED=(0x10, os.WCONTINUED))
WAITID = Bits(
    "waitid options",
    WNOHANG=(1, os.WNOHANG),
    WEXITED=(4, os.WEXITED),
    WSTOPPED=(8, os.WSTOPPED),
    WCONTINUED=(0x10, os.WCONTINUED),
    WNOWAIT=(0x20, os.WNOWAIT),
)

LOCK = Bits("flock", LOCK_SH=(1, 1), LOCK_EX=(2, 2), LOCK_NB=(4, 4), LOCK_UN=(8, 8))

EV_ADD, EV_DELETE, EV_ENABLE, EV_DISABLE, EV_ONESHOT, EV_CLEAR, EV_RECEIPT, EV_DISPATCH = (1 << bit for bit in range(8))
EV_ERROR, EV_EOF = 0x4000, 0x8000
EVENT = Bits(
    "kevent flags",
    EV_ADD=(EV_ADD, 0),
    EV_DELETE=(EV_DELETE, 0),
    EV_ENABLE=(EV_ENABLE, 0),
    EV_DISABLE=(EV_DISABLE, 0),
    EV_ONESHOT=(EV_ONESHOT, 0),
    EV_CLEAR=(EV_CLEAR, 0),
    EV_RECEIPT=(EV_RECEIPT, 0),
    EV_DISPATCH=(EV_DISPATCH, 0),
    EV_ERROR=(EV_ERROR, 0),
    EV_EOF=(EV_EOF, 0),
)
POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLNVAL, POLLRDNORM = (1 << bit for bit in range(7))
POLLRDBAND, POLLWRBAND = 0x80, 0x100
POLL = Bits(
    "poll events",
    POLLIN=(POLLIN, 0),
    POLLPRI=(POLLPRI, 0),
    POLLOUT=(POLLOUT, 0),
    POLLERR=(POLLERR, 0),
    POLLHUP=(POLLHUP, 0),
    POLLNVAL=(POLLNVAL, 0),
    POLLRDNORM=(POLLRDNORM, 0),
    POLLRDBAND=(POLLRDBAND, 0),
    POLLWRBAND=(POLLWRBAND, 0),
)

# Socket domains, Darwin's number to Linux's.
AF_UNIX, AF_INET, AF_INET6 = 1, 2, 30
FAMILIES = {AF_UNIX: 1, AF_INET: 2, AF_INET6: 10}
FAMILY_NAMES = {0: "AF_UNSPEC", AF_UNIX: "AF_UNIX", AF_INET: "AF_INET", AF_INET6: "AF_INET6"}
STREAM, DATAGRAM = 1, 2
STYLE_NAMES = {STREAM: "SOCK_STREAM", DATAGRAM: "SOCK_DGRAM"}
