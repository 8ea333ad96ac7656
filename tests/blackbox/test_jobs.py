"""jobs, job show, job why, and what may be done to one job or to many."""
import json

import desk
import shapes

STATES = {"retry": {"failed", "held"},
          "cancel": {"draft", "scheduled", "pending", "held", "failed"},
          "hold": {"scheduled", "pending"},
          "release": {"held", "draft"},
          "reschedule": {"draft", "scheduled", "pending", "held"}}


class List(desk.Case):
    def setUp(self):
        super().setUp()
        self.box = self.desk("bluesky", "mastodon")
        self.run_ok("brand", "add", "lumen")
        self.login(self.box, "lumen", "bluesky", 1)
        for number in range(1, 4):
            self.post(f"apple {number}", "-p", "bluesky", "--at", f"2099-0{number}-01T00:00:00Z",
                      "--priority", str(4 - number))
        self.post("Pear", "-p", "mastodon", "--draft")
        self.post("plum", "--at", "+1h", brand="lumen")
        self.run_ok("cancel", "2")

    def ids(self, *options):
        return [j["id"] for j in self.jobs(*options)]

    def test_filters(self):
        self.assertEqual(self.ids(), [5, 4, 3, 2, 1])
        for options, expected in ((["-b", "northwind"], [4, 3, 2, 1]), (["-b", "lumen"], [5]),
                                  (["-b", "northwind,lumen"], [5, 4, 3, 2, 1]),
                                  (["-p", "mastodon"], [4]),
                                  (["-p", "mastodon,bluesky"], [5, 4, 3, 2, 1]),
                                  (["-s", "draft,cancelled"], [4, 2]),
                                  (["--status", "scheduled", "-b", "northwind"], [3, 1]),
                                  (["--search", "apple"], [3, 2, 1]),
                                  (["--search", "pear"], [4]),
                                  (["--search", "%"], []), (["--search", "_"], []),
                                  (["--search", "'"], []),
                                  (["--since", "2099-02-01T00:00:00Z"], [3, 2]),
                                  (["--until", "2099-02-01T00:00:00Z", "--since",
                                    "2099-01-01T00:00:00Z"], [1]),
                                  (["--until", "2099-01-01T00:00:00Z"], [5, 4]),
                                  (["--since", "2099-01-01T00:00:00.001Z"], [3, 2])):
            with self.subTest(options=options):
                self.assertEqual(self.ids(*options), expected)
                self.assertEqual(self.json("jobs", *options)["total"], len(expected))

    def test_filters_that_are_none(self):
        for options, status in ((["-b", "nobody"], 3), (["-p", "myspace"], 3), (["-s", "lost"], 2),
                                (["--since", "soon"], 2), (["--limit", "x"], 2),
                                (["--offset", "-1"], 2), (["--after", "nonsense"], 2)):
            with self.subTest(options=options):
                said = self.run_masthead("--json", "jobs", *options)
                self.assertIn(said.status, {status, 4} if status == 2 else {status}, said)

    def test_sorting(self):
        for field, expected in (("id", [1, 2, 3, 4, 5]), ("-id", [5, 4, 3, 2, 1]),
                                ("priority", None), ("-priority", None), ("when", None),
                                ("scheduled_at", None), ("status", None), ("brand", None),
                                ("platform", None), ("updated", None), ("-updated_at", None)):
            with self.subTest(field=field):
                found = self.ids("--sort", field)
                self.assertEqual(sorted(found), [1, 2, 3, 4, 5])
                if expected:
                    self.assertEqual(found, expected)
        self.assertEqual(self.ids("--sort", "-priority", "--search", "apple"), [1, 2, 3])
        self.assertEqual(self.ids("--sort", "when", "-s", "scheduled"), [5, 1, 3])
        self.assertIn(self.ids("--sort", "brand").index(5), (0, 4))

    def test_pages(self):
        for sort in ("id", "-id", "when", "-when", "status", "-brand", "platform", "updated",
                     "-priority"):
            with self.subTest(sort=sort):
                whole, found, after = self.ids("--sort", sort), [], None
                for _ in range(3):
                    page = self.json("jobs", "--sort", sort, "--limit", "2",
                                     *(["--after", after] if after else []))
                    self.assertEqual(page["total"], 5)
                    found += [j["id"] for j in page["jobs"]]
                    after = page["next"]
                self.assertIsNone(after)
                self.assertEqual(found, whole)
        self.assertEqual(self.ids("--limit", "2", "--offset", "3"), [2, 1])
        self.assertEqual(self.ids("--offset", "99"), [])

    def test_for_people(self):
        lines = self.run_ok("jobs").out.splitlines()
        self.assertEqual(len(lines), 5)
        self.assertEqual(lines[0].split("\t")[:3], ["5", "lumen", "bluesky"])

    def test_show(self):
        job = self.job(1)
        self.assertEqual(job["attempts_list"], [])
        self.assertIn("apple 1", self.run_ok("job", "show", "1").out)
        for verb in ("show", "why"):
            self.refused("E_NOT_FOUND", 3, "job", verb, "99")
            self.refused("E_USAGE", 2, "job", verb, "-1")
            self.refused("E_USAGE", 2, "job", verb, "99999999999999999999")


class Acts(desk.Case):
    def make(self):
        """A job in each state that can be had without a running publisher."""
        box = self.desk(faults="bluesky:create=status:400x1")
        self.run_status(6, "publish", "-b", "northwind", "--wait", "to fail")
        self.post("to be published", "--wait")
        self.post("a draft", "--draft")
        self.post("for later", "--at", "+1h")
        self.post("due")
        self.post("to be held", "--at", "+1h")
        self.run_ok("hold", "6")
        self.post("to be cancelled", "--at", "+1h")
        self.run_ok("cancel", "7")
        return box, {1: "failed", 2: "published", 3: "draft", 4: "scheduled", 5: "pending",
                     6: "held", 7: "cancelled"}

    def test_states_that_allow_it(self):
        _, states = self.make()
        self.assertEqual({j["id"]: j["status"] for j in self.jobs()}, states)
        for verb, allowed in STATES.items():
            at = ["--at", "+3h"] if verb == "reschedule" else []
            document = self.run_status(1, "--json", verb, *at, "--dry-run", *states).json
            for row in document["results"]:
                with self.subTest(verb=verb, state=states[row["id"]]):
                    shapes.check(self, row, shapes.RESULT)
                    self.assertEqual(row["ok"], states[row["id"]] in allowed)
                    if row["ok"]:
                        shapes.check_job(self, row["object"])
                        self.assertIsNone(row["error"])
                    else:
                        self.assertEqual(row["error"]["code"], "E_STATE")
        self.assertEqual({j["id"]: j["status"] for j in self.jobs()}, states)
        self.refused("E_STATE", 4, "cancel", "2")
        self.refused("E_NOT_FOUND", 3, "cancel", "99")

    def test_each_does_what_it_says(self):
        box, _ = self.make()
        self.run_ok("retry", "1")
        self.assertEqual(self.job(1)["status"], "pending")
        self.run_ok("release", "3")
        self.assertEqual(self.job(3)["status"], "pending")
        self.assertEqual(self.job(6)["hold_reason"], "operator")
        self.run_ok("release", "6")
        self.assertEqual((self.job(6)["status"], self.job(6)["hold_reason"]), ("scheduled", None))
        self.run_ok("reschedule", "4", "--at", "2099-01-01T00:00:00Z")
        self.assertEqual(self.job(4)["scheduled_at"], "2099-01-01T00:00:00.000Z")
        self.refused("E_PAST", 4, "reschedule", "4", "--at", "2020-01-01T00:00:00Z")
        self.run_ok("hold", "5")
        self.assertEqual(self.job(5)["status"], "held")
        self.assertEqual(self.json("run", "--until-idle")["published"], 2)
        self.assertEqual({e["text"] for e in self.once_each(box)},
                         {"to be published", "to fail", "a draft"})

    def test_cancelled_before_its_claim_never_goes_out(self):
        box = self.desk()
        self.post("never")
        self.run_ok("cancel", "1")
        self.run_ok("run", "--until-idle")
        self.assertEqual(box.ledger(), [])

    def test_filters(self):
        self.make()
        self.refused("E_USAGE", 2, "cancel", "-s", "scheduled")
        self.refused("E_USAGE", 2, "cancel", "4", "-s", "scheduled")
        rows = self.json("cancel", "-s", "scheduled", "--dry-run")["results"]
        self.assertEqual([r["id"] for r in rows], [4])
        self.assertEqual(self.job(4)["status"], "scheduled")
        rows = self.json("hold", "-b", "northwind", "--yes")["results"]
        self.assertEqual({r["id"] for r in rows}, {4, 5})
        self.assertEqual(self.json("cancel", "--search", "nothing of that", "--yes")["results"], [])
        self.refused("E_NOT_FOUND", 3, "cancel", "-b", "nobody", "--yes")
        rows = self.json("release", "-p", "bluesky", "--yes")["results"]
        self.assertEqual({r["id"] for r in rows}, {3, 4, 5, 6})

    def test_resolve(self):
        box = self.desk(faults="bluesky:create=drop-answerx2,bluesky:read=status:503")
        for number, text in ((1, "there"), (2, "not there")):
            self.run_status(1, "-o", "http.timeout=0.2", "publish", "-b", "northwind", "--wait",
                            "--timeout", "1", text)
            self.assertEqual(self.job(number)["status"], "unknown")
        said = self.run_status(1, "--json", "status").json
        self.assertEqual(said["jobs"]["unknown"], 2)
        self.assertIsNotNone(said["oldest_unknown"])
        for verb in ("retry", "cancel", "hold", "release"):
            self.refused("E_STATE", 4, verb, "1")
        done = shapes.check_job(self, self.json("resolve", "1", "--published", "--url",
                                                "https://bsky.app/x"))
        self.assertEqual((done["status"], done["remote_url"]), ("published", "https://bsky.app/x"))
        again = self.json("resolve", "2", "--absent")
        self.assertIn(again["status"], ("pending", "failed"))
        self.refused("E_STATE", 4, "resolve", "1", "--absent")
        self.refused("E_NOT_FOUND", 3, "resolve", "9", "--absent")
        box.stop()

    def test_takedown(self):
        box = self.desk("bluesky", "mastodon")
        self.post("to be taken down", "--wait")
        for number in (1, 2):
            shapes.check_job(self, self.json("takedown", number))
        self.assertTrue(self.json("check", "--remote")["ok"])
        self.post("not out yet", "--at", "+1h")
        self.refused("E_STATE", 4, "takedown", "3")
        self.refused("E_NOT_FOUND", 3, "takedown", "99")
        self.post("stays", "-p", "bluesky", "--wait")
        box.stop()
        self.refused("E_NETWORK", 6, "takedown", "5")
        self.assertEqual(self.job(5)["status"], "published")

    def test_undo_is_for_the_console(self):
        self.desk()
        self.post("text")
        self.refused("E_STATE", 4, "undo")


class Edit(desk.Case):
    def test_edit(self):
        box = self.desk()
        self.post("draft of it", "--at", "+1h")
        edited = shapes.check_job(self, self.json("edit", "1", "final text"))
        self.assertEqual((edited["text"], edited["status"]), ("final text", "scheduled"))
        self.assertEqual(self.json("edit", "1", "--at", "2099-01-01T00:00:00Z")["scheduled_at"],
                         "2099-01-01T00:00:00.000Z")
        path = self.home.write("tmp/post", "Language: en\n\nfrom a file\n")
        self.assertEqual(self.json("edit", "1", "--file", path)["text"], "from a file")
        self.refused("E_TOO_LONG", 4, "edit", "1", "x" * 301)
        self.refused("E_USAGE", 2, "edit", "1", "-p", "mastodon", "elsewhere")
        self.refused("E_NOT_FOUND", 3, "edit", "9", "--dry-run", "nobody")
        self.refused("E_PAST", 4, "edit", "1", "--at", "2020-01-01T00:00:00Z")
        self.assertEqual(self.job()["text"], "from a file")
        self.run_ok("edit", "1", "--at", "+0s")
        self.run_ok("run", "--until-idle")
        self.assertEqual([e["text"] for e in box.ledger()], ["from a file"])
        self.refused("E_STATE", 4, "edit", "1", "too late")
        self.refused("E_NOT_FOUND", 3, "edit", "9", "nobody")

    def test_rehearsal(self):
        self.desk()
        self.post("draft of it", "--at", "+1h")
        before = self.json("log", "--limit", "1")["total"]
        said = self.json("edit", "1", "--dry-run", "-b", "northwind", "-p", "bluesky",
                         "-C", "northwind/bluesky", "another text")
        target, = said["targets"]
        self.assertEqual((said["valid"], target["problems"]), (True, []))
        self.assertIn("another text", json.dumps(target["requests"]))
        too_long = self.run_status(4, "--json", "edit", "1", "-n", "x" * 301)
        problem, = too_long.json["targets"][0]["problems"]
        self.assertEqual((too_long.json["valid"], problem["limit"], problem["actual"]),
                         (False, 300, 301))
        self.refused("E_PAST", 4, "edit", "1", "-n", "--at", "2020-01-01T00:00:00Z")
        self.assertEqual(self.job()["text"], "draft of it")
        self.assertEqual(self.json("log", "--limit", "1")["total"], before)

    def test_priority(self):
        self.desk()
        self.post("text", "--at", "+1h")
        self.assertEqual(self.json("edit", "1", "--priority", "5")["priority"], 5)
        self.assertEqual(self.job()["text"], "text")


class Pause(desk.Case):
    def test_each_kind(self):
        box = self.desk("bluesky", "mastodon")
        for option in (["-b", "northwind"], ["-p", "bluesky"], ["-C", "1"], ["--all"]):
            with self.subTest(option=option):
                text = f"paused by {option[0]}"
                self.run_ok("pause", *option)
                self.post(text, "-p", "bluesky")
                number = self.jobs()[0]["id"]
                self.assertEqual(self.json("run", "--until-idle")["published"], 0)
                job = self.job(number)
                self.assertEqual((job["status"], job["wait"]), ("pending", "paused"))
                why = shapes.check(self, self.json("job", "why", number), shapes.WHY)
                self.assertIn("pause", " ".join(r["code"] for r in why["reasons"]))
                self.run_ok("resume", *option)
                self.assertEqual(self.json("run", "--until-idle")["published"], 1)
                self.assertEqual(self.job(number)["status"], "published")
        self.assertEqual(len(self.once_each(box)), 4)
        self.refused("E_NOT_FOUND", 3, "pause", "-b", "nobody")
        self.run_ok("pause", "-b", "northwind")
        self.assertTrue(self.json("brand", "show", "northwind")["paused"])


class Why(desk.Case):
    def why(self, number):
        answer = shapes.check(self, self.json("job", "why", number), shapes.WHY)
        self.assertTrue(answer["reasons"])
        for reason in answer["reasons"]:
            shapes.check(self, reason, shapes.REASON)
        return answer

    def test_reasons(self):
        box = self.desk()
        self.post("for later", "--at", "2099-01-01T00:00:00Z")
        self.post("a draft", "--draft")
        self.post("due")
        self.post("held", "--at", "+1h")
        self.run_ok("hold", "4")
        self.assertEqual(self.why(1)["runs_at"], "2099-01-01T00:00:00.000Z")
        for number, status in ((1, "scheduled"), (2, "draft"), (3, "pending"), (4, "held")):
            self.assertEqual(self.why(number)["status"], status)
        self.assertIsNone(self.why(2)["runs_at"])
        self.assertEqual([r["code"] for r in self.why(3)["reasons"]], ["publisher_down"])
        self.run_ok("run", "--until-idle")
        self.assertEqual(self.why(3)["status"], "published")
        self.assertEqual(len(box.ledger()), 1)
