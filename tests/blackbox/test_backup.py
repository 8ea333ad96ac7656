"""backup and restore: one checked file with everything but the keys, and a workspace from it that sends nothing twice."""
import hashlib
import io
import json
import os
import tarfile
import threading

import desk
import masthead
import shapes

BACKUP = {"file": str, "bytes": int, "created_at": ("time",), "media": int, "missing": list,
          "keys": bool}
RESTORE = {"workspace": str, "created_at": ("time",), "media": int, "held": int, "unknown": int,
           "key": str}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc0"
    "00000301010018dd8db00000000049454e44ae426082")
TOP = "masthead-backup/"


class Backups(desk.Case):
    def setUp(self):
        super().setUp()
        self.file = self.home.join("desk.backup")
        self.place = self.home.join("restored")

    def fill(self, **options):
        """A post with a picture that is out, one that waits for tomorrow."""
        box = self.desk("bluesky", **options)
        picture = self.home.write("red.png", PNG)
        self.post("Out", "--media", picture, "--alt", "red", "--wait")
        self.post("Tomorrow", "--at", "+24h")
        return box

    def backup(self, status=0, **how):
        return shapes.check(self, self.run_status(status, "--json", "backup", self.file, **how).json,
                            BACKUP)

    def restore(self, file=None, place=None):
        return shapes.check(
            self, self.json("-w", place or self.place, "restore", file or self.file), RESTORE)

    def members(self):
        with tarfile.open(self.file, "r:") as tar:
            return {m.name: tar.extractfile(m).read() for m in tar.getmembers()}

    def leavings(self, *known):
        """What stands in the home that was not there and is none of the known."""
        return [n for n in os.listdir(self.home.path)
                if n.startswith(("desk.backup.", "restored.")) and n not in known]


class Backup(Backups):
    def test_everything_but_the_keys(self):
        self.fill()
        said = self.backup()
        self.assertEqual((said["media"], said["missing"], said["keys"]), (1, [], False))
        self.assertEqual(said["bytes"], os.path.getsize(self.file))
        self.assertEqual(os.stat(self.file).st_mode & 0o777, 0o600)
        members = self.members()
        digest = hashlib.sha256(PNG).hexdigest()
        self.assertEqual(list(members), [TOP + n for n in (
            "manifest.json", "manifest.sha256", "masthead.db", "head", "media/" + digest)])
        self.assertEqual(members[TOP + "media/" + digest], PNG)
        manifest = json.loads(members[TOP + "manifest.json"])
        self.assertEqual(members[TOP + "manifest.sha256"].decode(), "%s  manifest.json\n" %
                         hashlib.sha256(members[TOP + "manifest.json"]).hexdigest())
        for entry in manifest["files"]:
            body = members[entry["name"]]
            self.assertEqual((entry["bytes"], entry["sha256"]),
                             (len(body), hashlib.sha256(body).hexdigest()))
        for folder, _, names in os.walk(self.home.join("config")):
            for name in names:
                if name.endswith((".key", ".chain")):
                    with open(os.path.join(folder, name), "rb") as f:
                        secret = f.read().strip()
                    self.assertFalse(any(secret in body for body in members.values()), name)
        self.assertEqual(self.leavings(), [])
        self.assertIn("desk.backup", self.json("log", "verify") and self.workspace_log()[-1])

    def workspace_log(self):
        return [row[0] for row in self.database().execute(
            "SELECT message FROM publishing_logs WHERE tenant_id=0 AND action='workspace.backup'")]

    def test_replaces_nothing(self):
        self.run_ok("brand", "add", "northwind")
        self.home.write("desk.backup", "mine")
        self.refused("E_EXISTS", 4, "backup", self.file)
        with open(self.file, encoding="utf-8") as f:
            self.assertEqual(f.read(), "mine")
        self.refused("E_USAGE", 2, "backup")
        self.refused("E_IO", 7, "backup", self.home.join("no", "where"))
        self.assertEqual(self.leavings(), [])

    def test_says_in_words_that_the_keys_are_not_in_it(self):
        self.run_ok("brand", "add", "northwind")
        self.assertIn("keys are not in it", self.run_ok("backup", self.file).err)

    def test_missing_and_damaged_media(self):
        self.fill()
        media = os.path.join(self.home.workspace, "media")
        name = os.listdir(media)[0]
        path = os.path.join(media, name)
        os.chmod(path, 0o600)
        with open(path, "r+b") as f:
            f.write(b"X")
        self.assertEqual(self.backup(1)["missing"], [name])
        os.unlink(path)
        os.unlink(self.file)
        said = self.run_status(1, "--json", "backup", self.file)
        self.assertEqual((said.json["missing"], said.json["media"]), ([name], 0))
        self.assertEqual(said.error["code"], "E_PARTIAL")
        self.assertEqual(self.restore()["media"], 0)

    def test_while_others_write(self):
        self.desk("bluesky")
        daemon = self.start("daemon")
        stop = threading.Event()

        def write():
            number = 0
            while not stop.is_set():
                number += 1
                self.run_ok("publish", "-b", "northwind", f"Post {number}")

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for i in range(5):
                masthead.wait_for(lambda n=i: self.json("jobs")["total"] > 2 * n, 30)
                self.file = self.home.join(f"desk{i}.backup")
                self.backup()
                self.restore(place=self.home.join(f"restored{i}"))
        finally:
            stop.set()
            writer.join()
        self.assertTrue(daemon.running())

    def test_readonly(self):
        self.fill()
        self.refused("E_READONLY", 4, "--readonly", "backup", self.file)
        self.assertFalse(os.path.exists(self.file))

    def test_a_kill_leaves_no_backup_or_a_whole_one(self):
        self.fill()
        pause, delay = threading.Event(), 0.005
        while True:
            running = self.start("backup", self.file)
            pause.wait(delay)
            running.kill()
            if os.path.exists(self.file):
                break
            delay *= 1.4
        self.restore()


class Restore(Backups):
    def test_the_same_workspace(self):
        box = self.fill()
        jobs, connections = self.json("jobs"), self.json("connections")
        self.backup()
        said = self.restore()
        self.assertEqual((said["media"], said["held"], said["unknown"], said["key"]),
                         (1, 0, 0, "present"))
        there = ("-w", self.place)
        self.assertEqual(self.json(*there, "jobs"), jobs)
        self.assertEqual(self.json(*there, "connections"), connections)
        self.run_ok(*there, "verify", "--all")
        self.assertTrue(self.json(*there, "log", "verify")["ok"])
        self.assertEqual(self.json(*there, "check")["problems"], [])
        name = os.listdir(os.path.join(self.place, "media"))[0]
        with open(os.path.join(self.place, "media", name), "rb") as f:
            self.assertEqual(f.read(), PNG)
        self.assertEqual(os.stat(self.place).st_mode & 0o777, 0o700)
        entry = self.json(*there, "log", "--action", "log.segment")["entries"][0]
        self.assertIn("restored from a backup made at " + said["created_at"], entry["message"])
        self.assertEqual(len(box.ledger()), 1)
        self.assertEqual(self.leavings(), [])

    def test_what_may_have_gone_out_since_is_held(self):
        box = self.fill()
        self.post("Due")
        self.post("Soon", "--at", "+1s")
        self.backup()
        self.run_ok("run", "--until-idle")
        masthead.wait_for(lambda: self.run_ok("run") and len(box.ledger()) == 3)
        said = self.restore()
        self.assertEqual((said["held"], said["unknown"]), (2, 0))
        there = ("-w", self.place)
        states = {j["text"]: (j["status"], j["hold_reason"])
                  for j in self.json(*there, "jobs")["jobs"]}
        self.assertEqual(states, {"Out": ("published", None), "Tomorrow": ("scheduled", None),
                                  "Due": ("held", "missed"), "Soon": ("held", "missed")})
        self.run_ok(*there, "run", "--until-idle")
        self.assertEqual(len(box.ledger()), 3)
        self.assertEqual(self.json(*there, "check")["problems"], [])

    def test_what_was_on_its_way_is_unknown_and_settled(self):
        box = self.desk("bluesky", faults="bluesky:create=latency:1500x1")
        self.start("daemon")
        self.post("Hello")
        self.wait_job(1, "processing")
        self.backup()
        self.wait_job(1, "published")
        said = self.restore()
        self.assertEqual((said["held"], said["unknown"]), (0, 1))
        there = ("-w", self.place)
        self.run_ok(*there, "run", "--until-idle")
        self.assertEqual(self.json(*there, "job", "show", 1)["status"], "published")
        self.assertEqual(len(box.ledger()), 1)
        self.assertEqual(self.json(*there, "check")["problems"], [])

    def test_overwrites_nothing(self):
        self.fill()
        self.backup()
        self.refused("E_EXISTS", 4, "restore", self.file)
        os.mkdir(self.place)
        self.restore()
        self.refused("E_EXISTS", 4, "-w", self.place, "restore", self.file)
        other = self.home.join("other")
        self.home.write("other/file", "mine")
        self.refused("E_EXISTS", 4, "-w", other, "restore", "--yes", self.file)
        self.assertEqual(os.listdir(other), ["file"])
        self.refused("E_READONLY", 4, "-w", self.home.join("new"), "--readonly", "restore", self.file)
        self.refused("E_NOT_FOUND", 3, "-w", self.home.join("new"), "restore", "/no/file")
        self.refused("E_INVALID", 4, "-w", self.home.join("new"), "restore", self.home.path)
        self.assertFalse(os.path.exists(self.home.join("new")))

    def test_on_a_machine_without_the_keys(self):
        self.fill()
        self.backup()
        other = self.new_home()
        said = self.json("restore", self.file, home=other)
        self.assertEqual(said["key"], "missing")
        self.assertTrue(self.json("log", "verify", home=other)["ok"])
        self.refused("E_VAULT_LOCKED", 5, "verify", 1, home=other)
        self.assertEqual(self.json("jobs", home=other)["total"], 2)

    def rewrite(self, change):
        """The backup anew; change(name, body) gives the members (TarInfo, body) in its place."""
        path = self.home.join("changed")
        with tarfile.open(path, "w:") as tar:
            for name, body in self.members().items():
                for info, data in change(name, body):
                    if name.endswith("manifest.json"):
                        digest = hashlib.sha256(data).hexdigest().encode()
                    if name.endswith("manifest.sha256"):
                        data = digest + b"  manifest.json\n"
                    info.size = len(data)
                    tar.addfile(info, io.BytesIO(data))
        return path

    def refused_backup(self, path, code="E_CORRUPT", status=7):
        place = self.home.join("restored")
        error = self.refused(code, status, "-w", place, "restore", path)
        self.assertFalse(os.path.exists(place))
        self.assertEqual(self.leavings(), [])
        return error

    def test_damage_is_found_before_anything_is_in_place(self):
        self.fill()
        self.backup()
        with open(self.file, "rb") as f:
            good = f.read()
        for at in (len(good) // 2, 600, 3000):
            bad = bytearray(good)
            bad[at] ^= 1
            self.refused_backup(self.home.write("bad", bytes(bad)))
        for length in (0, 100, 512, len(good) // 2):
            self.refused_backup(self.home.write("bad", good[:length]))
        self.refused_backup(self.home.write("bad", b"no tar at all\n" * 1000))

    def test_archives_that_want_more(self):
        self.fill()
        self.backup()
        plain = tarfile.TarInfo

        def more(extra):
            def change(name, body):
                yield plain(name), body
                if name.endswith("masthead.db"):
                    yield extra, b"x"
            return change

        link = plain(TOP + "media/" + "0" * 64)
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        for extra in (plain("../evil"), plain("/tmp/evil"), plain(TOP + "media/../../evil"), link,
                      plain(TOP + "masthead.db"), plain(TOP + "write.lock")):
            with self.subTest(extra.name):
                self.refused_backup(self.rewrite(more(extra)))

        def without(suffix):
            return lambda name, body: [] if name.endswith(suffix) else [(plain(name), body)]

        self.refused_backup(self.rewrite(without("manifest.sha256")))
        self.refused_backup(self.rewrite(without("masthead.db")))
        self.refused_backup(self.rewrite(without("head")))

        def manifest(old, new):
            def change(name, body):
                if name.endswith("manifest.json"):
                    self.assertIn(old, body)
                    body = body.replace(old, new)
                yield plain(name), body
            return change

        self.refused_backup(self.rewrite(manifest(b'masthead-backup/head', b'masthead-backup/../x')))
        self.refused_backup(self.rewrite(manifest(b'"format": 1', b'"format": 2')),
                            "E_SCHEMA_NEWER")
        self.restore(self.rewrite(lambda name, body: [(plain(name), body)]))
