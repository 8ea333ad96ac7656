"""Files and words that are none, at every verb that takes one: a clear error at once, and nothing is stored.
And the bar that long work shows on a terminal, and only there."""
import os
import pty
import select
import signal
import subprocess
import time

import desk
import masthead
from test_import import PNG, table

COMBINED = "e" + "\u0301" * 10_000


class Inputs(desk.Case):
    def setUp(self):
        super().setUp()
        self.desk()
        self.fifo = self.home.join("fifo")
        os.mkfifo(self.fifo)
        self.nul = self.home.write("nul.txt", b"a \0 b")
        self.lone = self.home.write("lone.txt", b"\xff\xfe")
        self.link = self.home.join("link.png")
        os.symlink(self.home.write("red.png", PNG), self.link)
        self.loop = self.home.join("loop")
        os.symlink(self.loop, self.loop)

    def nothing(self):
        self.assertEqual(self.json("jobs")["total"], 0)
        self.assertEqual(os.listdir(os.path.join(self.home.workspace, "media")), [])

    def test_texts(self):
        for text in (b"lone \xff", "\x1b]52;c;eA==\x07", "\x1b[6n", "c1 \u009b2J", COMBINED):
            with self.subTest(text[:9]):
                said = self.run_status(4, "--json", "publish", "-b", "northwind",
                                       "--file", self.home.write("t.txt", text))
                self.assertIn(said.error["code"], ("E_INVALID", "E_TOO_LONG"))
                self.assertTrue(said.err.isascii() or "\x1b" not in said.err)
        self.nothing()

    def test_files_that_are_none(self):
        for path in (self.fifo, "/dev/zero", self.home.path, self.nul, self.lone, self.loop):
            for args in (["--file", path], ["--variant", f"bluesky={path}", "text"],
                         ["--media", path, "text"]):
                with self.subTest(path=path, args=args[0]):
                    said = self.run_masthead("--json", "publish", "-b", "northwind", *args, timeout=10)
                    self.assertIn(said.status, (3, 4, 7), said)
                    self.assertTrue(said.error["message"])
        for path in (self.link, "/etc/passwd", "../../../../../etc/passwd"):
            self.refused("E_MEDIA", 4, "publish", "-b", "northwind", "--media", path, "text")
        for verb in (["import"], ["-w", self.home.join("new"), "restore", "--yes"], ["jobs", "-c"]):
            for path in (self.fifo, "/dev/zero", self.home.path, self.lone, self.loop):
                with self.subTest(verb=verb, path=path):
                    said = self.run_masthead("--json", *verb, path, timeout=10)
                    self.assertIn(said.status, (4, 7), said)
        self.assertFalse(os.path.exists(os.path.join(self.home.join("new"), "masthead.db")))
        self.nothing()

    def test_names(self):
        before = self.json("brand", "list")
        for name in ("bi\u202edi", "iso\u2066late", "c1\u009b", "new\nline", "tab\t", COMBINED * 2, b"x\xff"):
            with self.subTest(name[:9]):
                self.refused("E_INVALID", 4, "brand", "add", os.fsdecode(name))
                self.refused("E_INVALID", 4, "tenant", "add", os.fsdecode(name))
                self.refused("E_INVALID", 4, "brand", "edit", "northwind", "-n", os.fsdecode(name))
        self.assertEqual(self.json("brand", "list"), before)
        self.assertEqual(self.json("tenant", "list")["total"], 1)


class Bar(desk.Case):
    """Work over a second shows how far it is, on a terminal."""
    limit_s = 120

    def setUp(self):
        super().setUp()
        self.desk()
        self.table = table(["brand", "text"], *(["northwind", f"Post {i} " + "x" * 200]
                                                for i in range(1500)))

    def watch(self, *args, terminal=True, stdin=None, meanwhile=None):
        """Runs with a terminal or a pipe on standard error, which it returns; meanwhile(process) goes on beside it."""
        ours, theirs = pty.openpty() if terminal else os.pipe()
        process = subprocess.Popen([masthead.PROGRAM, *args], env={**self.home.env, "TERM": "xterm"},
                                   cwd=self.home.path, stdin=stdin or subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=theirs)
        self.addCleanup(process.stdout.close)
        os.close(theirs)
        meanwhile(process)
        out = process.stdout.read()
        self.assertEqual(process.wait(60), 0, out[-500:])
        said = b""
        while select.select([ours], [], [], 5)[0]:
            try:
                part = os.read(ours, 65536)
            except OSError:  # a terminal whose other side is closed
                break
            if not part:
                break
            said += part
        os.close(ours)
        return said

    def over_a_second(self):
        until = time.monotonic() + 1.1
        masthead.wait_for(lambda: time.monotonic() > until)

    def both(self, word, args, **how):
        for terminal in (True, False):
            with self.subTest(word=word, terminal=terminal):
                said = self.watch(*args(), terminal=terminal, **how)
                if terminal:
                    self.assertRegex(said.decode(), rf"\r{word} (\[[#.]+\] +\d+ %|  *\d+)")
                    self.assertIn(b"\r\x1b[K", said)
                else:
                    self.assertNotIn(b"\r", said)

    def test_export(self):
        self.run_ok("import", self.home.write("posts.csv", self.table))
        self.both("exporting", lambda: ["export"], meanwhile=lambda _: self.over_a_second())

    def test_import(self):
        """The lock on writing is held elsewhere for a second."""
        files = [self.home.write(f"{word}.csv", self.table.replace("Post", word))
                 for word in ("first", "second")]

        def hold(_process):
            self.over_a_second()
            self.db.execute("COMMIT")

        self.db = self.database()

        def begin():
            self.db.execute("BEGIN EXCLUSIVE")
            return ["import", files.pop()]

        self.both("importing", begin, meanwhile=hold)

    def test_backup(self):
        """Stopped for a second in the middle of its work."""
        film = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + bytes(24 << 20)
        box = self.sandbox()
        self.login(box, platform="mastodon")
        self.run_ok("publish", "-b", "northwind", "-p", "mastodon", "--draft", "--media",
                    self.home.write("film.mp4", film), "text")
        folder, number = self.home.join("backups"), [0]
        os.mkdir(folder)

        def target():
            number[0] += 1
            return ["backup", os.path.join(folder, f"{number[0]}.tar")]

        def halt(process):
            while process.poll() is None:
                if any(e.stat().st_size > 1 << 20 for e in os.scandir(folder) if ".tar" in e.name
                       and not e.name.endswith(".tar")):
                    process.send_signal(signal.SIGSTOP)
                    self.over_a_second()
                    process.send_signal(signal.SIGCONT)
                    return

        self.both("backing up", target, meanwhile=halt)
