"""Runs an arm64 macOS program: python tests/darwin/rig [OPTIONS] PROGRAM [ARGUMENTS...]

The program's process is this very process, so that its pid, its descriptors,
its end and its signals are real. `--trace` prints every call on standard error,
`--trace-to FILE` appends it there. `--inject CALL:ERRNO:WHEN` makes calls fail:
see injection.py. `--old` plays a kernel before macOS 12.3, without AT_SYMLINK_NOFOLLOW_ANY,
RENAME_NOFOLLOW_ANY and O_RESOLVE_BENEATH. $DARWIN_RIG_SEED repeats the address
space of an earlier run; $DARWIN_RIG_USER is the number of the user to run as;
$DARWIN_RIG_OPTIONS has options that come before those of the command line.

Exit codes of the rig itself: 70 if it cannot go on, 2 for its own usage errors.
"""

import gc
import os
import sys


def command_line(words):
    """The options of the rig, the program and its arguments."""
    options = {"trace": False, "old": False, "ignored": "", "name": None, "trace-to": None, "inject": None}
    while words and words[0].startswith("--"):
        word = words.pop(0)[2:]
        if word in ("trace", "old"):
            options[word] = True
        elif word in ("ignored", "name", "trace-to", "inject") and words:
            # The first two are given by execve of a program that runs in the rig already.
            options[word] = words.pop(0)
        else:
            sys.exit(f"rig: unknown option --{word}")
    if not words:
        sys.stderr.write("usage: rig [--trace] [--trace-to FILE] [--inject CALL:ERRNO:WHEN] [--old] PROGRAM [ARGUMENTS...]\n")
        sys.exit(2)
    return options, words


def main():
    """Loads the program and runs it to its end."""
    # In the place of this folder, whose files would hide modules of the library.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[0] = os.path.dirname(here)
    options, words = command_line(os.environ.get("DARWIN_RIG_OPTIONS", "").split() + sys.argv[1:])
    from rig.start import start

    gc.disable()
    start(options, os.fsencode(words[0]), [os.fsencode(word) for word in words])


if __name__ == "__main__":
    main()
