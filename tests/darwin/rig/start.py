"""From a file name to the first instruction of main."""

import fcntl
import gc
import os
import sys

from rig import image, macho, trap
from rig.injection import Injection
from rig.process import REFUSED, Process, quiet_python
from rig.trace import Trace

SCRATCH = 0x1_0000_0000

# The user to run as. Another user could not start the rig where its Python is
# not for everybody, so the rig changes when all is loaded.
USER = "DARWIN_RIG_USER"
# Options in front of those of the command line.
OPTIONS = "DARWIN_RIG_OPTIONS"


def _refuse(path, text):
    sys.stderr.write(f"rig: {os.fsdecode(path)}: refused: {text}\n")
    sys.exit(REFUSED)


def start(options, path, arguments):
    """Does what execve and dyld do; it does not return."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        _refuse(path, error.strerror)
    try:
        parsed = macho.Image(data)
    except macho.Refused as refused:
        _refuse(path, refused)
    if options["name"] is not None:
        arguments[0] = os.fsencode(options["name"])
    ignored = quiet_python() + [int(number) for number in options["ignored"].split(",") if number]
    process = Process(path, None, options["old"])
    process.signals.ignore_inherited(ignored)
    if options["inject"] is not None:
        process.injection = Injection(options["inject"])
    if options["trace"] or options["trace-to"]:
        process.trace = Trace(_trace_descriptor(options["trace-to"], process.descriptors.own))
    number = image.seed()
    scratch = process.memory.map(SCRATCH, image.PAGE, 0)
    process.engine.drop_to_el0(SCRATCH, scratch.host)
    process.memory.unmap(SCRATCH, SCRATCH + image.PAGE)
    try:
        loaded = image.Loaded(process.memory, parsed, number, process.watch_code)
        loaded.start(process.engine, path, arguments, _environment(), number)
    except macho.Refused as refused:
        _refuse(path, refused)
    process.slide = loaded.slide
    if process.trace:
        process.trace.line(f"main of {os.fsdecode(path)}: slide={loaded.slide:#x} {image.SEED}={number}")
    # What lives now lives to the end; a child should not touch its pages.
    gc.freeze()
    gc.enable()
    if USER in os.environ:
        _become(int(os.environ[USER]))
    process.run(trap.handle)


def _trace_descriptor(path, first):
    if path is None:
        return fcntl.fcntl(2, fcntl.F_DUPFD_CLOEXEC, first)
    opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    own = fcntl.fcntl(opened, fcntl.F_DUPFD_CLOEXEC, first)
    os.close(opened)
    return own


def _become(user):
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def _environment():
    """What this process began with; the interpreter may have added LC_CTYPE since (PEP 538)."""
    with open("/proc/self/environ", "rb") as file:
        entries = file.read().split(b"\0")
    return [entry for entry in entries if entry and not entry.startswith((USER.encode(), OPTIONS.encode()))]
