"""sigaction and its kin (bsd/kern/kern_sig.c)."""

import struct

from rig import signals
from rig.errors import Interrupted, NoReturn, fail
from rig.signals import CANT_MASK, CHLD, KILL, NOCLDSTOP, NOCLDWAIT, STOP, Action

USERSPACE_MASK = 0x7F  # SA_USERSPACE_MASK
RETURNED = 0x43 | 0x10  # of all signals; SIGCHLD has two more
SA_DISABLE, SA_ONSTACK = 4, 1
SMALLEST_STACK = 8 * 1024


def sigaction(process, number, new_at, old_at):
    """24 bytes go in, 16 come out."""
    state = process.signals
    if not 0 < number < 32 or number in (KILL, STOP):
        fail("EINVAL")
    new = None
    if new_at:
        handler, trampoline, mask, word = struct.unpack("<QQII", process.memory.read(new_at, 24))
        new = Action(handler, trampoline, mask & ~CANT_MASK, word & USERSPACE_MASK)
        validate = bool(word & signals.VALIDATE)
    if old_at:
        old = state.actions[number]
        word = old.flags & (RETURNED | (NOCLDSTOP | NOCLDWAIT if number == CHLD else 0))
        process.memory.write(old_at, struct.pack("<QII", old.handler, old.mask, word))
    if new is not None:
        if state.validate is None:
            state.validate = validate
        state.set_action(number, new)
    return 0


def sigprocmask(process, how, new_at, old_at):
    """sigprocmask(2): `how` is 1, 2 or 3."""
    state = process.signals
    old = state.mask
    if new_at:
        mask = process.memory.word(new_at) & ~CANT_MASK
        if how == 1:
            state.mask |= mask
        elif how == 2:
            state.mask &= ~mask
        elif how == 3:
            state.mask = mask
        else:
            fail("EINVAL")
    if old_at:
        process.memory.write_word(old_at, old)
    return 0


def sigpending(process, at):
    """sigpending(2)."""
    process.signals.collect()
    if at:
        process.memory.write_word(at, sum(signals.bit(number) for number in process.signals.pending))
    return 0


def sigsuspend(process, mask):
    """sigsuspend(2): the mask comes by value; the end is EINTR always."""
    state = process.signals
    state.suspended_mask, state.mask = state.mask, mask & ~CANT_MASK
    while True:
        try:
            process.waiter.wait([])
        except Interrupted:
            fail("EINTR")


def sigreturn(process, context, style, token):
    """sigreturn(2)."""
    process.signals.sigreturn(context, style, token)
    if style & 0xFFFFFFFF in (0x40000000, 0x80000000):
        return 0
    raise NoReturn


def sigaltstack(process, new_at, old_at):
    """sigaltstack(2): struct sigaltstack is sp, size, flags, 24 bytes."""
    state = process.signals
    if old_at:
        place, size = state.altstack or (0, 0)
        word = SA_ONSTACK if state.on_altstack else 0 if state.altstack else SA_DISABLE
        process.memory.write(old_at, struct.pack("<QQi4x", place, size, word))
    if new_at:
        place, size, word = struct.unpack("<QQi4x", process.memory.read(new_at, 24))
        if word & ~SA_DISABLE:
            fail("EINVAL")
        if word & SA_DISABLE:
            if state.on_altstack:
                fail("EINVAL")
            state.altstack = None
        elif state.on_altstack:
            fail("EPERM")
        elif size < SMALLEST_STACK:
            fail("ENOMEM")
        else:
            state.altstack = (place, size)
    return 0
