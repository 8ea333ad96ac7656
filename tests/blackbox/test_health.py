"""status, check, recover, run: is all well, and what would be done about it?"""
import os

import desk
import masthead
import shapes


class Health(desk.Case):
    def status(self, exit_status):
        said = self.run_status(exit_status, "--json", "status").json
        shapes.check(self, said, shapes.STATUS)
        shapes.check(self, said["publisher"], shapes.PUBLISHER)
        self.assertEqual(set(said["jobs"]), set(shapes.STATUSES))
        self.assertEqual(said["healthy"], exit_status == 0)
        self.assertEqual(bool(said["reasons"]), exit_status == 1)
        for connection in said["attention"]:
            shapes.check_connection(self, connection)
        return said

    def test_status(self):
        self.desk()
        self.post("for later", "--at", "+1h")
        self.post("due")
        said = self.status(0)
        self.assertEqual((said["jobs"]["scheduled"], said["jobs"]["pending"]), (1, 1))
        self.assertFalse(said["publisher"]["running"])
        self.assertIn("healthy", self.run_ok("status").out)

    def test_due_and_nobody_publishes(self):
        self.desk()
        self.post("due")
        db = self.database()
        db.execute("UPDATE publishing_jobs SET next_attempt_at=next_attempt_at-59000,"
                   " scheduled_at=scheduled_at-59000")
        db.execute("UPDATE publishing_jobs SET next_attempt_at=next_attempt_at-2000")
        db.close()
        self.status(1)
        self.run_ok("run", "--until-idle")
        self.status(0)

    def test_run_tells_what_came_of_it(self):
        self.desk(faults="bluesky:create=status:400x1")
        self.post("refused")
        self.post("taken")
        said = self.run_status(1, "--json", "-o", "publisher.in_flight=1", "run").json
        self.assertEqual((said["published"], said["failed"], said["unknown"]), (1, 1, 0))
        self.assertEqual(self.json("run")["published"], 0)

    def test_attempt_tells_what_was_answered(self):
        self.desk()
        job, = self.post("text", "--wait")
        attempt, = self.job(job["id"])["attempts_list"]
        self.assertEqual((attempt["outcome"], attempt["http_status"]), ("published", 200))

    def test_wait_for_a_time(self):
        box = self.desk()
        job, = self.post("soon", "--at", "+1s", "--wait")
        self.assertEqual(job["status"], "published")
        self.assertEqual(len(box.ledger()), 1)

    def test_check(self):
        box = self.desk()
        self.post("there", "--wait")
        for args in ([], ["--remote"], ["--repair"]):
            said = shapes.check(self, self.json("check", *args), shapes.CHECK)
            self.assertTrue(said["ok"])
            self.assertEqual(said["problems"], [])
            self.assertEqual(said["checked"]["jobs"], 1)
        os.remove(box.ledger_path)
        box.stop()
        os.remove(box.state)
        self.sandbox(listen=box.url.split("//")[1], seed=1)
        said = self.run_masthead("--json", "check", "--remote")
        self.assertNotEqual(said.status, 0)
        for problem in said.json["problems"]:
            shapes.check(self, problem, {"code": str, "message": str, "repairable": bool})
        self.assertFalse(said.json["ok"])

    def test_check_finds_and_mends_counters(self):
        self.desk()
        self.post("text", "--at", "+1h")
        db = self.database()
        db.execute("UPDATE counters SET value=value+5 WHERE family='jobs'")
        db.close()
        said = self.run_masthead("--json", "check")
        self.assertEqual(said.status, 7, said)
        self.assertTrue(any(p["repairable"] for p in said.json["problems"]), said)
        self.run_masthead("check", "--repair")
        self.run_ok("check")

    def test_where_the_workspace_is(self):
        env = {"XDG_DATA_HOME": "", "XDG_CONFIG_HOME": "", "MASTHEAD_WORKSPACE": ""}
        self.run_ok("brand", "add", "one", env=env)
        self.assertTrue(os.path.exists(self.home.join(".local/share/masthead/masthead.db")))
        self.assertTrue(os.path.isdir(self.home.join(".config/masthead/keys")))

    def test_clock_of_the_publisher(self):
        """Publishing is seen: when it ticked last, and what is due next."""
        self.desk()
        self.post("for later", "--at", "2099-01-01T00:00:00Z")
        daemon = self.start("daemon")
        said = masthead.wait_for(lambda: next(
            (s for s in [self.status(0)] if s["publisher"]["last_tick"]), None), 10)
        self.assertEqual(said["publisher"]["next_due"], "2099-01-01T00:00:00.000Z")
        self.assertEqual(daemon.stop(), 0)
