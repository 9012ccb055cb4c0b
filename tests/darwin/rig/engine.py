"""The processor: the unicorn engine, used through its C interface.

The Python bindings of unicorn take 70 ms to import and 50 us to read a dozen
registers; this file needs fifteen functions of the library and reads all
registers in 2 us.

A forked engine goes on running: its translated code and its tables are private
memory of the process.
"""

import ctypes
import glob
import os
import sys
from ctypes import CFUNCTYPE, POINTER, byref, c_int, c_int64, c_size_t, c_uint, c_uint32, c_uint64, c_void_p

# Of unicorn/unicorn.h and unicorn/arm64.h, 2.1.
ARCH_ARM64, CPU_MAX = 2, 3
CTL_CPU_MODEL, CTL_TB_FLUSH = 7 | 1 << 26 | 1 << 30, 10 | 1 << 30
HOOK_INTR, HOOK_CODE, HOOK_MEM_INVALID = 1, 4, 1008
REG_X0, REG_X29, REG_X30, REG_SP, REG_PC, REG_NZCV = 199, 1, 2, 4, 260, 3
REG_Q0, REG_FPCR, REG_FPSR = 104, 291, 292

# Places in Engine.words after x0 to x30.
SP, PC, NZCV = 31, 32, 33
CARRY = 1 << 29

# Why `run` returned. The exceptions have the numbers of QEMU's target/arm/cpu.h.
UNDEFINED, SVC, DATA_ABORT, BREAKPOINT = 1, 2, 4, 7
SLICE, MEMORY, CHECK = 100, 101, 102

# Kinds of access that HOOK_MEM_INVALID tells of.
READ_UNMAPPED, WRITE_UNMAPPED, FETCH_UNMAPPED, WRITE_PROT, READ_PROT, FETCH_PROT = range(19, 25)

# From EL1, where the engine starts, to EL0, with what XNU allows there
# (SCTLR_EL1_REQUIRED in osfmk/arm64/proc_reg.h, CNTKCTL_EL1 in
# machine_routines.c): x0 entry, x1 CPACR_EL1, x2 SCTLR_EL1, x3 CNTKCTL_EL1.
DROP_TO_EL0 = (
    0xD5181041,  # msr cpacr_el1, x1
    0xD5181002,  # msr sctlr_el1, x2
    0xD518E103,  # msr cntkctl_el1, x3
    0xD518401F,  # msr spsr_el1, xzr
    0xD5184020,  # msr elr_el1, x0
    0xD5033FDF,  # isb
    0xD69F03E0,  # eret
)
CPACR_FPEN = 3 << 20
SCTLR_UCI, SCTLR_DZE = 1 << 26, 1 << 14
# What the engine begins with. It has nTWI set, which XNU has not: the engine
# itself stops by a translated WFI. So WFI is no SIGILL here.
SCTLR_RESET = 0xC50838
CNTKCTL_EL0 = 3


def _library():
    """The engine's library. It does not depend on the version of Python, so any venv's will do."""
    inside = os.path.join("unicorn", "lib", "libunicorn.so.2")
    project = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
    venvs = [os.environ.get("VIRTUAL_ENV", ""), os.path.join(project, ".venv")]
    folders = sys.path + [
        folder for venv in venvs if venv for folder in glob.glob(os.path.join(venv, "lib*", "python*", "site-packages"))
    ]
    for folder in folders:
        path = os.path.join(folder, inside)
        if os.path.exists(path):
            return ctypes.CDLL(path)
    sys.exit("rig: the Python package unicorn (tests/darwin/requirements.txt) is not installed")


class Engine:
    """One processor and what is mapped for it.

    `words` holds x0 to x30, sp, pc and nzcv. They are good after `load` and
    count after `store`; `run` starts at pc.
    """

    def __init__(self):
        self.library = library = _library()
        if library.uc_version(None, None) >> 16 != 0x0201:
            sys.exit("rig: it needs unicorn 2.1; its register numbers are compiled in")
        self.handle = c_void_p()
        self._check(library.uc_open(ARCH_ARM64, 0, byref(self.handle)))
        self._check(library.uc_ctl(self.handle, CTL_CPU_MODEL, CPU_MAX))
        library.uc_emu_start.argtypes = (c_void_p, c_uint64, c_uint64, c_uint64, c_size_t)
        library.uc_emu_stop.argtypes = (c_void_p,)
        library.uc_mem_map_ptr.argtypes = (c_void_p, c_uint64, c_size_t, c_uint32, c_void_p)
        library.uc_mem_unmap.argtypes = (c_void_p, c_uint64, c_size_t)
        library.uc_reg_read_batch.argtypes = (c_void_p, POINTER(c_int), POINTER(c_void_p), c_int)
        library.uc_reg_write_batch.argtypes = library.uc_reg_read_batch.argtypes
        general = [REG_X0 + number for number in range(29)] + [REG_X29, REG_X30, REG_SP, REG_PC, REG_NZCV]
        self.words, self._general = self._batch(general, 1)
        vector = [REG_Q0 + number for number in range(32)]
        self.vectors, self._vector = self._batch(vector, 2)
        self.float_state, self._float = self._batch([REG_FPSR, REG_FPCR], 1)
        # The pc is set by `run`; writing it here would throw away translations.
        numbers, places, count = self._general
        keep = [place for place in range(count) if place != PC]
        self._stored = (
            (c_int * len(keep))(*(numbers[place] for place in keep)),
            (c_void_p * len(keep))(*(places[place] for place in keep)),
            len(keep),
        )
        self._reason, self.access, self.address = SLICE, 0, 0
        self._callbacks = []
        self._skip = None
        self._hook(HOOK_INTR, CFUNCTYPE(None, c_void_p, c_uint32, c_void_p)(self._interrupt))
        memory = CFUNCTYPE(ctypes.c_bool, c_void_p, c_int, c_uint64, c_int, c_int64, c_void_p)
        self._hook(HOOK_MEM_INVALID, memory(self._invalid))

    @staticmethod
    def _batch(numbers, words):
        count = len(numbers)
        values = (c_uint64 * (count * words))()
        base = ctypes.addressof(values)
        places = (c_void_p * count)(*(base + place * words * 8 for place in range(count)))
        return values, ((c_int * count)(*numbers), places, count)

    def _check(self, code):
        if code:
            self.library.uc_strerror.restype = ctypes.c_char_p
            raise RuntimeError("unicorn: " + self.library.uc_strerror(code).decode())

    def _hook(self, kind, callback, begin=1, end=0):
        self._callbacks.append(callback)
        hook = c_size_t()
        add = self.library.uc_hook_add
        self._check(
            add(self.handle, byref(hook), c_int(kind), callback, None, c_uint64(begin), c_uint64(end), c_uint(0))
        )

    def _interrupt(self, _handle, number, _data):
        self._reason = number
        self.library.uc_emu_stop(self.handle)

    def _invalid(self, _handle, access, address, _size, _value, _data):
        self._reason, self.access, self.address = MEMORY, access, address
        return False

    def watch(self, address):
        """Makes `run` return CHECK when it comes to `address`, before that instruction."""

        def reached(_handle, at, _size, _data):
            if at != self._skip:
                self._reason = CHECK
                self.library.uc_emu_stop(self.handle)

        kind = CFUNCTYPE(None, c_void_p, c_uint64, c_uint32, c_void_p)
        self._hook(HOOK_CODE, kind(reached), address, address)

    def map(self, address, size, protection, host):
        """Shows `size` bytes at `host` to the program at `address`."""
        # PROT_READ, WRITE, EXEC are UC_PROT_READ, WRITE, EXEC.
        self._check(self.library.uc_mem_map_ptr(self.handle, address, size, protection, host))

    def unmap(self, address, size):
        """Takes what `map` showed away again; the same address and size."""
        self._check(self.library.uc_mem_unmap(self.handle, address, size))

    def flush(self):
        """Forgets all translated code."""
        self._check(self.library.uc_ctl(self.handle, CTL_TB_FLUSH))

    def load(self):
        """Reads the registers into `words`."""
        self.library.uc_reg_read_batch(self.handle, *self._general)

    def store(self):
        """Writes `words` back, all but the pc, which `run` sets."""
        self.library.uc_reg_write_batch(self.handle, *self._stored)

    def load_vectors(self):
        """Reads q0 to q31 into `vectors`, FPSR and FPCR into `float_state`."""
        self.library.uc_reg_read_batch(self.handle, *self._vector)
        self.library.uc_reg_read_batch(self.handle, *self._float)

    def store_vectors(self):
        """Writes them back."""
        self.library.uc_reg_write_batch(self.handle, *self._vector)
        self.library.uc_reg_write_batch(self.handle, *self._float)

    def run(self, until, count, skip=None):
        """Runs at most `count` instructions from pc; says why it stopped.

        SLICE if the count is used up or pc is `until`. `skip`: an address whose
        `watch` is not meant this time.
        """
        self._reason, self._skip = SLICE, skip
        self.library.uc_emu_start(self.handle, self.words[PC], until, 0, count)
        self.load()
        return self._reason

    def drop_to_el0(self, scratch, host):
        """Leaves EL1, by means of a free page at `scratch` whose memory is `host`."""
        ctypes.memmove(host, (c_uint32 * len(DROP_TO_EL0))(*DROP_TO_EL0), 4 * len(DROP_TO_EL0))
        after = scratch + 4 * len(DROP_TO_EL0)
        self.map(scratch, 0x4000, 5, host)
        self.load()
        sctlr = SCTLR_RESET | SCTLR_UCI | SCTLR_DZE
        self.words[0], self.words[1], self.words[2], self.words[3] = after, CPACR_FPEN, sctlr, CNTKCTL_EL0
        self.words[PC] = scratch
        self.store()
        if self.run(after, 100) != SLICE or self.words[PC] != after:
            raise RuntimeError("the engine did not reach EL0")
        self.unmap(scratch, 0x4000)
        ctypes.memset(host, 0, 4 * len(DROP_TO_EL0))
