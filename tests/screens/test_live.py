"""What others do shows by itself, and what needs a person is shown first."""
import fcntl
import os
import subprocess
import time
import unittest

import desk
from masthead import wait_for

THREADED = True


class Live(desk.Case):
    def test_another_process(self):
        self.desk()
        term = self.console()
        for n in range(3):
            self.queue(f"Number {n}")
            began = time.monotonic()
            term.wait_text(f"Number {n}")
            took = time.monotonic() - began
            # The command's own end comes after its commit: this is an upper bound with
            # the time of two tmux calls in it.
            self.assertLess(took, 1)

    def test_two_consoles(self):
        self.desk()
        first, second = self.console(), self.console()
        first.wait_text("publishing")
        second.wait_text("publishes (console)")
        self.queue("Seen by both", at="+1s")
        for term in (first, second):
            term.wait_text("Seen by both")
            term.wait_text("✓ published")

    def test_takeover(self):
        self.desk()
        first = self.console()
        first.wait_text("publishing")
        second = self.console()
        second.wait_text("publishes (console)")
        first.send("q")
        self.assertEqual(first.wait_exit(), 0)
        second.wait(lambda s: "publishing" in s.split("\n")[0], what="the second to publish")

    def locked(self, lock):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def test_locked_database(self):
        self.desk()
        number = self.queue("Bread at seven")
        term = self.console()
        term.wait_text("Bread at seven")
        lock = open(os.path.join(self.home.workspace, "write.lock"), "r+b")
        self.addCleanup(lock.close)
        wait_for(lambda: self.locked(lock), 10, "the write lock")
        term.send("x")
        term.wait_text("Cancel job 1")
        term.send("y")
        # The keys answer while the lock is somebody else's.
        term.send("?")
        term.wait_text("Everywhere", timeout=2)
        term.send("q")
        lock.close()
        wait_for(lambda: self.job(number)["status"] == "cancelled" or "E_BUSY" in term.text(), 15,
                 "an outcome")

    def test_unknown_at_launch(self):
        self.desk(faults="bluesky:create=drop-answer,bluesky:read=status:500")
        self.run_masthead("-o", "http.timeout=0.3", "-o", "settle.lag=0.1", "publish", "-b",
                          "northwind", "--wait", "--timeout", "2", "Where is it?")
        term = self.console("-o", "http.timeout=0.3", wait="Triage")
        term.wait_text("Unknown: sent, and no clear answer")
        term.wait_text("Where is it?")
        term.send("q")
        term.wait_text("1 Brands")
        term.wait_text("unknown 1")

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small disk needs root")
    def test_full_disk(self):
        self.home.env["MASTHEAD_WORKSPACE"] = os.path.join(self.small_disk(), "workspace")
        self.desk()
        number = self.queue("Stays where it is")
        term = self.console()
        term.wait_text("Stays where it is")
        filler = os.path.join(os.path.dirname(self.home.env["MASTHEAD_WORKSPACE"]), "filler")
        with open(filler, "wb", buffering=0) as f:
            try:
                while f.write(b"x" * 4096):
                    pass
            except OSError:
                pass
        term.send("x")
        term.wait_text("Cancel job 1")
        term.send("y")
        term.wait_text("E_DISK_FULL", timeout=20)
        # The keys answer all the same, and nothing is lost.
        term.send("?")
        term.wait_text("Everywhere", timeout=2)
        term.send("q")
        os.unlink(filler)
        self.assertEqual(self.job(number)["status"], "scheduled")
        term.send("x")
        term.wait_text("Cancel job 1")
        term.send("y")
        self.wait_status(number, "cancelled")

    def small_disk(self):
        """A disk of its own, unmounted in the end."""
        place = self.home.join("small")
        os.mkdir(place, 0o700)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", place],
                                 stderr=subprocess.PIPE, text=True, check=False)
        if mounted.returncode:
            self.skipTest("nothing may be mounted here: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", place], check=True)
        return place

    def test_network_down(self):
        box = self.desk()
        self.assertEqual(box.stop(), 0)
        term = self.console("-o", "retry.base=30", "-o", "retry.cap=60")
        number = self.queue("Into the void", at="+1s")
        wait_for(lambda: self.job(number)["wait"] == "retry", 15, "the retry's wait")
        term.wait_text("pending")
        term.send("?")
        term.wait_text("Everywhere", timeout=2)
        term.send("q")
        shown = self.job(number)
        self.assertEqual((shown["status"], shown["wait"]), ("pending", "retry"))
        self.assertEqual(shown["error"]["code"], "E_NETWORK")
