"""A real Bluesky server, and everything that can happen on the way to it and back.

Between Masthead and the server stands a proxy that loses, cuts and delays. What
counts is what the server has in the end: each post once, under one record key,
and a job that says the same.
"""
import glob
import os
import queue
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import masthead  # noqa: E402
import pds  # noqa: E402
import proxy  # noqa: E402
from picture import png  # noqa: E402

FAST = ("-o", "http.timeout=2", "-o", "retry.base=0.2", "-o", "settle.lag=0.3")
CREATE = "com.atproto.repo.createRecord"


def setUpModule():
    pds.Case.server = pds.Server()


def tearDownModule():
    if pds.Case.server is not None:
        pds.Case.server.remove()


class FaultCase(pds.Case):
    def setUp(self):
        super().setUp()
        self.proxy = proxy.Proxy(self.server.port)
        self.addCleanup(self.proxy.close)
        self.user = self.account()
        self.connection = self.brand_with(self.user, server=self.proxy.url)

    def post(self, text, *options, **how):
        return self.publish(*FAST, "--timeout", "30", *options, text, **how)

    def wait_status(self, number, status, timeout=30):
        """Waits until the job has this status; returns it."""
        last = {}

        def reached():
            last.update(self.job(number))
            return last["status"] == status

        masthead.wait_for(reached, timeout, lambda: f"{status} of {last}")
        return last


class Answer(FaultCase):
    """The request arrives, and its answer does not."""

    def lost(self, kind):
        fault = self.proxy.arm(CREATE, kind)
        job = self.post("Once and no more")
        self.assertTrue(fault.done.is_set())
        self.assert_one_post(self.user, job, "Once and no more")
        # Settled by looking, not by sending again.
        self.assertEqual(self.proxy.count(CREATE), 1, self.proxy.seen)
        self.assertGreaterEqual(self.proxy.count("com.atproto.repo.getRecord"), 1)

    def test_lost(self):
        self.lost("lose")

    def test_reset(self):
        self.lost("reset")

    def test_cut_in_the_middle(self):
        self.lost("cut")

    def test_lost_in_the_middle_of_a_thread(self):
        self.proxy.arm(CREATE, "delay", 0)
        fault = self.proxy.arm(CREATE, "lose")
        job = self.post("one\n---\ntwo\n---\nthree", "--option", "bluesky.thread=true")
        self.assertTrue(fault.done.is_set())
        self.assertEqual(job["status"], "published", job)
        records = sorted(self.user.records(), key=lambda r: r["value"]["createdAt"])
        self.assertEqual([r["value"]["text"] for r in records], ["one", "two", "three"])
        self.assertEqual(records[2]["value"]["reply"]["parent"]["cid"], records[1]["cid"])
        self.assertEqual(self.proxy.count(CREATE), 3, self.proxy.seen)

    def test_lost_while_other_answers_come(self):
        """One of several posts on their way at once."""
        self.proxy.arm(CREATE, "lose")
        numbers = [self.json("publish", "-b", "northwind", f"Post {n}")["jobs"][0]["id"]
                   for n in range(5)]
        self.run_ok("run", *FAST, "--until-idle", "--timeout", "40")
        self.assertEqual({self.job(n)["status"] for n in numbers}, {"published"})
        self.assertEqual(sorted(r["value"]["text"] for r in self.user.records()),
                         [f"Post {n}" for n in range(5)])
        self.assertEqual(self.proxy.count(CREATE), 5)


class Request(FaultCase):
    """The request does not arrive, or late; nobody can tell from here."""

    def test_reset_before_the_server_heard_of_it(self):
        self.proxy.arm(CREATE, "refuse")
        job = self.post("After all")
        self.assert_one_post(self.user, job, "After all")
        self.assertEqual(self.proxy.count(CREATE), 2, self.proxy.seen)
        bodies = {s.body for s in self.proxy.seen if CREATE in s.path}
        self.assertEqual(len(bodies), 1, "what is sent again is the very same")
        self.assertEqual(len({a["key"] for a in job["attempts_list"]}), 1)

    def late(self, seconds):
        fault = self.proxy.arm(CREATE, "delay", seconds)
        job = self.post("Late")
        self.assertTrue(fault.done.wait(30))
        self.assert_one_post(self.user, job, "Late")
        return [s.status for s in self.proxy.seen if CREATE in s.path]

    def test_arrives_after_the_client_gave_up(self):
        self.assertIn(200, self.late(2.5))

    def test_arrives_after_it_was_sent_again(self):
        self.assertEqual(self.late(8), [200, 500], "the key is taken when the late one comes")

    def test_upload_is_repeated(self):
        picture = self.home.write("picture.png", png(4, 4, (1, 2, 3)))
        self.proxy.arm("com.atproto.repo.uploadBlob", "reset")
        job = self.post("With a picture", "--media", picture, "--alt", "a dot")
        self.assert_one_post(self.user, job, "With a picture")
        self.assertEqual(self.proxy.count("com.atproto.repo.uploadBlob"), 2)
        self.assertEqual(self.proxy.count(CREATE), 1)


class Crash(FaultCase):
    limit_s = 120

    def test_server_dies_after_it_took_the_post(self):
        fault = self.proxy.arm(CREATE, "reset", after=self.server.kill)
        self.addCleanup(self.bring_back)
        number = self.json("publish", "-b", "northwind", "Outlives it")["jobs"][0]["id"]
        publisher = self.start("daemon", *FAST)
        self.assertTrue(fault.done.wait(30))
        job = self.wait_status(number, "unknown")
        self.assertEqual(job["error"]["class"], "unknown", job)
        self.assertIsNone(job["remote_id"])
        self.bring_back()
        job = self.wait_status(number, "published", 60)
        self.assertEqual(publisher.stop(), 0, publisher)
        self.assert_one_post(self.user, job, "Outlives it")
        self.assertEqual(self.proxy.count(CREATE), 1)

    def test_server_dies_before_it_took_the_post(self):
        fault = self.proxy.arm(CREATE, "pass", before=self.server.kill)
        self.addCleanup(self.bring_back)
        number = self.json("publish", "-b", "northwind", "Second try")["jobs"][0]["id"]
        publisher = self.start("daemon", *FAST)
        self.assertTrue(fault.done.wait(30))
        self.wait_status(number, "unknown")
        self.bring_back()
        job = self.wait_status(number, "published", 60)
        self.assertEqual(publisher.stop(), 0, publisher)
        self.assert_one_post(self.user, job, "Second try")

    def test_masthead_dies_before_it_hears_the_answer(self):
        self.json("publish", "-b", "northwind", "Orphan")
        started = queue.Queue()
        fault = self.proxy.arm(CREATE, "reset", after=lambda: started.get(timeout=30).kill())
        started.put(self.start("daemon", *FAST))
        self.assertTrue(fault.done.wait(30))
        self.assertEqual(self.job(1)["status"], "processing")
        self.run_ok("run", *FAST, "--until-idle", "--timeout", "40")
        self.assert_one_post(self.user, self.job(1), "Orphan")
        self.assertEqual(self.proxy.count(CREATE), 1)

    def test_server_is_away_when_it_is_time(self):
        self.server.kill()
        self.addCleanup(self.bring_back)
        number = self.json("publish", "-b", "northwind", "Patience")["jobs"][0]["id"]
        publisher = self.start("daemon", *FAST, "-o", "retry.max=20")
        masthead.wait_for(lambda: self.job(number)["attempts"] > 0, 30, "an attempt")
        self.bring_back()
        job = self.wait_status(number, "published", 60)
        self.assertEqual(publisher.stop(), 0, publisher)
        self.assert_one_post(self.user, job, "Patience")

    def bring_back(self):
        self.server.kill()
        self.server.start()


class Session(FaultCase):
    limit_s = 120

    def refreshes(self):
        return [s for s in self.proxy.seen if "refreshSession" in s.path]

    def test_refresh_rotates(self):
        self.run_ok("refresh", self.connection["id"])
        self.run_ok("refresh", self.connection["id"])
        first, second = self.refreshes()
        self.assertEqual((first.status, second.status), (200, 200))
        self.assertNotEqual(first.headers["Authorization"], second.headers["Authorization"])
        self.assert_one_post(self.user, self.post("Fresh"), "Fresh")

    def test_lost_answer_to_a_refresh_loses_no_login(self):
        self.proxy.arm("refreshSession", "lose")
        self.run_masthead("refresh", *FAST, self.connection["id"])
        status = self.json("connection", "show", self.connection["id"])["status"]
        self.assertNotIn(status, ("revoked", "expired"))
        self.run_ok("refresh", *FAST, self.connection["id"])
        self.assert_one_post(self.user, self.post("Still there"), "Still there")

    def test_disconnect_ends_the_session_at_the_server(self):
        self.run_ok("disconnect", self.connection["id"])
        shown = self.json("connection", "show", self.connection["id"])
        self.assertEqual(shown["status"], "disconnected")
        ended = [s for s in self.proxy.seen if "deleteSession" in s.path]
        self.assertEqual([s.status for s in ended], [200])
        token = ended[0].headers["Authorization"].split()[1]
        answer = self.server.request("POST", "com.atproto.server.refreshSession", token=token)
        self.assertEqual((answer.status, answer.json["error"]), (400, "ExpiredToken"))

    def test_session_that_no_longer_counts(self):
        """The server signs with another key: every token is void. The job waits for a person."""
        self.restart(JWT_SECRET="quite another secret, as long as that one")
        job = self.post("After the login", status=5)
        self.assertEqual((job["status"], job["wait"]), ("pending", "auth"), job)
        shown = self.json("connection", "show", self.connection["id"])
        self.assertIn(shown["status"], ("revoked", "expired"))
        self.assertEqual(shown["jobs_waiting"], 1)
        again = self.log_in(self.user, server=self.proxy.url)
        self.assertEqual(again["id"], self.connection["id"])
        self.run_ok("run", *FAST, "--until-idle", "--timeout", "30")
        self.assert_one_post(self.user, self.job(job["id"]), "After the login")

    def test_token_that_has_expired_at_the_server(self):
        """Three hours on by the server's clock: the access token is refused, and renewed."""
        self.move_clock("+3h")
        self.assert_one_post(self.user, self.post("Three hours on"), "Three hours on")
        self.assertEqual(len(self.refreshes()), 1)

    def test_app_password_that_was_taken_back(self):
        answer = self.user.call("POST", "com.atproto.server.revokeAppPassword",
                                {"name": "masthead"})
        self.assertEqual(answer.status, 200, answer)
        self.move_clock("+3h")
        job = self.post("Too late", status=5)
        self.assertEqual((job["status"], job["wait"]), ("pending", "auth"), job)
        self.assertEqual(self.json("connection", "show", self.connection["id"])["status"],
                         "revoked")
        self.run_status(5, "verify", self.connection["id"])
        self.assertEqual(self.user.records(), [])

    def move_clock(self, by):
        """Starts the server again under a clock that is ahead."""
        found = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
        if not found:
            self.skipTest("no libfaketime here")
        self.restart(LD_PRELOAD=found[0], FAKETIME=by, FAKETIME_DONT_FAKE_MONOTONIC="1")

    def restart(self, **env):
        def put_back():
            self.server.kill()
            self.server.env = before
            self.server.start()

        before = self.server.env
        self.addCleanup(put_back)
        self.server.kill()
        self.server.env = env
        self.server.start()


if __name__ == "__main__":
    unittest.main()
