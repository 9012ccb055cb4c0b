"""Clocks, timers and resources."""

import os
import resource
import signal
import struct
import time

from rig import trap
from rig.calls.process import rusage
from rig.descriptors import INFINITE, OPEN_MAX
from rig.errors import Unsupported, fail

LONGEST_TIMER = 100_000_000  # bsd/kern/kern_time.c: itimerfix
# resource numbers, bsd/sys/resource.h; the host's is found by name.
LIMITS = {0: "CPU", 1: "FSIZE", 2: "DATA", 3: "STACK", 4: "CORE", 5: "AS", 6: "MEMLOCK", 7: "NPROC", 8: "NOFILE"}
LIMIT_FLAG = 0x1000
SYSCTL = {
    (1, 1): b"Darwin\0",
    (1, 2): b"24.4.0\0",
    (1, 4): b"Darwin Kernel Version 24.4.0\0",
    (6, 1): b"arm64\0",
    (6, 3): struct.pack("<i", os.cpu_count() or 1),
    (6, 7): struct.pack("<i", 16384),
}


def gettimeofday(process, time_at, zone_at, mach_at):
    """The third argument is written through if it is not zero."""
    now = time.time_ns()
    if time_at:
        seconds, rest = divmod(now, 1_000_000_000)
        process.memory.write(time_at, struct.pack("<qi4x", seconds & 0xFFFFFFFF, rest // 1000))
    if zone_at:
        process.memory.write(zone_at, bytes(8))
    if mach_at:
        process.memory.write_word(mach_at, trap.mach_time(), 8)
    return 0


TIMERS = {0: signal.ITIMER_REAL, 1: signal.ITIMER_VIRTUAL, 2: signal.ITIMER_PROF}


def _pack_timer(remaining, interval):
    words = []
    for value in (interval, remaining):
        words += [int(value), int(value % 1 * 1_000_000)]
    return struct.pack("<qi4xqi4x", *words)


def setitimer(process, which, new_at, old_at):
    """setitimer(2)."""
    if which not in TIMERS:
        fail("EINVAL")
    old = signal.getitimer(TIMERS[which])
    if new_at:
        every, every_us, first, first_us = struct.unpack("<qi4xqi4x", process.memory.read(new_at, 32))
        for seconds, micros in ((every, every_us), (first, first_us)):
            if not 0 <= seconds <= LONGEST_TIMER or not 0 <= micros < 1_000_000:
                fail("EINVAL")
        signal.setitimer(TIMERS[which], first + first_us / 1_000_000, every + every_us / 1_000_000)
    if old_at:
        process.memory.write(old_at, _pack_timer(*old))
    return 0


def getitimer(process, which, at):
    """getitimer(2)."""
    if which not in TIMERS:
        fail("EINVAL")
    process.memory.write(at, _pack_timer(*signal.getitimer(TIMERS[which])))
    return 0


def getrusage(process, who, at):
    """getrusage(2)."""
    if who not in (0, -1):
        fail("EINVAL")
    process.memory.write(at, rusage(resource.getrusage(who)))
    return 0


def _host_limit(which):
    number = which & ~LIMIT_FLAG
    if number not in LIMITS:
        fail("EINVAL")
    return LIMITS[number]


def _from_host(value):
    return INFINITE if value == resource.RLIM_INFINITY else value


def getrlimit(process, which, at):
    """getrlimit(2); RLIM_INFINITY is 2^63 - 1."""
    name = _host_limit(which)
    if name == "NOFILE":
        pair = process.descriptors.soft, process.descriptors.hard
    else:
        pair = tuple(map(_from_host, resource.getrlimit(getattr(resource, "RLIMIT_" + name))))
    process.memory.write(at, struct.pack("<QQ", *pair))
    return 0


def setrlimit(process, which, at):
    """setrlimit(2)."""
    name = _host_limit(which)
    soft, hard = struct.unpack("<QQ", process.memory.read(at, 16))
    if soft > hard:
        fail("EINVAL")
    if name == "NOFILE":
        descriptors = process.descriptors
        if hard > descriptors.hard and os.geteuid() != 0:
            fail("EPERM")
        descriptors.soft = min(soft, OPEN_MAX, descriptors.own)
        descriptors.hard = min(hard, OPEN_MAX, descriptors.own)
        return 0
    if name in ("AS", "DATA", "STACK", "MEMLOCK"):
        raise Unsupported(f"setrlimit of RLIMIT_{name}: it would limit the rig itself")
    pair = tuple(resource.RLIM_INFINITY if value >= INFINITE else value for value in (soft, hard))
    resource.setrlimit(getattr(resource, "RLIMIT_" + name), pair)
    return 0


def sysctl(process, name_at, count, old_at, size_at, new_at, _new_size):
    """A few constants of the machine."""
    if not 2 <= count <= 12:
        fail("EINVAL")
    name = struct.unpack(f"<{count}i", process.memory.read(name_at, 4 * count))
    if new_at:
        raise Unsupported(f"setting sysctl {name}")
    if name not in SYSCTL:
        raise Unsupported(f"sysctl {name}")
    data = SYSCTL[name]
    if old_at:
        room = process.memory.word(size_at, 8)
        process.memory.write(old_at, data[:room])
        if room < len(data):
            fail("ENOMEM")
    if size_at:
        process.memory.write_word(size_at, len(data), 8)
    return 0


def getentropy(process, buffer, size):
    """getentropy(2): at most 256 bytes; the result is 0, no count."""
    if size > 256:
        fail("EINVAL")
    process.memory.write(buffer, os.urandom(size))
    return 0
