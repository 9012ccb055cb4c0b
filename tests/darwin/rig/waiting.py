"""How a call waits: for descriptors of the host, a time, or a signal.

No call of the host ever blocks in this process while the program could get a
signal; what blocks is this poll, with the signalfd in it.
"""

import select
import time

POLLRDHUP = 0x2000


class Waiter:
    """Waits on behalf of one process."""

    def __init__(self, signals, descriptor):
        self.signals = signals
        self.descriptor = descriptor

    def wait(self, wanted, timeout=None, after_signal=False):
        """Pairs (descriptor, events) that are ready among `wanted`; none when the time is over.

        `timeout` in seconds; None is for ever. Raises Interrupted when a
        handler has to run. `after_signal`: returns none, too, when any signal
        came, also one that is ignored or blocked.
        """
        signals = self.signals
        came = signals.collect()
        signals.interrupt()
        if came and after_signal:
            return []
        end = None if timeout is None else time.monotonic() + timeout
        poller = select.poll()
        for descriptor, events in wanted:
            poller.register(descriptor, events)
        poller.register(self.descriptor, select.POLLIN)
        while True:
            left = None if end is None else max(0, end - time.monotonic())
            ready = poller.poll(None if left is None else -(-left * 1000 // 1))
            if not ready:
                if left is not None and time.monotonic() >= end:
                    return []
                continue
            found = [pair for pair in ready if pair[0] != self.descriptor]
            if len(found) < len(ready):
                came = signals.collect()
                if found:
                    return found
                signals.interrupt()
                if came and after_signal:
                    return []
                continue
            return found

    def ready(self, wanted):
        """The same without waiting, and without a look at signals."""
        poller = select.poll()
        for descriptor, events in wanted:
            poller.register(descriptor, events)
        return poller.poll(0)
