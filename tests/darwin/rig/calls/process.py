"""Processes: fork, exec, exit, wait, kill, and whose they are."""

import os
import struct
import sys

from rig import flags, signals
from rig.arguments import signed
from rig.errors import Unsupported, fail
from rig.macho import FAT, MAGIC_64

WAIT_POLL = 0.02  # seconds; see _wait
INT_MIN = -(1 << 31)
ARG_MAX = 1024 * 1024
NGROUPS_MAX = 16
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def exit_process(process, code):
    """exit(2)."""
    process.exit(code)


def fork(process):
    """In the child x0 is its own pid and x1 is 1 (bsd/kern/kern_fork.c, osfmk/arm64/status.c)."""
    pid = process.fork()
    if pid == 0:
        return os.getpid(), 1
    return pid, 0


def getpid(_process):
    """getpid(2)."""
    return os.getpid()


def getppid(_process):
    """getppid(2)."""
    return os.getppid()


def kill(process, pid, number, posix):
    """kill(2); the third argument matters for groups only."""
    if not 0 <= number < 32:
        fail("EINVAL")
    if pid <= 0 and posix & 0xFFFFFFFF != 1:
        raise Unsupported(f"kill of a group with the third argument {posix}; libc passes 1")
    if number and number not in signals.TO_HOST:
        raise Unsupported(f"kill with SIG{signals.NAMES[number - 1]}, which the host does not have")
    os.kill(pid, signals.TO_HOST.get(number, 0))
    process.signals.collect()
    return 0


def status_from_host(status):
    """A wait status with Darwin's signal numbers in it."""
    if os.WIFSTOPPED(status):
        return 0x7F | _signal(os.WSTOPSIG(status)) << 8
    if os.WIFCONTINUED(status):
        return 0x7F | signals.CONT << 8
    if os.WIFSIGNALED(status):
        return _signal(os.WTERMSIG(status)) | (0x80 if os.WCOREDUMP(status) else 0)
    return status & 0xFF00


def _signal(theirs):
    if theirs not in signals.FROM_HOST:
        raise Unsupported(f"a child ended by the host's signal {theirs}")
    return signals.FROM_HOST[theirs]


def _wait(process, attempt):
    """Repeats `attempt` until it finds a child. Where no SIGCHLD is sent, it has to look by itself."""
    action = process.signals.actions[signals.CHLD]
    silent = action.handler == signals.IGN or action.flags & signals.NOCLDWAIT
    while True:
        found = attempt()
        if found is not None:
            return found
        process.waiter.wait([], WAIT_POLL if silent else None, after_signal=True)


def wait4(process, pid, status_at, options, usage_at):
    """wait4(2); unknown options are ignored by XNU, and a mistake to the rig."""
    if pid == INT_MIN:
        fail("EINVAL")
    theirs = flags.WAIT.to_host(options)

    def attempt():
        found, status, usage = os.wait4(pid, theirs | os.WNOHANG)
        if found:
            return found, status_from_host(status), usage
        return (0, 0, None) if options & flags.WNOHANG else None

    found, status, usage = _wait(process, attempt)
    if not found:
        return 0
    if status_at:
        process.memory.write_word(status_at, status)
    if usage_at:
        process.memory.write(usage_at, rusage(usage))
    return found


def rusage(usage):
    """struct rusage, 144 bytes."""
    times = b"".join(
        struct.pack("<qi4x", int(seconds), int(seconds % 1 * 1_000_000)) for seconds in (usage.ru_utime, usage.ru_stime)
    )
    counts = (
        usage.ru_maxrss * 1024,
        usage.ru_ixrss,
        usage.ru_idrss,
        usage.ru_isrss,
        usage.ru_minflt,
        usage.ru_majflt,
        usage.ru_nswap,
        usage.ru_inblock,
        usage.ru_oublock,
        usage.ru_msgsnd,
        usage.ru_msgrcv,
        usage.ru_nsignals,
        usage.ru_nvcsw,
        usage.ru_nivcsw,
    )
    return times + struct.pack("<14q", *counts)


def waitid(process, kind, ident, info_at, options):
    """waitid(2); no options or unknown ones are EINVAL (bsd/kern/kern_exit.c)."""
    if kind not in (0, 1, 2) or not options or options & ~flags.WAITID.known:
        fail("EINVAL")
    theirs = flags.WAITID.to_host(options)
    host_kind = (os.P_ALL, os.P_PID, os.P_PGID)[kind]

    def attempt():
        found = os.waitid(host_kind, ident, theirs | os.WNOHANG)
        return (found,) if found is not None or options & flags.WNOHANG else None

    (found,) = _wait(process, attempt)
    info = bytes(104)
    if found is not None:
        status = found.si_status
        if found.si_code != os.CLD_EXITED:
            status = _signal(status)
        info = struct.pack("<iiiiIi", signals.CHLD, 0, found.si_code, found.si_pid, found.si_uid, status).ljust(
            104, b"\0"
        )
    process.memory.write(info_at, info)
    return 0


def execve(process, path_at, arguments_at, environment_at):
    """A Mach-O runs in a rig again, any other program of the host directly."""
    memory = process.memory
    path = memory.string(path_at)
    arguments = memory.pointers(arguments_at) if arguments_at else []
    environment = memory.pointers(environment_at) if environment_at else []
    if sum(len(text) + 1 for text in arguments + environment) + len(path) > ARG_MAX:
        fail("E2BIG")
    if not path:
        fail("ENOENT")
    emulated = _is_macho(path)
    for fd in [fd for fd, file in process.descriptors.files.items() if file.kind == "kqueue"]:
        process.descriptors.forget(fd)
    process.signals.release_for_exec()
    process.descriptors.release_for_exec()
    if emulated:
        words = [os.fsencode(sys.executable), os.fsencode(PACKAGE)]
        words += [b"--trace"] * bool(process.trace) + [b"--old"] * process.old
        words += [b"--ignored", ",".join(map(str, process.signals.ignored())).encode()]
        words += [b"--name", arguments[0] if arguments else b"", path] + arguments[1:]
        program = words[0]
    else:
        program, words = path, arguments or [path]
    pairs = dict(text.split(b"=", 1) for text in environment if b"=" in text[1:])
    try:
        os.execve(program, words, pairs)
    finally:
        # Only after a failure: everything as it was.
        process.signals.reclaim()
        process.descriptors.reclaim()


def _is_macho(path):
    """Looks at the first bytes; what cannot be executed at all is left to the host to refuse."""
    if not os.access(path, os.X_OK):
        return False
    try:
        with open(path, "rb") as file:
            head = file.read(4)
    except OSError:
        return False
    return int.from_bytes(head, "little") in (MAGIC_64, *FAT)


def getuid(_process):
    """getuid(2)."""
    return os.getuid()


def geteuid(_process):
    """geteuid(2)."""
    return os.geteuid()


def getgid(_process):
    """getgid(2)."""
    return os.getgid()


def getegid(_process):
    """getegid(2)."""
    return os.getegid()


def setuid(_process, uid):
    """As root all three ids (bsd/kern/kern_prot.c)."""
    os.setuid(uid)
    return 0


def setgid(_process, gid):
    """As root all three ids."""
    os.setgid(gid)
    return 0


def setgroups(process, count, groups_at):
    """An empty list becomes [0], wheel (bsd/kern/kern_prot.c:1366)."""
    if os.geteuid() != 0:
        fail("EPERM")
    if count > NGROUPS_MAX:
        fail("EINVAL")
    groups = struct.unpack(f"<{count}I", process.memory.read(groups_at, 4 * count)) if count else (0,)
    os.setgroups(groups)
    return 0


def getgroups(process, count, groups_at):
    """getgroups(2)."""
    groups = os.getgroups()[:NGROUPS_MAX]
    if count == 0:
        return len(groups)
    if count < len(groups):
        fail("EINVAL")
    process.memory.write(groups_at, struct.pack(f"<{len(groups)}I", *groups))
    return len(groups)


def setsid(_process):
    """setsid(2)."""
    os.setsid()
    return os.getpid()


def getpgid(_process, pid):
    """getpgid(2)."""
    return os.getpgid(pid)


def getpgrp(_process):
    """getpgrp(2)."""
    return os.getpgrp()


def setpgid(_process, pid, group):
    """setpgid(2)."""
    os.setpgid(pid, signed(group, 32))
    return 0


def umask(_process, mask):
    """umask(2)."""
    return os.umask(mask & 0o777)
