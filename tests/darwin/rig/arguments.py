"""How the arguments of a call lie in registers, and how the trace shows them.

A kind converts a 64-bit register as the kernel's argument struct does (an int
is the low half, sign-extended) and shows the value. `show` also gets all
arguments and the result, since what a call wrote is only good after it.
"""

import struct

from rig import flags, signals
from rig.calls import option
from rig.errors import NAMES, Failure, Unsupported

LONGEST = 48  # bytes of a buffer that the trace shows


def signed(value, bits):
    """Two's complement."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value


class Kind:
    """One kind of argument."""

    def __init__(self, show, bits=64, sign=False):
        self._show, self._bits, self._sign = show, bits, sign

    def convert(self, register):
        """The value that the handler gets."""
        if self._sign:
            return signed(register, self._bits)
        return register & (1 << self._bits) - 1

    def show(self, process, value, values, result):
        """The value as text; memory that cannot be read shows as its address."""
        try:
            return self._show(process, value, values, result)
        except (Failure, Unsupported, struct.error):
            return f"{value:#x}"


def plain(bits, sign, text=str):
    """A kind that is shown by its value alone."""
    return Kind(lambda process, value, values, result: text(value), bits, sign)


ESCAPES = {0: "\\0", 9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 92: "\\\\"}


def _character(byte):
    if byte in ESCAPES:
        return ESCAPES[byte]
    return chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}"


def quoted(data, whole=None):
    """Bytes between quotes, shortened; `whole` is how many there are in truth."""
    whole = len(data) if whole is None else whole
    text = "".join(map(_character, data[:LONGEST]))
    return f'"{text}"' + ("..." if whole > LONGEST else "")


def _in_bytes(process, value, values, _result):
    size = values[2]
    return quoted(process.memory.read(value, min(size, LONGEST)), size)


def _out_bytes(process, value, _values, result):
    if not isinstance(result, int) or result < 0:
        return f"{value:#x}"
    return quoted(process.memory.read(value, min(result, LONGEST)), result)


def _address(data):
    if len(data) < 2:
        return "{}"
    family = data[1]
    if family == flags.AF_INET and len(data) >= 8:
        return "{AF_INET " + ".".join(map(str, data[4:8])) + f":{int.from_bytes(data[2:4], 'big')}}}"
    if family == flags.AF_INET6 and len(data) >= 24:
        groups = ":".join(data[at : at + 2].hex() for at in range(8, 24, 2))
        return f"{{AF_INET6 [{groups}]:{int.from_bytes(data[2:4], 'big')}}}"
    if family == flags.AF_UNIX:
        return "{AF_UNIX " + quoted(data[2:].split(b"\0", 1)[0]) + "}"
    return f"{{family {family}}}"


def _in_address(process, value, values, _result):
    return _address(process.memory.read(value, values[2])) if value else "NULL"


def _out_address(process, value, values, result):
    length_at = values[values.index(value) + 1]
    if not value or not isinstance(result, int) or result < 0 or not length_at:
        return f"{value:#x}" if value else "NULL"
    return _address(process.memory.read(value, min(process.memory.word(length_at), 128)))


def _pointed(size, sign=False):
    def show(process, value, _values, _result):
        return f"[{process.memory.word(value, size, sign)}]" if value else "NULL"

    return show


def _seconds(scale):
    def show(process, value, _values, _result):
        if not value:
            return "NULL"
        seconds, part = struct.unpack("<qi4x" if scale == 6 else "<qq", process.memory.read(value, 16))
        return f"{{{seconds}.{part:0{scale}d}}}"

    return show


def mask_text(mask):
    """A signal set."""
    return "[" + " ".join(signals.NAMES[place] for place in range(31) if mask >> place & 1) + "]"


def _mask(process, value, _values, _result):
    return mask_text(process.memory.word(value)) if value else "NULL"


def _strings(process, value, _values, _result):
    found = process.memory.pointers(value) if value else []
    return "[" + ", ".join(quoted(text) for text in found[:8]) + (", ..." if len(found) > 8 else "") + "]"


def _open_flags(word):
    return ("O_RDONLY|" if not word & flags.ACCESS else "") + flags.OPEN.show(word, "") if word else "O_RDONLY"


def event_text(data):
    """One struct kevent."""
    ident, filter_, event_flags, wanted, count, _udata = struct.unpack("<QhHIqQ", data)
    name = FILTERS.get(filter_, str(filter_))
    return f"{{{ident} {name} {flags.EVENT.show(event_flags)}" + (f" {wanted:#x}" if wanted else "") + f" {count}}}"


def _events(count_at):
    def show(process, value, values, result):
        count = values[2] if count_at else result
        if not value or not isinstance(count, int) or count <= 0:
            return "NULL" if not value else "[]"
        data = process.memory.read(value, 32 * min(count, 8))
        return "[" + " ".join(event_text(data[at : at + 32]) for at in range(0, len(data), 32)) + "]"

    return show


def _polls(process, value, values, _result):
    data = process.memory.read(value, 8 * min(values[1], 8))
    rows = (struct.unpack_from("<ihh", data, at) for at in range(0, len(data), 8))
    return "[" + " ".join(f"{{{fd} {flags.POLL.show(want)}->{flags.POLL.show(got)}}}" for fd, want, got in rows) + "]"


COMMANDS = {
    0: "F_DUPFD", 1: "F_GETFD", 2: "F_SETFD", 3: "F_GETFL", 4: "F_SETFL", 7: "F_GETLK", 8: "F_SETLK", 9: "F_SETLKW",
    45: "F_RDAHEAD", 48: "F_NOCACHE", 50: "F_GETPATH", 51: "F_FULLFSYNC", 67: "F_DUPFD_CLOEXEC",
    73: "F_SETNOSIGPIPE", 74: "F_GETNOSIGPIPE", 85: "F_BARRIERFSYNC",
}  # fmt: skip


def _command_argument(_process, value, values, _result):
    if values[1] == 2:
        return {0: "0", 1: "FD_CLOEXEC"}.get(value, hex(value))
    return flags.STATUS.show(value) if values[1] == 4 else hex(value)


def _option_value(process, value, values, _result):
    if values[1] == option.SOL_SOCKET and values[2] in option.TIMES:
        return _seconds(6)(process, value, values, None)
    size = min(values[4], 16) & ~3
    return "[" + " ".join(map(str, struct.unpack(f"<{size // 4}i", process.memory.read(value, size)))) + "]"


def _action(process, value, _values, _result):
    if not value:
        return "NULL"
    handler, trampoline, mask, word = struct.unpack("<QQII", process.memory.read(value, 24))
    name = {0: "SIG_DFL", 1: "SIG_IGN"}.get(handler, hex(handler))
    return f"{{{name} tramp={trampoline:#x} mask={mask_text(mask)} flags={word:#x}}}"


def _stat(process, value, _values, result):
    if result != 0:
        return f"{value:#x}"
    data = process.memory.read(value, 144)
    (mode,), (size,) = struct.unpack_from("<H", data, 4), struct.unpack_from("<q", data, 96)
    return f"{{mode={mode:#o} size={size}}}"


FILTERS = {-1: "READ", -2: "WRITE", -4: "VNODE", -5: "PROC", -6: "SIGNAL", -7: "TIMER", -10: "USER"}
NUMBER = plain(32, True)
WORD = plain(32, False)
SIZE = plain(64, False)
OFFSET = plain(64, True)
HEX = plain(64, False, hex)
POINTER = plain(64, False, lambda value: hex(value) if value else "NULL")
MODE = plain(32, False, oct)
FD = NUMBER
DIRECTORY = plain(32, True, lambda value: "AT_FDCWD" if value == flags.AT_FDCWD else str(value))
PATH = Kind(lambda process, value, values, result: quoted(process.memory.string(value)))
STRINGS = Kind(_strings)
IN_BYTES, OUT_BYTES = Kind(_in_bytes), Kind(_out_bytes)
IN_ADDRESS, OUT_ADDRESS = Kind(_in_address), Kind(_out_address)
LENGTH, OFFSET_AT = Kind(_pointed(4)), Kind(_pointed(8, True))
STATUS = Kind(lambda process, value, values, result: f"[{process.memory.word(value):#x}]" if value else "NULL")
TIMEVAL, TIMESPEC = Kind(_seconds(6)), Kind(_seconds(9))
SIGNAL = plain(32, True, lambda value: "SIG" + signals.NAMES[value - 1] if 0 < value < 32 else str(value))
MASK = Kind(_mask)
MASK_VALUE = plain(32, False, mask_text)
HOW = plain(32, True, lambda value: {1: "SIG_BLOCK", 2: "SIG_UNBLOCK", 3: "SIG_SETMASK"}.get(value, str(value)))
CHANGES, EVENTS, POLLS = Kind(_events(True)), Kind(_events(False)), Kind(_polls)
FAMILY = plain(32, True, lambda value: flags.FAMILY_NAMES.get(value, str(value)))
STYLE = plain(32, True, lambda value: flags.STYLE_NAMES.get(value, hex(value)))
COMMAND = plain(32, True, lambda value: COMMANDS.get(value, str(value)))
COMMAND_ARGUMENT, OPTION_VALUE = Kind(_command_argument), Kind(_option_value)
ACTION, STAT = Kind(_action), Kind(_stat)
DIRECTION = plain(32, True, lambda value: {0: "SHUT_RD", 1: "SHUT_WR", 2: "SHUT_RDWR"}.get(value, str(value)))
OPEN_FLAGS = plain(32, False, _open_flags)

LEVEL = plain(32, True, lambda value: option.LEVELS.get(value, hex(value)))
OPTION = Kind(lambda process, value, values, result: option.name(values[1], value), 32, True)


def bits(table):
    """A flag word of a table in `flags`."""
    return plain(32, False, table.show)


def result_text(result, failure):
    """What stands behind the equals sign."""
    if failure is not None:
        return f"-1 {NAMES.get(failure, failure)}"
    if isinstance(result, tuple):
        return " ".join(map(str, result))
    return str(result) if isinstance(result, int) and -(1 << 31) <= result < 1 << 31 else f"{result:#x}"
