"""poll and kqueue in the rig, call by call, against what XNU does.

Run it by: python tests/darwin/test_events.py
"""

import os
import socket
import struct
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from agent import Agent
from network import O_NONBLOCK, Network

BADF, INVAL, F_GETFD = 9, 22, 1
IN, OUT, HUP, NVAL = 1, 4, 0x10, 0x20
READ, PROC = -1, -5
ADD, DELETE, ONESHOT, CLEAR, RECEIPT, EV_ERROR, EOF = 1, 2, 0x10, 0x20, 0x40, 0x4000, 0x8000
NOTE_EXIT = 0x80000000


def event(ident, kind, flags, wanted=0, udata=0):
    """struct kevent."""
    return struct.pack("<QhHIqQ", ident, kind, flags, wanted, 0, udata)


class Events(Network):
    """The agent waits, the test makes things happen."""

    def test_poll(self):
        """A hang-up takes POLLOUT away; without events nothing is reported; the limits."""
        with Agent() as agent:
            fd, client = self.connection(agent)

            def poll(*rows, timeout=0):
                place = agent.put(b"".join(struct.pack("<ihh", number, events, 0x55) for number, events in rows))
                count = agent.ok("poll", place, len(rows), timeout)
                data = agent.peek(place, 8 * len(rows))
                return count, [row[2] for row in struct.iter_unpack("<ihh", data)]

            self.assertEqual(poll((fd, IN | OUT), (-1, IN), (fd + 50, IN)), (2, [OUT, 0, NVAL]))
            # A descriptor that stands twice is told at its last place alone.
            self.assertEqual(poll((fd, OUT), (fd, OUT)), (1, [0, OUT]))
            client.sendall(b"x")
            client.shutdown(socket.SHUT_WR)
            time.sleep(0.05)
            self.assertEqual(poll((fd, IN | OUT)), (1, [IN | HUP]))
            self.assertEqual(poll((fd, OUT)), (1, [OUT]))
            self.assertEqual(poll((fd, 0)), (0, [0]))
            self.assertEqual(agent.errno("poll", 0, 10241, 0), INVAL)
            begun = time.monotonic()
            self.assertEqual(agent.ok("poll", 0, 0, 200), 0)
            self.assertGreater(time.monotonic() - begun, 0.15)

    def test_kqueue(self):
        """Level and edge, ONESHOT, RECEIPT, DELETE, EOF, and the end on fork and close."""
        with Agent() as agent:
            listener, port = self.listen(agent, O_NONBLOCK)
            queue = agent.ok("kqueue")
            self.assertEqual(agent.ok("fcntl", queue, F_GETFD, 0), 1)

            def kevent(*changes, most=4, timeout=0):
                place, into = agent.put(b"".join(changes) or b"\0"), agent.room(32 * 4)
                wait = agent.put(struct.pack("<qq", 0, timeout))
                count = agent.ok("kevent", queue, place, len(changes), into, most, wait)
                data = agent.peek(into, 32 * count) if count else b""
                return [(row[0], row[1], row[2] & ~ADD, row[4], row[5]) for row in struct.iter_unpack("<QhHIqQ", data)]

            self.assertEqual(kevent(event(listener, READ, ADD, udata=9)), [])
            client = socket.create_connection(("127.0.0.1", port))
            other = socket.create_connection(("127.0.0.1", port))
            self.assertEqual(kevent(timeout=10**8), [(listener, READ, 0, 2, 9)])
            self.assertEqual(kevent(), [(listener, READ, 0, 2, 9)])
            fd = agent.ok("accept", listener, 0, 0)
            self.assertEqual(kevent(event(listener, READ, DELETE)), [])
            self.assertEqual(agent.errno("kevent", queue, event(listener, READ, DELETE), 1, 0, 0, 0), 2)
            self.assertEqual(kevent(event(99, READ, ADD)), [(99, READ, EV_ERROR, BADF, 0)])
            self.assertEqual(kevent(event(fd, READ, ADD | RECEIPT)), [(fd, READ, RECEIPT | EV_ERROR, 0, 0)])
            client.sendall(b"abc")
            self.assertEqual(kevent(timeout=10**8), [(fd, READ, RECEIPT, 3, 0)])
            client.close()
            time.sleep(0.05)
            self.assertEqual(kevent(event(fd, READ, ADD | ONESHOT)), [(fd, READ, RECEIPT | EOF, 3, 0)])
            self.assertEqual(
                kevent(event(fd, READ, DELETE), event(fd, READ, ADD | ONESHOT)), [(fd, READ, ONESHOT | EOF, 3, 0)]
            )
            self.assertEqual(kevent(), [])
            kevent(event(fd, READ, ADD))
            agent.ok("close", fd)
            self.assertEqual(kevent(), [])
            pipe = agent.do("pipe")
            agent.ok("write", pipe.x1, b"ab", 2)
            self.assertEqual(kevent(event(pipe.x0, READ, ADD | CLEAR)), [(pipe.x0, READ, CLEAR, 2, 0)])
            self.assertEqual(kevent(timeout=10**7), [])
            agent.ok("write", pipe.x1, b"c", 1)
            self.assertEqual(kevent(timeout=10**8), [(pipe.x0, READ, CLEAR, 3, 0)])
            self.assertEqual(agent.in_child("fcntl", queue, F_GETFD, 0), 128 + BADF)
            child = agent.fork(5, 100).x0
            kevent(event(child, PROC, ADD, NOTE_EXIT))
            self.assertEqual(kevent(timeout=9 * 10**8), [(child, -5, CLEAR | ONESHOT | EOF, 0, 0)])
            self.assertEqual(agent.errno("kevent", 2, 0, 0, 0, 0, 0), BADF)
            other.close()


if __name__ == "__main__":
    unittest.main()
