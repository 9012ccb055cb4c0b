"""The trace: one line for each call, in the manner of strace, on standard error.

It keeps the standard error that the process began with, so that closing
descriptor 2 does not end the trace.
"""

import os

from rig.arguments import result_text


class Trace:
    """Where the lines go."""

    def __init__(self, descriptor):
        self.descriptor = descriptor

    def line(self, text):
        """One line with the pid before it, in one write."""
        os.write(self.descriptor, f"[{os.getpid()}] {text}\n".encode("utf-8", "backslashreplace"))

    def begun(self, process, call, values):
        """Before a call that may not come back."""
        self.line(f"{self._call(process, call, values, None)} ...")

    def ended(self, process, call, values, result, failure, remark=""):
        """After a call, with what it wrote."""
        text = "? ERESTART" if failure == "ERESTART" else result_text(result, failure)
        count = result if failure is None else -1
        self.line(f"{self._call(process, call, values, count)} = {text}{remark}")

    @staticmethod
    def _call(process, call, values, result):
        shown = (kind.show(process, value, values, result) for kind, value in zip(call.kinds, values))
        return f"{call.name}({', '.join(shown)})"
