"""`svc #0x80`: which call, with what, and what it leaves in the registers.

bsd/dev/arm/systemcalls.c and handle_svc in osfmk/arm64/sleh.c.
"""

import time

from rig import engine, retired
from rig.arguments import result_text, signed
from rig.errors import NUMBERS, NoReturn, Unsupported
from rig.table import CALLS, INT, NONE, UINT

SIGSYS = 12
LOW = 0xFFFFFFFF
# The timebase of Apple silicon: 24 MHz (mach_timebase_info tells 125/3).
TIMEBASE = (125, 3)
MAY_NOT_RETURN = ("exit", "execve", "sigreturn")


def mach_time():
    """Ticks since some moment."""
    return time.monotonic_ns() * TIMEBASE[1] // TIMEBASE[0]


def handle(process):
    """Answers the svc that the processor stopped behind."""
    words = process.words
    number = signed(words[16], 32)
    if number < 0:
        return _mach_trap(process, -number)
    code, registers = words[16] & 0xFFFF, words[0:8]
    if words[16] == 0:
        code, registers = words[0] & 0xFFFF, words[1:9]
    # The error flag is cleared before the call and set only by an error.
    words[engine.NZCV] &= ~engine.CARRY
    call = CALLS.get(code)
    if call is None:
        return _no_such_call(process, code)
    values = [kind.convert(register) for kind, register in zip(call.kinds, registers)]
    trace = process.trace
    failure = process.injection and process.injection.failure(call.name)
    if failure:
        result = None
        if trace:
            trace.ended(process, call, values, result, failure, " (INJECTED)")
    else:
        if trace and call.name in MAY_NOT_RETURN:
            trace.begun(process, call, values)
        try:
            result, failure = process.call(call.handler, values)
        except NoReturn:
            return None
        if trace:
            trace.ended(process, call, values, result, failure)
    if failure == "ERESTART":
        words[engine.PC] -= 4
    elif failure is not None:
        words[0], words[1] = failure, 0
        words[engine.NZCV] |= engine.CARRY
    elif call.result is INT or call.result is UINT:
        first, second = result if isinstance(result, tuple) else (result, 0)
        if call.result is INT:
            words[0], words[1] = signed(first, 32) & (1 << 64) - 1, signed(second, 32) & (1 << 64) - 1
        else:
            words[0], words[1] = first & LOW, second & LOW
    elif call.result is not NONE:
        words[0], words[1] = result & (1 << 64) - 1, 0
    return None


def _no_such_call(process, code):
    if code in retired.ENOSYS:
        words = process.words
        words[0], words[1] = NUMBERS["ENOSYS"], 0
        words[engine.NZCV] |= engine.CARRY
        if process.trace:
            process.trace.line(f"call {code}() = {result_text(None, NUMBERS['ENOSYS'])}")
        return
    if code not in retired.NOSYS and code <= retired.HIGHEST:
        raise Unsupported(f"call {code} is one of XNU's, but the rig does not have it")
    name = "vfork" if code == 66 else "retired or unknown"
    process.complain(f"call {code} ({name}): SIGSYS (nosys, bsd/kern/subr_xxx.c)")
    if process.signals.actions[SIGSYS].handler == 0:
        process.complain(process.state())
    process.signals.post(SIGSYS)
    words = process.words
    words[0], words[1] = NUMBERS["ENOSYS"], 0
    words[engine.NZCV] |= engine.CARRY


def _mach_trap(process, number):
    words = process.words
    if number in (3, 4):
        # mach_absolute_time, mach_continuous_time: x0 alone changes.
        words[0] = mach_time()
    elif number == 89:
        process.memory.write_word(words[0], TIMEBASE[0], 4)
        process.memory.write_word(words[0] + 4, TIMEBASE[1], 4)
        words[0] = 0
    elif number == 0x80000000:
        raise Unsupported("a platform call (x16 = 0x80000000)")
    else:
        raise Unsupported(f"Mach trap -{number}")
    if process.trace:
        process.trace.line(f"mach_trap(-{number}) = {words[0]:#x}")
