"""The emulated process: the run loop, the trap, faults, and the end."""

import os
import resource
import signal
import sys

from rig import alignment, engine, image, signals
from rig.descriptors import Descriptors
from rig.errors import Failure, Interrupted, Unsupported, translated
from rig.memory import Memory
from rig.waiting import Waiter

INSTRUCTIONS = 250_000  # between two looks at signals; about 2 ms
REFUSED = 70  # exit code when the rig cannot go on
SVC_80 = 0xD4001001


class Process:
    """Everything that fork copies and exec throws away."""

    def __init__(self, path, trace=None, old=False):
        self.path, self.old = path, old
        self.trace = trace
        self.injection = None
        self.engine = engine.Engine()
        self.words = self.engine.words
        self.memory = Memory(self.engine)
        self.signals = signals.Signals(self)
        self.descriptors = Descriptors()
        self.waiter = Waiter(self.signals, self.descriptors.keep(self.signals.descriptor()))
        self.fault_address = 0

    # Running.

    def run(self, handle_trap):
        """Runs until the process ends; `handle_trap(process)` answers each svc."""
        processor, words, memory = self.engine, self.words, self.memory
        reason = None
        while True:
            words[18] = 0  # osfmk/arm64/locore.s: on every return to user mode
            processor.store()
            try:
                reason = processor.run(image.EXIT, INSTRUCTIONS)
                if reason == engine.SVC:
                    word = memory.word(words[engine.PC] - 4)
                    if word != SVC_80:
                        raise Unsupported(f"svc #{word >> 5 & 0xFFFF:#x}; XNU does not look, but it is a mistake")
                    handle_trap(self)
                elif reason == engine.CHECK:
                    self._step_misaligned(handle_trap)
                elif reason != engine.SLICE:
                    self._fault(reason)
                elif words[engine.PC] == image.EXIT:
                    # dyld calls exit(3) of libSystem with what main returned.
                    self.exit(words[0])
                self.signals.deliver()
            except Unsupported as error:
                self.refuse(str(error))

    def watch_code(self, region):
        """Finds the instructions in new code after which sp has to be looked at."""
        for address in alignment.suspects(region.view, region.start):
            self.engine.watch(address)

    def _step_misaligned(self, handle_trap):
        """Executes one suspect, and then single steps as long as sp is misaligned."""
        processor, words = self.engine, self.words
        while True:
            at = words[engine.PC]
            word = self.memory.word(at)
            if words[engine.SP] & 15 and alignment.uses_sp(word):
                self.fault_address = words[engine.SP]
                self._die_of(10, f"load or store through a misaligned sp (EXC_ARM_SP_ALIGN): {word:#010x}")
                return
            processor.store()
            reason = processor.run(image.EXIT, 1, skip=at)
            if reason == engine.SVC:
                handle_trap(self)
                self.signals.deliver()
                words[18] = 0
            elif reason != engine.SLICE:
                self._fault(reason)
                return
            if not words[engine.SP] & 15 or words[engine.PC] == image.EXIT:
                return

    # Faults.

    def _fault(self, reason):
        """What the kernel makes of an exception (osfmk/arm64/sleh.c, bsd/uxkern/ux_exception.c)."""
        pc = self.words[engine.PC]
        if reason == engine.BREAKPOINT:
            return self._die_of(signals.TRAP, "brk")
        if pc & 3:
            return self._die_of(10, "misaligned pc")
        if reason == engine.UNDEFINED:
            return self._die_of(signals.ILL, "undefined instruction")
        if reason == engine.DATA_ABORT:
            return self._die_of(10, "misaligned atomic access")
        if reason != engine.MEMORY:
            raise Unsupported(f"the engine stopped for exception {reason}")
        access, address = self.engine.access, self.engine.address
        self.fault_address = address
        verb = {
            engine.READ_UNMAPPED: "read",
            engine.READ_PROT: "read",
            engine.WRITE_UNMAPPED: "write",
            engine.WRITE_PROT: "write",
        }.get(access, "execution")
        if self.memory.find(address) is not None:
            return self._die_of(10, f"{verb} at {address:#x}, which its pages forbid (KERN_PROTECTION_FAILURE)")
        return self._die_of(11, f"{verb} at {address:#x}, where nothing is mapped (KERN_INVALID_ADDRESS)")

    def _die_of(self, number, what):
        """A signal that the program caused itself: to its handler, or its end."""
        action = self.signals.actions[number]
        if action.handler > signals.IGN and not self.signals.mask & signals.bit(number):
            self.signals.post(number)
            return
        self.complain(f"SIG{signals.NAMES[number - 1]}: {what}")
        self.complain(self.state())
        self.signals.default(number)

    def state(self):
        """The registers in one line."""
        words = self.words
        touched = (place for place in range(31) if words[place] not in (0, image.FROM_DYLD + place))
        general = " ".join(f"x{place}={words[place]:#x}" for place in touched)
        return f"pc={words[engine.PC]:#x} sp={words[engine.SP]:#x} slide={self.slide:#x} {general}"

    slide = 0

    # Messages and ends.

    def complain(self, text):
        """One line on the program's standard error."""
        try:
            os.write(2, f"rig[{os.getpid()}]: {text}\n".encode("utf-8", "backslashreplace"))
        except OSError:
            pass

    def refuse(self, text):
        """The rig cannot play this: a loud end, never a guess."""
        self.complain(f"NOT PLAYED: {text}")
        self.complain(self.state())
        os._exit(REFUSED)

    def exit(self, code):
        """exit(2): wait4 shows 8 bits of the code."""
        os._exit(code & 0xFF)

    @staticmethod
    def ending():
        """Just before this process kills itself: a core of the interpreter helps nobody."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))

    def trace_signal(self, number, action):
        """A line of the trace for a handler that is about to run."""
        if self.trace:
            self.trace.line(f"--- SIG{signals.NAMES[number - 1]} -> handler {action.handler:#x} ---")

    # Traps.

    def call(self, handler, arguments):
        """Runs a handler; gives its result, or the errno or restart that ended it."""
        try:
            return handler(self, *arguments), None
        except Failure as failure:
            return None, failure.number
        except Interrupted as interrupted:
            return None, "ERESTART" if interrupted.restart else 4
        except OSError as error:
            return None, translated(error).number

    def fork(self):
        """fork(2) of this very process; 0 in the child."""
        pid = os.fork()
        if pid == 0:
            if self.injection:
                self.injection.forked()
            self.signals.forked()
            self.descriptors.forked()
        return pid


def quiet_python():
    """Undoes what the interpreter did to signals; returns those that were ignored by our parent."""
    ignored = []
    for number, theirs in signals.TO_HOST.items():
        if theirs in (signal.SIGKILL, signal.SIGSTOP):
            continue
        known = signal.getsignal(theirs)
        # Python itself ignores SIGPIPE and SIGXFSZ: taken for the default.
        if known == signal.SIG_IGN and theirs not in (signal.SIGPIPE, signal.SIGXFSZ):
            ignored.append(number)
        if theirs != signal.SIGCHLD:
            signal.signal(theirs, signal.SIG_DFL)
    sys.setswitchinterval(1)
    return ignored
