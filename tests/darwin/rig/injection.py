"""Calls that fail: `--inject CALL:ERRNO:WHEN`.

WHEN is N, N+ or N+STEP, as strace(1) has it: which of the calls of that name end
with the error. Each process counts its own, from the moment that it began or that
the rule did. Such a call is not made. `:alone` behind it spares the processes that
are forked, which make their own calls of that name.

`--inject @FILE` finds the rule in a file, which may be empty, and looks for another
one before each call.
"""

import os
import sys

from rig.errors import NUMBERS
from rig.table import CALLS

CALL_NAMES = {call.name for call in CALLS.values()}


class Rule:
    """One call, one error, some places."""

    def __init__(self, text):
        call, error, when, *rest = text.split(":")
        first, plus, step = when.partition("+")
        if call not in CALL_NAMES or error not in NUMBERS or rest not in ([], ["alone"]):
            raise ValueError(text)
        self.call, self.number, self.alone = call, NUMBERS[error], bool(rest)
        self.first, self.step = int(first), int(step or 1) if plus else 0

    def holds(self, count):
        """Whether the call with this number, from 1, fails."""
        behind = count - self.first
        return behind == 0 or self.step > 0 and behind > 0 and behind % self.step == 0


class Injection:
    """The rule at the moment, and what was counted for it."""

    def __init__(self, word):
        self.file = word[1:] if word.startswith("@") else None
        self.pid, self.count, self.seen = os.getpid(), 0, None
        self.rule = None
        if self.file is None:
            try:
                self.rule = Rule(word)
            except ValueError:
                sys.exit(f"rig: --inject {word}: no CALL:ERRNO:WHEN")

    def forked(self):
        """A child begins to count."""
        self.count = 0

    def failure(self, name):
        """The errno that this call ends with, or None."""
        if self.file is not None:
            self._look()
        rule = self.rule
        if rule is None or rule.call != name or rule.alone and os.getpid() != self.pid:
            return None
        self.count += 1
        return rule.number if rule.holds(self.count) else None

    def _look(self):
        status = os.stat(self.file)
        now = (status.st_ino, status.st_mtime_ns, status.st_size)
        if now != self.seen:
            with open(self.file, encoding="ascii") as file:
                text = file.read().strip()
            self.seen, self.count = now, 0
            self.rule = Rule(text) if text else None
