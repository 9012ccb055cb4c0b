"""Signals: which are set how, which are pending, and how one reaches the program.

All of the host's signals that Darwin knows stay blocked in this process; a
signalfd and sigtimedwait find them, so none is lost and no call of the host is
cut short. What Darwin would do with one is then done here (bsd/kern/kern_sig.c,
bsd/dev/arm/unix_signal.c).
"""

import os
import signal
import struct

from rig import engine, host
from rig.errors import Failure, Interrupted, Unsupported, fail

# bsd/sys/signal.h, from 1 on.
_NAMES = """
HUP INT QUIT ILL TRAP ABRT EMT FPE KILL BUS SEGV SYS PIPE ALRM TERM URG STOP TSTP CONT CHLD TTIN TTOU IO XCPU XFSZ
VTALRM PROF WINCH INFO USR1 USR2
"""
NAMES = _NAMES.split()
NUMBERS = {"SIG" + name: number for number, name in enumerate(NAMES, 1)}
TO_HOST = {number: int(getattr(signal, name)) for name, number in NUMBERS.items() if hasattr(signal, name)}
FROM_HOST = {theirs: ours for ours, theirs in TO_HOST.items()}
HOST_SET = frozenset(FROM_HOST) - {int(signal.SIGKILL), int(signal.SIGSTOP)}

KILL, STOP, CONT, CHLD, ILL, TRAP, PIPE = 9, 17, 19, 20, 4, 5, 13
IGNORED_BY_DEFAULT = {16, 19, 20, 23, 28, 29}
STOPPING = {17, 18, 21, 22}
DFL, IGN = 0, 1
ONSTACK, RESTART, RESETHAND, NOCLDSTOP, NODEFER, NOCLDWAIT, SIGINFO = 1, 2, 4, 8, 0x10, 0x20, 0x40
VALIDATE = 0x400  # SA_VALIDATE_SIGRETURN_FROM_SIGTRAMP
CANT_MASK = 1 << KILL - 1 | 1 << STOP - 1
STYLE_PLAIN, STYLE_SIGINFO = 1, 30
FRAME, RED_ZONE, MCONTEXT = 976, 128, 816


def bit(number):
    """The place of a signal in a mask."""
    return 1 << number - 1


class Action:
    """What sigaction set."""

    __slots__ = ("flags", "handler", "mask", "trampoline")

    def __init__(self, handler=DFL, trampoline=0, mask=0, flags=0):
        self.handler, self.trampoline, self.mask, self.flags = handler, trampoline, mask, flags


class Signals:
    """The signal state of one process with one thread."""

    def __init__(self, process):
        self.process = process
        self.actions = [Action() for _ in range(32)]
        old = signal.pthread_sigmask(signal.SIG_BLOCK, HOST_SET)
        self.mask = sum(bit(FROM_HOST[number]) for number in old if number in FROM_HOST)
        self.pending = {}
        self.suspended_mask = None
        self.altstack = None
        self.on_altstack = False
        self.validate = None
        self.token = 0
        self.frames = 0
        # Called with the number of each signal that is posted, also an ignored one.
        self.listeners = []

    def ignore_inherited(self, numbers):
        """Signals that were ignored before exec are still."""
        for number in numbers:
            self.actions[number].handler = IGN
            self._tell_host(number)

    # From the host.

    def collect(self):
        """Takes over what the host has pending. True if there was anything."""
        found = False
        while (info := signal.sigtimedwait(HOST_SET, 0)) is not None:
            found = True
            self.post(FROM_HOST[info.si_signo], (info.si_code, info.si_pid, info.si_uid, info.si_status))
        return found

    def post(self, number, info=(0, 0, 0, 0)):
        """psignal: listeners first, then the ignored ones go."""
        for listener in self.listeners:
            listener(number)
        if number == CONT:
            for stopping in STOPPING:
                self.pending.pop(stopping, None)
        elif number in STOPPING:
            self.pending.pop(CONT, None)
        if not self.is_ignored(number):
            self.pending.setdefault(number, info)

    def is_ignored(self, number):
        """SIG_IGN, or a default that does nothing."""
        handler = self.actions[number].handler
        return handler == IGN or handler == DFL and number in IGNORED_BY_DEFAULT

    def eat_pipe(self):
        """Discards the SIGPIPE that a failed write of the rig itself has raised."""
        signal.sigtimedwait({signal.SIGPIPE}, 0)

    # Before the program goes on, and while it waits.

    def next_caught(self):
        """The lowest pending signal that a handler gets now; default actions happen on the way."""
        for number in sorted(self.pending):
            if self.mask & bit(number):
                continue
            if self.is_ignored(number):
                del self.pending[number]
            elif self.actions[number].handler != DFL:
                return number
            else:
                del self.pending[number]
                self.default(number)
        return None

    def interrupt(self):
        """Ends the wait of a call if a handler has to run."""
        number = self.next_caught()
        if number is not None:
            raise Interrupted(bool(self.actions[number].flags & RESTART))

    def default(self, number):
        """Lets the host do the default action to this process: it stops or ends."""
        theirs = TO_HOST.get(number)
        if theirs is None:
            # SIGEMT and SIGINFO; only the first one kills.
            raise Unsupported(f"SIG{NAMES[number - 1]} ends the program; the host has no such signal")
        if number not in STOPPING:
            self.process.ending()
        if theirs not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(theirs, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {theirs})
        os.kill(os.getpid(), theirs)
        signal.pthread_sigmask(signal.SIG_BLOCK, HOST_SET)

    # Calls.

    def set_action(self, number, action):
        """setsigvec."""
        self.actions[number] = action
        if self.is_ignored(number):
            self.pending.pop(number, None)
        self._tell_host(number)

    def _tell_host(self, number):
        """Ignored ones are inherited by exec, and SIGCHLD's decides about zombies."""
        theirs = TO_HOST.get(number)
        if theirs is None or number in (KILL, STOP):
            return
        action = self.actions[number]
        if number == CHLD:
            ignored = action.handler == IGN or action.flags & NOCLDWAIT
            signal.signal(theirs, signal.SIG_IGN if ignored else signal.SIG_DFL)

    def release_for_exec(self):
        """Gives the host's process the mask and the dispositions of the program."""
        for number, theirs in TO_HOST.items():
            if number not in (KILL, STOP):
                ignored = self.actions[number].handler == IGN
                signal.signal(theirs, signal.SIG_IGN if ignored else signal.SIG_DFL)
        blocked = {theirs for number, theirs in TO_HOST.items() if self.mask & bit(number)}
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    @staticmethod
    def reclaim():
        """After an exec that failed."""
        signal.pthread_sigmask(signal.SIG_SETMASK, HOST_SET)

    def ignored(self):
        """Numbers of the signals set to SIG_IGN."""
        return [number for number in range(1, 32) if self.actions[number].handler == IGN]

    def forked(self):
        """In the child nothing is pending."""
        self.pending.clear()

    # Delivery.

    def deliver(self):
        """Puts a frame on the stack for every signal that has to be handled now (bsd_ast)."""
        self.collect()
        if not self.pending:
            return
        while (number := self.next_caught()) is not None:
            self._send(number, self.pending.pop(number))

    def _send(self, number, info):
        """postsig and sendsig."""
        action = self.actions[number]
        saved = self.mask if self.suspended_mask is None else self.suspended_mask
        self.suspended_mask = None
        self.mask |= action.mask & ~CANT_MASK
        if not action.flags & NODEFER:
            self.mask |= bit(number)
        if action.flags & RESETHAND and number not in (ILL, TRAP):
            self.set_action(number, Action(mask=action.mask, flags=action.flags & ~(SIGINFO | NODEFER)))
        words, memory = self.process.engine.words, self.process.memory
        if not self.frames:
            self.token = int.from_bytes(os.urandom(8), "little")
        self.frames += 1
        sp, size, was_on = words[engine.SP], 0, self.on_altstack
        if self.altstack and not was_on and action.flags & ONSTACK:
            sp, size = sum(self.altstack), self.altstack[1]
            self.on_altstack = True
        sp = sp - FRAME - RED_ZONE & ~15
        code, pid, uid, status = info
        siginfo = struct.pack("<iiiiIiQ", number, 0, code, pid, uid, status, words[engine.PC])
        siginfo = (siginfo + bytes(16) + struct.pack("<Q", words[engine.SP])).ljust(104, b"\0")
        context = struct.pack("<iIQQi4xQQQ", was_on, saved, sp, size, int(was_on), 0, MCONTEXT, sp + 160)
        try:
            memory.write(sp, siginfo + context + self._machine_context(words))
        except Failure:
            self.frames -= 1
            self.actions[ILL] = Action()
            self.mask &= ~bit(ILL)
            self.process.complain(f"no room for the frame of SIG{NAMES[number - 1]} at {sp:#x}: SIGILL")
            self.default(ILL)
        style = STYLE_SIGINFO if action.flags & SIGINFO else STYLE_PLAIN
        context_at = sp + 104
        arguments = (action.handler, style, number, sp, context_at, context_at ^ self.token)
        for place, value in enumerate(arguments):
            words[place] = value
        words[engine.SP], words[engine.PC], words[engine.NZCV] = sp, action.trampoline, 0
        self.process.trace_signal(number, action)

    def _machine_context(self, words):
        processor = self.process.engine
        processor.load_vectors()
        general = struct.pack("<31Q", *words[0:31])
        state = general + struct.pack("<QQII", words[engine.SP], words[engine.PC], words[engine.NZCV], 0)
        vectors = bytes(memoryview(processor.vectors).cast("B"))
        floats = struct.pack("<II8x", *processor.float_state)
        fault = struct.pack("<QII", self.process.fault_address, 0, 0)
        return fault + state + vectors + floats

    def sigreturn(self, context, style, token):
        """The way back; the caller leaves all registers alone."""
        style &= 0xFFFFFFFF
        if style in (0x40000000, 0x80000000):
            self.on_altstack = style == 0x40000000
            return
        memory, processor = self.process.memory, self.process.engine
        on_stack, mask, _sp, _size, _flags, _link, size, at = struct.unpack("<iIQQi4xQQQ", memory.read(context, 56))
        if size != MCONTEXT:
            fail("EINVAL")
        machine = memory.read(at, MCONTEXT)
        self.on_altstack = bool(on_stack & 1)
        self.mask = mask & ~CANT_MASK
        if token != context ^ self.token and self.validate is not False:
            fail("EINVAL")
        words = processor.words
        words[0:31] = struct.unpack_from("<31Q", machine, 16)
        words[engine.SP], words[engine.PC], words[engine.NZCV] = struct.unpack_from("<QQI", machine, 264)
        words[engine.NZCV] &= 0xF << 28
        processor.vectors[:] = struct.unpack_from("<64Q", machine, 288)
        processor.float_state[:] = struct.unpack_from("<II", machine, 800)
        processor.store_vectors()
        self.frames = max(0, self.frames - 1)

    def descriptor(self):
        """A descriptor of the host that is readable when `collect` would find something."""
        return host.signal_descriptor(HOST_SET)
