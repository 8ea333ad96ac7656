"""hosting - what the tests of platforms that fetch media have in common: pictures, a media host that is configured,
and the question what stands there."""
import base64
import hashlib
import os
import stat
import struct
import urllib.error
import urllib.request

import desk

# The command of a host that keeps files in a folder which the sandbox's WebDAV shows: curl is not needed for it.
SCRIPT = """#!/usr/bin/env python3
import base64, os, sys, urllib.request
folder = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(folder, "calls"), "a") as f:
    f.write(" ".join(sys.argv[1:]) + "\\n")
how = open(os.path.join(folder, "how")).read().split()
if how and how[0] == sys.argv[2]:
    print("words of the command", file=sys.stderr)
    if how[1] == "hang":
        import signal
        signal.pause()
    if how[1] != "print":
        sys.exit(int(how[1]))
    print(" ".join(how[2:]))
    sys.exit(0)
url = sys.argv[1] + "/" + sys.argv[3]
who = open(os.path.join(folder, "who"), "rb").read()
data = open(sys.argv[4], "rb").read() if sys.argv[2] == "put" else None
request = urllib.request.Request(url, data, method="PUT" if data else "DELETE",
    headers={"Authorization": "Basic " + base64.b64encode(who).decode()})
try:
    urllib.request.urlopen(request).close()
except urllib.error.HTTPError as bad:
    if bad.code != 404 or data:
        raise
print("a word before it")
print(url)
"""


def jpeg(seed=0, width=400, height=400, size=0):
    """A file that is taken for a JPEG of that size in pixels; other seeds give other bytes."""
    head = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    frame = b"\xff\xc0\0\x11\x08" + struct.pack(">HH", height, width) + b"\3" + b"\1\x22\0" * 3
    return head + frame + struct.pack(">I", seed) * (1 + size // 4) + b"\xff\xd9"


def basic(user, secret):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()}


def digest(data):
    return hashlib.sha256(data).hexdigest()


class Case(desk.Case):
    """A sandbox, a brand, accounts on platforms that fetch, and a media host."""

    def hosted(self, kind, *platforms, secret=True, keys=None, **options):
        """Returns the sandbox; self.host is the sandbox's announcement of the host."""
        box = self.sandbox(self.new_home(), state=self.home.join("tmp", "sandbox-state"), **options)
        self.host_at(box, kind, secret=False, **(keys or {}))
        self.run_ok("brand", "add", "northwind")
        for platform in platforms or ("instagram",):
            account = box.account(platform)
            self.run_ok("connect", "northwind", platform, "--server", account.server,
                        token=account.secret)
        if secret and kind != "command":
            self.give_secret()
        return box

    def host_at(self, box, kind, secret=True, **keys):
        """Writes the configuration for that host."""
        self.host = box.info["media_host"]["s3" if kind == "s3" else "webdav"]
        media = {"media.host": kind}
        if kind == "s3":
            media["media.bucket"] = self.host["bucket"]
            media["media.region"] = self.host["region"]
        if kind == "command":
            media["media.command"] = f"{self.script()} {self.host['url']}"
        else:
            media["media.url"] = self.host["url"]
            media["media.user"] = self.host["user"]
        self.configure(**{**desk.QUICK, **media, **keys})
        if secret and kind != "command":
            self.give_secret()

    def give_secret(self, secret=None):
        return self.json("media-host", "secret", secret=secret or self.host["secret"])

    def script(self):
        path = self.home.write("host/put", SCRIPT)
        os.chmod(path, stat.S_IRWXU)
        self.home.write("host/who", f"{self.host['user']}:{self.host['secret']}")
        self.command_will("")
        self.home.write("host/calls", "")
        return path

    def command_will(self, how):
        """"put 75": end with that status; "put print X": print X; "put hang"."""
        self.home.write("host/how", how)

    def calls(self):
        with open(self.home.join("host", "calls"), encoding="utf-8") as f:
            return [line.split()[1:] for line in f]

    def picture(self, seed=0, **how):
        """A file; returns its path and hash."""
        data = jpeg(seed, **how)
        return self.home.write(f"picture-{seed}.jpg", data), digest(data)

    def stands_there(self, url):
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.status == 200
        except urllib.error.HTTPError as bad:
            self.assertEqual(bad.code, 404)
            return False

    def files(self):
        """How many files are known to stand at the host."""
        return self.json("media-host", "show")["files"]

    def rows(self):
        return self.database().execute(
            "SELECT job_id, name, url, target, dropping FROM media_objects ORDER BY id").fetchall()
