"""The check of the stack pointer's alignment, which the engine does not make.

On a real processor every load and store through a misaligned sp faults
(SCTLR_EL1.SA0, osfmk/arm64/proc_reg.h). Most instructions that change sp keep
it aligned for all time; those that may not are found beforehand, and only after
one of them the processor goes step by step until sp is aligned again.
"""

SP = 31


def may_misalign(word):
    """True for an instruction after which sp may be no multiple of 16 though it was before."""
    if word & 0x1F800000 == 0x11000000 and not word >> 29 & 1 and word & 31 == SP:
        # add/sub sp, Xn, #immediate
        return word >> 5 & 31 != SP or bool(not word >> 22 & 1 and word >> 10 & 15)
    if word & 0x1FE00000 == 0x0B200000 and not word >> 29 & 1 and word & 31 == SP:
        return True  # add/sub sp, Xn, Xm
    if word & 0x1F800000 == 0x12000000 and word >> 29 & 3 != 3 and word & 31 == SP:
        return True  # and/orr/eor sp, Xn, #mask
    if word >> 5 & 31 != SP:
        return False
    if word & 0x3B200400 == 0x38000400:
        return bool(word >> 12 & 15)  # pre- or post-indexed, imm9
    if word & 0x3A800000 == 0x28800000:
        # A pair, pre- or post-indexed: imm7 times the size of one register.
        if word >> 26 & 1:
            shift = 2 + (word >> 30 & 3)
        else:
            shift = 3 if word >> 31 else 2
        return bool((word >> 15 & 127) << shift & 15)
    return word & 0xBE000000 == 0x0C000000 and bool(word >> 23 & 1)  # ld1 and so on, post-indexed


def uses_sp(word):
    """True for a load or store whose base register is sp."""
    if word >> 25 & 5 != 4 or word >> 5 & 31 != SP:
        return False
    if word & 0x3B000000 == 0x18000000:
        return False  # pc-relative: no base register
    return word & 0xFFC00000 != 0xF9800000  # prfm does not check


def suspects(code, start):
    """The addresses of the instructions in `code`, which lies at `start`, that may misalign sp."""
    words = code[: len(code) & ~3].cast("I")
    return [start + 4 * place for place, word in enumerate(words) if word and may_misalign(word)]
