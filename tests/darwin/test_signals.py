"""Signals and processes in the rig, call by call, against what XNU does.

Run it by: python tests/darwin/test_signals.py
"""

import os
import signal
import struct
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from agent import CALLS, Agent
from assembly import build, text

TERM, PIPE, CHLD, USR1, USR2, KILL, ALRM, INFO = 15, 13, 20, 30, 31, 9, 14, 29
RESTART, SIGINFO, NODEFER, RESETHAND, NOCLDWAIT, VALIDATE = 2, 0x40, 0x10, 4, 0x20, 0x400
INTR, CHILD, INVAL, EPIPE, SRCH, FAULT = 4, 10, 22, 32, 3, 14
BLOCK, UNBLOCK, SETMASK = 1, 2, 3
FOREVER = 1 << 20


def bit(number):
    """The place of a signal in a mask."""
    return 1 << number - 1


class Signals(unittest.TestCase):
    """The test sends real signals to the agent."""

    def later(self, agent, number, delay=0.15):
        """Sends a signal of the host's after a while."""
        timer = threading.Timer(delay, os.kill, (agent.pid, number))
        timer.start()
        self.addCleanup(timer.join)

    def status(self, agent, options=0, pid=-1):
        """wait4: the child and its status."""
        place = agent.room(4)
        found = agent.ok("wait4", pid, place, options, 0)
        return found, struct.unpack("<I", agent.peek(place, 4))[0] if found else None

    def test_while_it_computes(self):
        """A signal comes between two instructions, and everything goes on behind it."""
        with Agent() as agent:
            agent.catch(USR1, SIGINFO)
            self.later(agent, signal.SIGUSR1)
            agent.spin()
            count, number, info = agent.seen_signals()
            self.assertEqual((count, number), (1, USR1))
            self.assertEqual(struct.unpack_from("<iiiiI", info), (USR1, 0, 0, os.getpid(), os.getuid()))
            self.assertEqual(agent.peek(agent.seen + 112, 4), struct.pack("<I", 30))

    def test_while_it_waits(self):
        """EINTR, or once more with SA_RESTART; but poll, kevent and their like are never restarted."""
        for word in (0, RESTART):
            with Agent() as agent:
                pipe = agent.ok("pipe")
                queue = agent.ok("kqueue")
                buffer = agent.room(64)
                agent.catch(USR1, word)
                waits = (
                    ("read", (pipe, buffer, 1), word),
                    ("poll", (0, 0, 5000), 0),
                    ("kevent", (queue, 0, 0, buffer, 1, 0), 0),
                    ("select", (0, 0, 0, 0, 0), 0),
                    ("wait4", (-1, 0, 0, 0), word),
                )
                child = agent.fork(0, 4000).x0
                for seen, (name, arguments, restarts) in enumerate(waits, 1):
                    with self.subTest(name=name, restarts=restarts):
                        agent.start(name, *arguments)
                        agent.settle()
                        os.kill(agent.pid, signal.SIGUSR1)
                        if restarts and name == "read":
                            # Nothing was lost: a byte ends the call.
                            agent.settle()
                            with open(f"/proc/{agent.pid}/fd/{pipe + 1}", "wb", 0) as end:
                                end.write(b"x")
                            self.assertEqual(agent.finish().x0, 1)
                        elif restarts:
                            self.assertEqual(agent.finish().x0, child)
                        else:
                            outcome = agent.finish()
                            self.assertEqual((outcome.carry, outcome.x0), (True, INTR))
                        self.assertEqual(agent.seen_signals()[0], seen)

    def test_blocked(self):
        """A blocked signal waits; a kqueue tells of it all the same, and of ignored ones."""
        with Agent() as agent:
            agent.catch(USR1)
            agent.ok("sigprocmask", BLOCK, struct.pack("<I", bit(USR1) | bit(KILL)), 0)
            queue, into = agent.ok("kqueue"), agent.room(64)
            change = b"".join(struct.pack("<QhHIqQ", number, -6, 1, 0, 0, 0) for number in (USR1, PIPE))
            agent.ok("sigaction", PIPE, struct.pack("<QQII", 1, 0, 0, 0), 0)
            agent.ok("kevent", queue, change, 2, 0, 0, 0)
            for _ in range(2):
                agent.ok("kill", agent.pid, USR1, 1)
            agent.ok("kill", agent.pid, PIPE, 1)
            self.assertEqual(agent.ok("kevent", queue, 0, 0, into, 2, 0), 2)
            events = [struct.unpack("<QhHIqQ", agent.peek(into + at, 32)) for at in (0, 32)]
            self.assertEqual({(row[0], row[1], row[4]) for row in events}, {(USR1, -6, 2), (PIPE, -6, 1)})
            place = agent.room(4)
            agent.ok("sigpending", place)
            self.assertEqual(agent.peek(place, 4), struct.pack("<I", bit(USR1)))
            self.assertEqual(agent.seen_signals()[0], 0)
            agent.ok("sigprocmask", SETMASK, struct.pack("<I", 0), place)
            self.assertEqual(agent.peek(place, 4), struct.pack("<I", bit(USR1)))
            self.assertEqual(agent.seen_signals()[0], 1)
            self.assertEqual(agent.errno("sigprocmask", 0, place, 0), INVAL)

    def test_sigaction(self):
        """24 bytes in, 16 out; SA_RESETHAND; KILL cannot even be asked for."""
        with Agent() as agent:
            agent.catch(USR1, RESETHAND | SIGINFO, bit(USR2))
            old = agent.room(24)
            agent.poke(old, b"\xee" * 24)
            agent.ok("sigaction", USR1, 0, old)
            # SA_RESETHAND is not told (ksig:479-497).
            self.assertEqual(agent.peek(old, 24), struct.pack("<QII", agent.handler, bit(USR2), SIGINFO) + b"\xee" * 8)
            agent.ok("kill", agent.pid, USR1, 1)
            agent.ok("sigaction", USR1, 0, old)
            self.assertEqual(agent.peek(old, 8), bytes(8))
            self.assertEqual(agent.errno("sigaction", KILL, 0, old), INVAL)
            self.assertEqual(agent.errno("sigaction", 32, 0, old), INVAL)
            self.assertEqual(agent.errno("kill", agent.pid, 32, 1), INVAL)
            self.assertEqual(agent.errno("kill", 1 << 22, 0, 1), SRCH)

    def test_sigsuspend(self):
        """The mask comes by value, holds while it waits, and the end is EINTR."""
        with Agent() as agent:
            agent.catch(USR1, RESTART)
            agent.ok("sigprocmask", BLOCK, struct.pack("<I", bit(USR1)), 0)
            agent.start("sigsuspend", 0)
            agent.settle()
            os.kill(agent.pid, signal.SIGUSR1)
            self.assertEqual(agent.finish().x0, INTR)
            place = agent.room(4)
            agent.ok("sigprocmask", 0, 0, place)
            self.assertEqual((agent.peek(place, 4), agent.seen_signals()[0]), (struct.pack("<I", bit(USR1)), 1))

    def test_pipe_without_reader(self):
        """SIGPIPE and EPIPE; on a socket not with SO_NOSIGPIPE or MSG_NOSIGNAL."""
        with Agent() as agent:
            agent.catch(PIPE)
            outcome = agent.do("pipe")
            agent.ok("close", outcome.x0)
            self.assertEqual(agent.errno("write", outcome.x1, b"x", 1), EPIPE)
            self.assertEqual(agent.seen_signals()[:2], (1, PIPE))
            agent.ok("fcntl", outcome.x1, 73, 1)
            self.assertEqual(agent.errno("write", outcome.x1, b"x", 1), EPIPE)
            self.assertEqual(agent.seen_signals()[0], 1)
            pair = agent.room(8)
            agent.ok("socketpair", 1, 1, 0, pair)
            one, other = struct.unpack("<ii", agent.peek(pair, 8))
            agent.ok("close", other)
            self.assertEqual(agent.errno("sendto", one, b"x", 1, 0x80000, 0, 0), EPIPE)
            self.assertEqual(agent.seen_signals()[0], 1)
            self.assertEqual(agent.errno("write", one, b"x", 1), EPIPE)
            self.assertEqual(agent.seen_signals()[0], 2)
            agent.ok("setsockopt", one, 0xFFFF, 0x1022, struct.pack("<i", 1), 4)
            self.assertEqual(agent.errno("write", one, b"x", 1), EPIPE)
            self.assertEqual(agent.seen_signals()[0], 2)

    def test_children(self):
        """wait4 and waitid; statuses have Darwin's signal numbers."""
        with Agent() as agent:
            child = agent.fork(300 - 256)
            self.assertEqual((child.x1, child.x18), (0, 0))
            self.assertEqual(self.status(agent), (child.x0, 44 << 8))
            self.assertEqual(agent.errno("wait4", -1, 0, 0, 0), CHILD)
            self.assertEqual(agent.errno("wait4", -1 << 31, 0, 0, 0), INVAL)
            child = agent.fork(0, FOREVER).x0
            self.assertEqual(self.status(agent, 1), (0, None))
            os.kill(child, signal.SIGUSR2)
            self.assertEqual(self.status(agent), (child, USR2))
            child = agent.fork(0, FOREVER).x0
            os.kill(child, signal.SIGSTOP)
            self.assertEqual(self.status(agent, 2), (child, 0x7F | 17 << 8))
            os.kill(child, signal.SIGCONT)
            self.assertEqual(self.status(agent, 0x10), (child, 0x7F | 19 << 8))
            agent.ok("kill", child, KILL, 1)
            info = agent.room(104)
            self.assertEqual(agent.errno("waitid", 0, 0, info, 0), INVAL)
            agent.ok("waitid", 1, child, info, 4)
            told = struct.unpack("<iiiiIi", agent.peek(info, 24))
            self.assertEqual(told, (CHLD, 0, 2, child, os.getuid(), KILL))

    def test_no_zombies(self):
        """With SIGCHLD ignored, or SA_NOCLDWAIT, wait4 waits for all children and then fails."""
        for handler, word in ((1, 0), (0, NOCLDWAIT)):
            with Agent() as agent:
                agent.ok("sigaction", CHLD, struct.pack("<QQII", handler, 0, 0, word), 0)
                agent.fork(0, 200)
                begun = time.monotonic()
                self.assertEqual(agent.errno("wait4", -1, 0, 0, 0), CHILD)
                self.assertGreater(time.monotonic() - begun, 0.15)

    def test_timer(self):
        """setitimer sends SIGALRM."""
        with Agent() as agent:
            agent.catch(ALRM)
            agent.ok("setitimer", 0, struct.pack("<qi4xqi4x", 0, 0, 0, 100000), 0)
            agent.spin()
            self.assertEqual(agent.seen_signals()[:2], (1, ALRM))
            self.assertEqual(agent.errno("setitimer", 0, struct.pack("<qi4xqi4x", 0, 0, 100000001, 0), 0), INVAL)

    def test_death_by_signal(self):
        """Whoever waits for the process sees the signal that ended it."""
        for ours, theirs in ((TERM, signal.SIGTERM), (USR1, signal.SIGUSR1), (KILL, signal.SIGKILL)):
            with Agent() as agent:
                agent.start("kill", agent.pid, ours, 1)
                self.assertEqual(agent.process.wait(10), -theirs)
        with Agent() as agent:
            agent.start("read", agent.ok("pipe"), agent.buffer, 1)
            agent.settle()
            agent.process.terminate()
            self.assertEqual(agent.process.wait(10), -signal.SIGTERM)
        with Agent() as agent:
            agent.start(CALLS["pipe"] + 65536 * 7)
            self.assertEqual(agent.finish().x0, 3)  # the low 16 bits count
            agent.start(440)
            self.assertEqual(agent.process.wait(10), 70)
        with Agent() as agent:
            agent.start(9999)
            self.assertEqual(agent.process.wait(10), -signal.SIGSYS)

    def test_exec(self):
        """A script of the host, and a Mach-O again; what exec keeps and what not."""
        with tempfile.TemporaryDirectory() as folder, Agent() as agent:
            script = os.path.join(folder, "script")
            with open(script, "w") as file:
                file.write('#!/bin/sh\nexit "$#$CODE"\n')
            self.assertEqual(agent.errno("execve", script, 0, 0), 13)
            os.chmod(script, 0o755)

            def pointers(*texts):
                return agent.put(struct.pack(f"<{len(texts) + 1}Q", *map(agent.put, texts), 0))

            code = agent.in_child("execve", agent.put(script), pointers("x", "one"), pointers("CODE=7"))
            self.assertEqual(code, 17)
            self.assertEqual(agent.in_child("execve", agent.put("/nonexistent"), pointers("x"), pointers()), 128 + 2)
            counter = build(folder, "counter", ".set RIGHT, 1\n", text("wrong", "common.inc"), "_main: ret\n")
            self.assertEqual(agent.in_child("execve", counter, pointers("a", "b", "c"), pointers()), 3)


if __name__ == "__main__":
    unittest.main()
