"""kqueue, kevent, poll and select."""

import os
import struct
import time

from rig import flags, readiness
from rig.errors import Failure, Interrupted, fail
from rig.flags import POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLPRI, POLLRDBAND, POLLRDNORM, POLLWRBAND
from rig.queue import Queue

OPEN_MAX, FD_SETSIZE = 10240, 1024
KEVENT = struct.Struct("<QhHIqQ")
READS = POLLIN | POLLRDNORM | POLLPRI | POLLRDBAND | POLLHUP
WRITES = POLLOUT | POLLWRBAND
LOOK_AGAIN = 0.005  # seconds


def kqueue(process):
    """kqueue(2): closed on exec and on fork (kqueue_internal)."""
    fd = process.descriptors.add(os.eventfd(0, os.EFD_CLOEXEC))
    process.descriptors.files[fd] = Queue(process)
    process.descriptors.close_on_fork.add(fd)
    return fd


def _timeout(process, at):
    """A timespec in seconds, or None without one."""
    if not at:
        return None
    seconds, nanoseconds = struct.unpack("<qq", process.memory.read(at, 16))
    if seconds < 0 or not 0 <= nanoseconds < 1_000_000_000:
        fail("EINVAL")
    return seconds + nanoseconds / 1_000_000_000


def kevent(process, fd, changes_at, change_count, events_at, event_count, timeout_at):
    """kevent(2): never restarted."""
    timeout = _timeout(process, timeout_at)
    queue = process.descriptors.get(fd)
    if queue.kind != "kqueue":
        fail("EBADF")
    told = 0
    for place in range(max(0, change_count)):
        data = process.memory.read(changes_at + 32 * place, 32)
        ident, filter_, word, wanted, count, udata = KEVENT.unpack(data)
        error = 0
        try:
            queue.register(ident, filter_, word & ~0xF000, wanted, count, udata)
        except Failure as failure:
            error = failure.number
        if told < event_count and (error or word & flags.EV_RECEIPT):
            receipt = KEVENT.pack(ident, filter_, word | flags.EV_ERROR, wanted, error, udata)
            process.memory.write(events_at + 32 * told, receipt)
            told += 1
        elif error:
            raise Failure(error)
    if event_count <= 0 or told:
        return told
    events = _scan(process, queue, event_count, timeout)
    for event in events:
        process.memory.write(events_at + 32 * told, KEVENT.pack(*event))
        told += 1
    return told


def _scan(process, queue, most, timeout):
    """kqueue_scan: events come before an interruption."""
    end = None if timeout is None else time.monotonic() + timeout
    while True:
        process.signals.collect()
        wanted = queue.wanted()
        found = process.waiter.ready(wanted)
        events = queue.fired(found, most)
        if events:
            return events
        left = None if end is None else end - time.monotonic()
        if left is not None and left <= 0:
            return []
        try:
            process.waiter.wait(*_pause(wanted, found, left), after_signal=True)
        except Interrupted:
            events = queue.fired(process.waiter.ready(wanted), most)
            if events:
                return events
            fail("EINTR")


def _pause(wanted, found, left):
    """What to wait for, and how long. What is ready on the host without an event here is looked at again soon."""
    if not found:
        return wanted, left
    return [], LOOK_AGAIN if left is None else min(left, LOOK_AGAIN)


def _wait_for(process, wanted, timeout, attempt):
    """Asks the host until `attempt(found)` is not None; None when the time is over. Never restarted."""
    end = None if timeout is None else time.monotonic() + timeout
    while True:
        found = process.waiter.ready(wanted)
        answer = attempt(dict(found))
        if answer is not None:
            return answer
        left = None if end is None else end - time.monotonic()
        if left is not None and left <= 0:
            return None
        try:
            process.waiter.wait(*_pause(wanted, found, left))
        except Interrupted:
            fail("EINTR")


def _asked(process, watches):
    """The host's events for (fd, filter) pairs."""
    wanted = {}
    for fd, filter_ in watches:
        events = readiness.events(fd, process.descriptors.get(fd), filter_)
        if events:
            wanted[fd] = wanted.get(fd, 0) | events
    return list(wanted.items())


def poll(process, fds_at, count, timeout):
    """poll(2), which XNU plays on a kqueue of its own (bsd/kern/sys_generic.c)."""
    limited = count > process.descriptors.soft and (os.geteuid() != 0 or count > FD_SETSIZE)
    if count > OPEN_MAX or limited:
        fail("EINVAL")
    rows = [list(row) for row in struct.iter_unpack("<ihh", process.memory.read(fds_at, 8 * count))] if count else []
    watches, bad = {}, 0
    for place, row in enumerate(rows):
        fd, events, _ = row
        row[2] = 0
        flags.POLL.check(events & 0xFFFF)
        if fd < 0:
            continue
        try:
            asked = [readiness.READ] * bool(events & READS) + [readiness.WRITE] * bool(events & WRITES)
            if asked and not readiness.allowed(fd, process.descriptors.get(fd)):
                fail("EINVAL")
            for filter_ in asked:
                # A descriptor that stands twice has one knote, which tells its last row alone.
                watches[fd, filter_] = place
        except Failure:
            row[2] = POLLNVAL
            bad += 1

    def attempt(found):
        ready = bad
        for (fd, filter_), place in watches.items():
            told = readiness.evaluate(fd, process.descriptors.get(fd), filter_, found.get(fd, 0))
            if told is None:
                continue
            before = rows[place][2]
            rows[place][2] |= _revents(rows[place], filter_, told)
            ready += bool(rows[place][2]) and not before
        return ready or None

    if bad and bad == count:
        ready = bad
    else:
        waits = None if timeout == -1 else (timeout & 0xFFFFFFFF) / 1000
        ready = _wait_for(process, _asked(process, watches), 0 if bad else waits, attempt) or bad
    process.memory.write(fds_at, b"".join(struct.pack("<ihh", *row) for row in rows))
    return ready


def _revents(row, filter_, told):
    """poll_callback: a hang-up takes POLLOUT away."""
    _fd, events, found = row
    if told.end:
        found |= POLLHUP
    if filter_ == readiness.READ:
        mask = POLLIN | POLLRDNORM | (POLLPRI | POLLRDBAND if found & POLLHUP else 0)
        return found | events & mask
    return found if found & POLLHUP else found | events & WRITES


def select(process, count, reads_at, writes_at, excepts_at, timeout_at):
    """select(2)."""
    timeout = None
    if timeout_at:
        seconds, micros = struct.unpack("<qi4x", process.memory.read(timeout_at, 16))
        if seconds < 0 or not 0 <= micros < 1_000_000:
            fail("EINVAL")
        timeout = seconds + micros / 1_000_000
    return _select(process, count, reads_at, writes_at, excepts_at, timeout)


def _select(process, count, reads_at, writes_at, excepts_at, timeout):
    if count < 0:
        fail("EINVAL")
    size = (min(count, FD_SETSIZE) + 31) // 32 * 4
    sets = {}
    for filter_, at in ((readiness.READ, reads_at), (readiness.WRITE, writes_at), (0, excepts_at)):
        word = int.from_bytes(process.memory.read(at, size), "little") if at else 0
        sets[filter_] = [fd for fd in range(count) if word >> fd & 1]
    watches = [(fd, filter_) for filter_, fds in sets.items() for fd in fds]
    for fd, _filter in watches:
        process.descriptors.get(fd)
    watches = [watch for watch in watches if watch[1]]

    def attempt(found):
        ready = [
            watch
            for watch in watches
            if readiness.evaluate(watch[0], process.descriptors.get(watch[0]), watch[1], found.get(watch[0], 0))
        ]
        return ready or None

    ready = _wait_for(process, _asked(process, watches), timeout, attempt) or []
    for filter_, at in ((readiness.READ, reads_at), (readiness.WRITE, writes_at), (0, excepts_at)):
        if at:
            word = sum(1 << fd for fd, fired in ready if fired == filter_)
            process.memory.write(at, word.to_bytes(size, "little"))
    return len(ready)


def pselect(process, count, reads_at, writes_at, excepts_at, timeout_at, mask_at):
    """pselect(2): with another mask while it waits."""
    timeout = _timeout(process, timeout_at)
    signals = process.signals
    if mask_at:
        signals.suspended_mask = signals.mask
        signals.mask = process.memory.word(mask_at)
    try:
        return _select(process, count, reads_at, writes_at, excepts_at, timeout)
    finally:
        if mask_at and signals.next_caught() is None:
            signals.mask, signals.suspended_mask = signals.suspended_mask, None
