"""Threads of posts: one post that goes out as several, each part once, whatever happens in the middle."""
import desk
import masthead
import test_publish

THREADED = True
TEXT = "one of three\n\n---\n\ntwo of three\n---\nthree of three"
PARTS = ["one of three", "two of three", "three of three"]
THREAD = {name: f"{name}.thread=true" for name in ("bluesky", "mastodon", "x", "threads")}
# The request that makes a part visible, as the sandbox names it.
STEP = {"threads": "publish"}


class Case(desk.Case):
    def desk(self, *platforms, **options):
        box = self.sandbox(**options)
        self.run_ok("brand", "add", "northwind")
        for platform in platforms:
            account = box.account(platform)
            secret = {"secret" if platform == "bluesky" else "token": account.secret}
            self.run_ok("connect", "northwind", platform, "--server", account.server,
                        "--handle", account.handle, **secret)
        return box

    def thread(self, platform, text=TEXT, *more, status=0):
        return self.run_status(status, "--json", "publish", "-b", "northwind", "-p", platform,
                               "--option", THREAD[platform], *more, "--", text)

    def whole(self, box, platform, parts=None):
        """Each part stands in the ledger once, answering the one before; returns the lines."""
        lines = box.ledger()
        self.assertEqual([line["text"] for line in lines], parts or PARTS, lines)
        before = None
        for line in lines:
            self.assertEqual(line.get("reply_to"), before, lines)
            before = line["remote_id"]
        return lines

    def second(self, platform, fault):
        """A fault that meets the second part's sending."""
        step = STEP.get(platform, "create")
        return f"{platform}:{step}=latency:1x1,{platform}:{step}={fault}x1"


def each(*platforms):
    """The test for each platform by itself, with a home of its own."""
    def of(test):
        def run(self):
            for platform in platforms:
                with self.subTest(platform=platform):
                    self.home = self.new_home()
                    test(self, platform)
        return run
    return of


ALL = ("bluesky", "mastodon", "x", "threads")


class Publishing(Case):
    @each(*ALL)
    def test_each_part_answers_the_one_before(self, platform):
        box = self.desk(platform)
        self.thread(platform)
        self.run_ok("run", "--until-idle")
        lines = self.whole(box, platform)
        job = self.job()
        self.assertEqual((job["status"], job["attempts"], job["remote_id"]),
                         ("published", 1, lines[0]["remote_id"]))
        self.run_ok("takedown", "1")
        self.assertEqual(self.json("check", "--remote")["problems"], [])
        self.sound()

    def test_without_the_option_the_text_stays(self):
        box = self.desk("bluesky")
        self.post(TEXT)
        self.run_ok("run", "--until-idle")
        self.assertEqual([line["text"] for line in box.ledger()], [TEXT])

    def test_a_variant_is_cut_and_a_file_says_so(self):
        box = self.desk("bluesky", "mastodon")
        path = self.home.write("post.txt", "Brand: northwind\nOption: bluesky.thread=true\n\n"
                               "all in one\n---\nhere")
        self.run_ok("publish", "--file", path,
                    "--variant", "bluesky=" + self.home.write("v.txt", "a\n---\nb"))
        self.run_ok("run", "--until-idle")
        texts = sorted((line["platform"], line["text"].rstrip("\n")) for line in box.ledger())
        self.assertEqual(texts, [("bluesky", "a"), ("bluesky", "b"),
                                 ("mastodon", "all in one\n---\nhere")])

    def test_media_go_with_the_first_part(self):
        box = self.desk("mastodon")
        path = self.home.write("p.png", "")
        with open(path, "wb") as f:
            f.write(test_publish.png())
        self.thread("mastodon", TEXT, "--media", path, "--alt", "a picture",
                    "--option", "mastodon.content_warning=cw")
        self.run_ok("run", "--until-idle")
        self.assertEqual([len(line["media"]) for line in self.whole(box, "mastodon")], [1, 0, 0])


class Refusals(Case):
    def problems(self, platform, text, *more):
        said = self.thread(platform, text, "--dry-run", *more, status=4).json
        self.assertFalse(said["valid"])
        return {p["message"] for p in said["targets"][0]["problems"]}

    def test_each_part_is_checked(self):
        box = self.desk("bluesky")
        said = self.problems("bluesky", "fine\n---\nfine\n---\n" + "é" * 301)
        self.assertEqual([m[:8] for m in said], ["part 3: "])
        self.assertTrue(any("301" in m for m in said), said)
        for text, part in (("a\n---\n---\nb", "part 2: "), ("a\n---\n", "part 2: "),
                           ("---\na", "part 1: ")):
            self.assertTrue(any(m.startswith(part) and "empty" in m
                                for m in self.problems("bluesky", text)), text)
        self.assertTrue(any("25" in m for m in self.problems("bluesky", "\n---\n".join("a" * 26))))
        self.assertTrue(self.problems("bluesky", "a", "--option", "bluesky.thread=perhaps"))
        self.assertEqual(self.json("jobs")["total"], 0)
        self.assertEqual(box.ledger(), [])

    @each("x", "threads")
    def test_no_first_comment(self, platform):
        self.desk(platform)
        path = self.home.write("post.txt", f"Brand: northwind\nOption: {THREAD[platform]}\n"
                               "First-Comment: c\n\na\n---\nb")
        error = self.refused("E_INVALID", 4, "publish", "--file", path)
        self.assertIn("last part", error["message"])

    def test_dry_run_shows_all_requests(self):
        self.desk("bluesky")
        said = self.thread("bluesky", TEXT, "--dry-run").json
        requests = said["targets"][0]["requests"]
        self.assertEqual(len(requests), 3)
        self.assertEqual(said["targets"][0]["parts"],
                         [{"text": p, "measured": len(p)} for p in PARTS])
        self.assertIn("reply", str(requests[2]["body"]))


class Trouble(Case):
    @each(*ALL)
    def test_lost_answer_in_the_middle(self, platform):
        box = self.desk(platform, faults=self.second(platform, "drop-answer"))
        self.thread(platform)
        self.run_ok("run", "--until-idle", "--timeout", "60", timeout=90)
        self.whole(box, platform)
        self.assertEqual(self.job()["status"], "published")
        self.sound()

    @each(*ALL)
    def test_reset_in_the_middle(self, platform):
        box = self.desk(platform, faults=self.second(platform, "reset-after"))
        self.thread(platform)
        self.run_ok("run", "--until-idle", "--timeout", "60", timeout=90)
        self.whole(box, platform)
        self.assertEqual(self.job()["status"], "published")

    @each("bluesky", "mastodon", "threads")
    def test_part_that_never_arrived_goes_out_after_all(self, platform):
        box = self.desk(platform, faults=self.second(platform, "reset-before"))
        self.thread(platform)
        self.run_ok("run", "--until-idle", "--timeout", "60", timeout=90)
        self.whole(box, platform)
        self.assertEqual(self.job()["status"], "published")

    @each("bluesky", "mastodon", "x")
    def test_limit_in_the_middle_waits_and_goes_on(self, platform):
        box = self.desk(platform, faults=self.second(platform, "429:1"))
        self.thread(platform)
        self.run_ok("run", "--until-idle", "--timeout", "60", timeout=90)
        self.whole(box, platform)
        job = self.job()
        self.assertEqual((job["status"], job["attempts"]), ("published", 2))

    @each("bluesky", "mastodon", "x")
    def test_refusal_in_the_middle_is_said_and_a_retry_goes_on(self, platform):
        box = self.desk(platform, faults=self.second(platform, "status:400"))
        self.thread(platform)
        self.run_status(1, "run", "--until-idle")
        job = self.job()
        self.assertEqual(job["status"], "failed")
        self.assertIn("first parts of the thread are published", job["error"]["message"])
        self.assertEqual(job["remote_id"], box.ledger()[0]["remote_id"])
        self.run_ok("retry", "1")
        self.run_ok("run", "--until-idle")
        self.whole(box, platform)
        self.assertEqual(self.job()["status"], "published")
        self.sound()

    def test_what_is_out_of_a_failed_thread_can_be_taken_down(self):
        box = self.desk("bluesky", faults=self.second("bluesky", "status:400"))
        self.thread("bluesky")
        self.run_status(1, "run", "--until-idle")
        self.run_ok("takedown", "1")
        self.run_ok("retry", "1")
        self.run_ok("run", "--until-idle")
        self.assertEqual([line["text"] for line in box.ledger()], [PARTS[0], *PARTS])
        self.sound()

    def test_cancelled_in_the_middle_can_be_taken_down(self):
        self.desk("bluesky", faults=self.second("bluesky", "429:60"))
        self.thread("bluesky")
        self.run_masthead("run", "--until-idle", "--timeout", "2", timeout=30)
        job = self.job()
        self.assertEqual((job["status"], job["wait"]), ("pending", "rate"), job)
        self.refused("E_STATE", 4, "takedown", "1")
        self.run_ok("cancel", "1")
        self.run_ok("takedown", "1")
        self.refused("E_STATE", 4, "retry", "1")
        self.sound()

    @each("x")
    def test_a_person_decides_on_one_part(self, platform):
        """Where nothing proves that a part is absent, only that part is in question."""
        box = self.desk(platform, faults=self.second(platform, "reset-before"))
        self.thread(platform)
        self.run_status(1, "run", "--until-idle", "--timeout", "60", timeout=90)
        self.assertEqual(self.job()["status"], "unknown")
        self.run_ok("resolve", "1", "--absent")
        self.run_ok("run", "--until-idle")
        self.whole(box, platform)
        self.assertEqual(self.job()["status"], "published")

    @each("x")
    def test_a_person_says_that_it_is_there(self, platform):
        box = self.desk(platform, faults=self.second(platform, "reset-before"))
        self.thread(platform)
        self.run_status(1, "run", "--until-idle", "--timeout", "60", timeout=90)
        self.run_ok("resolve", "1", "--published")
        job = self.job()
        self.assertEqual((job["status"], job["remote_id"]), ("published", box.ledger()[0]["remote_id"]))
        self.run_ok("takedown", "1")

    def test_killed_in_the_middle(self):
        box = self.desk("bluesky", faults="bluesky:create=latency:400")
        self.thread("bluesky")
        process = self.start("run", "--until-idle")
        masthead.wait_for(lambda: len(box.ledger()) == 2, 15, lambda: str(process))
        process.kill()
        self.run_ok("run", "--until-idle")
        self.whole(box, "bluesky")
        self.assertEqual(self.job()["status"], "published")
        self.sound()
