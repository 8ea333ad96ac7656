#!/usr/bin/env python3
"""kill_refresh - SIGKILLs `masthead refresh` at random moments against tokens that serve once.

    kill_refresh.py [--kills N] [--seed N]

A refresh token that the server has taken and whose successor was not stored is
lost; no client can help that. What must hold after every kill: the account works, or it says
that it needs a login. It is never called connected while it cannot be used.
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


BATCH = 100


class Campaign:
    """Runs inside a masthead.Case, whose home and clean-up it uses."""

    def __init__(self, case, kills, seed, say=None):
        self.case, self.kills = case, kills
        self.random = random.Random(seed)
        self.say = say or (lambda text: None)
        self.seen = collections.Counter()
        self.begin()

    def begin(self):
        """A workspace and a server. The server takes 30 logins in five minutes, and a login that is lost needs a new one:
        so each batch has its own."""
        case = self.case
        self.box = case.sandbox(faults="bluesky:refresh=rotatex1,bluesky:refresh=latency:8@0.5")
        case.run_ok("brand", "add", "northwind")
        case.connect(self.box, "northwind")
        # From here on each refresh token serves once.
        case.run_ok("refresh", "northwind/bluesky")

    def round(self):
        case = self.case
        process = case.start("refresh", "northwind/bluesky")
        threading.Event().wait(self.random.random() * 0.06 * suite.patience())
        process.kill()
        verified = case.run_masthead("verify", "northwind/bluesky")
        status = case.json("connection", "show", "northwind/bluesky")["status"]
        if verified.status == 0:
            case.assertEqual(status, "connected", verified)
            self.seen["works"] += 1
            if self.random.random() < 0.3:
                again = case.run_masthead("refresh", "northwind/bluesky")
                self.judge(again)
            return
        self.judge(verified)

    def judge(self, result):
        """Works, or says that a person must log in; then that person does."""
        case = self.case
        if result.status == 0:
            return
        case.assertEqual(result.status, 5, result)
        status = case.json("connection", "show", "northwind/bluesky")["status"]
        case.assertIn(status, ("expired", "revoked"), result)
        self.seen["needs a login, and says so"] += 1
        again = case.connect(self.box, "northwind")
        case.assertEqual((again["id"], again["status"]), (1, "connected"))

    def run(self):
        for number in range(1, self.kills + 1):
            self.round()
            if number % BATCH == 0 or number == self.kills:
                self.say(f"{number} kills, {dict(self.seen)}")
                self.case.assertTrue(self.case.json("log", "verify")["ok"])
                self.case.assertTrue(self.case.json("check")["ok"])
                if number < self.kills:
                    self.case.setUp()
                    self.begin()
        self.say(f"{self.kills} kills, {dict(self.seen)}")


class ByHand(masthead.Case):
    """What main() runs; the options are set on the class."""
    options = None

    def runTest(self):
        Campaign(self, self.options.kills, self.options.seed, say=print).run()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    ByHand.options = parser.parse_args()
    print(f"seed {ByHand.options.seed}", flush=True)
    result = unittest.TextTestRunner(verbosity=0).run(ByHand())
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
