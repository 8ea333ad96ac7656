"""publish: what may be said, where it goes, when, and what is refused without a trace."""
import datetime
import hashlib
import struct
import zlib

import desk
import shapes


def png(width=2, height=2):
    """The bytes of a small picture."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))

    rows = b"".join(b"\0" + b"\x40\x80\xc0" * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Targets(desk.Case):
    def test_all_accounts_or_those_named(self):
        box = self.desk("bluesky", "mastodon")
        document = self.json("publish", "-b", "northwind", "everywhere", "--at", "+1h")
        self.assertEqual({j["platform"] for j in document["jobs"]}, {"bluesky", "mastodon"})
        self.assertEqual({j["post"] for j in document["jobs"]}, {document["post"]})
        for job in document["jobs"]:
            shapes.check_job(self, job)
            self.assertEqual((job["status"], job["attempts"], job["max_retries"], job["text"]),
                             ("scheduled", 0, 3, "everywhere"))
            self.assertIsNotNone(job["scheduled_at"])
        self.assertEqual([j["platform"] for j in self.post("one", "-p", "mastodon", "--at", "+1h")],
                         ["mastodon"])
        self.assertEqual(len(self.post("two", "-p", "mastodon,bluesky", "--at", "+1h")), 2)
        self.assertEqual(len(self.post("by name", "-C", "northwind/bluesky", "--at", "+1h")), 1)
        self.run_ok("publish", "-C", "1", "--at", "+1h", "no brand is needed beside an account")
        self.refused("E_NOT_FOUND", 3, "publish", "-b", "nobody", "text")
        self.refused("E_NOT_FOUND", 3, "publish", "-b", "northwind", "-p", "myspace", "text")
        self.refused("E_NOT_FOUND", 3, "publish", "-b", "northwind", "-C", "9", "text")
        self.run_ok("brand", "add", "empty")
        self.refused("E_NOT_FOUND", 3, "publish", "-b", "empty", "text")
        said = self.run_masthead("--json", "publish", "-b", "empty", "-C", "1", "text")
        self.assertEqual((said.status, said.error["code"]), (4, "E_INVALID"))
        self.assertEqual(box.ledger(), [])

    def test_human_output_names_job_and_place(self):
        self.desk()
        said = self.run_ok("publish", "-b", "northwind", "--at", "+1h", "text")
        self.assertRegex(said.out, r"^1\s.*northwind/bluesky/.*scheduled\n$")

    def test_priority_and_draft(self):
        self.desk()
        job, = self.post("first", "--priority", "7", "--draft")
        self.assertEqual((job["priority"], job["status"], job["next_attempt_at"]),
                         (7, "draft", None))
        self.assertEqual(self.json("run")["published"], 0)
        self.refused("E_USAGE", 2, "publish", "-b", "northwind", "--priority", "high", "text")


class Times(desk.Case):
    def at(self, text, brand="northwind"):
        job, = self.post(f"post {text}", "--at", text, "--allow-duplicate", brand=brand)
        self.assertEqual(job["status"], "scheduled")
        return datetime.datetime.fromisoformat(job["scheduled_at"].replace("Z", "+00:00"))

    def test_forms(self):
        box = self.desk()
        self.run_ok("brand", "add", "berlin", "--timezone", "Europe/Berlin")
        self.login(box, "berlin", number=1)
        utc = datetime.timezone.utc
        now = datetime.datetime.now(utc)
        year = now.year + 1
        self.assertEqual(self.at(f"{year}-12-01T09:00:00Z"), datetime.datetime(year, 12, 1, 9, tzinfo=utc))
        self.assertEqual(self.at(f"{year}-12-01T09:00:00+02:00"),
                         datetime.datetime(year, 12, 1, 7, tzinfo=utc))
        self.assertEqual(self.at(f"{year}-12-01 09:00"), datetime.datetime(year, 12, 1, 9, tzinfo=utc))
        self.assertEqual(self.at(f"{year}-12-01 09:00", "berlin"),
                         datetime.datetime(year, 12, 1, 8, tzinfo=utc))
        self.assertEqual(self.at(f"{year}-07-01 09:00", "berlin"),
                         datetime.datetime(year, 7, 1, 7, tzinfo=utc))
        tomorrow = self.at("tomorrow 9:00")
        self.assertEqual((tomorrow.date(), tomorrow.hour, tomorrow.minute),
                         (now.date() + datetime.timedelta(days=1), 9, 0))
        for text, minutes in (("+90m", 90), ("+2h", 120), ("+1d", 1440)):
            late = (self.at(text) - now).total_seconds() / 60
            self.assertAlmostEqual(late, minutes, delta=1, msg=text)

    def test_refused(self):
        self.desk()
        self.run_ok("brand", "edit", "northwind", "--timezone", "Europe/Berlin")
        for text in ("2020-01-01T00:00:00Z", "2020-01-01 09:00", "2024-02-29 10:00"):
            error = self.refused("E_PAST", 4, "publish", "-b", "northwind", "--at", text, "text")
            self.assertTrue(error["message"])
        year = datetime.datetime.now().year + 1
        march = max(d for d in range(25, 32) if datetime.date(year, 3, d).weekday() == 6)
        october = max(d for d in range(25, 32) if datetime.date(year, 10, d).weekday() == 6)
        for text in (f"{year}-03-{march} 02:30", f"{year}-10-{october} 02:30",
                     f"{year}-02-30 10:00", "yesterday", "25:00", "", "soon", "9999999999999",
                     f"{year}-13-01T00:00:00Z", "+5", "+9999999999999999999h", "-5m"):
            with self.subTest(at=text):
                said = self.run_masthead("--json", "publish", "-b", "northwind", "--at", text, "x")
                self.assertIn(said.status, (2, 4), said)
                shapes.check(self, said.error, shapes.ERROR)
        gap = self.run_masthead("publish", "-b", "northwind", "--at", f"{year}-03-{march} 02:30", "x")
        self.assertIn("Europe/Berlin", gap.err)
        self.assertEqual(self.json("jobs")["total"], 0)


class Validation(desk.Case):
    def nothing_stored(self, box):
        self.assertEqual(self.json("jobs")["total"], 0)
        self.assertEqual(box.ledger(), [])
        self.assertEqual(self.json("log", "--action", "post.")["total"], 0)

    def test_too_long(self):
        box = self.desk("bluesky", "mastodon")
        error = self.refused("E_TOO_LONG", 4, "publish", "-b", "northwind", "é" * 301)
        for word in ("bluesky", "text", "300", "301"):
            self.assertIn(word, error["message"])
        self.assertLessEqual({"platform": "bluesky", "field": "text", "limit": 300,
                              "actual": 301}.items(), error["details"].items())
        said = self.run_status(4, "publish", "-b", "northwind", "é" * 501)
        for word in ("bluesky", "mastodon", "300", "500", "501"):
            self.assertIn(word, said.out + said.err)
        self.nothing_stored(box)

    def test_counts_graphemes(self):
        family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
        self.desk()
        self.post(family * 100, "--at", "+1h")
        self.post("e\u0301" * 300, "--at", "+1h")
        error = self.refused("E_TOO_LONG", 4, "publish", "-b", "northwind", family * 250)
        self.assertIn("3000", error["message"].replace(",", ""))

    def test_text_that_is_none(self):
        box = self.desk()
        for text in (b"\xff", b"a\x1b[2Jb", b"\x9b2J", b"bell\x07", b"cr\rlf", b"\xed\xa0\x80"):
            with self.subTest(text=text):
                said = self.run_masthead("--json", "publish", "-b", "northwind",
                                         text.decode("utf-8", "surrogateescape"))
                self.assertEqual((said.status, said.error["code"]), (4, "E_INVALID"), said)
        for text in ("", "   ", "\n"):
            said = self.run_masthead("--json", "publish", "-b", "northwind", text)
            self.assertIn(said.status, (2, 4), said)
        self.nothing_stored(box)
        for text in ("\u202eabc", "tab\tand\nline", "WITH post AS (DELETE FROM jobs)", "'; --"):
            job, = self.post(text, "--wait")
            self.assertEqual(job["text"], text)
        self.assertEqual([e["text"] for e in box.ledger()][1], "tab\tand\nline")

    def test_media_that_is_none(self):
        box = self.desk()
        empty = self.home.write("tmp/empty.png", b"")
        text = self.home.write("tmp/words.txt", "words")
        lie = self.home.write("tmp/lie.png", "<html>")
        big = self.home.write("tmp/big.png", png() + b"\0" * 2_000_001)
        for path in (empty, text, lie, big, self.home.join("none.png"), "/dev/zero", "/",
                     self.home.path):
            with self.subTest(path=path):
                said = self.run_masthead("--json", "publish", "-b", "northwind", "--media", path,
                                         "--alt", "a", "text", timeout=10)
                self.assertIn(said.status, (3, 4), said)
                self.assertIn(said.error["code"], ("E_MEDIA", "E_NOT_FOUND", "E_TOO_LONG",
                                                   "E_INVALID"))
        pictures = sum((["--media", self.home.write(f"tmp/{n}.png", png(n, n)), "--alt", "a"]
                        for n in range(1, 6)), [])
        error = self.refused("E_MEDIA", 4, "publish", "-b", "northwind", *pictures, "text")
        self.assertLessEqual({"limit": 4, "actual": 5}.items(), error["details"].items())
        self.nothing_stored(box)

    def test_alt_text(self):
        self.desk()
        one = self.home.write("tmp/1.png", png())
        self.refused("E_USAGE", 2, "publish", "-b", "northwind", "--alt", "a", "text")
        self.refused("E_TOO_LONG", 4, "publish", "-b", "northwind", "--media", one, "--alt",
                     "a" * 2001, "text")

    def test_option_errors(self):
        self.desk()
        words = self.home.write("tmp/words", "words")
        for args, statuses in ((["--wait", "--draft"], (2,)), (["--option", "x"], (2,)), (["--option", "nobody.k=v"], (3,)),
                               (["--variant", "bluesky"], (2,)),
                               (["--variant", "bluesky=/nonexistent"], (3, 7)),
                               (["--variant", "myspace=" + words], (3,)),
                               (["--file", "/nonexistent"], (3, 7)),
                               (["--link", "a\x1bb"], (4,)), (["--language", "\x1b"], (4,)),
                               (["--timeout", "x", "--wait"], (2,))):
            with self.subTest(args=args):
                said = self.run_masthead("--json", "publish", "-b", "northwind", *args, "text")
                self.assertIn(said.status, statuses, said)
        self.assertEqual(self.json("jobs")["total"], 0)


class Content(desk.Case):
    def test_media_go_out_as_they_were_approved(self):
        box = self.desk("bluesky", "mastodon")
        path = self.home.write("tmp/one.png", png(3, 2))
        jobs = self.post("with a picture", "--media", path, "--alt", "three by two", "--at", "+1h")
        item = jobs[0]["media"][0]
        self.assertEqual((item["type"], item["alt"], item["bytes"]),
                         ("image/png", "three by two", len(png(3, 2))))
        self.home.write("tmp/one.png", "something else")
        self.json("reschedule", "1", "2", "--at", "+0s")
        self.assertEqual(self.json("run", "--until-idle")["published"], 2)
        for line in self.once_each(box):
            self.assertEqual(line["media"], [{"sha256": item["sha256"], "alt": "three by two"}])

    def test_a_variant_has_media_of_its_own(self):
        box = self.desk("bluesky", "mastodon")
        one, two, three = (self.home.write(f"tmp/{n}.png", png(n, n)) for n in (1, 2, 3))
        hashes = [hashlib.sha256(open(path, "rb").read()).hexdigest() for path in (one, two, three)]

        def sent():
            return {line["platform"]: [(m["sha256"], m["alt"] or "") for m in line["media"]]
                    for line in box.ledger()[-2:]}

        self.post("for all", "--media", one, "--alt", "a", "--variant-media", f"mastodon={two}",
                  "--alt", "b", "--variant-media", f"mastodon={three}", "--wait")
        self.assertEqual(sent(), {"bluesky": [(hashes[0], "a")],
                                  "mastodon": [(hashes[1], "b"), (hashes[2], "")]})
        # an edit of the text leaves them, and new ones take their place
        self.post("edited later", "--media", one, "--variant-media", f"mastodon={two}", "--at", "+1h")
        self.run_ok("edit", "3", "edited now", "--at", "+0s")
        self.run_ok("edit", "4", "--variant-media", f"mastodon={three}", "--alt", "c", "--at", "+0s")
        self.run_ok("run", "--until-idle")
        self.assertEqual(sent(), {"bluesky": [(hashes[0], "")], "mastodon": [(hashes[2], "c")]})
        self.assertEqual([line["text"] for line in box.ledger()[-2:]], ["edited now"] * 2)
        # a post file says it with a header
        path = self.home.write("tmp/post", f"Brand: northwind\nMedia: {one}\nAlt: a\n"
                               f"Media-Mastodon: {two}\nAlt: b\nVariant-Mastodon: there\n\nhere\n")
        self.json("publish", "--file", path, "--wait")
        self.assertEqual(sent(), {"bluesky": [(hashes[0], "a")], "mastodon": [(hashes[1], "b")]})
        self.assertEqual(sorted(line["text"] for line in box.ledger()[-2:]), ["here", "there"])
        self.refused("E_USAGE", 2, "publish", "-b", "northwind", "--variant-media", one, "text")
        self.refused("E_NOT_FOUND", 3, "publish", "-b", "northwind", "--variant-media",
                     f"myspace={one}", "text")

    def test_variants_and_options(self):
        box = self.desk("bluesky", "mastodon")
        path = self.home.write("tmp/short", "for mastodon\n")
        self.post("for all", "--variant", f"mastodon={path}", "--visibility", "unlisted",
                  "--language", "en", "--link", "https://northwind.example/", "--title", "T",
                  "--wait", "-p", "mastodon")
        self.post("for all", "-p", "bluesky", "--variant", f"mastodon={path}", "--wait")
        by = {line["platform"]: line["text"] for line in box.ledger()}
        self.assertTrue(by["mastodon"].startswith("for mastodon"), by)
        self.assertEqual(by["bluesky"], "for all")

    def test_post_file(self):
        box = self.desk("bluesky", "mastodon")
        self.home.write("tmp/p.png", png())
        text = (f"Brand: northwind\nPlatforms: bluesky, mastodon\nAt: +1h\n"
                f"Media: {self.home.join('tmp', 'p.png')}\nAlt: a picture\nLanguage: en\n"
                "Variant-mastodon: shorter\n\nThe text,\nin two lines.\n")
        path = self.home.write("tmp/post", text)
        for how in (["--file", path], ["--file", "-"]):
            document = self.json("publish", *how, "--allow-duplicate",
                                 stdin=text if how[1] == "-" else None)
            jobs = {j["platform"]: j for j in document["jobs"]}
            self.assertEqual(set(jobs), {"bluesky", "mastodon"})
            self.assertEqual(jobs["bluesky"]["text"], "The text,\nin two lines.")
            self.assertEqual(jobs["bluesky"]["media"][0]["alt"], "a picture")
            self.assertEqual(jobs["bluesky"]["status"], "scheduled")
        self.assertEqual(box.ledger(), [])
        job, = self.post("by option", "--file", path, "-p", "bluesky", "--at", "+2h")
        self.assertEqual(job["text"], "by option")

    def test_post_file_without_a_header(self):
        self.desk()
        path = self.home.write("tmp/post", "Only text.\n\nAnd more: of it.\n")
        job = self.json("publish", "-b", "northwind", "--at", "+1h", "--file", path)["jobs"][0]
        self.assertEqual(job["text"], "Only text.\n\nAnd more: of it.")

    def test_post_file_errors(self):
        self.desk()
        for text in ("Brnad: northwind\n\ntext\n", "Brand: northwind\nAt: soon\n\ntext\n",
                     "Alt: without media\n\ntext\n", "Brand: northwind\nMedia: /none.png\n\ntext\n"):
            path = self.home.write("tmp/post", text)
            said = self.run_masthead("--json", "publish", "-b", "northwind", "--file", path)
            self.assertIn(said.status, (2, 3, 4), said)
        for raw in (b"a\0b", b"\xff\xfe", b"x" * (2 << 20)):
            path = self.home.write("tmp/post", raw)
            said = self.run_masthead("--json", "publish", "-b", "northwind", "--file", path)
            self.assertEqual(said.status, 4, said)
        self.assertEqual(self.json("jobs")["total"], 0)


class DryRun(desk.Case):
    def rehearse(self, status, *args):
        said = self.run_status(status, "--json", "publish", "-b", "northwind", "--dry-run", *args)
        document = shapes.check(self, said.json, {"valid": bool, "targets": list})
        for target in document["targets"]:
            shapes.check(self, target, shapes.TARGET)
            for problem in target["problems"]:
                shapes.check(self, problem, shapes.PROBLEM)
            for request in target["requests"]:
                shapes.check(self, request, shapes.REQUEST)
        return said, document

    def test_requests_without_secrets(self):
        box = self.desk("bluesky", "mastodon")
        path = self.home.write("tmp/one.png", png())
        said, document = self.rehearse(0, "--media", path, "--alt", "a", "the text @bob.test")
        self.assertTrue(document["valid"])
        for target in document["targets"]:
            self.assertTrue(target["requests"])
            server = box.info["platforms"][target["platform"]]["server"]
            self.assertTrue(all(r["url"].startswith(server) for r in target["requests"]))
        methods = [r["method"] for t in document["targets"] for r in t["requests"]]
        self.assertIn("POST", methods)
        self.assertIn("the text", said.out)
        human = self.run_ok("publish", "-b", "northwind", "--dry-run", "the text").out
        self.assertIn("POST ", human)
        for platform in box.info["platforms"].values():
            for account in platform["accounts"]:
                self.assertNotIn(account["secret"], said.out + human)
        self.assertNotIn("eyJ", said.out + human)  # how a JWT begins
        self.assertEqual(self.json("jobs")["total"], 0)
        self.assertEqual(box.ledger(), [])

    def test_problems(self):
        self.desk("bluesky", "mastodon")
        said, document = self.rehearse(4, "x" * 400)
        self.assertFalse(document["valid"])
        by = {t["platform"]: t["problems"] for t in document["targets"]}
        self.assertEqual(by["mastodon"], [])
        self.assertEqual([(p["field"], p["limit"], p["actual"]) for p in by["bluesky"]],
                         [("text", 300, 400)])
        self.assertEqual(said.error["code"], "E_TOO_LONG")
        human = self.run_status(4, "publish", "-b", "northwind", "--dry-run", "x" * 400)
        self.assertIn("E_TOO_LONG", human.err)

    def test_duplicate_is_a_problem(self):
        self.desk()
        self.post("once", "--at", "+1h")
        said, document = self.rehearse(4, "once")
        self.assertFalse(document["valid"])
        self.assertEqual(said.error["code"], "E_DUPLICATE")


class Duplicates(desk.Case):
    def test_window(self):
        box = self.desk("bluesky", "mastodon")
        self.post("same", "-p", "bluesky", "--at", "+1h")
        self.post("same", "-p", "mastodon", "--at", "+1h")
        self.refused("E_DUPLICATE", 4, "publish", "-b", "northwind", "-p", "bluesky", "same")
        self.refused("E_DUPLICATE", 4, "publish", "-b", "northwind", "same")
        self.assertEqual(self.json("jobs")["total"], 2)
        self.post("same ", "-p", "bluesky", "--at", "+1h")
        path = self.home.write("tmp/one.png", png())
        self.post("same", "-p", "bluesky", "--media", path, "--alt", "a", "--at", "+1h")
        self.post("same", "--allow-duplicate", "--at", "+1h")
        self.run_ok("-o", "duplicate.window=0", "publish", "-b", "northwind", "-p", "bluesky",
                    "--at", "+2h", "same")
        self.assertEqual(box.ledger(), [])

    def test_cancelled_and_failed_do_not_count(self):
        self.desk(faults="bluesky:create=status:400x1")
        self.post("same", "--at", "+1h")
        self.run_ok("cancel", "1")
        self.run_status(6, "publish", "-b", "northwind", "--wait", "same")
        self.assertEqual(self.job(2)["status"], "failed")
        job, = self.post("same", "--wait")
        self.assertEqual(job["status"], "published")
        self.refused("E_DUPLICATE", 4, "publish", "-b", "northwind", "same")


class Wait(desk.Case):
    def wait(self, status, text, *args):
        said = self.run_status(status, "--json", "publish", "-b", "northwind", "--wait", *args, text)
        return said, [shapes.check_job(self, j) for j in said.json["jobs"]]

    def test_published(self):
        box = self.desk("bluesky", "mastodon")
        _, jobs = self.wait(0, "to all")
        self.assertEqual({j["status"] for j in jobs}, {"published"})
        for job in jobs:
            self.assertEqual((job["attempts"], job["error"], job["next_attempt_at"]), (1, None, None))
            self.assertTrue(job["remote_url"].startswith("http"))
            self.assertIsNotNone(job["published_at"])
        self.assertEqual({e["remote_id"] for e in self.once_each(box)},
                         {j["remote_id"] for j in jobs})

    def test_mixed(self):
        self.desk("bluesky", "mastodon", faults="bluesky:create=status:400")
        said, jobs = self.wait(1, "to some")
        self.assertEqual({j["platform"]: j["status"] for j in jobs},
                         {"bluesky": "failed", "mastodon": "published"})
        self.assertEqual(said.error["code"], "E_PARTIAL")

    def test_common_failure(self):
        self.desk(faults="bluesky:create=status:400")
        said, jobs = self.wait(6, "refused")
        self.assertEqual((jobs[0]["status"], jobs[0]["attempts"]), ("failed", 1))
        self.assertEqual((jobs[0]["error"]["code"], jobs[0]["error"]["class"],
                          jobs[0]["error"]["http_status"]), ("E_REJECTED", "permanent", 400))
        self.assertEqual(said.error["code"], "E_REJECTED")

    def test_login_gone(self):
        self.again(self.desk("mastodon"), faults="mastodon:create=revoke")
        said, jobs = self.wait(5, "no way in")
        self.assertEqual((jobs[0]["status"], jobs[0]["wait"]), ("pending", "auth"))
        self.assertEqual(said.error["code"], "E_TOKEN_REVOKED")
        self.assertEqual(self.connection()["status"], "revoked")
        self.assertEqual(self.connection()["jobs_waiting"], 1)

    def test_timeout(self):
        self.desk(faults="bluesky:create=status:503")
        said, jobs = self.wait(1, "never", "--timeout", "0.3")
        self.assertEqual(said.error["code"], "E_PARTIAL")
        self.assertIn(jobs[0]["status"], ("pending", "processing", "unknown"))

    def test_only_these_jobs(self):
        box = self.desk()
        self.post("another")
        self.wait(0, "this one")
        self.assertEqual([e["text"] for e in box.ledger()], ["this one"])
        self.assertEqual(self.job(1)["status"], "pending")

    def test_while_another_process_publishes(self):
        box = self.desk()
        self.start("daemon")
        _, jobs = self.wait(0, "by the other")
        self.assertEqual(jobs[0]["status"], "published")
        self.assertEqual(len(self.once_each(box)), 1)
