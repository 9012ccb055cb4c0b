"""What the tests of sockets and of events share: a server in the agent, clients in the test."""

import socket
import struct
import time
import unittest

SOL_SOCKET, REUSEADDR, F_SETFL, O_NONBLOCK = 0xFFFF, 4, 4, 4


def address(port=0, length=16, family=2):
    """sockaddr_in of the loopback interface."""
    return struct.pack(">BBH4s8x", length, family, port, b"\x7f\0\0\1")


class Network(unittest.TestCase):
    """With a listening socket of the agent and clients of the test."""

    def listen(self, agent, flags=0):
        """A listening descriptor and its port; `flags` for F_SETFL."""
        fd = agent.ok("socket", 2, 1, 0)
        agent.ok("setsockopt", fd, SOL_SOCKET, REUSEADDR, struct.pack("<i", 1), 4)
        # The length byte is the caller's affair.
        agent.ok("bind", fd, address(length=77), 16)
        agent.ok("listen", fd, -5)
        agent.ok("fcntl", fd, F_SETFL, flags)
        name, size = agent.room(16), agent.put(struct.pack("<I", 16))
        agent.ok("getsockname", fd, name, size)
        told = agent.peek(name, 16)
        self.assertEqual((told[:2], told[4:8]), (b"\x10\x02", b"\x7f\0\0\1"))
        return fd, struct.unpack(">H", told[2:4])[0]

    def connection(self, agent, flags=0):
        """An accepted descriptor and the client's socket."""
        fd, port = self.listen(agent, flags)
        client = socket.create_connection(("127.0.0.1", port))
        self.addCleanup(client.close)
        time.sleep(0.05)
        return agent.ok("accept", fd, 0, 0), client
