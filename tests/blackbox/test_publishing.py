"""Publishing, seen from outside: what platforms and networks do to posts, and what becomes of them.
Whatever happens, no post goes out twice."""
import datetime

import desk
import masthead
import shapes

THREADED = True


def ms(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


class Publishing(desk.Case):
    def run_idle(self, status=0, *options):
        said = self.run_status(status, "--json", *options, "run", "--until-idle", "--timeout", "30")
        return shapes.check(self, said.json, {"published": int, "failed": int, "unknown": int})

    def attempts(self, number=1):
        found = self.job(number)["attempts_list"]
        for attempt in found:
            shapes.check(self, attempt, shapes.ATTEMPT)
        self.assertEqual([a["n"] for a in found], list(range(1, len(found) + 1)))
        return found


class Schedule(Publishing):
    def test_a_process_started_later_publishes_at_the_time(self):
        box = self.desk()
        job, = self.post("in the future", "--at", "+1s")
        self.assertEqual(job["status"], "scheduled")
        self.assertEqual(self.run_idle()["published"], 0)  # does not wait for the future
        self.assertEqual(self.job()["status"], "scheduled")
        self.start("daemon")
        done = self.wait_job(1, "published")
        line, = self.once_each(box)
        self.assertGreaterEqual(ms(line["at"]), ms(job["scheduled_at"]))
        self.assertLess(ms(line["at"]) - ms(job["scheduled_at"]), 3000)
        self.assertEqual(done["remote_id"], line["remote_id"])

    def test_daemon_sees_what_others_add_and_ends_well(self):
        box = self.desk()
        daemon = self.start("daemon")
        self.post("while it runs")
        self.wait_job(1, "published")
        status = shapes.check(self, self.json("status"), shapes.STATUS)
        shapes.check(self, status["publisher"], shapes.PUBLISHER)
        self.assertEqual((status["publisher"]["running"], status["publisher"]["pid"]),
                         (True, daemon.pid))
        self.assertTrue(status["healthy"])
        self.assertEqual(daemon.stop(), 0, daemon)
        self.assertFalse(self.json("status")["publisher"]["running"])
        self.assertEqual(len(box.ledger()), 1)

    def make_late(self):
        """As if the machine had been off: what was due in an hour was due two hours ago."""
        db = self.database()
        db.execute("UPDATE publishing_jobs SET scheduled_at=scheduled_at-10800000,"
                   " next_attempt_at=next_attempt_at-10800000")
        db.close()

    def test_missed(self):
        """Late by more than the brand allows: held, and a person lets it go."""
        box = self.desk()
        self.post("missed", "--at", "+1h")
        self.make_late()
        self.assertEqual(shapes.check(self, self.json("recover", "--dry-run"),
                                      shapes.RECOVER)["missed"], 1)
        self.assertEqual(self.job()["status"], "scheduled")
        self.assertEqual(self.run_idle()["published"], 0)
        self.assertEqual((self.job()["status"], self.job()["hold_reason"]), ("held", "missed"))
        self.assertEqual(box.ledger(), [])
        self.run_ok("release", "1")
        self.assertEqual(self.run_idle()["published"], 1)

    def test_missed_by_little_is_caught_up(self):
        box = self.desk()
        self.run_ok("brand", "edit", "northwind", "--catch-up", "180")
        self.post("late", "--at", "+1h")
        self.make_late()
        self.assertEqual(self.json("recover", "--dry-run")["due"], 1)
        self.assertEqual(self.run_idle()["published"], 1)
        self.assertEqual(len(box.ledger()), 1)

    def test_priority_goes_first(self):
        box = self.desk()
        for number in range(4):
            self.post(f"post {number}", "--priority", str(number))
        self.run_idle(0, "-o", "publisher.in_flight=1")
        self.assertEqual([e["text"] for e in box.ledger()],
                         [f"post {n}" for n in (3, 2, 1, 0)])


class Retries(Publishing):
    def test_schedule_of_retries(self):
        box = self.desk(faults="bluesky:create=status:503x3")
        self.post("at last")
        self.run_idle(0, "-o", "retry.base=0.1", "-o", "retry.cap=10")
        job = self.job()
        self.assertEqual((job["status"], job["attempts"], job["max_retries"]), ("published", 4, 3))
        found = self.attempts()
        self.assertEqual([a["outcome"] for a in found][-1], "published")
        self.assertEqual(len(self.once_each(box)), 1)

    def test_retries_are_used_up(self):
        """Answered with an error each time, and provably not there: four tries, then failed."""
        box = self.desk("bluesky", "mastodon", faults="*:create=status:503")
        self.post("never")
        self.run_idle(1, "-o", "retry.base=0.1", "-o", "retry.cap=10")
        for number in (1, 2):
            job = self.job(number)
            self.assertEqual((job["status"], job["attempts"]), ("failed", 4), job)
            self.assertEqual((job["error"]["code"], job["error"]["class"],
                              job["error"]["http_status"]), ("E_PLATFORM", "transient", 503))
            found = self.attempts(number)
            for n, delay in enumerate((100, 200, 400)):
                self.assertGreaterEqual(ms(found[n + 1]["started_at"])
                                        - ms(found[n]["finished_at"]), delay * 0.8 - 2)
        self.assertEqual(box.ledger(), [])
        self.assertEqual(self.json("jobs", "-s", "failed")["total"], 2)

    def test_answers_lost_each_time(self):
        """Never there, and nothing but silence: a person decides in the end."""
        box = self.desk(faults="bluesky:create=reset-before")
        self.post("never")
        self.run_idle(1, "-o", "http.timeout=0.1")
        job = self.job()
        self.assertEqual((job["status"], job["attempts"]), ("unknown", 4), job)
        self.again(box)
        self.run_ok("resolve", "1", "--absent")
        self.run_idle()
        self.assertEqual(self.job()["status"], "published")
        self.assertEqual(len(self.once_each(box)), 1)

    def test_connection_refused_is_transient(self):
        box = self.desk()
        self.post("nobody there")
        box.stop()
        self.run_idle(1)
        job = self.job()
        self.assertEqual((job["status"], job["attempts"]), ("failed", 4))
        self.assertEqual((job["error"]["code"], job["error"]["class"]), ("E_NETWORK", "transient"))
        found = self.attempts()
        self.assertEqual({a["sent_at"] is None or a["outcome"] == "transient" for a in found}, {True})
        starts = [ms(a["started_at"]) for a in found]
        ends = [ms(a["finished_at"]) for a in found]
        for n, delay in enumerate((20, 40, 80)):
            self.assertGreaterEqual(starts[n + 1] - ends[n], delay * 0.8 - 2)
        self.again(box)
        self.run_ok("retry", "1")
        self.run_idle()
        self.assertEqual(self.job()["status"], "published")
        self.assertEqual(len(self.once_each(box)), 1)

    def test_no_retries_wanted(self):
        box = self.desk()
        self.run_ok("-o", "retry.max=0", "publish", "-b", "northwind", "once only")
        box.stop()
        self.run_idle(1)
        self.assertEqual((self.job()["status"], self.job()["attempts"]), ("failed", 1))

    def test_rate_limit_uses_up_no_retry(self):
        box = self.desk(faults="bluesky:create=429:1x1,bluesky:create=status:503x3")
        self.post("patience")
        self.run_idle()
        job = self.job()
        self.assertEqual((job["status"], job["attempts"]), ("published", 5))
        first, second = self.attempts()[:2]
        self.assertEqual((first["outcome"], first["http_status"]), ("rate_limited", 429))
        # The header counts whole seconds of the server's clock.
        self.assertGreaterEqual(ms(second["started_at"]) - ms(first["finished_at"]), 500)
        self.assertEqual(len(self.once_each(box)), 1)

    def test_rate_limit_shows(self):
        self.desk("mastodon", faults="mastodon:create=429:600")
        said = self.run_status(1, "--json", "publish", "-b", "northwind", "--wait", "--timeout",
                               "0.5", "slowly")
        job, = said.json["jobs"]
        self.assertEqual((job["status"], job["wait"], job["attempts"]), ("pending", "rate", 1))
        self.assertGreater(ms(job["next_attempt_at"]) - ms(job["created_at"]), 500_000)
        self.assertIn("rate", [r["code"] for r in self.json("job", "why", "1")["reasons"]])
        # what is queued behind it waits for the same
        self.post("after it")
        behind = self.job(2)
        self.assertEqual((behind["status"], behind["wait"], behind["attempts"]),
                         ("pending", "rate", 0))
        self.assertEqual(behind["next_attempt_at"], self.job(1)["next_attempt_at"])
        self.assertIn("rate", [r["code"] for r in self.json("job", "why", "2")["reasons"]])

    def test_an_unreachable_server_is_no_lost_login(self):
        box = self.desk()
        box.stop()
        self.run_status(6, "verify", "--all")
        self.post("it may be back by then")
        self.assertEqual(self.json("connections")["connections"][0]["status"], "unreachable")
        self.assertIsNone(self.job()["wait"])

    def test_refused_is_not_retried(self):
        box = self.desk("bluesky", "mastodon",
                        faults="bluesky:create=status:400x1,mastodon:create=status:422x1")
        self.post("refused")
        tally = self.run_idle(1)
        self.assertEqual(tally["failed"], 2)
        for number in (1, 2):
            job = self.job(number)
            self.assertEqual((job["status"], job["attempts"]), ("failed", 1))
            self.assertEqual((job["error"]["code"], job["error"]["class"]),
                             ("E_REJECTED", "permanent"))
            self.assertTrue(job["error"]["message"])
        self.assertEqual(box.ledger(), [])
        self.run_ok("retry", "1", "2")
        self.assertEqual(self.run_idle()["published"], 2)


class Unknown(Publishing):
    """The request left and its outcome is not known: it is found out, and nothing goes out twice."""

    def settled(self, faults, platforms=("bluesky",), lag=0, options=("-o", "http.timeout=0.3")):
        box = self.desk(*platforms, faults=faults, visibility_lag=lag)
        self.post("the post")
        self.run_idle(0, *options)
        lines = self.once_each(box)
        self.assertEqual(len(lines), len(platforms))
        remote = {line["platform"]: line["remote_id"] for line in lines}
        for number in range(1, len(platforms) + 1):
            job = self.job(number)
            self.assertEqual(job["status"], "published", job)
            self.assertEqual(job["remote_id"], remote[job["platform"]])
        self.sound()

    def test_one_post_is_not_two_jobs(self):
        """Two jobs with one text, one of which arrived: it settles one of them and not both."""
        box = self.desk("x", faults="x:create=reset-afterx1,x:create=reset-beforex1")
        self.post("the same")
        self.post("the same", "--allow-duplicate")
        self.run_idle(1)
        self.assertEqual(len(box.ledger()), 1)
        jobs = self.jobs()
        self.assertEqual(sorted(job["status"] for job in jobs), ["published", "unknown"])
        published, = [job for job in jobs if job["status"] == "published"]
        self.assertEqual(published["remote_id"], box.ledger()[0]["remote_id"])
        self.sound()

    def test_answer_dropped(self):
        self.settled("*:create=drop-answerx2", ("bluesky", "mastodon"))

    def test_reset_after(self):
        self.settled("*:create=reset-afterx2", ("bluesky", "mastodon"))

    def test_reset_before(self):
        self.settled("*:create=reset-beforex2", ("bluesky", "mastodon"))

    def test_error_after(self):
        self.settled("*:create=error-after:500x2", ("bluesky", "mastodon"))

    def test_gateway_timeout_after(self):
        self.settled("*:create=error-after:504x2", ("bluesky", "mastodon"))

    def test_truncated(self):
        self.settled("*:create=truncatex2", ("bluesky", "mastodon"))

    def test_garbage(self):
        self.settled("*:create=garbagex2", ("bluesky", "mastodon"))

    def test_trickle(self):
        self.settled("*:create=slow:5x2", ("bluesky", "mastodon"))

    def test_visibility_lag(self):
        self.settled("bluesky:create=drop-answerx1", lag=300,
                     options=("-o", "http.timeout=0.3", "-o", "settle.lag=0.4"))

    def test_lag_and_error_after(self):
        self.settled("bluesky:create=error-after:500x1", lag=200,
                     options=("-o", "settle.lag=0.3"))

    def test_reading_back_fails_too(self):
        self.settled("bluesky:create=reset-afterx1,bluesky:read=status:503x2")

    def test_twice_in_a_row(self):
        self.settled("bluesky:create=reset-beforex2")

    def test_waits_for_the_deadline_across_processes(self):
        box = self.desk(faults="bluesky:create=drop-answerx1")
        self.post("the post")
        daemon = self.start("-o", "http.timeout=1.5", "daemon")
        masthead.wait_for(lambda: box.ledger(), 10, "the post to arrive")
        daemon.kill()
        self.assertEqual(self.job()["status"], "processing")
        report = shapes.check(self, self.json("recover", "--dry-run"), shapes.RECOVER)
        self.assertEqual((report["interrupted"], report["unknown"], report["requeued"]), (1, 1, 0))
        self.assertEqual(self.job()["status"], "processing")
        deadline = ms(self.attempts()[0]["deadline"])
        self.assertEqual(self.json("recover")["unknown"], 1)
        self.assertEqual(self.job()["status"], "unknown")
        self.run_idle(0, "-o", "http.timeout=1.5")
        job = self.job()
        self.assertEqual(job["status"], "published")
        self.assertGreaterEqual(ms(job["updated_at"]), deadline)
        self.assertEqual(len(self.once_each(box)), 1)

    def test_what_a_person_must_settle(self):
        """A server without idempotency keys: absence proves nothing."""
        box = self.sandbox(faults="mastodon:create=reset-beforex1")
        self.run_ok("brand", "add", "northwind")
        account = box.account("mastodon")
        account.server = box.info["platforms"]["mastodon"]["server_without_keys"]
        self.json("connect", "northwind", "mastodon", "--server", account.server, "--handle",
                  account.handle, token=account.secret)
        self.post("the post")
        tally = self.run_idle(1, "-o", "http.timeout=0.3")
        self.assertEqual(tally["unknown"], 1)
        job = self.job()
        self.assertEqual((job["status"], job["error"]["code"], job["error"]["class"]),
                         ("unknown", "E_UNKNOWN_OUTCOME", "unknown"))
        self.assertFalse(self.run_status(1, "--json", "status").json["healthy"])
        self.json("resolve", "1", "--absent")
        self.run_masthead("release", "1")
        self.run_masthead("retry", "1")
        self.run_idle()
        self.assertEqual(self.job()["status"], "published")
        self.assertEqual(len(self.once_each(box)), 1)


class Logins(Publishing):
    def test_expired_token_is_renewed(self):
        box = self.desk(faults="bluesky:create=expirex1")
        self.post("with a fresh token")
        self.run_idle()
        self.assertEqual(self.job()["status"], "published")
        self.assertEqual(self.connection()["status"], "connected")
        self.assertEqual(len(self.once_each(box)), 1)

    def test_revoked_token_waits_for_a_person(self):
        box = self.desk(faults="bluesky:create=revokex1")
        self.post("no way in")
        self.post("later", "--at", "+1h")
        self.run_masthead("run", "--until-idle", "--timeout", "10")
        connection = self.connection()
        self.assertIn(connection["status"], ("revoked", "expired"))
        self.assertGreaterEqual(connection["jobs_waiting"], 1)
        job = self.job()
        self.assertEqual((job["status"], job["wait"]), ("pending", "auth"))
        why = self.json("job", "why", "1")
        self.assertIn("auth", [r["code"] for r in why["reasons"]])
        self.assertEqual(box.ledger(), [])
        again = self.login(box)
        self.assertEqual((again["id"], again["status"]), (1, "connected"))
        self.run_idle()
        self.assertEqual(self.job()["status"], "published")
        self.assertEqual(len(self.once_each(box)), 1)

    def test_refresh_lost_by_the_network_is_no_revocation(self):
        box = self.desk(faults="bluesky:create=expirex1,bluesky:refresh=status:503x1")
        self.post("in the end")
        self.run_idle()
        self.assertEqual(self.connection()["status"], "connected")
        self.assertEqual(self.job()["status"], "published")
        self.assertEqual(len(self.once_each(box)), 1)


class Breaker(Publishing):
    def test_one_platform_down_leaves_the_other_alone(self):
        box = self.desk("bluesky", "mastodon", faults="bluesky:create=status:503")
        for number in range(3):
            self.post(f"post {number}")
        self.run_masthead("-o", "retry.max=1", "run", "--until-idle", "--timeout", "10")
        self.assertEqual({(e["platform"]) for e in box.ledger()}, {"mastodon"})
        self.assertEqual(len(self.once_each(box)), 3)
