#!/usr/bin/env python3
"""kill - SIGKILLs the publisher at random moments while posts are on their way, again and again.

    kill.py [--kills N] [--seed N] [--verb daemon|run] [--platform NAME] [--faults SPEC] [--lag MS]

Each round puts some posts into the queue, starts a publisher, and kills it a
random time later. At the end a last one runs until nothing is left to do. Then the
sandbox's ledger, which only the platform writes, is held against the database:

  * every post that was accepted by `publish` is in the ledger, once;
  * every job is published, with the remote id of the ledger;
  * of a thread (PLATFORM-thread) each part is there once, in answer to the one before;
  * nothing is in the ledger that no job knows of;
  * on a server that ignores keys (mastodon-nokey), where nobody can know more, what is not published
    stands as unknown, and no post is in the ledger twice;
  * `log verify` and `check` find nothing.
"""
import argparse
import collections
import os
import random
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import masthead  # noqa: E402
import suite  # noqa: E402

QUICK = ["-o", "http.timeout=2", "-o", "http.connect_timeout=1", "-o", "retry.base=0.05",
         "-o", "retry.cap=0.5", "-o", "retry.max=20", "-o", "settle.lag=0.2"]
FAULTS = ("*:create=reset-before@0.06,*:create=reset-after@0.06,"
          "*:create=error-after:500@0.06,*:create=status:503@0.04,"
          "*:create=drop-answer@0.02,*:create=429:1@0.02,"
          "*:read=status:502@0.05,*:create=latency:120@0.7")
PLATFORMS = ("bluesky", "mastodon", "mastodon-nokey", "bluesky-thread", "mastodon-thread")
CUT = "\n---\n"


class Campaign:
    """Runs inside a masthead.Case, whose home and clean-up it uses."""

    def __init__(self, case, kills, seed, verb="daemon", faults=FAULTS, lag=60, say=None,
                 platform="bluesky"):
        self.case, self.kills, self.verb = case, kills, verb
        self.provable = platform != "mastodon-nokey"
        self.platform, _, form = platform.partition("-")
        self.parts = 3 if form == "thread" else 1
        self.random = random.Random(seed)
        self.say = say or (lambda text: None)
        self.texts = {}
        self.seen = collections.Counter()
        self.box = case.sandbox(faults=faults, visibility_lag=lag, seed=seed)
        for number, brand in enumerate(("northwind", "contoso")):
            case.run_ok("brand", "add", brand)
            self.connect(brand, platform, number)

    def connect(self, brand, platform, number):
        name = platform.split("-")[0]
        account = self.box.account(name, number)
        server = account.server
        if not self.provable:
            server = self.box.info["platforms"][name]["server_without_keys"]
        secret = {"secret" if name == "bluesky" else "token": account.secret}
        self.case.run_ok("connect", brand, name, "--server", server, "--handle", account.handle,
                         **secret)

    def publish(self, number):
        for _ in range(number):
            text = CUT.join(f"post {len(self.texts)} of the campaign, part {part}"
                            for part in range(self.parts))
            brand = self.random.choice(("northwind", "contoso"))
            options = ["--option", f"{self.platform}.thread=true"] if self.parts > 1 else []
            made = self.case.json("-o", "retry.max=20", "publish", "-b", brand, *options, text)
            self.texts[text] = made["jobs"][0]["id"]

    def publisher(self):
        if self.verb == "run":
            return self.case.start(*QUICK, "run", "--until-idle")
        return self.case.start(*QUICK, "daemon")

    def round(self):
        self.publish(self.random.randint(1, 3))
        process = self.publisher()
        # The process needs some milliseconds to be born; the longest waits let whole settlings through.
        moment = self.random.choice((0.06, 0.15, 0.25, 0.8)) * self.random.random() + 0.02
        threading.Event().wait(moment * suite.patience())
        process.kill()
        for name in self.case.json("recover", "--dry-run").items():
            if name[0] in ("interrupted", "unknown"):
                self.seen[name[0]] += name[1]

    def finish(self):
        """Until all is published: what was set aside for its many interruptions is released by hand."""
        for _ in range(5):
            self.case.run_masthead(*QUICK, "run", "--until-idle", "--timeout", "240", timeout=260)
            held = self.jobs("held")
            if not held and not self.jobs("pending"):
                return
            self.seen["set aside"] += len(held)
            for job in held:
                self.case.run_ok("release", job["id"])

    def jobs(self, status=None):
        found, after = [], None
        while True:
            args = ["jobs", "--limit", "500"] + (["-s", status] if status else [])
            page = self.case.json(*args, *(["--after", after] if after else []))
            found += page["jobs"]
            after = page["next"]
            if not after:
                return found

    def whole_threads(self, ledger, counts, jobs):
        """Whole threads for their parts, where each part is there once and answers the one before."""
        self.case.assertEqual([t for t, n in counts.items() if n > 1], [], "a part posted twice")
        found = {entry["text"]: entry for entry in ledger}
        whole = collections.Counter()
        for text in jobs:
            before, parts = None, [found.pop(part, None) for part in text.split(CUT)]
            for part in parts:
                self.case.assertIsNotNone(part, f"a part is lost of {text!r}")
                self.case.assertEqual(part.get("reply_to"), before, text)
                before = part["remote_id"]
            whole[text] = 1
        self.case.assertEqual(found, {}, "parts that no job knows of")
        return whole

    def verify(self):
        case = self.case
        ledger = self.box.ledger()
        jobs = {job["text"]: job for job in self.jobs()}
        counts = collections.Counter(entry["text"] for entry in ledger)
        if self.parts > 1:
            counts = self.whole_threads(ledger, counts, jobs)
        case.assertEqual([t for t, n in counts.items() if n > 1], [], "posted more than once")
        case.assertEqual(sorted(set(counts) - set(jobs)), [], "posted, and no job knows of it")
        ends = {"published"} if self.provable else {"published", "unknown"}
        case.assertEqual([(j["id"], j["status"], j["error"]) for j in jobs.values()
                          if j["status"] not in ends], [])
        published = {t for t, j in jobs.items() if j["status"] == "published"}
        case.assertEqual(sorted(published - set(counts)), [], "called published, and never posted")
        case.assertEqual(sorted(set(self.texts) - set(jobs)), [], "accepted, and lost")
        first = {text.split(CUT)[0]: jobs[text] for text in published}
        for entry in ledger:
            if entry["text"] in first:
                case.assertEqual(entry["remote_id"], first[entry["text"]]["remote_id"])
        self.seen["left to a person"] = len(jobs) - len(published)
        case.assertTrue(case.json("log", "verify")["ok"])
        case.assertTrue(case.json("check")["ok"])

    def run(self):
        for number in range(self.kills):
            self.round()
            if number % 10 == 9:
                self.say(f"{number + 1} kills, {len(self.texts)} posts, {dict(self.seen)}")
        self.finish()
        self.verify()
        self.say(f"{self.kills} kills, {len(self.texts)} posts, {dict(self.seen)}: none twice")


class ByHand(masthead.Case):
    """What main() runs; the options are set on the class."""
    options = None

    def runTest(self):
        o = self.options
        Campaign(self, o.kills, o.seed, o.verb, o.faults, o.lag, print, o.platform).run()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--verb", choices=("daemon", "run"), default="daemon")
    parser.add_argument("--platform", choices=PLATFORMS, default="bluesky")
    parser.add_argument("--faults", default=FAULTS)
    parser.add_argument("--lag", type=int, default=60, help="the platform's visibility lag, ms")
    ByHand.options = parser.parse_args()
    print(f"seed {ByHand.options.seed}", flush=True)
    result = unittest.TextTestRunner(verbosity=0).run(ByHand())
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
