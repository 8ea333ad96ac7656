"""Instagram, Threads and Google Business as a whole program: what goes out, what comes back, what becomes of an answer
that is lost."""
import json
import re
import subprocess
import urllib.error
import urllib.request

import hosting
import masthead

THREADED = True

# Lost answers of the step that publishes: accepted in each case.
LOST = ("drop-answer", "reset-after", "error-after:500")


class Platform:
    """What the three have in common; a subclass says what differs."""
    platform = ""
    most = 3  # pictures of a test

    def start_desk(self, **options):
        return self.hosted("webdav", self.platform, **options)

    def publish(self, text="Hello", pictures=1, more=(), status=0, comment=None):
        """Returns the job and the hashes of its pictures."""
        options, hashes = [], []
        for n in range(pictures):
            path, sha256 = self.picture(n)
            options += ["--media", path, "--alt", f"picture {n}"]
            hashes.append(sha256)
        if comment:
            options += ["--file", self.home.write("post.txt", f"First-Comment: {comment}\n\n{text}\n")]
            text = None
        self.run_status(status, "publish", "-b", "northwind", "--wait", "--timeout", "40", *options,
                        *more, *([text] if text else []))
        return self.job(), hashes

    def check_out(self, box, hashes, text="Hello"):
        line = self.once_each(box)[-1]
        self.assertEqual((line["platform"], line["text"].strip()), (self.platform, text))
        self.assertEqual([m["sha256"] for m in line["media"]], hashes)
        for m in line["media"]:
            if not self.keeps:
                self.assertFalse(self.stands_there(m["url"]))
        return line

    keeps = False  # the files stay for a while after the post

    def test_one_picture(self):
        box = self.start_desk()
        job, hashes = self.publish()
        self.assertEqual(job["status"], "published")
        line = self.check_out(box, hashes)
        self.assertEqual(job["remote_id"], line["remote_id"])
        self.assertTrue(job["remote_url"].startswith("https://"), job)
        self.sound()

    def test_text_alone(self):
        box = self.start_desk()
        job, _ = self.publish(pictures=0)
        self.assertEqual(job["status"], "published")
        self.check_out(box, [])

    def test_several_pictures(self):
        box = self.start_desk()
        job, hashes = self.publish(pictures=self.most)
        self.assertEqual(job["status"], "published")
        self.check_out(box, hashes)

    def test_lost_answers_are_settled(self):
        for fault in LOST:
            with self.subTest(fault):
                self.setUp()
                box = self.start_desk(faults=f"{self.platform}:publish={fault}x1")
                job, hashes = self.publish()
                self.assertEqual((job["status"], job["attempts"]), ("published", 1), job)
                self.assertEqual(job["remote_id"], self.check_out(box, hashes)["remote_id"])
                self.assertTrue(self.json("log", "--action", "job.unknown")["entries"],
                                "the answer was lost indeed")
                self.assertEqual(self.files() > 0, self.keeps)
                self.sound()

    def test_refused_step_is_tried_again(self):
        box = self.start_desk(faults=f"{self.platform}:create={self.refusal}x1")
        job, hashes = self.publish()
        self.assertEqual((job["status"], job["attempts"]), ("published", 2))
        self.check_out(box, hashes)

    refusal = "status:503"

    def test_expired_token(self):
        box = self.start_desk(faults=f"{self.platform}:create=expirex1")
        job, _ = self.publish(status=5)
        self.assertEqual(box.ledger(), [])
        self.assertIn(self.connection()["status"], ("expired", "revoked"))
        self.assertEqual((job["status"], job["wait"]), ("pending", "auth"))

    def test_takedown(self):
        box = self.start_desk()
        self.publish()
        result = self.run_masthead("--json", "takedown", "1")
        self.assertEqual(result.status, 0, result)
        self.assertEqual(len(box.ledger()), 1)

    def test_verify_refresh_disconnect(self):
        self.start_desk()
        self.run_ok("verify", "1")
        self.assertEqual(self.connection()["status"], "connected")
        self.run_ok("disconnect", "1")
        self.assertEqual(self.connection()["status"], "disconnected")


class Login(hosting.Case):
    """Through the browser, by each one's own way back."""

    def begin(self, platform, *more):
        """A connect that waits for its callback; returns the process and the address to consent at."""
        other = "threads" if platform == "google_business" else "google_business"
        self.box = self.hosted("webdav", other)
        secret = self.home.write("client-secret", "secret of the client")
        with open(secret, "rb") as f:
            process = masthead.Background(
                self.home, ["--json", "connect", "northwind", platform, "--no-browser", "--server",
                            self.box.account(platform).server, "--client-id", "client-1",
                            "--client-secret-fd", str(f.fileno()), "--timeout", "30", *more],
                fds=(f.fileno(),), stdin=subprocess.PIPE)
        self.addCleanup(process.process.stdin.close)
        self.addCleanup(process.kill)
        address = masthead.wait_for(lambda: re.search(r"http\S+auth\S+", process.err), 10,
                                    lambda: f"the address in {process}")[0]
        return process, address

    def callback(self, address):
        """Consents; the callback's address, not followed."""
        class NoRedirect(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *args):
                return None

        try:
            urllib.request.build_opener(NoRedirect).open(address, timeout=10)
        except urllib.error.HTTPError as answer:
            return answer.headers["Location"]
        raise AssertionError("no redirect from " + address)

    def works(self, platform, number):
        self.assertEqual(self.connection(number)["status"], "connected")
        path, sha256 = self.picture()
        job = self.post("By the browser", "-p", platform, "--media", path, "--wait")[0]
        line = self.box.ledger()[-1]
        self.assertEqual((line["platform"], line["media"][0]["sha256"]), (platform, sha256))
        self.run_ok("refresh" if platform == "google_business" else "verify", str(number))
        return job

    def test_instagram_and_threads_by_a_pasted_address(self):
        for platform in ("instagram", "threads"):
            with self.subTest(platform):
                self.setUp()
                process, address = self.begin(platform, "--paste", "--redirect-uri",
                                              "https://localhost/callback")
                process.process.stdin.write((self.callback(address) + "#_\n").encode())
                process.process.stdin.flush()
                self.assertEqual(process.wait(), 0, process)
                self.works(platform, json.loads(process.out)["id"])

    def test_google_by_the_loopback(self):
        process, address = self.begin("google_business")
        with urllib.request.urlopen(address, timeout=10) as page:
            self.assertEqual(page.status, 200)
        self.assertEqual(process.wait(), 0, process)
        self.works("google_business", json.loads(process.out)["id"])


class Instagram(Platform, hosting.Case):
    platform = "instagram"

    def test_text_alone(self):
        box = self.start_desk()
        error = self.refused("E_MEDIA", 4, "publish", "-b", "northwind", "words")
        self.assertIn("instagram", error["message"])
        self.assertEqual(box.ledger(), [])

    def test_first_comment(self):
        box = self.start_desk()
        job, hashes = self.publish(comment="the first")
        self.assertEqual(job["status"], "published")
        self.check_out(box, hashes)


class Threads(Platform, hosting.Case):
    platform = "threads"

    def test_first_comment(self):
        box = self.start_desk()
        job, hashes = self.publish(comment="the first")
        self.assertEqual(job["status"], "published")
        lines = box.ledger()
        self.assertEqual([line["text"].strip() for line in lines], ["Hello", "the first"])
        self.assertEqual([m["sha256"] for m in lines[0]["media"]], hashes)


class GoogleBusiness(Platform, hosting.Case):
    platform = "google_business"
    keeps = True
    most = 1
    refusal = "429:1"  # its one step is the one that publishes: what else fails there is unknown

    def test_unclear_answer_is_not_sent_again(self):
        box = self.start_desk(faults="google_business:create=status:503x1")
        path, _ = self.picture()
        self.run_status(1, "publish", "-b", "northwind", "--media", path, "--wait", "--timeout",
                        "1", "Hello")
        self.assertEqual((self.job()["status"], self.job()["attempts"]), ("unknown", 1))
        self.assertEqual(box.ledger(), [])
        self.run_ok("resolve", "1", "--absent")
        self.run_ok("run", "--until-idle")
        self.assertEqual(self.job()["status"], "published")
        self.assertEqual(len(box.ledger()), 1)
