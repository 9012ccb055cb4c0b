"""Sockets in the rig, call by call, against what XNU does.

Run it by: python tests/darwin/test_sockets.py
"""

import os
import socket
import struct
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from agent import Agent
from network import F_SETFL, O_NONBLOCK, SOL_SOCKET, Network, address

LINGER, LINGER_SEC, SNDTIMEO, RCVTIMEO = 0x80, 0x1080, 0x1005, 0x1006
NOSIGPIPE, SNDBUF, NP_EXTENSIONS = 0x1022, 0x1001, 0x1083
F_GETFL, F_GETFD = 3, 1
FAULT, INVAL, MFILE, DOM, AGAIN, NOTSOCK, CONNRESET, NOTCONN = 14, 22, 24, 33, 35, 38, 54, 57
DONTWAIT, NOSIGNAL, PEEK, WAITALL = 0x80, 0x80000, 2, 0x40


class Sockets(Network):
    """Single calls on the agent's sockets."""

    def option(self, agent, fd, number, form="<i"):
        """A socket option's value."""
        value, size = agent.room(16), agent.put(struct.pack("<I", 16))
        agent.ok("getsockopt", fd, SOL_SOCKET, number, value, size)
        return struct.unpack(form, agent.peek(value, struct.calcsize(form)))

    def test_accept_inherits(self):
        """O_NONBLOCK and SO_NOSIGPIPE yes, FD_CLOEXEC and timeouts no."""
        with Agent() as agent:
            fd, port = self.listen(agent, O_NONBLOCK)
            agent.ok("setsockopt", fd, SOL_SOCKET, RCVTIMEO, struct.pack("<qi4x", 3, 500000), 16)
            agent.ok("setsockopt", fd, SOL_SOCKET, SNDTIMEO, struct.pack("<qi4x", 4, 0), 16)
            agent.ok("setsockopt", fd, SOL_SOCKET, NOSIGPIPE, struct.pack("<i", 1), 4)
            agent.ok("fcntl", fd, 2, 1)
            self.assertEqual(agent.errno("accept", fd, 0, 0), AGAIN)
            with socket.create_connection(("127.0.0.1", port)) as client:
                name, size = agent.room(128), agent.put(struct.pack("<I", 128))
                new = agent.ok("accept", fd, name, size)
                self.assertEqual(agent.peek(size, 4), struct.pack("<I", 16))
                self.assertEqual(
                    agent.peek(name, 4)[:2] + agent.peek(name, 4)[2:],
                    struct.pack(">BBH", 16, 2, client.getsockname()[1]),
                )
            self.assertEqual(agent.ok("fcntl", new, F_GETFL, 0), 2 | O_NONBLOCK)
            self.assertEqual(agent.ok("fcntl", new, F_GETFD, 0), 0)
            self.assertEqual(self.option(agent, new, RCVTIMEO, "<qi"), (0, 0))
            self.assertEqual(self.option(agent, new, SNDTIMEO, "<qi"), (0, 0))
            self.assertEqual(self.option(agent, fd, RCVTIMEO, "<qi"), (3, 500000))
            self.assertEqual(self.option(agent, new, NOSIGPIPE), (1,))

    def test_accept_without_descriptors(self):
        """EMFILE loses the connection."""
        with Agent() as agent:
            fd, port = self.listen(agent, O_NONBLOCK)
            agent.ok("setrlimit", 8, struct.pack("<QQ", fd + 1, 4096))
            client = socket.create_connection(("127.0.0.1", port))
            self.addCleanup(client.close)
            time.sleep(0.05)
            self.assertEqual(agent.errno("accept", fd, 0, 0), MFILE)
            client.settimeout(5)
            self.assertIn(self.end_of(client), (b"", "reset"))
            self.assertEqual(agent.errno("accept", fd, 0, 0), AGAIN)

    @staticmethod
    def end_of(client):
        """What the client receives last."""
        try:
            return client.recv(10)
        except ConnectionResetError:
            return "reset"

    def test_arguments(self):
        """Which mistakes have which errno."""
        with Agent() as agent:
            fd = agent.ok("socket", 2, 1, 0)
            pipe = agent.ok("pipe")
            self.assertEqual(agent.errno("bind", pipe, address(), 16), NOTSOCK)
            self.assertEqual(agent.errno("bind", fd, 0x1000, 16), FAULT)
            self.assertEqual(agent.errno("bind", fd, address(), 12), INVAL)
            self.assertEqual(agent.errno("bind", fd, address(family=30), 16), INVAL)
            # AF_UNSPEC becomes AF_INET.
            agent.ok("bind", fd, address(family=0), 16)
            self.assertEqual(agent.errno("accept", fd, 0, 0), INVAL)
            self.assertEqual(agent.errno("getpeername", fd, agent.room(16), agent.put(struct.pack("<I", 16))), NOTCONN)
            self.assertEqual(agent.errno("shutdown", fd, 1), NOTCONN)
            self.assertEqual(agent.errno("sendto", fd, b"x", 1, NOSIGNAL, 0, 0), NOTCONN)
            self.assertEqual(
                agent.errno("setsockopt", fd, SOL_SOCKET, RCVTIMEO, struct.pack("<qi4x", 0, 1000000), 16), DOM
            )
            self.assertEqual(agent.errno("setsockopt", fd, SOL_SOCKET, RCVTIMEO, struct.pack("<qi4x", 1, 0), 8), INVAL)
            self.assertEqual(agent.errno("setsockopt", fd, SOL_SOCKET, SNDBUF, struct.pack("<i", 0), 4), INVAL)
            agent.ok("setsockopt", fd, SOL_SOCKET, LINGER, struct.pack("<ii", 1, 250), 8)
            self.assertEqual(self.option(agent, fd, LINGER_SEC, "<ii"), (1, 2))

    def test_receive(self):
        """Timeouts, PEEK, WAITALL, DONTWAIT, the end, the reset."""
        with Agent() as agent:
            fd, client = self.connection(agent)
            agent.ok("setsockopt", fd, SOL_SOCKET, RCVTIMEO, struct.pack("<qi4x", 0, 200000), 16)
            buffer, begun = agent.room(64), time.monotonic()
            self.assertEqual(agent.errno("recvfrom", fd, buffer, 64, 0, 0, 0), AGAIN)
            self.assertGreater(time.monotonic() - begun, 0.15)
            self.assertEqual(agent.errno("recvfrom", fd, buffer, 64, DONTWAIT, 0, 0), AGAIN)
            self.assertEqual(agent.ok("recvfrom", fd, buffer, 0, 0, 0, 0), 0)
            client.sendall(b"hello")
            self.assertEqual(agent.ok("recvfrom", fd, buffer, 64, PEEK, 0, 0), 5)
            # A timeout ends WAITALL with what there is.
            self.assertEqual(agent.ok("recvfrom", fd, buffer, 64, WAITALL, 0, 0), 5)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            time.sleep(0.05)
            self.assertEqual(agent.errno("recvfrom", fd, buffer, 64, 0, 0, 0), CONNRESET)
            self.assertEqual(agent.ok("recvfrom", fd, buffer, 64, 0, 0, 0), 0)
            # Disconnected: no options, no name, no shutdown.
            self.assertEqual(agent.errno("setsockopt", fd, SOL_SOCKET, RCVTIMEO, bytes(16), 16), INVAL)
            self.assertEqual(agent.errno("getpeername", fd, buffer, agent.put(struct.pack("<I", 16))), INVAL)
            self.assertEqual(agent.errno("shutdown", fd, 1), NOTCONN)

    def test_options_after_shut(self):
        """setsockopt after both directions are shut needs SONPX_SETOPTSHUT."""
        for extension in (False, True):
            with Agent() as agent:
                fd, client = self.connection(agent)
                if extension:
                    agent.ok("setsockopt", fd, SOL_SOCKET, NP_EXTENSIONS, struct.pack("<II", 1, 1), 8)
                agent.ok("shutdown", fd, 1)
                self.assertEqual(agent.errno("shutdown", fd, 1), NOTCONN)
                client.close()
                time.sleep(0.05)
                outcome = agent.do("setsockopt", fd, SOL_SOCKET, RCVTIMEO, bytes(16), 16)
                self.assertEqual((outcome.carry, outcome.x0), (False, 0) if extension else (True, INVAL))

    def test_send_does_not_know_dontwait(self):
        """MSG_DONTWAIT does not keep send from waiting; the timeout and O_NONBLOCK do (sosendcheck)."""
        with Agent() as agent:
            pair = agent.room(8)
            agent.ok("socketpair", 1, 1, 0, pair)
            fd, size = struct.unpack("<ii", agent.peek(pair, 8))[0], 0x10000
            agent.ok("setsockopt", fd, SOL_SOCKET, SNDTIMEO, struct.pack("<qi4x", 0, 300000), 16)
            agent.ok("fcntl", fd, F_SETFL, O_NONBLOCK)
            while not agent.do("sendto", fd, agent.buffer, size, NOSIGNAL, 0, 0).carry:
                pass
            agent.ok("fcntl", fd, F_SETFL, 0)
            begun = time.monotonic()
            self.assertEqual(agent.errno("sendto", fd, agent.buffer, size, NOSIGNAL | DONTWAIT, 0, 0), AGAIN)
            self.assertGreater(time.monotonic() - begun, 0.2)
            agent.ok("fcntl", fd, F_SETFL, O_NONBLOCK)
            begun = time.monotonic()
            self.assertEqual(agent.errno("sendto", fd, agent.buffer, size, NOSIGNAL, 0, 0), AGAIN)
            self.assertLess(time.monotonic() - begun, 0.2)

    def test_sendfile(self):
        """The length goes in and comes out, also with an error; 0 is up to the end."""
        with tempfile.NamedTemporaryFile() as file, Agent() as agent:
            file.write(b"0123456789")
            file.flush()
            fd, client = self.connection(agent)
            source = agent.ok("openat", -2, file.name, 0, 0)

            def send(offset, count, into=fd, flags=0):
                length = agent.put(struct.pack("<q", count))
                outcome = agent.do("sendfile", source, into, offset, length, 0, flags)
                return outcome.x0 * outcome.carry, struct.unpack("<q", agent.peek(length, 8))[0]

            self.assertEqual(send(2, 3), (0, 3))
            self.assertEqual(send(7, 0), (0, 3))
            self.assertEqual(send(8, 100), (0, 2))
            self.assertEqual(send(10, 5), (0, 0))
            self.assertEqual(client.recv(100), b"23478989")
            self.assertEqual(send(0, 5, flags=1), (INVAL, 0))
            self.assertEqual(send(-1, 5), (INVAL, 0))
            self.assertEqual(send(0, 5, into=source), (NOTSOCK, 0))
            os.truncate(file.name, 1 << 24)
            agent.ok("fcntl", fd, F_SETFL, O_NONBLOCK)
            errno, sent = send(0, 1 << 24)
            self.assertEqual(errno, AGAIN)
            self.assertGreater(sent, 1000)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            time.sleep(0.05)
            self.assertEqual(send(0, 5), (NOTCONN, 0))


if __name__ == "__main__":
    unittest.main()
