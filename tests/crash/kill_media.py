#!/usr/bin/env python3
"""kill_media - the kill campaign with pictures, for a platform that fetches them.

    kill_media.py [--kills N] [--seed N] [--platform instagram|threads]

Beside what kill.py holds against each other: each post in the ledger has its own picture, and in the end nothing
stands at the media host, whatever was killed in the middle of a put, a post or a deletion.
"""
import argparse
import os
import re
import sys
import unittest
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("../lib", "../blackbox", "."):
    sys.path.insert(0, os.path.join(HERE, folder))
import hosting  # noqa: E402
import kill  # noqa: E402

FAULTS = ("media_host:upload=reset-before@0.05,media_host:upload=reset-after@0.05,"
          "media_host:upload=status:503@0.05,media_host:upload=latency:100@0.6,"
          "media_host:revoke=status:500@0.1,media_host:revoke=reset-after@0.1,"
          "media_host:revoke=latency:100@0.6,"
          "*:create=status:503@0.05,*:create=latency:80@0.6,"
          "*:publish=reset-after@0.05,*:publish=latency:80@0.6")


class Campaign(kill.Campaign):
    """The case is a hosting.Case."""

    def __init__(self, case, kills, seed, platform="instagram", say=None):
        self.pictures = {}
        super().__init__(case, kills, seed, faults=FAULTS, lag=0, say=say, platform=platform)

    def connect(self, brand, platform, number):
        if number == 0:
            self.case.host_at(self.box, "webdav")
        account = self.box.account(platform, number)
        self.case.run_ok("connect", brand, platform, "--server", account.server,
                         token=account.secret)

    def publish(self, number):
        for _ in range(number):
            text = f"post {len(self.texts)} of the campaign"
            path, self.pictures[text] = self.case.picture(len(self.texts))
            brand = self.random.choice(("northwind", "contoso"))
            made = self.case.json("-o", "retry.max=20", "publish", "-b", brand, "--media", path, text)
            self.texts[text] = made["jobs"][0]["id"]

    def left_behind(self):
        """The names of what stands at the host."""
        door = self.case.host
        request = urllib.request.Request(door["url"] + "/", method="PROPFIND",
                                         headers=hosting.basic(door["user"], door["secret"]))
        with urllib.request.urlopen(request, timeout=10) as answer:
            return re.findall(r"<D:href>([^<]*)", answer.read().decode())

    def clean(self):
        """Until no row of a file is left; what waits for its next try is made due."""
        for _ in range(40):
            self.case.database().execute("UPDATE media_objects SET next_at=0")
            self.case.run_ok(*kill.QUICK, "run", "--until-idle")
            if self.case.files() == 0:
                return
        raise AssertionError(f"rows are left: {self.case.rows()}")

    def verify(self):
        self.clean()
        super().verify()
        self.case.assertEqual(self.left_behind(), [], "files are left at the media host")
        for entry in self.box.ledger():
            self.case.assertEqual([m["sha256"] for m in entry["media"]],
                                  [self.pictures[entry["text"]]])


class Long(hosting.Case):
    options = None

    def runTest(self):
        o = Long.options
        Campaign(self, o.kills, o.seed, o.platform, say=print).run()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Kills the publisher while pictures are on their way.")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--platform", default="instagram", choices=("instagram", "threads"))
    Long.options = parser.parse_args()
    result = unittest.TextTestRunner(verbosity=0).run(Long())
    sys.exit(0 if result.wasSuccessful() else 1)
