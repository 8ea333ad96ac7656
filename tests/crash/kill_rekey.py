#!/usr/bin/env python3
"""kill_rekey - SIGKILLs changes of the vault's key at random moments, again and again.

    kill_rekey.py [--kills N] [--seed N]

Each round starts `vault rekey`, or `vault passwd` from one source to another (key file, command, credential),
and kills it a random time later. After each, every login must open and be the
right one (`verify --all` asks the sandbox); at the end log and database are whole.
"""
import argparse
import os
import random
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import masthead  # noqa: E402

COMMAND = "printf " + "a7" * 32
CREDENTIAL = "b8" * 32


class Campaign:
    """Runs inside a masthead.Case, whose home and clean-up it uses."""

    def __init__(self, case, kills, seed, say=None):
        self.case, self.kills = case, kills
        self.random = random.Random(seed)
        self.say = say or (lambda text: None)
        os.makedirs(case.home.join("credentials"), mode=0o700)
        os.chmod(case.home.write("credentials/posts", CREDENTIAL), 0o400)
        case.home.env["CREDENTIALS_DIRECTORY"] = case.home.join("credentials")
        self.sources = set()
        self.done = self.cut = self.changed = 0
        self.box = case.sandbox()
        case.run_ok("brand", "add", "northwind")
        for number in (0, 1):
            case.connect(self.box, "northwind", number=number)
        self.usual = max(self.measured("rekey"), self.measured("passwd", "--credential", "posts"))

    def measured(self, *verb):
        begin = time.monotonic()
        self.case.run_ok("vault", *verb)
        return time.monotonic() - begin

    def verb(self, source):
        if self.random.random() < 0.6:
            return ["vault", "rekey"]
        others = {"file": ["--key-file",
                           self.case.home.join(f"k{self.random.randrange(10 ** 9)}.key")],
                  "command": ["--key-command", COMMAND], "credential": ["--credential", "posts"]}
        del others[source]
        return ["vault", "passwd", *others[self.random.choice(sorted(others))]]

    def round(self):
        before = self.case.json("vault", "status")
        process = self.case.start(*self.verb(before["source"]))
        threading.Event().wait(self.random.random() * self.usual * 1.3)
        self.cut += process.process.poll() is None
        process.kill()
        rows = self.case.json("verify", "--all")["results"]
        self.case.assertEqual([row["ok"] for row in rows], [True, True], rows)
        after = self.case.json("vault", "status")
        self.case.assertFalse(after["locked"])
        self.sources.add(after["source"])
        self.changed += after["check"] != before["check"]
        return after

    def run(self):
        for number in range(self.kills):
            self.round()
            if number % 50 == 49:
                self.say(f"{number + 1} kills")
        self.case.assertTrue(self.case.json("log", "verify")["ok"])
        self.case.assertEqual(self.case.json("check")["problems"], [])
        self.case.assertGreater(self.cut, self.kills // 4, "most came too late to cut anything off")
        self.case.assertGreater(self.changed, 0, "all came too early to change anything")
        self.say(f"{self.kills} kills: {self.cut} cut off, {self.changed} had changed the key "
                 f"(sources: {', '.join(sorted(self.sources))}); "
                 "every login opened after each")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    class Long(masthead.Case):
        limit_s = 86400

        def test(self):
            Campaign(self, options.kills, options.seed, print).run()

    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Long)
    return 0 if unittest.TextTestRunner().run(suite).wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
