"""The registers before and after every `svc` of a program in the Darwin rig, a line for
each: `python registers.py RIG LOG PROGRAM [ARGUMENTS...]`."""

import fcntl
import os
import sys


def main():
    """Stands between the processor and what answers its traps."""
    rig = os.path.abspath(sys.argv[1])
    # Above those that the program gets.
    opened = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    log = open(fcntl.fcntl(opened, fcntl.F_DUPFD_CLOEXEC, 500), "w", encoding="ascii")
    os.close(opened)
    sys.path[0] = os.path.dirname(rig)
    from rig import engine, start, trap

    answer = trap.handle

    def line(process, when):
        words = process.words
        names = [f"x{number}={words[number]:x}" for number in range(31)]
        print(when, f"carry={int(words[engine.NZCV] & engine.CARRY != 0):x}", *names, file=log, flush=True)

    def handle(process):
        # A child would write between the lines of its parent.
        is_first = os.getpid() == first
        if is_first:
            line(process, "before")
        answer(process)
        if is_first and os.getpid() == first:
            line(process, "after")

    first = os.getpid()
    trap.handle = handle
    options = {"trace": False, "old": False, "ignored": "", "name": None, "trace-to": None, "inject": None}
    start.start(options, os.fsencode(sys.argv[3]), [os.fsencode(word) for word in sys.argv[3:]])


if __name__ == "__main__":
    main()
