"""Work on jobs: writing, scheduling, cancelling, and all that keeps it safe."""
import os
import random

import desk
import pixels

THREADED = True


class Compose(desk.Case):
    def test_publish_now(self):
        box = self.desk()
        term = self.console(env=self.editor("Hello from the console"))
        term.send("n")
        term.wait_text("Preview")
        term.wait_text("22 of 300")
        term.send("p")
        term.wait_text("Post 1: 1 job goes out")
        self.wait_status(1, "published")
        term.wait_text("✓ published")
        self.assertEqual([p["text"] for p in box.ledger()], ["Hello from the console"])
        left = os.listdir(self.home.env["XDG_RUNTIME_DIR"])
        self.assertEqual([], [name for name in left if name.startswith("masthead-")])

    def test_thread_shows_its_parts(self):
        box = self.desk()
        term = self.console(env=self.editor(
            "", how="printf 'Brand: northwind\\nOption: bluesky.thread=true\\n\\n"
            "first\\n---\\nthe second\\n' > \"$1\""))
        term.send("n")
        term.wait_text("part 1: 5 of 300")
        term.wait_text("part 2: 10 of 300")
        term.send("p")
        self.wait_status(1, "published")
        self.assertEqual([p["text"] for p in box.ledger()], ["first", "the second"])

    def test_picture_that_is_too_large(self):
        box = self.desk()
        rng = random.Random(1)
        big = pixels.png(1000, 800, [rng.randbytes(3000) for _ in range(800)])
        path = self.home.write("big.png", big)
        term = self.console(env=self.editor(
            "", how=f"printf 'Brand: northwind\\nMedia: {path}\\n\\nNoise\\n' > \"$1\""))
        term.send("n")
        term.wait_text("NOT READY")
        over = (len(big) - 1000000 + 999) // 1000
        term.wait_text(f"too large by {over} kB; z puts a smaller copy")
        term.send("p")
        term.wait_text("problems to be mended first")
        term.send("z")
        if not pixels.scales():
            term.wait_text("E_UNSUPPORTED")
            return
        term.wait_text("ready")
        term.wait(lambda screen: "in place of 1000 x 800" in " ".join(screen.split()),
                  what="what the copy is")
        self.assertEqual(box.ledger(), [])
        term.send("p")
        term.wait_text("Post 1: 1 job goes out", 30)
        self.wait_status(1, "published")
        (media,) = self.job(1)["media"]
        self.assertEqual(media["type"], "image/jpeg")
        self.assertEqual(box.ledger()[0]["media"][0]["sha256"], media["sha256"])

    def test_schedule(self):
        box = self.desk()
        term = self.console(env=self.editor("Later then"))
        term.send("n")
        term.wait_text("ready")
        term.send("s")
        term.wait_text("When (Europe/Berlin")
        term.type("yesterday")
        term.send("Enter")
        term.wait_text("E_INVALID")
        term.send("s")
        term.wait_text("When (")
        term.type("tomorrow 9:00")
        term.send("Enter")
        term.wait_text("Post 1: 1 job goes out")
        term.wait_text("scheduled")
        self.assertEqual(self.job(1)["status"], "scheduled")
        self.assertEqual(box.ledger(), [])

    def test_draft_and_release(self):
        box = self.desk()
        term = self.console(env=self.editor("A draft"))
        term.send("n")
        term.wait_text("ready")
        term.send("d")
        term.wait_text("kept as a draft")
        self.assertEqual(self.job(1)["status"], "draft")
        term.send("R")
        self.wait_status(1, "published")
        self.assertEqual(len(box.ledger()), 1)

    def test_too_long_is_not_accepted(self):
        self.desk()
        term = self.console(env=self.editor("x" * 301))
        term.send("n")
        term.wait_text("NOT READY")
        term.wait_text("301 of 300: too long by 1")
        term.send("p")
        term.wait_text("problems to be mended")
        term.send("Escape")
        term.wait_text("Leave without publishing?")
        term.send("d")
        term.wait_text("Discarded")
        self.assertEqual(self.json("jobs")["jobs"], [])

    def test_broken_header(self):
        self.desk()
        term = self.console(env=self.editor("", how="printf 'Nonsense: x\\n\\nText\\n' > \"$1\""))
        term.send("n")
        term.wait_text("E_INVALID")
        term.wait_text("What was written")

    def test_nothing_written(self):
        self.desk()
        term = self.console(env=self.editor("", how=":"))
        term.send("n")
        term.wait_text("Nothing was written")

    def test_editor_fails(self):
        self.desk()
        term = self.console(env=self.editor("kept", how="echo kept >> \"$1\"; exit 3"), kept=True)
        term.send("n")
        term.wait_text("did not end well")
        term.send("q")
        term.wait_text("status=0")
        self.assertIn("the text that was not published is in", term.text())

    def test_no_editor(self):
        self.desk()
        term = self.console(env={"EDITOR": "/nonexistent/editor", "VISUAL": ""})
        term.send("n")
        term.wait_text("could not be started")
        term.wait_text("1 Brands")

    def test_undo(self):
        box = self.desk(undo="60")
        term = self.console(env=self.editor("Too early"))
        term.send("n")
        term.wait_text("ready")
        term.send("p")
        term.wait_text("undo takes it back")
        term.wait_text("… undo")
        term.send("u")
        term.wait_text("Taken back: 1 job")
        self.assertEqual(self.job(1)["status"], "cancelled")
        self.assertEqual(box.ledger(), [])

    def test_duplicate_is_asked(self):
        box = self.desk()
        self.run_ok("publish", "-b", "northwind", "--wait", "Twice?")
        term = self.console(env=self.editor("Twice?"))
        term.send("n")
        term.wait_text("Preview")
        term.send("p")
        term.wait_text("[y] yes")
        term.send("y")
        term.wait_text("Post 2")
        self.wait_status(2, "published")
        self.assertEqual(len(box.ledger()), 2)

    def test_edit_a_job(self):
        self.desk()
        number = self.queue("First words")
        term = self.console(env=self.editor(
            "", how="sed -i 's/First words/Second thoughts/' \"$1\""))
        term.wait_text("First words")
        term.send("e")
        term.wait_text("Preview change of job 1")
        term.send("p")
        term.wait_text("Job 1 is changed")
        self.assertEqual(self.job(number)["text"], "Second thoughts")


class Acts(desk.Case):
    def test_cancel_asks(self):
        self.desk()
        number = self.queue("Bread at seven")
        term = self.console()
        term.wait_text("Bread at seven")
        term.send("x")
        term.wait_text("Cancel job 1 of northwind/bluesky?")
        for key in ("Enter", "x", "Space", "j"):
            term.send(key)
        self.assertEqual(self.job(number)["status"], "scheduled")
        self.assertIn("Cancel job 1", term.text())
        term.send("y")
        term.wait_text("Job 1 cancelled")
        term.wait_text("⊘ cancelled")
        self.assertEqual(self.job(number)["status"], "cancelled")

    def test_type_ahead_is_dropped(self):
        self.desk()
        number = self.queue("Bread at seven")
        term = self.console()
        term.wait_text("Bread at seven")
        term.type("xy")
        term.wait_text("Cancel job 1")
        self.assertEqual(self.job(number)["status"], "scheduled")
        term.send("n")
        term.wait_text("Nothing was done")

    def test_retry_a_failed_one(self):
        box = self.desk(faults="bluesky:create=status:400x1")
        self.run_masthead("publish", "-b", "northwind", "--wait", "Bread at seven")
        self.assertEqual(self.job(1)["status"], "failed")
        term = self.console()
        term.wait_text("✗ failed")
        term.send("Enter")
        term.wait_text("E_REJECTED")
        term.send("r")
        term.wait_text("published")
        self.wait_status(1, "published")
        self.assertEqual(len(box.ledger()), 1)

    def test_reschedule(self):
        self.desk()
        number = self.queue("Bread at seven")
        before = self.job(number)["scheduled_at"]
        term = self.console()
        term.wait_text("Bread at seven")
        term.send("s")
        term.wait_text("When (")
        term.type("+3d")
        term.send("Enter")
        term.wait_text("Job 1 rescheduled")
        self.assertNotEqual(self.job(number)["scheduled_at"], before)

    def test_marks(self):
        self.desk()
        for text in ("one", "two", "three", "four"):
            self.queue(text)
        term = self.console()
        term.wait_text("four")
        term.send("Space", "Space")
        term.wait_text("2 marked")
        term.send(";", "x")
        term.wait_text("Cancel 2 jobs of northwind?")
        term.send("d")
        term.wait_text("2 jobs would be cancelled")
        self.assertEqual(self.job(4)["status"], "scheduled")
        term.send(";", "x")
        term.wait_text("Cancel 2 jobs of northwind?")
        term.send("y")
        term.wait_text("2 jobs cancelled")
        term.wait_gone("marked")
        self.assertEqual([self.job(n)["status"] for n in (1, 2, 3, 4)],
                         ["scheduled", "scheduled", "cancelled", "cancelled"])

    def test_only_what_succeeded_is_unmarked(self):
        self.desk()
        self.queue("one")
        self.run_ok("publish", "-b", "northwind", "--wait", "two")
        term = self.console()
        term.wait_text("two")
        term.send("*")
        term.wait_text("2 marked")
        term.send(";", "x")
        term.wait_text("Cancel 2 jobs")
        term.send("y")
        term.wait_text("1 job cancelled, 1 not")
        term.wait_text("1 marked")

    def test_across_brands_the_number_is_typed(self):
        self.desk(("northwind", "lumen"))
        self.queue("one", brand="northwind")
        self.queue("two", brand="lumen")
        term = self.console()
        term.wait_text("two")
        term.send("*")
        term.wait_text("2 marked")
        term.send(";", "x")
        term.wait_text("SEVERAL BRANDS")
        term.send("y")
        term.wait_text("Type 2 and Enter")
        term.send("y", "Enter")
        term.wait_text("Nothing was done")
        self.assertEqual(self.job(1)["status"], "scheduled")
        term.send(";", "x")
        term.wait_text("SEVERAL BRANDS")
        term.send("y")
        term.wait_text("Type 2 and Enter")
        term.type("2")
        term.send("Enter")
        term.wait_text("2 jobs cancelled")

    def test_filter(self):
        self.desk()
        for text in ("one loaf", "two rolls", "three loaves"):
            self.queue(text)
        self.run_ok("cancel", "2")
        term = self.console()
        term.wait_text("two rolls")
        term.send("\\")
        term.type("status:canc")
        term.send("Tab")
        term.wait_text("status:cancelled")
        term.send("Enter")
        term.wait_gone("one loaf")
        self.assertIn("\\ status:cancelled", term.text())
        term.send("\\", "C-u")
        term.type("!status:cancelled loaf")
        term.send("Enter")
        term.wait_gone("two rolls")
        term.wait_gone("three loaves")
        term.wait_text("one loaf")
        term.send("\\", "C-u")
        term.type("colour:red")
        term.send("Enter")
        term.wait_text('does not know "colour:"')
        term.send("Escape")
        term.wait_text("three loaves")

    def test_search(self):
        self.desk()
        for text in ("alpha", "beta", "gamma alpha", "delta"):
            self.queue(text)
        term = self.console()
        term.wait_text("delta")
        term.send("/")
        term.type("alpha")
        term.send("Enter")
        term.send("Enter")
        term.wait_text("gamma alpha")
        term.wait_text("Post on bluesky: 11")
        term.send("q")
        term.send("n", "Enter")
        term.wait_text("Post on bluesky: 5")
        term.send("q", "n")
        term.wait_text('No "alpha" below')

    def test_pause_and_resume(self):
        self.desk()
        term = self.console()
        term.send("1", "p")
        term.wait_text("northwind: paused")
        term.wait_text("paused ")
        self.assertTrue(self.json("brand", "show", "northwind")["paused"])
        term.send("P")
        term.wait_text("publishing again")
        self.assertFalse(self.json("brand", "show", "northwind")["paused"])

    def test_resolve(self):
        self.desk(faults="bluesky:create=drop-answer,bluesky:read=status:500")
        self.run_masthead("-o", "http.timeout=0.3", "-o", "settle.lag=0.1", "publish", "-b",
                          "northwind", "--wait", "--timeout", "2", "Where is it?")
        self.assertEqual(self.job(1)["status"], "unknown")
        term = self.console("-o", "http.timeout=0.3", wait="Triage")
        term.send("q")
        term.wait_text("1 Brands")
        term.send("!")
        term.wait_text("Unknown: sent, and no clear answer")
        term.send("j", "a")
        term.wait_text("Is the post there?")
        term.send("p")
        term.wait_text("Its URL")
        term.type("https://example.test/p")
        term.send("Enter")
        term.wait_text("Job 1 is settled: published")
        term.wait_text("Nothing needs a decision")
        self.assertEqual(self.job(1)["remote_url"], "https://example.test/p")

    def test_repeat(self):
        self.desk()
        for text in ("one", "two"):
            self.queue(text)
        term = self.console()
        term.wait_text("two")
        term.send("h")
        term.wait_text("Job 2 held")
        term.send("j", ".")
        term.wait_text("Job 1 held")

    def test_command_line(self):
        self.desk()
        for text in ("one", "two"):
            self.queue(text)
        term = self.console()
        term.wait_text("two")
        term.send(":")
        term.type("canc")
        term.send("Tab")
        term.wait_text(":cancel")
        term.type(" 1")
        term.send("Enter")
        term.wait_text("Cancel job 1")
        term.send("y")
        term.wait_text("Job 1 cancelled")
        term.send(":", "Up")
        term.wait_text(":cancel 1")
        term.send("C-u")
        term.type("reschedule 2 --at +5d")
        term.send("Enter")
        term.wait_text("Job 2 rescheduled")
        term.send(":")
        term.type("nonsense")
        term.send("Enter")
        term.wait_text('no command "nonsense"')
        term.send(":")
        term.type("daemon")
        term.send("Enter")
        term.wait_text("for the command line")
        term.send(":")
        term.type("log verify")
        term.send("Enter")
        term.wait_text("chain is unbroken")

    def test_freeze(self):
        self.desk()
        term = self.console()
        term.send("F")
        term.wait_text("FROZEN")
        self.queue("Not yet seen")
        term.send("1", "3")
        self.assertNotIn("Not yet seen", term.text())
        term.send("F")
        term.wait_text("Not yet seen")
