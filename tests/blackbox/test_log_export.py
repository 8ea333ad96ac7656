"""log export: the whole log as JSON lines and CSV, filtered, to a file or a pipe; log -p; sync-log."""
import csv
import io
import json
import os

import desk
import shapes


class LogExport(desk.Case):
    def setUp(self):
        super().setUp()
        self.desk("bluesky", "mastodon")
        self.post("=1+1, \"quoted\"\nsecond", "--draft")

    def lines(self, *options):
        out = self.run_ok("log", "export", *options).out
        return [shapes.check(self, json.loads(line), shapes.ENTRY) for line in out.splitlines()]

    def rows(self, *options):
        out = self.run_ok("log", "export", "--format", "csv", *options).out
        return list(csv.DictReader(io.StringIO(out)))

    def test_json_lines_are_the_log_oldest_first(self):
        listed = self.json("log", "--limit", 1000)["entries"]
        self.assertGreater(len(listed), 4)
        self.assertEqual(self.lines(), listed[::-1])

    def test_csv_has_the_same_entries(self):
        entries, rows = self.lines(), self.rows()
        self.assertEqual(len(rows), len(entries))
        for entry, row in zip(entries, rows):
            self.assertEqual(set(row), set(entry))
            for name, value in row.items():
                said = value[1:] if value[:2] in ("'=", "'+", "'-", "'@") else value
                self.assertEqual(said, "" if entry[name] is None else str(entry[name]))

    def test_formulas_are_disarmed(self):
        self.run_ok("--operator", "=cmd()", "brand", "add", "southwind")
        row = [r for r in self.rows() if r["action"] == "brand.add"][-1]
        self.assertEqual(row["actor"], "'=cmd()")
        self.assertEqual(self.lines("--actor", "=cmd()")[0]["actor"], "=cmd()")

    def test_filters(self):
        self.assertEqual({e["platform"] for e in self.lines("-p", "mastodon")}, {"mastodon"})
        self.assertEqual({e["action"] for e in self.lines("--action", "brand.add")}, {"brand.add"})
        self.assertEqual({e["job"] for e in self.lines("-j", 1)}, {1})
        self.assertEqual(self.lines("--since", "+1h"), [])
        self.assertEqual(len(self.lines("--since", "-1h")), len(self.lines()))
        self.refused("E_NOT_FOUND", 3, "log", "export", "-p", "nowhere")
        self.refused("E_USAGE", 2, "log", "export", "--format", "xml")

    def test_log_by_platform(self):
        listed = shapes.check_list(self, self.json("log", "-p", "bluesky"), "entries", shapes.ENTRY)
        self.assertTrue(listed)
        self.assertEqual({e["platform"] for e in listed}, {"bluesky"})
        self.refused("E_NOT_FOUND", 3, "log", "-p", "nowhere")

    def test_to_a_file(self):
        path = self.home.write("old.csv", "old")
        said = self.run_ok("log", "export", "-o", path)
        self.assertEqual(said.out, "")
        with open(path, encoding="utf-8", newline="") as f:
            self.assertEqual(f.read(), self.run_ok("log", "export", "--format", "csv").out)
        self.assertEqual([n for n in os.listdir(self.home.path) if n.startswith("old.csv.")], [])
        self.refused("E_IO", 7, "log", "export", "-o", self.home.join("no", "where.csv"))

    def test_a_failed_export_leaves_the_old_file(self):
        path = self.home.write("old.jsonl", "old")
        self.refused("E_NOT_FOUND", 3, "log", "export", "-b", "nobody", "-o", path)
        with open(path, encoding="utf-8") as f:
            self.assertEqual(f.read(), "old")
        self.refused("E_DISK_FULL", 7, "log", "export", "-o", "/dev/full")


class SyncLog(desk.Case):
    def entries(self, *options):
        return shapes.check_list(self, self.json("sync-log", *options), "entries", shapes.SYNC)

    def test_logins_and_verifications(self):
        self.assertEqual(self.entries(), [])
        self.desk("bluesky", "mastodon")
        self.run_ok("verify", "--all")
        listed = self.entries()
        self.assertEqual([e["op"] for e in listed], ["verify", "verify", "login", "login"])
        self.assertEqual({e["outcome"] for e in listed}, {"ok"})
        self.assertEqual({e["brand"] for e in listed}, {"northwind"})
        self.assertEqual([e["platform"] for e in self.entries("-p", "bluesky")], ["bluesky"] * 2)
        self.assertEqual([e["connection"] for e in self.entries("-C", "northwind/mastodon")], [2] * 2)
        self.assertEqual(len(self.entries("--op", "login")), 2)
        self.assertEqual(len(self.entries("-b", "northwind")), 4)
        self.assertEqual(self.entries("--failed"), [])
        self.assertEqual(self.entries("--until", "-1h"), [])
        table = self.run_ok("sync-log").out.splitlines()
        self.assertEqual(len(table), 4)
        self.assertIn("northwind/mastodon/", table[0])

    def test_a_failed_login(self):
        box = self.sandbox()
        self.run_ok("brand", "add", "northwind")
        self.login(box, status=5, secret="wrong")
        entry = self.entries("--failed")[0]
        self.assertEqual((entry["op"], entry["connection"], entry["brand"]), ("login", None, None))
        self.assertNotEqual(entry["outcome"], "ok")
        self.assertNotIn("wrong", json.dumps(entry))

    def test_pages(self):
        self.desk("bluesky")
        for _ in range(4):
            self.run_ok("verify", "1")
        seen, cursor = [], None
        while True:
            page = self.json("sync-log", "--limit", 2, *(("--after", cursor) if cursor else ()))
            self.assertEqual(page["total"], 5)
            seen += [e["id"] for e in page["entries"]]
            cursor = page["next"]
            if not cursor:
                break
        self.assertEqual(seen, [5, 4, 3, 2, 1])
        self.refused("E_INVALID", 4, "sync-log", "--after", "J9")

    def test_bad_options(self):
        self.refused("E_USAGE", 2, "sync-log", "--op", "dance")
        self.refused("E_NOT_FOUND", 3, "sync-log", "-p", "nowhere")
        self.refused("E_NOT_FOUND", 3, "sync-log", "-b", "nobody")

    def test_walled(self):
        self.desk("bluesky")
        self.run_ok("tenant", "add", "other")
        self.assertEqual(self.entries("-T", "other"), [])
        self.assertEqual(len(self.entries("-T", "default")), 1)
