"""A kqueue: what is watched, and what has happened (bsd/kern/kern_event.c).

Filters: READ, WRITE, SIGNAL, PROC with NOTE_EXIT. A knote that fired and stays
ready goes to the end of the line, so that none starves another.
"""

import os
import select

from rig import readiness
from rig.descriptors import File
from rig.errors import NUMBERS, Failure, Unsupported
from rig.flags import (
    EV_ADD,
    EV_CLEAR,
    EV_DELETE,
    EV_DISABLE,
    EV_DISPATCH,
    EV_ENABLE,
    EV_EOF,
    EV_ONESHOT,
    EVENT,
)

READ, WRITE, PROC, SIGNAL = -1, -2, -5, -6
NAMES = {-3: "AIO", -4: "VNODE", -7: "TIMER", -8: "MACHPORT", -9: "FS", -10: "USER"}
COUNT = 18  # EVFILT_SYSCOUNT
NOTE_EXIT, NOTE_EXITSTATUS = 0x80000000, 0x04000000
INPUT = EVENT.known & ~0xF000


class Knote:
    """One watched thing."""

    def __init__(self, ident, filter_, word, wanted, data, udata):
        self.ident, self.filter = ident, filter_
        self.flags, self.wanted, self.data, self.udata = word, wanted, data, udata
        self.disabled = bool(word & EV_DISABLE)
        self.count = 0  # signals since the last look
        self.armed = True  # with EV_CLEAR: something changed since the last look
        self.process = None  # a pidfd of the host


class Queue(File):
    """The file behind a kqueue's descriptor."""

    kind = "kqueue"

    def __init__(self, process):
        super().__init__()
        self.process = process
        self.knotes = {}
        process.signals.listeners.append(self.signalled)
        process.descriptors.on_close.append(self.closed)

    def close(self):
        """Lets everything go that the host keeps for it."""
        for knote in list(self.knotes.values()):
            self.drop(knote)
        self.process.signals.listeners.remove(self.signalled)
        self.process.descriptors.on_close.remove(self.closed)

    # Changes.

    def register(self, ident, filter_, word, wanted, data, udata):
        """kevent_register: one change."""
        if not -COUNT <= filter_ < 0:
            raise Failure(NUMBERS["EINVAL"])
        if word & ~INPUT:
            raise Unsupported(f"kevent flags {word & ~INPUT:#x}")
        if filter_ not in (READ, WRITE, PROC, SIGNAL):
            raise Unsupported(f"EVFILT_{NAMES.get(filter_, filter_)}")
        if word & EV_DELETE:
            word &= ~EV_ADD
        if word & EV_DISABLE:
            word &= ~EV_ENABLE
        knote = self.knotes.get((ident, filter_))
        if knote is None:
            if not word & EV_ADD:
                raise Failure(NUMBERS["ENOENT"])
            knote = Knote(ident, filter_, word, wanted, data, udata)
            self._attach(knote)
            self.knotes[ident, filter_] = knote
        elif word & EV_DELETE:
            self.drop(knote)
        else:
            knote.wanted, knote.udata, knote.armed = wanted, udata, True
            if word & EV_DISABLE:
                knote.disabled = True
            elif word & EV_ENABLE:
                knote.disabled = False

    def _attach(self, knote):
        if knote.filter in (READ, WRITE):
            fd = knote.ident & 0xFFFFFFFF
            file = self.process.descriptors.get(fd)
            if file.kind == "kqueue":
                raise Unsupported("a kqueue in a kqueue")
            if knote.wanted:
                raise Unsupported(f"fflags {knote.wanted:#x} of EVFILT_READ or EVFILT_WRITE")
            if not readiness.allowed(fd, file):
                raise Failure(NUMBERS["EINVAL"])
        elif knote.filter == PROC:
            if knote.wanted & ~NOTE_EXIT:
                raise Unsupported(f"EVFILT_PROC with {knote.wanted:#x}; only NOTE_EXIT is played")
            try:
                knote.process = self.process.descriptors.keep(os.pidfd_open(knote.ident))
            except OSError:
                raise Failure(NUMBERS["ESRCH"]) from None
            knote.flags |= EV_CLEAR
        else:
            knote.flags |= EV_CLEAR

    def drop(self, knote):
        """EV_DELETE, EV_ONESHOT, or the descriptor was closed."""
        if knote.process is not None:
            os.close(knote.process)
        self.knotes.pop((knote.ident, knote.filter), None)

    def closed(self, fd):
        """knote_fdclose."""
        for filter_ in (READ, WRITE):
            knote = self.knotes.get((fd, filter_))
            if knote:
                self.drop(knote)

    def signalled(self, number):
        """filt_signal: also for ignored and blocked signals."""
        knote = self.knotes.get((number, SIGNAL))
        if knote:
            knote.count += 1

    # Events.

    def wanted(self):
        """What the host has to be asked for, as (descriptor, events)."""
        asked = {}
        for knote in self.knotes.values():
            if knote.disabled:
                continue
            if knote.filter == PROC:
                asked[knote.process] = select.POLLIN
            elif knote.filter != SIGNAL:
                file = self.process.descriptors.get(knote.ident)
                events = readiness.events(knote.ident, file, knote.filter)
                if events:
                    asked[knote.ident] = asked.get(knote.ident, 0) | events
        return list(asked.items())

    def fired(self, found, most):
        """The events that are due, at most `most`, as tuples; `found` is what the host told."""
        ready = dict(found)
        due = []
        for knote in list(self.knotes.values()):
            if len(due) == most:
                break
            if knote.disabled:
                continue
            event = self._event(knote, ready)
            if event is None:
                continue
            due.append(event)
            if knote.flags & EV_ONESHOT:
                self.drop(knote)
                continue
            if knote.flags & EV_DISPATCH:
                knote.disabled = True
            # To the end of the line.
            self.knotes[knote.ident, knote.filter] = self.knotes.pop((knote.ident, knote.filter))
        return due

    def _event(self, knote, ready):
        if knote.filter == SIGNAL:
            count, knote.count = knote.count, 0
            return self._tuple(knote, count) if count else None
        if knote.filter == PROC:
            if not ready.get(knote.process):
                return None
            knote.flags |= EV_ONESHOT
            return self._tuple(knote, 0, EV_EOF | EV_ONESHOT, knote.wanted & NOTE_EXIT)
        file = self.process.descriptors.get(knote.ident)
        told = readiness.evaluate(knote.ident, file, knote.filter, ready.get(knote.ident, 0))
        if told is None or (file.kind == "vnode" and knote.filter == READ and not told.data):
            return None
        if knote.flags & EV_CLEAR:
            # Edge-triggered: the host gives no edges, so a change of the count has to do.
            state = (told.data, told.end)
            if not knote.armed and state == knote.data:
                return None
            knote.armed, knote.data = False, state
        return self._tuple(knote, told.data, EV_EOF if told.end else 0, told.error)

    @staticmethod
    def _tuple(knote, data, word=0, fflags=0):
        return knote.ident, knote.filter, knote.flags | word, fflags, data, knote.udata
