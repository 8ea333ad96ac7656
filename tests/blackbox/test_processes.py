"""Several processes on one workspace: one publishes at a time, and the others wait or take over."""
import os
import signal
import time

import desk
import masthead

THREADED = True


class Processes(desk.Case):
    def test_the_second_to_run_is_told(self):
        self.desk()
        first = self.start("daemon")
        self.running(first)
        began = time.monotonic()
        error = self.refused("E_PUBLISHER_BUSY", 4, "run", "--timeout", "0.3")
        self.assertLess(time.monotonic() - began, 5)
        self.assertIn(str(first.pid), error["message"] + error["hint"])
        self.refused("E_PUBLISHER_BUSY", 4, "recover")

    def running(self, process):
        return masthead.wait_for(
            lambda: self.json("status")["publisher"]["pid"] == process.pid, 10,
            lambda: f"{process} to publish")

    def test_run_waits_for_the_lock(self):
        box = self.desk()
        first = self.start("daemon")
        self.running(first)
        second = self.start("--json", "run", "--until-idle", "--timeout", "30")
        self.assertEqual(first.stop(), 0, first)
        self.assertEqual(second.wait(), 0, second)
        self.assertEqual(box.ledger(), [])

    def test_another_takes_over_after_a_kill(self):
        box = self.desk()
        first = self.start("daemon")
        self.running(first)
        second = self.start("daemon")
        self.post("before")
        self.wait_job(1, "published")
        first.kill()
        killed = time.monotonic()
        self.running(second)
        self.assertLess(time.monotonic() - killed, 3)
        self.post("after")
        self.wait_job(2, "published")
        self.assertEqual(second.stop(), 0, second)
        self.assertEqual(len(self.once_each(box)), 2)
        self.sound()

    def test_ends_in_time_whatever_is_in_flight(self):
        box = self.desk(faults="bluesky:create=latency:300x1")
        daemon = self.start("daemon")
        self.running(daemon)
        self.post("in flight")
        masthead.wait_for(lambda: self.job()["status"] == "processing", 10)
        self.assertEqual(daemon.stop(), 0, daemon)
        self.assertEqual(self.job()["status"], "published")
        self.assertEqual(len(self.once_each(box)), 1)

    def test_ends_at_the_limit(self):
        box = self.desk(faults="bluesky:create=drop-answer")
        daemon = self.start("-o", "http.timeout=60", "-o", "shutdown.limit=0.3", "daemon")
        self.running(daemon)
        self.post("no answer")
        masthead.wait_for(lambda: box.ledger(), 10)
        began = time.monotonic()
        self.assertEqual(daemon.stop(), 0, daemon)
        self.assertLess(time.monotonic() - began, 5)
        self.assertIn(self.job()["status"], ("processing", "unknown"))
        self.run_masthead("recover")
        self.assertEqual(self.job()["status"], "unknown")
        self.assertEqual(len(self.once_each(box)), 1)

    def test_interrupted_while_waiting(self):
        self.desk(faults="bluesky:create=status:503")
        for number in (signal.SIGINT, signal.SIGTERM):
            waiting = self.start("--json", "-o", "retry.base=30", "-o",
                                 "retry.cap=30", "publish", "-b", "northwind",
                                 "--wait", f"for signal {number}")
            masthead.wait_for(lambda: any(j["wait"] == "retry" and str(int(number)) in j["text"]
                                          for j in self.jobs("-s", "pending")), 10,
                              lambda: f"{waiting} {self.jobs()}")
            waiting.signal(number)
            self.assertEqual(waiting.wait(), 8, waiting)
            self.assertIn("E_INTERRUPTED", waiting.err)
        self.assertEqual({j["status"] for j in self.jobs()}, {"pending"})

    def test_many_at_once(self):
        box = self.desk()
        self.start("daemon")
        writers = [self.start("publish", "-b", "northwind", f"post {n}") for n in range(12)]
        for writer in writers:
            self.assertEqual(writer.wait(), 0, writer)
        masthead.wait_for(lambda: self.json("jobs", "-s", "published")["total"] == 12, 20,
                          lambda: f"twelve posts; there are {len(box.ledger())}")
        self.assertEqual(sorted(j["id"] for j in self.jobs()), list(range(1, 13)))
        self.assertEqual(len(self.once_each(box)), 12)
        self.sound()

    def test_the_same_post_at_once_is_stored_once(self):
        self.desk()
        writers = [self.start("publish", "-b", "northwind", "--at", "+1h", "the same")
                   for _ in range(6)]
        self.assertEqual(sorted(w.wait() for w in writers), [0, 4, 4, 4, 4, 4])
        self.assertEqual(self.json("jobs")["total"], 1)
