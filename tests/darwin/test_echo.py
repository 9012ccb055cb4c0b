"""examples/echo.rs in the rig: a program that is not svcd, by another way through the calls."""

import os
import signal
import socket
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, "..", "..", "dist", "examples", "echo-darwin-aarch64")
DEADLINE = 30


class Echo(unittest.TestCase):
    """One server for each test; it ends by SIGTERM, with exit code 0."""

    def setUp(self):
        words = [sys.executable, os.path.join(HERE, "rig"), PROGRAM]
        self.server = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        line = self.server.stderr.readline()
        self.assertTrue(line.startswith("echo: listening on 127.0.0.1:"), line)
        self.address = ("127.0.0.1", int(line.rpartition(":")[2]))

    def tearDown(self):
        self.server.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.wait(DEADLINE), 0)
        self.assertEqual(self.server.stderr.read(), "")
        self.server.stderr.close()

    def connect(self):
        """A connection that does not wait for ever."""
        return socket.create_connection(self.address, DEADLINE)

    def test_everything_comes_back(self):
        """More than the buffer of the server, and every byte of it."""
        sent = bytes(range(256)) * 64
        with self.connect() as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        self.assertEqual(received, sent)

    def test_connections_do_not_wait_for_each_other(self):
        """A silent first client, and a second one that is served."""
        with self.connect() as silent, self.connect() as talking:
            talking.sendall(b"hello")
            self.assertEqual(talking.recv(100), b"hello")
            silent.sendall(b"at last")
            self.assertEqual(silent.recv(100), b"at last")


if __name__ == "__main__":
    unittest.main()
