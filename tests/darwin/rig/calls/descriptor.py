"""Calls on one descriptor that move no data."""

import ctypes
import errno
import fcntl as host_fcntl
import os
import stat
import struct

from rig import flags, host, layouts
from rig.descriptors import Pipe
from rig.errors import FROM_HOST, Unsupported, fail

FD_CLOEXEC = 1
F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW = 0, 1, 2, 3, 4, 7, 8, 9
F_RDAHEAD, F_NOCACHE, F_GETPATH, F_FULLFSYNC, F_DUPFD_CLOEXEC = 45, 48, 50, 51, 67
F_SETNOSIGPIPE, F_GETNOSIGPIPE, F_BARRIERFSYNC = 73, 74, 85
LOCK_TO_HOST = {1: host_fcntl.F_RDLCK, 2: host_fcntl.F_UNLCK, 3: host_fcntl.F_WRLCK}
FIONREAD, FIONBIO, FIOCLEX, FIONCLEX = 0x4004667F, 0x8004667E, 0x20006601, 0x20006602
TIOCGWINSZ = 0x40087468
HOST_FIONREAD = 0x541B
EXTENDED_BUFFER = 1024  # GETDIRENTRIES64_EXTENDED_BUFSIZE
LONGEST_READ = 128 * 1024 * 1024
LOCK_POLL = 0.05


def close(process, fd):
    """close(2)."""
    process.descriptors.get(fd)
    process.descriptors.forget(fd)
    os.close(fd)
    return 0


def dup(process, fd):
    """dup(2): the lowest number, without FD_CLOEXEC."""
    return _duplicate(process, fd, 0, host_fcntl.F_DUPFD)


def _duplicate(process, fd, lowest, command):
    file = process.descriptors.get(fd)
    if file.kind == "kqueue":
        raise Unsupported("dup of a kqueue")
    return process.descriptors.add(host_fcntl.fcntl(fd, command, lowest), file)


def dup2(process, fd, to):
    """dup2(2)."""
    descriptors = process.descriptors
    file = descriptors.get(fd)
    if not 0 <= to < descriptors.soft:
        fail("EBADF")
    if file.kind == "kqueue":
        raise Unsupported("dup2 of a kqueue")
    if to != fd:
        descriptors.forget(to)
        os.dup2(fd, to)
        descriptors.files[to] = file
    return to


def pipe(process):
    """Both ends come back in registers (bsd/kern/sys_pipe.c)."""
    ends = []
    for end in os.pipe():
        os.set_inheritable(end, True)
        ends.append(end)
    try:
        return tuple(process.descriptors.add(end, Pipe()) for end in ends)
    except Exception:
        for end in ends:
            process.descriptors.forget(end)
            if host.is_open(end):
                os.close(end)
        raise


def fcntl(process, fd, command, argument):
    """fcntl(2) (bsd/kern/kern_descrip.c)."""
    descriptors = process.descriptors
    file = descriptors.get(fd)
    if command in (F_DUPFD, F_DUPFD_CLOEXEC):
        lowest = argument & 0xFFFFFFFF
        if lowest >= descriptors.soft:
            fail("EINVAL")
        theirs = host_fcntl.F_DUPFD_CLOEXEC if command == F_DUPFD_CLOEXEC else host_fcntl.F_DUPFD
        return _duplicate(process, fd, lowest, theirs)
    if command == F_GETFD:
        return host_fcntl.fcntl(fd, host_fcntl.F_GETFD) & FD_CLOEXEC
    if command == F_SETFD:
        if argument & ~FD_CLOEXEC:
            raise Unsupported(f"F_SETFD with {argument:#x}; only FD_CLOEXEC can be set")
        host_fcntl.fcntl(fd, host_fcntl.F_SETFD, argument)
        return 0
    if command == F_GETFL:
        word = host_fcntl.fcntl(fd, host_fcntl.F_GETFL)
        return word & flags.ACCESS | flags.STATUS.from_host(word)
    if command == F_SETFL:
        return _set_status(process, fd, file, argument)
    if command in (F_GETLK, F_SETLK, F_SETLKW):
        return _lock(process, fd, command, argument)
    if command == F_GETPATH:
        path = os.readlink(f"/proc/self/fd/{fd}".encode())
        if file.kind != "vnode":
            fail("EBADF")
        process.memory.write(argument, path + b"\0")
        return 0
    if command in (F_FULLFSYNC, F_BARRIERFSYNC):
        os.fsync(fd)
        return 0
    if command in (F_NOCACHE, F_RDAHEAD):
        return 0
    if command == F_SETNOSIGPIPE:
        file.no_sigpipe = bool(argument & 0xFFFFFFFF)
        return 0
    if command == F_GETNOSIGPIPE:
        return int(file.no_sigpipe)
    raise Unsupported(f"fcntl command {command}")


def _set_status(_process, fd, file, argument):
    """F_SETFL takes the bits of FCNTLFLAGS; the access mode may stand with them and is ignored."""
    if file.kind == "kqueue":
        fail("ENOTTY")
    word = argument & 0xFFFFFFFF & ~flags.ACCESS
    host_fcntl.fcntl(fd, host_fcntl.F_SETFL, flags.STATUS.to_host(word))
    return 0


def _lock(process, fd, command, at):
    start, length, _pid, kind, whence = struct.unpack("<qqihh", process.memory.read(at, 24))
    if kind not in LOCK_TO_HOST:
        fail("EINVAL")
    # struct flock of the host: type, whence, padding, start, length, pid.
    theirs = struct.pack("hhxxxxqqi4x", LOCK_TO_HOST[kind], whence, start, length, 0)
    if command != F_GETLK:
        while True:
            try:
                host_fcntl.fcntl(fd, host_fcntl.F_SETLK, theirs)
                return 0
            except OSError as error:
                if command == F_SETLK or FROM_HOST.get(error.errno) not in (35, 13):
                    raise
            process.waiter.wait([], LOCK_POLL)
    found = host_fcntl.fcntl(fd, host_fcntl.F_GETLK, theirs)
    kind, whence, start, length, pid = struct.unpack("hhxxxxqqi4x", found)
    ours = next(number for number, name in LOCK_TO_HOST.items() if name == kind)
    process.memory.write(at, struct.pack("<qqihh", start, length, pid, ours, whence))
    return 0


def ioctl(process, fd, command, argument):
    """ioctl(2), for the few commands that are not a device's."""
    process.descriptors.get(fd)
    command &= 0xFFFFFFFF
    if command == FIONREAD:
        found = host_fcntl.ioctl(fd, HOST_FIONREAD, bytes(4))
        process.memory.write(argument, found)
    elif command == FIONBIO:
        os.set_blocking(fd, not process.memory.word(argument))
    elif command in (FIOCLEX, FIONCLEX):
        os.set_inheritable(fd, command == FIONCLEX)
    elif command == TIOCGWINSZ and not os.isatty(fd):
        fail("ENOTTY")
    else:
        raise Unsupported(f"ioctl command {command:#x}")
    return 0


def fstat64(process, fd, buffer):
    """fstat64(2)."""
    process.descriptors.get(fd)
    process.memory.write(buffer, layouts.stat64(os.fstat(fd)))
    return 0


def lseek(process, fd, offset, whence):
    """lseek(2); not on sockets, pipes and terminals."""
    if process.descriptors.get(fd).kind not in ("vnode", "device") or os.isatty(fd):
        fail("ESPIPE")
    if whence not in (0, 1, 2):
        fail("EINVAL")
    return os.lseek(fd, offset, whence)


def fsync(process, fd):
    """fsync(2)."""
    if process.descriptors.get(fd).kind == "socket":
        fail("ENOTSUP")
    os.fsync(fd)
    return 0


def ftruncate(process, fd, length):
    """A descriptor that cannot be written is EINVAL (bsd/vfs/vfs_syscalls.c)."""
    process.descriptors.get(fd)
    if length < 0 or host_fcntl.fcntl(fd, host_fcntl.F_GETFL) & flags.ACCESS == os.O_RDONLY:
        fail("EINVAL")
    os.ftruncate(fd, length)
    return 0


def fchmod(process, fd, mode):
    """fchmod(2)."""
    process.descriptors.get(fd)
    os.fchmod(fd, mode & 0o7777)
    return 0


def flock(process, fd, how):
    """flock(2)."""
    process.descriptors.get(fd)
    theirs = flags.LOCK.to_host(how)
    while True:
        try:
            host_fcntl.flock(fd, theirs | host_fcntl.LOCK_NB)
            return 0
        except BlockingIOError:
            if theirs & host_fcntl.LOCK_NB:
                raise
        process.waiter.wait([], LOCK_POLL)


def getdirentries64(process, fd, buffer, size, position_at):
    """getdirentries64(2); the last word of a large buffer is the kernel's (bsd/vfs/vfs_syscalls.c)."""
    process.descriptors.get(fd)
    room = size - 4 if size >= EXTENDED_BUFFER else size
    if not stat.S_ISDIR(os.fstat(fd).st_mode):
        fail("EINVAL")
    before = os.lseek(fd, 0, os.SEEK_CUR)
    # A record of the host's with up to 8 bytes less than Darwin's: 24 become 32.
    space = ctypes.create_string_buffer(min(room, LONGEST_READ, 1 << 20) * 3 // 4)
    try:
        count = host.getdents64(fd, space, len(space))
    except OSError as error:
        if error.errno == errno.EINVAL and room >= 32:
            raise Unsupported(f"a directory record that may not fit into {room} bytes") from None
        raise
    records, _position = layouts.directory_entries(space.raw[:count], room)
    process.memory.write(buffer, records)
    process.memory.write_word(position_at, before, 8)
    if size >= EXTENDED_BUFFER:
        process.memory.write_word(buffer + room, int(count == 0))
    return len(records)
