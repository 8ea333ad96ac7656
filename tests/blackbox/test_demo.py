"""The demo without a terminal: ten posts of two brands on five platforms, and a report that can fail."""
import glob
import json
import os

import desk
import suite

THREADED = True

PLATFORMS = {"instagram", "facebook", "linkedin", "x", "google_business"}


class Demo(desk.Case):
    def left(self):
        return glob.glob(os.path.join(self.home.env["TMPDIR"], "masthead-demo-*"))

    def test_report_line_by_line(self):
        lines = self.run_ok("demo", timeout=55).out.splitlines()
        self.assertEqual(lines[-1], "demo: ok")
        self.assertRegex(lines[-2], r"^own time per job: \d+\.\d\d ms$")
        self.assertRegex(lines[-3], r"^log: \d+ entries, chain ok$")
        self.assertEqual(lines[-4], "jobs: 9 published, 1 failed")
        self.assertEqual(lines[-5], "ledger: 9 posts, 9 distinct")
        rows = [line.split("\t") for line in lines[:-5]]
        self.assertEqual([row[0] for row in rows], [str(n) for n in range(1, 11)])
        self.assertEqual({(row[1], row[2]) for row in rows},
                         {(b, p) for b in ("northwind", "lumen") for p in PLATFORMS})
        for _, _, platform, status, attempts, url in rows:
            self.assertEqual(status, "failed" if url == "-" else "published")
            self.assertGreaterEqual(int(attempts), 1, platform)
            self.assertTrue(url == "-" or url.startswith("https://"), url)
        self.assertEqual([row[5] for row in rows].count("-"), 1, "one was refused")
        self.assertEqual([row[4] for row in rows].count("2"), 1, "one was tried again")

    def test_as_json(self):
        document = self.json("demo", timeout=55)
        self.assertEqual(
            {k: document[k] for k in ("ok", "why", "ledger_posts", "ledger_distinct", "states",
                                      "retried", "settled", "chain_ok")},
            {"ok": True, "why": None, "ledger_posts": 9, "ledger_distinct": 9,
             "states": {"published": 9, "failed": 1}, "retried": 1, "settled": 1,
             "chain_ok": True})
        jobs = document["jobs"]
        self.assertEqual(len(jobs), 10)
        for job in jobs:
            desk.shapes.check_job(self, job)
        pictures = {j["platform"] for j in jobs if j["media"]}
        self.assertEqual(pictures, PLATFORMS, "each platform gets a picture")
        self.assertTrue(all(m["alt"] for j in jobs for m in j["media"]))
        self.assertGreater(document["own_ms_per_job"], 0)
        if not suite.sanitized():
            self.assertLess(document["own_ms_per_job"], 50)
        self.assertFalse(os.path.exists(self.home.workspace), "the demo made a workspace")
        self.assertEqual(self.left(), [])

    def test_kept(self):
        """The workspace that stays tells the same as the report."""
        document = json.loads(self.run_ok("demo", "--keep", "--json", timeout=55).out)
        (place,) = self.left()
        here = ("-w", os.path.join(place, "workspace"))
        env = {"XDG_CONFIG_HOME": os.path.join(place, "config")}
        log = self.json("log", "--limit", "200", *here, env=env)
        self.assertEqual(log["total"], document["log_entries"])
        done = [e["action"] for e in log["entries"]]
        for action, times in (("job.publish", 8), ("job.settle", 1), ("job.unknown", 1),
                              ("job.fail", 1), ("job.retry_later", 1), ("job.due", 1),
                              ("job.add", 10), ("connection.add", 10)):
            self.assertEqual(done.count(action), times, action)
        self.assertTrue(self.json("log", "verify", *here, env=env)["ok"])
        with open(os.path.join(place, "ledger.jsonl"), encoding="utf-8") as f:
            ledger = [json.loads(line) for line in f]
        published = {j["remote_id"]: j for j in document["jobs"] if j["status"] == "published"}
        self.assertEqual({line["remote_id"] for line in ledger}, set(published))
        for line in ledger:
            job = published[line["remote_id"]]
            self.assertEqual([m["sha256"] for m in line["media"]],
                             [m["sha256"] for m in job["media"]], job["platform"])
        (scheduled,) = [e["job"] for e in log["entries"] if e["outcome"] == "scheduled"]
        (late,) = [j for j in document["jobs"] if j["id"] == scheduled]
        self.assertGreaterEqual(late["published_at"], late["scheduled_at"])
        self.assertGreater(late["scheduled_at"], late["created_at"])

    def test_a_post_too_few_fails(self):
        result = self.run_status(1, "demo", "--faults", "linkedin:create=status:400x1",
                                 timeout=55)
        lines = result.out.splitlines()
        self.assertEqual(lines[-1],
                         "demo: FAILED: nine posts should be published and one refused")
        self.assertEqual(lines[-4:-2], ["jobs: 8 published, 2 failed", lines[-3]])
        self.assertEqual(lines[-5], "ledger: 8 posts, 8 distinct")

    def test_an_unclear_outcome_fails(self):
        """X took nothing and did not say so; its list cannot prove that, and a person would have to decide."""
        result = self.run_status(1, "--json", "demo", "--faults", "x:create=reset-beforex1",
                                 timeout=55)
        document = json.loads(result.out)
        self.assertFalse(document["ok"])
        self.assertIn("nine posts", document["why"])
        self.assertEqual(document["states"], {"published": 8, "failed": 1, "unknown": 1})
        self.assertEqual((document["ledger_posts"], document["ledger_distinct"]), (8, 8))

    def test_wrong_faults_are_usage(self):
        self.refused("E_USAGE", 2, "demo", "--faults", "nonsense")
        self.assertEqual(self.left(), [])
