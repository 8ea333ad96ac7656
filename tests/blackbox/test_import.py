"""import and export: posts to a file and back; what is wrong is named by row and column, and nothing is stored."""
import csv
import hashlib
import io
import json
import os
import threading

import desk
import shapes

REPORT = {"dry_run": bool, "rows": int, "imported": int, "skipped": int, "failed": int,
          "posts": int, "jobs": int, "errors": list}
PROBLEM = {"row": int, "column": (str, None), "code": str, "message": str}
# One red pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0"
    "00000301010018dd8db00000000049454e44ae426082")


def table(*rows):
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


class Files(desk.Case):
    def report(self, status, name, text, *options, **how):
        """Imports a file of that name and content; returns the report."""
        path = self.home.write(name, text)
        result = self.run_status(status, "--json", "import", *options, path, **how)
        if not result.out:
            return result.error
        shapes.check(self, result.json, REPORT)
        for problem in result.json["errors"]:
            shapes.check(self, problem, PROBLEM)
        return result.json

    def nothing(self, home=None):
        """Nothing was stored, media neither."""
        self.assertEqual(self.json("jobs", home=home)["total"], 0)
        media = os.path.join((home or self.home).workspace, "media")
        self.assertEqual(os.listdir(media), [])

    def places(self, report):
        return [(p["row"], p["column"], p["code"]) for p in report["errors"]]


class Import(Files):
    def setUp(self):
        super().setUp()
        self.box = self.desk("bluesky", "mastodon")

    def test_a_table_as_people_write_it(self):
        report = self.report(0, "posts.csv", "\ufeff" + table(
            ["Brand", "Platforms", "At", "Text", "Link", "Language", "Priority"],
            ["northwind", "bluesky", "2030-05-01 09:00", "First,\n\"quoted\"", "https://a.example",
             "en", "5"],
            ["northwind", "", "+2h", "To all accounts", "", "", ""],
            ["northwind", "bluesky, mastodon", "", "No time: a draft", "", "", ""]))
        self.assertEqual((report["imported"], report["posts"], report["jobs"], report["errors"]),
                         (3, 3, 5, []))
        jobs = sorted(self.jobs(), key=lambda j: j["id"])
        self.assertEqual([j["status"] for j in jobs], ["scheduled"] * 3 + ["draft"] * 2)
        self.assertEqual([j["platform"] for j in jobs],
                         ["bluesky", "bluesky", "mastodon", "bluesky", "mastodon"])
        self.assertEqual((jobs[0]["text"], jobs[0]["scheduled_at"][:16], jobs[0]["priority"]),
                         ("First,\n\"quoted\"", "2030-05-01T09:00", 5))
        entry = self.json("log", "--action", "post.import")["entries"][0]
        self.assertIn("posts.csv", entry["message"])
        self.sound()

    def test_json_lines(self):
        report = self.report(0, "posts.jsonl", "\n".join(json.dumps(row) for row in (
            {"brand": "northwind", "platform": ["bluesky"], "at": "+1h", "text": "One"},
            {"brand": "northwind", "account": self.connection(2)["account"],
             "platform": "mastodon", "text": "Two", "status": "held", "priority": -3},
            {"connection": "northwind/bluesky", "text": "Three", "status": "pending",
             "variant_bluesky": "Three, shorter"})) + "\n\n")
        self.assertEqual((report["rows"], report["jobs"]), (3, 3))
        jobs = sorted(self.jobs(), key=lambda j: j["id"])
        self.assertEqual([(j["status"], j["hold_reason"]) for j in jobs],
                         [("scheduled", None), ("held", "operator"), ("pending", None)])
        self.assertEqual((jobs[1]["priority"], jobs[2]["text"]), (-3, "Three, shorter"))
        self.run_ok("run")
        self.assertEqual([line["text"] for line in self.box.ledger()], ["Three, shorter"])
        self.sound()

    def test_from_standard_input(self):
        text = table(["brand", "text"], ["northwind", "Hello"])
        self.assertEqual(
            self.json("import", "--format", "csv", "-", stdin=text)["jobs"], 2)
        self.refused("E_NOT_FOUND", 3, "import", "/no/posts.csv")
        self.refused("E_USAGE", 2, "import")
        self.refused("E_USAGE", 2, "import", "--format", "xml", "-", stdin=text)

    def test_errors_by_row_and_column(self):
        rows = table(
            ["brand", "platform", "account", "at", "status", "text", "priority", "media", "alt",
             "options", "variant_bluesky"],
            ["northwind", "bluesky", "", "+1h", "", "Good", "", "", "", "", ""],
            ["nobody", "bluesky", "", "+1h", "", "x2", "", "", "", "", ""],
            ["northwind", "friendster", "", "+1h", "", "x3", "", "", "", "", ""],
            ["northwind", "", "someone", "+1h", "", "x4", "", "", "", "", ""],
            ["northwind", "bluesky", "", "yesterday 25:00", "", "x5", "", "", "", "", ""],
            ["northwind", "bluesky", "", "2020-01-01 09:00", "", "x6", "", "", "", "", ""],
            ["northwind", "bluesky", "", "+1h", "lost", "x7", "", "", "", "", ""],
            ["northwind", "bluesky", "", "", "scheduled", "x8", "", "", "", "", ""],
            ["northwind", "bluesky", "", "+1h", "", "y" * 301, "", "", "", "", ""],
            ["northwind", "bluesky", "", "+1h", "", "x10\x07", "", "", "", "", ""],
            ["northwind", "bluesky", "", "+1h", "", "x11", "high", "", "", "", ""],
            ["northwind", "bluesky", "", "+1h", "", "x12", "", "no/such.png", "", "", ""],
            ["northwind", "bluesky", "", "+1h", "", "x13", "", "", "no file", "", ""],
            ["northwind", "bluesky", "", "+1h", "", "x14", "", "", "", "sensitive", ""],
            ["northwind", "bluesky", "", "+1h", "", "Good", "", "", "", "", ""],
            ["", "bluesky", "", "+1h", "", "x16", "", "", "", "", ""],
            ["northwind", "bluesky", "", "+1h", "", "x17", "", "", "", "", "", "extra"])
        wanted = [(3, "brand", "E_NOT_FOUND"), (4, "platform", "E_NOT_FOUND"),
                  (5, "account", "E_INVALID"), (6, "at", "E_INVALID"), (7, "at", "E_PAST"),
                  (8, "status", "E_INVALID"), (9, "at", "E_INVALID"), (10, "text", "E_TOO_LONG"),
                  (11, "text", "E_INVALID"), (12, "priority", "E_INVALID"),
                  (13, "media", "E_NOT_FOUND"), (14, "alt", "E_INVALID"),
                  (15, "options", "E_INVALID"), (16, "text", "E_DUPLICATE"),
                  (17, "brand", "E_INVALID"), (18, None, "E_INVALID")]
        for options in ((), ("--dry-run",)):
            report = self.report(4, "posts.csv", rows, *options)
            self.assertEqual(self.places(report), wanted)
            self.assertEqual((report["imported"], report["failed"]), (0, 16))
            self.nothing()
        shown = self.run_status(4, "import", self.home.join("posts.csv"))
        self.assertIn("row 10, text: E_TOO_LONG: ", shown.err)
        self.assertIn("16 of 17 rows cannot be imported; nothing was stored", shown.err)
        report = self.report(1, "posts.csv", rows, "--skip-invalid")
        self.assertEqual((report["imported"], report["failed"]), (1, 16))
        self.assertEqual([j["text"] for j in self.jobs()], ["Good"])

    def test_one_wrong_row_has_its_own_code(self):
        path = self.home.write("one.csv", table(["brand", "text"], ["nobody", "x"]))
        error = self.refused("E_NOT_FOUND", 3, "import", path)
        self.assertIn("row 2, brand", error["message"])

    def test_dry_run_stores_nothing(self):
        report = self.report(0, "posts.csv", table(["brand", "text"], ["northwind", "x"]),
                             "--dry-run")
        self.assertEqual((report["dry_run"], report["imported"], report["jobs"]), (True, 1, 2))
        self.nothing()
        self.refused("E_READONLY", 4, "--readonly", "import", self.home.join("posts.csv"))

    def test_twice_is_refused(self):
        text = table(["brand", "text"], ["northwind", "x"], ["northwind", "y"])
        self.report(0, "posts.csv", text)
        report = self.report(4, "posts.csv", text)
        self.assertEqual(set(self.places(report)), {(2, "text", "E_DUPLICATE"),
                                                    (3, "text", "E_DUPLICATE")})
        self.assertEqual(self.json("jobs")["total"], 4)

    def test_files_that_are_none(self):
        head = "brand,text\r\n"
        for name, text, said in (
                ("a.csv", head + 'northwind,"never closed\r\nx', "row 2, column 2"),
                ("b.csv", head.encode() + b"northwind,\xff\r\n", "line 2"),
                ("c.csv", head + "northwind,a\0b\r\n", "line 2"),
                ("d.csv", "brand,tetx\r\n", 'column 2: there is no column "tetx"; the nearest is "text"'),
                ("e.csv", "brand;text\r\nnorthwind;x\r\n", "semicolons"),
                ("f.csv", "", "no header row"),
                ("g.csv", "brand,text,Text\r\n", "twice"),
                ("h.csv", head + "," * 1000000, "more than 256 columns")):
            with self.subTest(name):
                path = self.home.write(name, text)
                for more in ((), ("--skip-invalid",)):
                    error = self.refused("E_INVALID", 4, "import", *more, path)
                    self.assertIn(said, error["message"])
        self.nothing()

    def test_lines_that_are_no_rows(self):
        report = self.report(4, "posts.jsonl", '{"brand": "northwind", "text": "x"\n[1]\n\n'
                             '{"brand": "northwind", "txet": "x"}\n{"brand": {}, "text": "x"}\n'
                             '{"brand": "northwind", "text": "x", "media": [{"alt": "y"}]}\n')
        self.assertEqual([p[:2] for p in self.places(report)],
                         [(1, None), (2, None), (4, "txet"), (5, "brand"), (6, "media")])
        self.nothing()

    def test_media_beside_the_file(self):
        self.home.write("in/red.png", PNG)
        report = self.report(0, "in/posts.csv", table(
            ["brand", "platform", "text", "media", "alt", "media2"],
            ["northwind", "bluesky", "Pictures", "red.png", "A red\npixel",
             self.home.join("in/red.png")]))
        self.assertEqual(report["jobs"], 1)
        media = self.job()["media"]
        digest = hashlib.sha256(PNG).hexdigest()
        self.assertEqual([(m["sha256"], m["alt"]) for m in media],
                         [(digest, "A red\npixel"), (digest, "")])
        self.assertEqual(os.listdir(os.path.join(self.home.workspace, "media")), [digest])
        report = self.report(4, "in/posts.jsonl", json.dumps(
            {"brand": "northwind", "text": "y", "media": [{"file": "red.png", "sha256": "0" * 64}]}))
        self.assertEqual(self.places(report)[0][1:], ("media", "E_MEDIA"))

    def test_what_is_over_is_left_out(self):
        text = table(["brand", "text", "status", "at"],
                     *(["northwind", s, s, "2020-01-01T09:00:00Z"] for s in
                       ("published", "failed", "unknown", "cancelled", "processing", "draft")))
        report = self.report(0, "posts.csv", text)
        self.assertEqual((report["skipped"], report["imported"]), (5, 1))
        self.assertEqual({j["status"] for j in self.jobs()}, {"draft"})

    def test_a_kill_leaves_all_or_nothing(self):
        rows = [["northwind", "bluesky", f"Post {i}"] for i in range(1500)]
        path = self.home.write("posts.csv", table(["brand", "platform", "text"], *rows))
        pause, delay = threading.Event(), 0.01
        while True:
            running = self.start("import", path)
            pause.wait(delay)
            running.kill()
            total = self.json("jobs")["total"]
            self.assertIn(total, (0, 1500))
            if total:
                break
            delay *= 1.5
        self.sound()


class Export(Files):
    def rows(self, *options, fmt="jsonl", **how):
        out = self.run_ok("export", "--format", fmt, *options, **how).out
        if fmt == "csv":
            return list(csv.DictReader(io.StringIO(out, newline="")))
        return [json.loads(line) for line in out.splitlines()]

    def fill(self):
        self.home.write("red.png", PNG)
        self.post("=1+1 is a formula", "-p", "bluesky", "--at", "+1h", "--priority", "7")
        self.post("Grüße,\n\"two\" lines 👋🏽", "--language", "de", "--media", self.home.join("red.png"), "--alt",
                  "-a red pixel\nin two lines", "--at", "2030-05-01 09:00",
                  "--variant", "mastodon=" + self.home.write("v", "'=only there"),
                  "--option", "mastodon.content_warning=-cw")
        self.post("Draft", "--draft", "-p", "mastodon", "--visibility", "unlisted",
                  "--link", "https://a.example/?b=c")
        self.post("Held", "-p", "bluesky", "--at", "+3h")
        self.run_ok("hold", 5)

    def content(self, rows):
        """What must survive, without numbers and moments of the other workspace."""
        out = []
        for row in rows:
            row = dict(row)
            for name in ("id", "post", "created_at", "media", "account"):
                row.pop(name)
            out.append(row)
        return out

    def test_round_trip_into_another_workspace(self):
        box = self.desk("bluesky", "mastodon")
        self.fill()
        before = self.rows()
        self.assertEqual(len(before), 5)
        for fmt in ("csv", "jsonl"):
            with self.subTest(fmt):
                path = self.home.join("posts." + fmt)
                self.run_ok("export", "-o", path)
                other = self.new_home()
                self.run_ok("brand", "add", "northwind", home=other)
                for platform in ("bluesky", "mastodon"):
                    self.login(box, platform=platform, home=other)
                report = self.json("import", path, home=other)
                self.assertEqual((report["imported"], report["posts"], report["jobs"]), (5, 4, 5))
                after = self.rows(home=other)
                self.assertEqual(self.content(after), self.content(before))
                for one, two in zip(before, after):
                    self.assertEqual([(m["sha256"], m["alt"]) for m in one["media"]],
                                     [(m["sha256"], m["alt"]) for m in two["media"]])
                    for m in two["media"]:
                        with open(m["file"], "rb") as f:
                            self.assertEqual(f.read(), PNG)

    def test_csv_is_safe_for_spreadsheets(self):
        self.desk("bluesky", "mastodon")
        self.fill()
        for row in self.rows(fmt="csv"):
            for cell in row.values():
                self.assertNotIn(cell[:1], ("=", "+", "-", "@", "\t"))
        row = self.rows(fmt="csv")[0]
        self.assertEqual((row["text"], row["priority"], row["media"]),
                         ("'=1+1 is a formula", "7", ""))

    def test_filters_and_order(self):
        self.desk("bluesky", "mastodon")
        self.fill()
        self.assertEqual([r["id"] for r in self.rows()], [1, 2, 3, 4, 5])
        self.assertEqual([r["id"] for r in self.rows("-p", "mastodon")], [3, 4])
        self.assertEqual([r["id"] for r in self.rows("-s", "held,draft")], [4, 5])
        self.assertEqual([r["id"] for r in self.rows("--search", "two")], [2])
        self.assertEqual(self.rows("-s", "failed"), [])
        self.refused("E_NOT_FOUND", 3, "export", "-b", "nobody")
        self.refused("E_USAGE", 2, "export", "-s", "gone")
        self.refused("E_USAGE", 2, "export", "posts.csv")

    def test_published_ones_tell_where(self):
        self.desk("bluesky")
        self.post("Hello", "--wait")
        row = self.rows()[0]
        self.assertEqual((row["status"], row["attempts"]), ("published", 1))
        self.assertTrue(row["remote_url"] and row["published_at"])
        self.assertEqual(self.rows(fmt="csv")[0]["remote_url"], row["remote_url"])

    def test_many(self):
        self.desk("bluesky")
        text = "\n".join(json.dumps({"brand": "northwind", "text": f"Post {i}", "at": "+1h"})
                         for i in range(1200))
        self.report(0, "posts.jsonl", text)
        self.assertEqual([r["text"] for r in self.rows()], [f"Post {i}" for i in range(1200)])
        self.assertEqual(len(self.rows(fmt="csv")), 1200)
        text = "\n".join(json.dumps({"brand": "northwind", "text": f"More {i}"})
                         for i in range(20001))
        error = self.report(4, "posts.jsonl", text)
        self.assertEqual(error["code"], "E_TOO_LONG")
        self.assertEqual(self.json("jobs")["total"], 1200)

    def test_walled(self):
        self.desk("bluesky")
        self.post("Mine", "--draft")
        self.run_ok("tenant", "add", "other")
        self.assertEqual(self.rows("-T", "other"), [])
        path = self.home.write("p.csv", table(["brand", "text"], ["northwind", "x"]))
        self.refused("E_NOT_FOUND", 3, "-T", "other", "import", path)
