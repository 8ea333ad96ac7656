"""log, log verify: every change has an entry, filters find it, and a broken link is found."""
import json
import signal

import desk
import masthead
import shapes


class Log(desk.Case):
    def entries(self, *options):
        return shapes.check_list(self, self.json("log", *options), "entries", shapes.ENTRY)

    def test_every_change_has_an_entry(self):
        self.desk()
        self.post("to be published", "--wait")
        self.post("for later", "--at", "+1h")
        for args in (["hold", "2"], ["release", "2"], ["reschedule", "2", "--at", "+2h"],
                     ["cancel", "2"], ["pause", "--all"], ["resume", "--all"],
                     ["brand", "edit", "northwind", "--color", "red"], ["verify", "1"],
                     ["takedown", "1"], ["disconnect", "1"]):
            before = self.json("log")["total"]
            self.run_ok(*args)
            if args[0] != "verify":  # tells nothing new
                self.assertGreater(self.json("log")["total"], before, args)
        rows = self.entries("--limit", "1000")
        self.assertEqual([e["seq"] for e in rows], list(range(len(rows), 0, -1)))
        self.assertEqual(len({e["hash"] for e in rows}), len(rows))
        actions = {e["action"] for e in rows}
        self.assertLessEqual({"brand.add", "job.add", "job.publish", "job.hold", "job.cancel"},
                             actions)
        of_job = self.entries("--job", "2")
        self.assertEqual({e["job"] for e in of_job}, {2})
        self.assertEqual({e["brand"] for e in of_job}, {"northwind"})
        self.sound()

    def test_filters(self):
        self.desk()
        self.post("one", "--at", "+1h")
        self.run_ok("--operator", "Ada", "brand", "add", "lumen")
        self.assertEqual({e["actor"] for e in self.entries("--actor", "Ada")}, {"Ada"})
        self.assertEqual({e["action"] for e in self.entries("--action", "brand.add")}, {"brand.add"})
        self.assertTrue(all(e["action"].startswith("job.")
                            for e in self.entries("--action", "job.")))
        self.assertEqual({e["brand"] for e in self.entries("-b", "lumen")}, {"lumen"})
        self.assertEqual({e["connection"] for e in self.entries("-C", "1")}, {1})
        self.assertEqual(len(self.entries("--search", "lumen")), 1)
        self.assertEqual(self.entries("--until", "2020-01-01T00:00:00Z"), [])
        self.assertEqual(len(self.entries("--since", "2020-01-01T00:00:00Z")),
                         self.json("log")["total"])
        self.refused("E_NOT_FOUND", 3, "log", "-b", "nobody")

    def test_pages(self):
        for number in range(5):
            self.run_ok("brand", "add", f"b{number}")
        found, after = [], None
        for _ in range(3):
            page = self.json("log", "--limit", "2", *(["--after", after] if after else []))
            self.assertEqual(page["total"], 5)
            found += [e["seq"] for e in page["entries"]]
            after = page["next"]
        self.assertEqual((found, after), ([5, 4, 3, 2, 1], None))

    def test_follow(self):
        self.run_ok("brand", "add", "before")
        follower = self.start("--json", "log", "--follow")
        shapes.check(self, json.loads(follower.line()), shapes.ENTRY)
        self.run_ok("brand", "add", "after")

        def come():
            return [json.loads(line) for line in follower.out.splitlines()
                    if "after" in line and line.endswith("}")]

        entry, = masthead.wait_for(come, 10, lambda: f"the new entry: {follower}")
        shapes.check(self, entry, shapes.ENTRY)
        self.assertEqual((entry["action"], entry["brand"]), ("brand.add", "after"))
        follower.signal(signal.SIGINT)
        self.assertIn(follower.wait(), (0, 8))
        self.assertEqual(len(follower.out.splitlines()), 2)

    def verify(self, status):
        said = self.run_status(status, "--json", "log", "verify")
        document = shapes.check(self, said.json, {"ok": bool, "chains": list})
        for chain in document["chains"]:
            shapes.check(self, chain, shapes.CHAIN)
        return document

    def test_verify(self):
        for number in range(5):
            self.run_ok("brand", "add", f"b{number}")
        document = self.verify(0)
        self.assertTrue(document["ok"])
        chain, = (c for c in document["chains"] if c["tenant"] == "default")
        self.assertEqual((chain["entries"], chain["first_bad"]), (5, None))
        self.assertIn("chain ok", self.run_ok("log", "verify").out)

    def tampered(self, statement):
        for number in range(5):
            self.run_ok("brand", "add", f"b{number}")
        db = self.database()
        for name, in db.execute("SELECT name FROM sqlite_master WHERE type='trigger'"
                                " AND tbl_name='publishing_logs'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute(statement)
        db.close()
        document = self.verify(7)
        self.assertFalse(document["ok"])
        self.assertEqual(self.run_status(7, "--json", "log", "verify").error["code"],
                         "E_LOG_BROKEN")
        self.assertFalse(self.json_status(1, "status")["healthy"])
        self.assertFalse(self.json_status(7, "check")["ok"])
        return next(c for c in document["chains"] if not c["ok"])

    def json_status(self, status, *args):
        return self.run_status(status, "--json", *args).json

    def test_an_entry_that_was_changed(self):
        chain = self.tampered("UPDATE publishing_logs SET message='other' WHERE seq=3"
                              " AND tenant_id=1")
        self.assertEqual(chain["first_bad"], 3)

    def test_an_entry_that_is_gone(self):
        chain = self.tampered("DELETE FROM publishing_logs WHERE seq=3 AND tenant_id=1")
        self.assertIn(chain["first_bad"], (3, 4))

    def test_the_newest_entries_are_gone(self):
        chain = self.tampered("DELETE FROM publishing_logs WHERE seq>3 AND tenant_id=1")
        self.assertFalse(chain["ok"])
