"""Calls that fail because the rig was told so.

Run it by: python tests/darwin/test_injection.py
"""

import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from agent import Agent
from assembly import runner

IO, MFILE = 5, 24


@unittest.skipUnless(runner(), "only the rig makes calls fail")
class Injection(unittest.TestCase):
    """Rules of the command line, and of a file."""

    def test_places(self):
        """One call, all from one on, each so many."""
        for when, expected in [("2", "-E---"), ("2+", "-EEEE"), ("1+2", "E-E-E")]:
            with self.subTest(when), Agent("--inject", f"getsockname:EMFILE:{when}") as agent:
                outcomes = [agent.do("getsockname", 0, 0, 0) for _ in expected]
                found = ["E" if outcome.carry and outcome.x0 == MFILE else "-" for outcome in outcomes]
                self.assertEqual("".join(found), expected)

    def test_call_is_not_made(self):
        """What fails has no effect, and the next one has."""
        with Agent("--inject", "pipe:EMFILE:1") as agent:
            self.assertEqual(agent.errno("pipe"), MFILE)
            self.assertEqual(agent.ok("pipe"), 3)

    def test_each_process_counts(self):
        """A child begins at 1, unless it is spared."""
        with Agent("--inject", "getpid:EIO:1") as agent:
            self.assertEqual(agent.errno("getpid"), IO)
            self.assertEqual(agent.in_child("getpid"), 128 + IO)
        with Agent("--inject", "fcntl:EIO:1:alone") as agent:
            self.assertEqual(agent.in_child("fcntl", 0, 1, 0), 0)
            self.assertEqual(agent.errno("fcntl", 0, 1, 0), IO)

    def test_file(self):
        """Another rule while it runs; the calls before it do not count."""
        with tempfile.NamedTemporaryFile("w") as file, Agent("--inject", f"@{file.name}") as agent:
            agent.ok("getpid")
            file.write("getpid:EIO:1\n")
            file.flush()
            self.assertEqual(agent.errno("getpid"), IO)
            agent.ok("getpid")
            file.truncate(0)
            agent.ok("getpid")

    def test_no_rule(self):
        """What is no rule ends the rig."""
        Agent.prepare()
        for word in ("getpid:EIO", "getpid:NONE:1", "nothing:EIO:1", "getpid:EIO:1:more", "getpid:EIO:x"):
            with self.subTest(word):
                words = [*runner(), "--inject", word, Agent.program]
                ended = subprocess.run(words, capture_output=True, text=True)
                self.assertEqual((ended.returncode, word in ended.stderr), (1, True))


if __name__ == "__main__":
    unittest.main()
