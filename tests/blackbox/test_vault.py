"""What unlocks the stored logins: key file, passphrase, key command; changing it; losing it."""
import glob
import os
import pty
import select
import shutil
import sqlite3
import stat
import subprocess
import unittest

import desk
import masthead
import shapes
import suite

WHOLE_KEY = "5f" * 32
STATUS = {"source": str, "path": (str, None), "credential": (str, None), "check": str,
          "locked": bool, "memory_locked": bool, "tenants": list}
CHANGE = {"source": str, "check": str, "tenants": int, "sealed": int, "discarded": int}


class Case(desk.Case):
    def key_files(self):
        return sorted(glob.glob(self.home.join("config", "masthead", "keys", "*.key*")))

    def status(self, **how):
        said = self.json("vault", "status", **how)
        shapes.check(self, said, STATUS)
        for tenant in said["tenants"]:
            shapes.check(self, tenant, {"tenant": str, "key_version": int, "sealed": int})
        return said

    def change(self, *args, **how):
        said = self.json("vault", *args, **how)
        shapes.check(self, said, CHANGE)
        return said

    def fd(self, text, name="given"):
        """A file with that content, opened for reading; a pipe would not hold a megabyte."""
        path = self.home.write(name, text)
        fd = os.open(path, os.O_RDONLY)
        self.addCleanup(os.close, fd)
        return fd

    def with_fds(self, status, *args, **fds):
        """Options named like descriptors, each with a file's content."""
        options, numbers = [], []
        for name, text in fds.items():
            numbers.append(self.fd(text, name))
            options += ["--" + name.replace("_", "-"), str(numbers[-1])]
        process = masthead.subprocess.Popen(
            [masthead.PROGRAM, "--json", *args, *options], stdin=masthead.subprocess.DEVNULL,
            stdout=masthead.subprocess.PIPE, stderr=masthead.subprocess.PIPE, cwd=self.home.path,
            env=self.home.env, pass_fds=numbers)
        out, err = process.communicate(timeout=60 * suite.patience())
        said = masthead.Result(args, process.returncode, out.decode(), err.decode())
        self.assertEqual(said.status, status, said)
        return said

    def opens(self, **how):
        """Every login opens, and is the right one."""
        rows = self.json("verify", "--all", **how)["results"]
        self.assertTrue(rows)
        self.assertTrue(all(row["ok"] for row in rows), rows)


class KeyFile(Case):
    def test_rekey_makes_another_key_and_all_opens(self):
        self.desk("bluesky", "mastodon")
        before = self.status()
        self.assertEqual((before["source"], before["locked"]), ("file", False))
        self.assertEqual(before["path"], self.key_files()[0])
        with open(before["path"], encoding="utf-8") as f:
            old = f.read()
        said = self.change("rekey")
        after = self.status()
        self.assertEqual(said["sealed"], after["tenants"][0]["sealed"])
        self.assertGreaterEqual(said["sealed"], 2)
        self.assertNotEqual(after["check"], before["check"])
        self.assertEqual(after["check"], said["check"])
        self.assertEqual(after["tenants"][0]["key_version"],
                         before["tenants"][0]["key_version"] + 1)
        self.assertEqual(self.key_files(), [before["path"]])
        self.assertEqual(stat.S_IMODE(os.stat(before["path"]).st_mode), 0o600)
        self.opens()
        self.home.write("config/masthead/keys/" + os.path.basename(before["path"]), old)
        self.refused("E_VAULT_KEY", 5, "verify", "1", "--tenant", "default")
        self.sound()

    def test_publisher_that_runs_follows(self):
        self.desk()
        daemon = self.start("daemon")
        self.post("before")
        self.wait_job(1, "published")
        self.change("rekey")
        self.post("after")
        self.wait_job(2, "published")
        self.assertEqual(daemon.stop(), 0, daemon.err)

    def test_cut_off_before_the_file_is_renamed(self):
        self.desk()
        path = self.key_files()[0]
        with open(path, encoding="utf-8") as f:
            old = f.read()
        self.change("rekey")
        os.rename(path, path + ".new")
        self.home.write("config/masthead/keys/" + os.path.basename(path), old)
        self.opens()
        self.assertEqual(self.key_files(), [path])
        self.opens()

    def test_new_file_of_a_change_that_never_was(self):
        self.desk()
        path = self.key_files()[0]
        self.home.write("config/masthead/keys/" + os.path.basename(path) + ".new", "half a li")
        self.opens()
        self.assertEqual(self.key_files(), [path])

    def test_read_only_changes_nothing(self):
        self.desk()
        for verb in ("rekey", "passwd"):
            self.refused("E_READONLY", 4, "--readonly", "vault", verb)
        self.assertFalse(self.json("--readonly", "vault", "status")["locked"])

    def test_moved_to_another_file(self):
        self.desk()
        there = self.home.join("elsewhere.key")
        self.change("passwd", "--key-file", "elsewhere.key")
        self.assertEqual(self.status()["path"], there)
        self.assertEqual(self.key_files(), [])
        self.opens()
        self.home.write("taken.key", "mine")
        self.refused("E_EXISTS", 4, "vault", "passwd", "--key-file", "taken.key")
        self.opens()

    def test_lost_key(self):
        box = self.desk()
        self.post("waits", "--at", "+1h")
        os.unlink(self.key_files()[0])
        self.assertTrue(self.status()["locked"])
        self.refused("E_VAULT_LOCKED", 5, "vault", "rekey")
        self.refused("E_VAULT_LOCKED", 5, "verify", "1")
        self.assertEqual(len(self.jobs()), 1)
        said = self.change("rekey", "--discard")
        self.assertEqual(said["discarded"], 1)
        self.assertEqual(self.connection()["status"], "revoked")
        self.assertEqual(self.login(box)["id"], 1)
        self.opens()
        self.sound()


class Passphrase(Case):
    def test_init(self):
        self.assertEqual(self.json("init", passphrase="correct horse\n")["key"], "passphrase")
        self.assertEqual(self.key_files(), [])
        self.assertTrue(self.status()["locked"])
        self.assertFalse(self.status(passphrase="correct horse")["locked"])
        self.refused("E_VAULT_KEY", 5, "vault", "status", passphrase="wrong")
        self.refused("E_VAULT_KEY", 5, "vault", "status", passphrase="")

    def test_init_refuses(self):
        self.with_fds(4, "init", passphrase_fd="")
        self.with_fds(4, "init", passphrase_fd="x" * ((1 << 20) + 1))
        self.refused("E_USAGE", 2, "init", "--key-file", "k", "--key-command", "echo x")
        self.refused("E_USAGE", 2, "init", "--credential", "k", "--secret-service")
        self.assertFalse(os.path.exists(os.path.join(self.home.workspace, "masthead.db")))

    def test_a_megabyte(self):
        whole = "a" * (1 << 20)
        self.with_fds(0, "init", passphrase_fd=whole)
        self.assertFalse(self.with_fds(0, "vault", "status", passphrase_fd=whole).json["locked"])
        self.with_fds(5, "vault", "status", passphrase_fd=whole[:-1])
        self.with_fds(5, "vault", "status", passphrase_fd=whole + "a")

    def test_verbs_that_need_no_secret_work_locked(self):
        self.desk()
        self.change("passwd", passphrase="one")
        self.post("waits", "--at", "+1h")
        self.run_ok("hold", "1")
        self.json("status")
        for verb in (["verify", "1"], ["refresh", "1"], ["run"], ["daemon"], ["disconnect", "1"],
                     ["publish", "-b", "northwind", "--wait", "now"], ["vault", "rekey"]):
            with self.subTest(verb):
                said = self.refused("E_VAULT_LOCKED", 5, *verb)
                self.assertIn("--passphrase-fd", said["hint"])
        self.assertEqual(len(self.jobs()), 1)
        self.opens(passphrase="one")
        self.refused("E_VAULT_KEY", 5, "run", passphrase="two")
        self.run_ok("run", passphrase="one")

    def test_change_and_rekey(self):
        self.desk()
        self.change("passwd", passphrase="one")
        self.change("rekey", passphrase="one")
        self.opens(passphrase="one")
        self.with_fds(0, "vault", "passwd", passphrase_fd="one", new_passphrase_fd="two")
        self.refused("E_VAULT_KEY", 5, "verify", "1", passphrase="one")
        self.opens(passphrase="two")
        self.with_fds(4, "vault", "passwd", passphrase_fd="two", new_passphrase_fd="")
        self.with_fds(5, "vault", "passwd", passphrase_fd="one", new_passphrase_fd="three")
        self.refused("E_VAULT_LOCKED", 5, "vault", "passwd", passphrase="two")
        self.opens(passphrase="two")
        self.change("passwd", "--key-file", "back.key", passphrase="two")
        self.opens()
        self.refused("E_USAGE", 2, "vault", "passwd")
        self.sound()

    def test_no_trace_of_it(self):
        self.json("init", passphrase="canary-passphrase")
        self.run_ok("vault", "rekey", passphrase="canary-passphrase")
        for folder, _, names in os.walk(self.home.path):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    self.assertNotIn(b"canary-passphrase", f.read(), name)


class Command(Case):
    def test_whole_key_and_passphrase(self):
        self.desk()
        for number, text in enumerate((WHOLE_KEY, "only a passphrase")):
            self.home.write(f"key{number}", text + "\n")
            self.change("passwd", "--key-command", f"cat 'key{number}'")
            self.assertEqual(self.status()["source"], "command")
            self.opens()
            self.change("rekey")
            self.opens()
        self.assertEqual(self.key_files(), [])
        self.home.write("key1", "another passphrase\n")
        self.refused("E_VAULT_KEY", 5, "verify", "1")
        os.unlink(self.home.join("key1"))
        self.assertTrue(self.status()["locked"])
        said = self.run_status(5, "verify", "1")
        self.assertIn("E_VAULT_LOCKED", said.err)
        self.assertIn("by hand", said.err)

    def test_commands_that_are_none(self):
        for command, code, status in (("", "E_INVALID", 4), ("'open", "E_INVALID", 4),
                                      ("no-such-program", "E_VAULT_LOCKED", 5),
                                      ("false", "E_VAULT_LOCKED", 5), ("true", "E_VAULT_LOCKED", 5),
                                      ("cat /dev/zero", "E_VAULT_KEY", 5)):
            with self.subTest(command):
                self.refused(code, status, "init", "--key-command", command)
        self.json("init", "--key-command", "printf '%s %s' 'a b' \"c\"")
        self.assertFalse(self.status()["locked"])

    def test_no_shell_reads_it(self):
        self.json("init", "--key-command", "echo $(touch evil); touch evil > evil")
        self.assertFalse(os.path.exists(self.home.join("evil")))


class Credential(Case):
    def give(self, name, text):
        """Starts are given this credential from now on, as systemd would."""
        folder = self.home.join("credentials")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self.home.env["CREDENTIALS_DIRECTORY"] = folder
        path = self.home.write("credentials/" + name, text)
        os.chmod(path, 0o400)
        return path

    def test_init(self):
        said = self.refused("E_VAULT_LOCKED", 5, "init", "--credential", "posts")
        self.assertIn("LoadCredential=posts:", said["hint"])
        self.give("posts", WHOLE_KEY)
        self.refused("E_INVALID", 4, "init", "--credential", "../posts")
        self.refused("E_VAULT_LOCKED", 5, "init", "--credential", "other")
        self.assertFalse(os.path.exists(os.path.join(self.home.workspace, "masthead.db")))
        self.assertEqual(self.json("init", "--credential", "posts")["key"], "credential")
        self.assertEqual(self.key_files(), [])
        said = self.status()
        self.assertEqual((said["source"], said["credential"], said["locked"]),
                         ("credential", "posts", False))
        self.assertIn("credential posts", self.run_ok("vault", "status").out)

    def test_to_it_and_away(self):
        self.desk()
        path = self.give("posts", "only a passphrase\n")
        self.change("passwd", "--credential", "posts")
        self.assertEqual(self.key_files(), [])
        self.opens()
        self.change("rekey")
        self.opens()
        os.chmod(path, 0o600)
        self.give("posts", "another")
        self.refused("E_VAULT_KEY", 5, "verify", "1")
        os.unlink(path)
        self.refused("E_VAULT_LOCKED", 5, "verify", "1")
        self.assertTrue(self.status()["locked"])
        self.give("posts", "only a passphrase")
        self.give("next", WHOLE_KEY)
        self.change("passwd", "--credential", "next")
        self.opens()
        self.change("passwd", "--key-command", f"echo {WHOLE_KEY}")
        self.opens()
        self.change("passwd", "--credential", "next")
        del self.home.env["CREDENTIALS_DIRECTORY"]
        said = self.refused("E_VAULT_LOCKED", 5, "vault", "rekey")
        self.assertIn("LoadCredential=next:", said["hint"])
        self.post("waits", "--at", "+1h")
        self.give("next", WHOLE_KEY)
        self.change("passwd", "--key-file", "back.key")
        self.opens()
        self.sound()

    def test_publisher(self):
        self.desk()
        self.give("posts", WHOLE_KEY)
        self.change("passwd", "--credential", "posts")
        daemon = self.start("daemon")
        self.post("before")
        self.wait_job(1, "published")
        self.change("rekey")
        self.post("after")
        self.wait_job(2, "published")
        self.assertEqual(daemon.stop(), 0, daemon.err)


HELPER = os.path.join(os.path.dirname(masthead.PROGRAM), "masthead-secret-service")
ABSENT, LOCKED = 3, 4
BUS = """<busconfig><type>session</type><listen>unix:dir={}</listen>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/>
<allow own="*"/></policy></busconfig>
"""


class SecretService(Case):
    """With a bus of its own, on which only what is started here answers, and a keyring of its own."""

    def bus(self):
        for program in ("dbus-daemon", "gnome-keyring-daemon", HELPER):
            if not shutil.which(program):
                raise unittest.SkipTest(f"{os.path.basename(program)} is not there")
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            self.home.env.pop(name, None)
        os.makedirs(self.home.join("runtime"), mode=0o700)
        self.home.env["XDG_RUNTIME_DIR"] = self.home.join("runtime")
        config = self.home.write("bus.conf", BUS.format(self.home.join("runtime")))
        bus = self.process("dbus-daemon", "--config-file", config, "--nofork", "--print-address=1")
        self.home.env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()

    def process(self, *command, given=b""):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, env=self.home.env)
        self.addCleanup(self.end, process)
        process.stdin.write(given)
        process.stdin.close()
        return process

    def end(self, process):
        process.kill()
        process.wait()
        process.stdout.close()

    def keyring(self, password=b"desktop", answers=ABSENT):
        """Started, unlocked where a password is given."""
        process = self.process("gnome-keyring-daemon", "--foreground", "--components=secrets",
                               *(["--unlock"] if password else []), given=password)
        masthead.wait_for(lambda: self.entry("none").returncode == answers, what="the keyring")
        return process

    def entry(self, name):
        return subprocess.run([HELPER, "lookup", self.uuid(), name], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, env=self.home.env, timeout=60)

    def settings(self, sql):
        path = os.path.join(self.home.workspace, "masthead.db")
        if not os.path.exists(path):
            return None
        db = sqlite3.connect(path)
        try:
            return db.execute(sql).fetchone()[0]
        finally:
            db.close()

    def uuid(self):
        return self.settings("SELECT value FROM settings WHERE key='workspace.uuid'") or "none"

    def entry_name(self):
        return self.settings("SELECT json_extract(value, '$.entry') FROM settings"
                             " WHERE key='vault.key'")

    def test_init(self):
        self.bus()
        self.refused("E_VAULT_LOCKED", 5, "init", "--secret-service")
        keyring = self.keyring()
        self.end_now(keyring)
        keyring = self.keyring(b"", answers=LOCKED)
        self.refused("E_VAULT_LOCKED", 5, "init", "--secret-service")
        self.assertFalse(os.path.exists(os.path.join(self.home.workspace, "masthead.db")))
        self.end_now(keyring)
        self.keyring()
        self.assertEqual(self.json("init", "--secret-service")["key"], "secret-service")
        self.assertEqual(self.key_files(), [])
        said = self.status()
        self.assertEqual((said["source"], said["locked"]), ("secret-service", False))
        found = self.entry(self.entry_name())
        self.assertRegex(found.stdout.decode(), "^[0-9a-f]{64}$")

    def test_to_it_and_away(self):
        self.bus()
        self.desk()
        self.keyring()
        self.change("passwd", "--secret-service")
        self.assertEqual(self.key_files(), [])
        self.opens()
        first = self.entry_name()
        self.change("rekey")
        self.opens()
        self.assertEqual(self.entry_name(), first)
        self.change("passwd", "--secret-service")
        self.opens()
        second = self.entry_name()
        self.assertNotEqual(second, first)
        self.assertEqual(self.entry(first).returncode, ABSENT)
        self.assertEqual(self.entry(second).returncode, 0)
        self.change("passwd", "--key-file", "back.key")
        self.assertEqual(self.entry(second).returncode, ABSENT)
        self.opens()
        self.sound()

    def test_locked_lost_and_unreachable(self):
        self.bus()
        self.desk()
        keyring = self.keyring()
        self.change("passwd", "--secret-service")
        name = self.entry_name()
        self.end_now(keyring)
        said = self.refused("E_VAULT_LOCKED", 5, "verify", "1")
        self.assertIn("cannot be reached", said["message"])
        keyring = self.keyring(b"", answers=LOCKED)
        said = self.refused("E_VAULT_LOCKED", 5, "verify", "1")
        self.assertIn("is locked", said["message"])
        self.assertIn("unlock it", said["hint"])
        self.refused("E_VAULT_LOCKED", 5, "vault", "passwd", "--secret-service")
        self.assertTrue(self.status()["locked"])
        self.post("waits", "--at", "+1h")
        self.end_now(keyring)
        keyring = self.keyring()
        self.opens()
        subprocess.run([HELPER, "forget", self.uuid(), name], check=True, env=self.home.env,
                       stdin=subprocess.DEVNULL)
        said = self.refused("E_VAULT_LOCKED", 5, "verify", "1")
        self.assertIn("no entry", said["message"])
        for key in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"):
            del self.home.env[key]
        said = self.refused("E_VAULT_LOCKED", 5, "verify", "1")
        self.assertIn("cannot be reached", said["message"])
        self.assertEqual(self.change("rekey", "--discard")["discarded"], 1)
        self.sound()

    def end_now(self, process):
        process.kill()
        process.wait()

    def test_without_its_helper(self):
        alone = self.home.join("masthead-alone")
        shutil.copy(masthead.PROGRAM, alone)
        done = subprocess.run([alone, "--json", "init", "--secret-service"], cwd=self.home.path,
                              env=self.home.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=60)
        if done.returncode != 4:
            raise unittest.SkipTest("a helper is installed on this machine")
        self.assertIn(b"E_UNSUPPORTED", done.stdout + done.stderr)
        self.assertIn(b"secret-tool", done.stdout + done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.home.workspace, "masthead.db")))


class Terminal(Case):
    def on_terminal(self, args, *lines):
        """Runs on a terminal, typing each line at its prompt; returns the status and all shown."""
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.home.path)
            os.execve(masthead.PROGRAM, [masthead.PROGRAM, *args], self.home.env)
        shown, lines = b"", list(lines)
        while True:
            ready = select.select([fd], [], [], 60 * suite.patience())[0]
            self.assertTrue(ready, shown)
            try:
                part = os.read(fd, 4096)
            except OSError:
                part = b""
            if not part:
                break
            shown += part
            if lines and shown.endswith(b": "):
                os.write(fd, lines.pop(0).encode() + b"\n")
        os.close(fd)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()

    def test_asked_without_echo(self):
        self.desk()
        status, shown = self.on_terminal(["vault", "passwd", "--passphrase-fd", "0"], "sesame",
                                         "sesame")
        self.assertEqual(status, 0, shown)
        self.assertNotIn("sesame", shown)
        status, shown = self.on_terminal(["verify", "--all"], "wrong", "sesame")
        self.assertEqual(status, 0, shown)
        self.assertNotIn("sesame", shown)
        self.assertEqual(shown.count("Passphrase: "), 2)
        self.assertEqual(self.on_terminal(["verify", "--all"], "a", "b", "c")[0], 5)
        self.assertEqual(self.on_terminal(["verify", "--all"], "a\x7f\x03")[0], 8)
        self.opens(passphrase="sesame")
        status, shown = self.on_terminal(["vault", "passwd"], "sesame", "new", "knew")
        self.assertEqual(status, 4, shown)
        self.opens(passphrase="sesame")


if __name__ == "__main__":
    unittest.main()
