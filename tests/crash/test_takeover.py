"""Who publishes when the publisher is killed, and what happens to what it left behind."""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import masthead  # noqa: E402
import suite  # noqa: E402

QUICK = ("-o", "http.timeout=2", "-o", "retry.base=0.05", "-o", "settle.lag=0.05")


class Takeover(masthead.Case):
    def setUp(self):
        super().setUp()
        self.box = None

    def prepare(self, **options):
        self.box = self.sandbox(**options)
        self.run_ok("brand", "add", "northwind")
        self.connect(self.box, "northwind")

    def publish(self, text, *more):
        return self.json("publish", "-b", "northwind", *more, text)["jobs"][0]["id"]

    def job(self, number):
        return self.json("job", "show", number)

    def await_status(self, number, status, timeout=15):
        masthead.wait_for(lambda: self.job(number)["status"] == status, timeout,
                          lambda: f"{status}: {self.job(number)}")

    def publisher(self):
        return self.run_masthead("--json", "status").json["publisher"]

    def test_waiting_publisher_publishes_within_a_second_of_the_kill(self):
        self.prepare()
        first = self.start(*QUICK, "daemon")
        masthead.wait_for(lambda: self.publisher()["pid"] == first.pid)
        second = self.start(*QUICK, "daemon")
        self.await_status(self.publish("by the first"), "published")
        first.kill()
        killed = time.monotonic()
        masthead.wait_for(lambda: self.publisher()["pid"] == second.pid)
        self.assertLess(time.monotonic() - killed, 1 * suite.patience())
        self.await_status(self.publish("by the second"), "published")
        self.assertEqual(second.stop(), 0)

    def test_scheduled_post_goes_out_at_its_time_from_a_process_started_after_the_kill(self):
        self.prepare()
        first = self.start(*QUICK, "daemon")
        masthead.wait_for(lambda: self.publisher()["pid"] == first.pid)
        job = self.publish("later", "--at", f"+{3 * suite.patience()}s")
        first.kill()
        self.assertEqual(self.job(job)["status"], "scheduled")
        self.start(*QUICK, "daemon")
        self.await_status(job, "published", 30)
        shown = self.job(job)
        self.assertGreaterEqual(shown["published_at"], shown["scheduled_at"])
        self.assertEqual([e["text"] for e in self.box.ledger()], ["later"])

    def test_answer_lost_with_the_process_is_settled_and_not_sent_again(self):
        self.prepare(faults="bluesky:create=drop-answerx1")
        first = self.start("-o", "http.timeout=5", "daemon")
        job = self.publish("accepted, and the answer lost")
        masthead.wait_for(lambda: self.box.ledger())
        first.kill()
        self.assertEqual(self.job(job)["status"], "processing")
        self.assertEqual(self.json("recover", "--dry-run")["unknown"], 1)
        self.run_ok(*QUICK, "run", "--until-idle", "--timeout", "60", timeout=70)
        shown = self.job(job)
        self.assertEqual(shown["status"], "published")
        self.assertEqual(shown["attempts"], 1)
        self.assertEqual(shown["remote_id"], self.box.ledger()[0]["remote_id"])
        self.assertEqual(len(self.box.ledger()), 1)

    def test_sigterm_finishes_what_is_in_flight(self):
        self.prepare(faults="bluesky:create=latency:700x1")
        daemon = self.start(*QUICK, "daemon")
        job = self.publish("on its way")
        masthead.wait_for(lambda: self.job(job)["status"] == "processing")
        daemon.signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(), 0)
        self.assertEqual(self.job(job)["status"], "published")
