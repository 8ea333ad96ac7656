"""Every error code of the contract, brought about as people bring it about, with its exit status and its shape."""
import os
import resource
import signal
import socket
import subprocess

import desk
import masthead
import shapes

STATUS = {
    "E_PARTIAL": 1, "E_USAGE": 2, "E_NOT_FOUND": 3, "E_INVALID": 4, "E_TOO_LONG": 4,
    "E_AMBIGUOUS": 4, "E_STATE": 4, "E_SCOPE": 4, "E_READONLY": 4, "E_DUPLICATE": 4,
    "E_EXISTS": 4, "E_PAST": 4, "E_CONFIG": 4, "E_MEDIA": 4, "E_UNSUPPORTED": 4,
    "E_WRONG_ACCOUNT": 4, "E_PUBLISHER_BUSY": 4, "E_TOKEN_EXPIRED": 5, "E_TOKEN_REVOKED": 5,
    "E_LOGIN_FAILED": 5, "E_SCOPE_MISSING": 5, "E_VAULT_LOCKED": 5, "E_VAULT_KEY": 5,
    "E_NETWORK": 6, "E_TIMEOUT": 6, "E_TLS": 6, "E_RATE_LIMITED": 6, "E_PLATFORM": 6,
    "E_REJECTED": 6, "E_UNKNOWN_OUTCOME": 6, "E_PROTOCOL": 6, "E_BUSY": 7, "E_DISK_FULL": 7,
    "E_CORRUPT": 7, "E_SCHEMA_NEWER": 7, "E_IO": 7, "E_LOG_BROKEN": 7, "E_INTERRUPTED": 8}
# The walls between tenants stand in the store; no verb can be made to run into one (tests/unit/store). A full
# disk needs a file system of its own: test_trouble.Disk.
ELSEWHERE = {"E_SCOPE", "E_DISK_FULL"}


class Codes(desk.Case):
    seen = set()

    def fails(self, code, *args, **how):
        """Fails with that code and its exit status, for people and for programs."""
        said = self.run_status(STATUS[code], "--json", *args, **how)
        self.assertEqual(said.error["code"], code, said)
        shapes.check(self, said.error, shapes.ERROR)
        self.assertTrue(said.error["message"], said)
        self.seen.add(code)
        return said

    def plain(self, code, *args):
        """The same for people: one line, with what happened."""
        said = self.run_status(STATUS[code], *args)
        self.assertRegex(said.err, rf"^masthead: {code}: .+\n$")

    def test_without_a_network(self):
        self.run_ok("brand", "add", "northwind")
        png = self.home.write("a.png", "no picture")
        for code, args in (
                ("E_USAGE", ["jobs", "--nonsense"]), ("E_NOT_FOUND", ["job", "show", "7"]),
                ("E_INVALID", ["brand", "add", "a/b"]), ("E_EXISTS", ["brand", "add", "northwind"]),
                ("E_READONLY", ["--readonly", "brand", "add", "x"]),
                ("E_CONFIG", ["-o", "http.timeout=soon", "jobs"]), ("E_STATE", ["undo"]),
                ("E_VAULT_LOCKED", ["-w", self.home.join("new2"), "init", "--key-command", "false"]),
                ("E_IO", ["export", "-o", self.home.path])):
            with self.subTest(code):
                self.fails(code, *args)
                self.plain(code, *args)
        self.fails("E_UNSUPPORTED", "connect", "northwind", "bluesky", "--handle", "a.test",
                   token="a token")
        self.desk("bluesky", brand="lumen")
        self.fails("E_MEDIA", "publish", "-b", "lumen", "--media", png, "text")
        self.fails("E_PAST", "publish", "-b", "lumen", "--at", "2020-01-01 09:00", "text")
        self.fails("E_TOO_LONG", "publish", "-b", "lumen", "x" * 301)
        self.post("text", brand="lumen")
        self.fails("E_DUPLICATE", "publish", "-b", "lumen", "text")
        self.fails("E_PARTIAL", "hold", "1", "99")
        self.assertEqual(self.job()["hold_reason"], "operator")

    def test_accounts(self):
        box = self.desk("bluesky", "mastodon")
        other = box.account("bluesky", 1)
        self.fails("E_WRONG_ACCOUNT", "connect", "northwind", "bluesky", "--server", other.server,
                   "--handle", other.handle, "--account", "1", secret=other.secret)
        self.fails("E_LOGIN_FAILED", "connect", "northwind", "bluesky", "--server", other.server,
                   "--handle", other.handle, secret="wrong")
        secure = other.server.replace("http://", "https://")
        self.fails("E_TLS", "connect", "northwind", "bluesky", "--server", secure, "--handle",
                   other.handle, secret=other.secret)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = "http://127.0.0.1:%d" % free.getsockname()[1]
            self.fails("E_NETWORK", "connect", "northwind", "bluesky", "--server", url, "--handle",
                       other.handle, secret=other.secret)
        self.login(box, number=1)
        self.fails("E_AMBIGUOUS", "connection", "show", "northwind/bluesky")
        for code, faults in (("E_TIMEOUT", "latency:3000"), ("E_RATE_LIMITED", "429:60"),
                             ("E_PLATFORM", "status:503"), ("E_PROTOCOL", "garbage"),
                             ("E_TOKEN_EXPIRED", "expire"), ("E_TOKEN_REVOKED", "revoke")):
            with self.subTest(code):
                box = self.again(box, faults=f"*:verify={faults}x1,bluesky:refresh={faults}")
                number = "2" if code == "E_TOKEN_REVOKED" else "1"
                said = self.fails(code, "-o", "http.timeout=0.5", "verify", number)
                result, = said.json["results"]
                shapes.check(self, result, shapes.RESULT)
                self.assertEqual((result["ok"], result["error"]["code"]), (False, code))

    def test_jobs(self):
        box = self.desk()
        hook = box.account("discord")
        self.run_ok("connect", "northwind", "discord", "--server", hook.server, secret=hook.secret)
        box = self.again(box, faults="bluesky:create=status:400,bluesky:publish=status:400,"
                         "discord:*=status:403")
        self.fails("E_REJECTED", "publish", "-b", "northwind", "-p", "bluesky", "--wait", "refused")
        self.fails("E_SCOPE_MISSING", "publish", "-b", "northwind", "-p", "discord", "--wait",
                   "not allowed")
        account = box.account("mastodon", 1)
        self.run_ok("brand", "add", "lumen")
        self.json("connect", "lumen", "mastodon", "--server",
                  box.info["platforms"]["mastodon"]["server_without_keys"], "--handle",
                  account.handle, token=account.secret)
        self.again(box, faults="mastodon:create=reset-before")
        self.fails("E_UNKNOWN_OUTCOME", "-o", "http.timeout=0.3", "publish", "-b", "lumen", "--wait",
                   "who knows")
        self.start("daemon")
        masthead.wait_for(lambda: self.json_any("status")["publisher"]["running"])
        self.fails("E_PUBLISHER_BUSY", "run", "--timeout", "0.2")

    def json_any(self, *args):
        return self.run_masthead("--json", *args).json

    def test_interrupted(self):
        self.desk(faults="bluesky:create=latency:1500")
        waiting = self.start("--json", "publish", "-b", "northwind", "--wait", "--at", "+1h", "x")
        masthead.wait_for(lambda: self.json("jobs")["total"], 15, lambda: str(waiting))
        masthead.wait_for(lambda: self.json_any("status")["publisher"]["running"], 15)
        waiting.signal(signal.SIGINT)
        self.assertEqual(waiting.wait(), 8, waiting)
        self.assertIn('"code":"E_INTERRUPTED"', waiting.err)
        self.assertEqual(self.job()["status"], "scheduled")
        self.seen.add("E_INTERRUPTED")

    def test_vault(self):
        place = self.home.join("locked")
        self.run_ok("-w", place, "init", passphrase="right")
        box = self.sandbox()
        account = box.account()
        self.run_ok("-w", place, "brand", "add", "northwind")
        how = ("-w", place, "connect", "northwind", "bluesky", "--server", account.server,
               "--handle", account.handle)
        self.fails("E_VAULT_KEY", *how, secret=account.secret, passphrase="wrong")
        self.fails("E_VAULT_LOCKED", *how, secret=account.secret)

    def test_database(self):
        self.run_ok("brand", "add", "northwind")
        db = self.database()
        db.execute("BEGIN EXCLUSIVE")
        self.fails("E_BUSY", "brand", "add", "lumen")
        db.execute("ROLLBACK")
        for name, in db.execute("SELECT name FROM sqlite_master WHERE type='trigger'"
                                " AND tbl_name='publishing_logs'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute("UPDATE publishing_logs SET actor='nobody' WHERE seq=1")
        self.fails("E_LOG_BROKEN", "log", "verify")
        version, = db.execute("PRAGMA user_version").fetchone()
        db.execute(f"PRAGMA user_version={version + 1}")
        self.fails("E_SCHEMA_NEWER", "jobs")
        db.execute("PRAGMA application_id=7")
        self.fails("E_CORRUPT", "jobs")

    def test_zz_none_is_left_out(self):
        """Cases of a class run in this process and in the order of their names."""
        self.assertEqual(self.seen | ELSEWHERE, set(STATUS))


class Gaps(desk.Case):
    """What was found by going through the contract row by row."""

    def test_every_account_of_the_sandbox_lets_one_in_as_its_line_says(self):
        box = self.sandbox()
        self.run_ok("brand", "add", "northwind")
        for platform, entry in box.info["platforms"].items():
            self.assertGreaterEqual(len(entry["accounts"]), 2)
            for number in (0, 1):
                with self.subTest(platform=platform, number=number):
                    made = self.login(box, platform=platform, number=number)
                    self.assertEqual((made["platform"], made["status"]), (platform, "connected"))
        self.assertEqual(self.json("connections")["total"], 2 * len(box.info["platforms"]))

    def test_a_tenant_with_work_left_is_not_put_away(self):
        self.desk()
        job, = self.post("in a while", "--at", "+1h")
        self.refused("E_STATE", 4, "tenant", "archive", "default")
        self.run_ok("cancel", job["id"])
        self.assertTrue(self.json("tenant", "archive", "default")["archived"])

    def test_next_due_is_what_the_queue_holds(self):
        self.desk()

        def next_due():
            status = shapes.check(self, self.json("status"), shapes.STATUS)
            return shapes.check(self, status["publisher"], shapes.PUBLISHER)["next_due"]

        self.assertIsNone(next_due())
        job, = self.post("future", "--at", "+1h")
        self.assertEqual(next_due(), job["scheduled_at"])
        self.json("publish", "-b", "northwind", "--wait", "now")
        self.assertEqual(next_due(), job["scheduled_at"])
        self.run_ok("cancel", job["id"])
        self.assertIsNone(next_due())

    def test_wait_without_a_descriptor_left_says_what_is_stored(self):
        self.desk()
        told = 0
        for value in range(9, 20):
            text = f"with {value} descriptors"
            done = subprocess.run(
                [masthead.PROGRAM, "--json", "publish", "-b", "northwind", "--wait", text],
                env=self.home.env, cwd=self.home.path, stdin=subprocess.DEVNULL,
                capture_output=True, check=False, timeout=60, text=True, preexec_fn=lambda v=value:
                resource.setrlimit(resource.RLIMIT_NOFILE, (v, v)))
            stored = [j for j in self.jobs() if j["text"] == text]
            said = masthead.Result([text], done.returncode, done.stdout, done.stderr)
            if not stored:
                self.assertEqual((done.returncode, done.stdout), (7, ""), said)
                continue
            self.assertIn(done.returncode, (0, 7), said)
            self.assertEqual([j["id"] for j in said.json["jobs"]], [stored[0]["id"]], said)
            if done.returncode:
                self.assertIn("masthead run", said.error["hint"])
                told += 1
        self.assertGreater(told, 0)
        self.run_ok("run", "--until-idle")
        self.assertEqual({j["status"] for j in self.jobs()}, {"published"})

    def test_an_output_that_nobody_reads(self):
        fifo = self.home.join("fifo")
        os.mkfifo(fifo)
        for args in (["export", "-o", fifo], ["log", "export", "-o", fifo]):
            self.refused("E_IO", 7, *args, timeout=10)
        self.run_ok("brand", "add", "northwind")
        with subprocess.Popen(["cat", fifo], stdout=subprocess.PIPE) as reader:
            self.run_ok("log", "export", "-o", fifo, timeout=10)
            self.assertIn(b"northwind", reader.communicate(timeout=10)[0])
