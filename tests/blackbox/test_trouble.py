"""When the machine is against us: locked, full, read-only, damaged, foreign or newer files, lost keys."""
import glob
import os
import shutil
import signal
import sqlite3
import subprocess

import desk
import masthead
import shapes


class Database(desk.Case):
    def setUp(self):
        super().setUp()
        self.run_ok("brand", "add", "northwind")
        self.path = os.path.join(self.home.workspace, "masthead.db")

    def test_locked_for_a_while(self):
        """Another program holds the database: a change waits for it, and is not lost."""
        db = self.database()
        db.execute("BEGIN EXCLUSIVE")
        self.run_ok("brand", "list")
        waiting = self.start("brand", "add", "lumen")
        masthead.wait_for(lambda: self.has_open(waiting, self.path), 10, lambda: str(waiting))
        self.assertTrue(waiting.running(), waiting)
        db.execute("COMMIT")
        self.assertEqual(waiting.wait(), 0, waiting)
        self.assertEqual(self.json("brand", "list")["total"], 2)

    def has_open(self, process, path):
        folder = f"/proc/{process.pid}/fd"
        return any(os.path.realpath(os.path.join(folder, n)) == path for n in os.listdir(folder))

    def test_locked_for_too_long(self):
        db = self.database()
        db.execute("BEGIN EXCLUSIVE")
        error = self.refused("E_BUSY", 7, "brand", "add", "lumen", timeout=30)
        self.assertTrue(error["message"])
        db.execute("ROLLBACK")
        self.assertEqual(self.json("brand", "list")["total"], 1)
        self.run_ok("brand", "add", "lumen")
        self.sound()

    def test_newer(self):
        db = self.database()
        version, = db.execute("PRAGMA user_version").fetchone()
        db.execute(f"PRAGMA user_version={version + 1}")
        for args in (["jobs"], ["brand", "add", "x"], ["status"], ["--readonly", "check"]):
            self.refused("E_SCHEMA_NEWER", 7, *args)

    def test_of_another_program(self):
        db = self.database()
        db.execute("PRAGMA application_id=1234567")
        self.refused("E_CORRUPT", 7, "jobs")
        other = self.home.join("other")
        os.mkdir(other)
        db = sqlite3.connect(os.path.join(other, "masthead.db"))
        db.execute("CREATE TABLE t (x)")
        db.commit()
        db.close()
        os.chmod(os.path.join(other, "masthead.db"), 0o600)
        said = self.run_masthead("--json", "-w", other, "jobs")
        self.assertEqual((said.status, said.error["code"]), (7, "E_CORRUPT"), said)
        db = sqlite3.connect(os.path.join(other, "masthead.db"))
        self.assertEqual(db.execute("SELECT name FROM sqlite_master").fetchall(), [("t",)])
        db.close()

    def test_damaged(self):
        for number in range(20):
            self.run_ok("brand", "add", f"brand {number}")
        with open(self.path, "r+b") as f:
            size = os.path.getsize(self.path)
            for page in range(2, size // 4096):
                f.seek(page * 4096)
                f.write(b"\0" * 4096)
        for name in glob.glob(self.path + "-*"):
            os.remove(name)
        for args in (["check"], ["brand", "list"], ["jobs"], ["log", "verify"]):
            said = self.run_masthead("--json", *args)
            self.assertEqual(said.status, 7, said)

    def test_no_database_at_all(self):
        with open(self.path, "wb") as f:
            f.write(b"this is no database, and never was one\n" * 200)
        self.assertEqual(self.run_masthead("jobs").status, 7)

    def test_workspace_that_is_a_file(self):
        path = self.home.write("tmp/file", "x")
        said = self.run_masthead("--json", "-w", path, "jobs")
        self.assertIn(said.status, (4, 7), said)

    def test_a_process_that_was_stopped_holds_nobody_up_for_ever(self):
        daemon = self.start("daemon")
        masthead.wait_for(lambda: self.json("status")["publisher"]["running"], 10)
        daemon.signal(signal.SIGSTOP)
        self.run_masthead("brand", "add", "lumen")
        self.run_ok("brand", "list")
        daemon.signal(signal.SIGCONT)
        self.assertEqual(daemon.stop(), 0, daemon)


class Readonly(desk.Case):
    """Where nothing may be written; as another user, for root may write anywhere."""

    NOBODY = 65534

    def setUp(self):
        super().setUp()
        if os.getuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("needs root and setpriv, to become somebody who is not")
        self.run_ok("brand", "add", "northwind")

    def give(self, owner, folder_mode, file_mode):
        for folder, _, names in os.walk(self.home.path):
            for path, mode in [(folder, folder_mode)] + [(os.path.join(folder, n), file_mode)
                                                         for n in names]:
                os.chown(path, owner, owner)
                os.chmod(path, mode)

    def test_a_directory_that_cannot_be_written(self):
        self.give(self.NOBODY, 0o500, 0o400)
        done = subprocess.run(["setpriv", f"--reuid={self.NOBODY}", f"--regid={self.NOBODY}",
                               "--clear-groups", masthead.PROGRAM, "--json", "brand", "add", "x"],
                              env=self.home.env, cwd="/", stdin=subprocess.DEVNULL,
                              capture_output=True, check=False, timeout=60)
        if b"setpriv" in done.stderr:
            self.skipTest("the program cannot be run by another user here")
        said = masthead.Result([], done.returncode, done.stdout.decode(), done.stderr.decode())
        self.assertIn((said.status, said.error["code"]), ((7, "E_IO"), (4, "E_READONLY")), said)
        shapes.check(self, said.error, shapes.ERROR)
        self.give(0, 0o700, 0o600)
        self.assertEqual(self.json("brand", "list")["total"], 1)


class Keys(desk.Case):
    def setUp(self):
        super().setUp()
        self.box = self.desk()
        self.key, = (p for p in glob.glob(self.home.join("config", "masthead", "keys", "*"))
                     if p.endswith(".key") and "chain" not in p and "log" not in p)

    def locked(self):
        """What needs no token works on; what needs one says what is wrong."""
        self.run_ok("brand", "list")
        self.run_ok("brand", "add", "lumen")
        self.post("queued", "--at", "+1h")
        said = self.run_masthead("--json", "verify", "1")
        code = said.json["results"][0]["error"] if said.out else said.error
        self.assertEqual(said.status, 5, said)
        self.assertIn(code["code"], ("E_VAULT_KEY", "E_VAULT_LOCKED"))
        self.assertTrue(code["message"])

    def test_lost(self):
        os.remove(self.key)
        self.locked()

    def test_of_another_vault(self):
        with open(self.key, "rb") as f:
            bad = bytes(b ^ 1 for b in f.read())
        with open(self.key, "wb") as f:
            f.write(bad)
        self.locked()

    def test_cut_short(self):
        os.truncate(self.key, 3)
        self.locked()

    def test_readable_by_others(self):
        os.chmod(self.key, 0o644)
        said = self.run_masthead("--json", "verify", "1")
        self.assertEqual(said.status, 5, said)
        self.assertIn("chmod 600", said.out + said.err)

    def test_a_lost_key_needs_only_a_new_login(self):
        self.login(self.box, number=1)
        os.remove(self.key)
        self.post("queued", "-C", "1", "--at", "+1h")
        again = self.login(self.box)
        self.assertEqual((again["id"], again["status"]), (1, "connected"))
        self.assertEqual(os.stat(self.key).st_mode & 0o777, 0o600)
        self.run_ok("verify", "1")
        self.run_ok("refresh", "1")
        self.assertEqual(len(self.post("published", "-C", "1", "--wait")), 1)
        said = self.run_status(5, "--json", "verify", "2").json["results"][0]
        self.assertEqual(said["error"]["code"], "E_VAULT_KEY")
        self.login(self.box, number=1)
        self.run_ok("verify", "2")
        self.sound()

    def test_a_key_that_does_not_fit_is_not_replaced(self):
        os.truncate(self.key, 3)
        self.login(self.box, status=5)
        self.assertEqual(os.path.getsize(self.key), 3)


class Disk(desk.Case):
    limit_s = 90

    def setUp(self):
        super().setUp()
        self.small = self.home.join("small")
        os.mkdir(self.small)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", self.small],
                              capture_output=True, check=False)
        if done.returncode:
            self.skipTest("needs the right to mount a small file system")
        self.addCleanup(subprocess.run, ["umount", "-l", self.small], check=False)

    def test_full(self):
        place = os.path.join(self.small, "ws")
        self.run_ok("-w", place, "brand", "add", "northwind")
        with open(os.path.join(self.small, "filler"), "wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"x" * 4096)
            except OSError:
                pass
        failed = []
        for number in range(200):
            said = self.run_masthead("--json", "-w", place, "brand", "add", f"brand {number}")
            if said.status:
                failed.append(said)
                break
        self.assertTrue(failed, "the disk never was full")
        self.assertEqual((failed[0].status, failed[0].error["code"]), (7, "E_DISK_FULL"), failed[0])
        os.remove(os.path.join(self.small, "filler"))
        self.run_ok("-w", place, "brand", "add", "with room again")
        self.assertEqual(self.json("-w", place, "brand", "list")["total"], number + 2)
        self.assertTrue(self.json("-w", place, "check")["ok"])
