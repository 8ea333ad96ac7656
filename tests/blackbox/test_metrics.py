"""metrics: what a monitoring system collects, as text and as JSON."""
import re

import desk
import shapes

SHAPE = {"jobs": dict, "due": int, "retrying": int, "failed_today": int, "publisher": dict,
         "connections": dict, "log_entries": int, "oldest_unknown_age_ms": (int, None)}
SAMPLE = re.compile(r'([a-z_]+)(\{[a-z]+="[^"]*"\})? (-?[0-9.]+)')


class Metrics(desk.Case):
    def text(self):
        """Sample -> value; each stands behind its HELP and TYPE."""
        out, values, known = self.run_ok("metrics").out, {}, None
        self.assertTrue(out.endswith("\n"))
        for line in out.splitlines():
            if line.startswith("# HELP "):
                helped = line.split()[2]
            elif line.startswith("# TYPE "):
                known = line.split()[2]
                self.assertEqual(known, helped)
                self.assertIn(line.split()[3], ("gauge", "counter"))
            else:
                name, labels, value = SAMPLE.fullmatch(line).groups()
                self.assertEqual(name, known)
                self.assertNotIn(name + (labels or ""), values)
                values[name + (labels or "")] = float(value)
        return values

    def test_of_a_new_workspace(self):
        document = shapes.check(self, self.json("metrics"), SHAPE)
        self.assertEqual(sorted(document["jobs"]), sorted(shapes.STATUSES))
        self.assertEqual(sorted(document["connections"]), sorted(shapes.CONNECTION_STATUSES))
        self.assertIsNone(document["publisher"]["last_tick_age_ms"])
        values = self.text()
        self.assertEqual(values["masthead_publisher_up"], 0)
        self.assertNotIn("masthead_publisher_last_tick_age_seconds", values)
        self.assertNotIn("masthead_oldest_unknown_age_seconds", values)

    def test_figures(self):
        self.desk("bluesky", "mastodon")
        self.post("Now", "--wait")
        self.post("Later", "-p", "bluesky", "--at", "+1h")
        self.run_ok("hold", 3)
        self.post("Due", "-p", "mastodon")
        values = self.text()
        self.assertEqual(values['masthead_jobs{status="published"}'], 2)
        self.assertEqual(values['masthead_jobs{status="held"}'], 1)
        self.assertEqual(values['masthead_jobs{status="pending"}'], 1)
        self.assertEqual(values["masthead_jobs_due"], 1)
        self.assertEqual(values['masthead_connections{status="connected"}'], 2)
        self.assertLess(values["masthead_publisher_last_tick_age_seconds"], 60)
        chains = self.json("log", "verify")["chains"]
        self.assertEqual(values["masthead_log_entries_total"], sum(c["entries"] for c in chains))
        document = self.json("metrics")
        self.assertEqual(document["due"], 1)
        self.assertEqual(document["log_entries"], values["masthead_log_entries_total"])

    def test_the_publisher_and_an_unknown(self):
        self.desk("bluesky", faults="bluesky:create=drop-answer,bluesky:read=status:503")
        self.configure(**{**desk.QUICK, "http.timeout": 0.3})
        self.start("daemon")
        self.post("Hello")
        self.wait_job(1, "unknown")
        values = self.text()
        self.assertEqual(values["masthead_publisher_up"], 1)
        self.assertGreaterEqual(values["masthead_oldest_unknown_age_seconds"], 0)
        self.assertTrue(self.json("metrics")["publisher"]["up"])

    def test_usage(self):
        self.refused("E_USAGE", 2, "metrics", "all")
