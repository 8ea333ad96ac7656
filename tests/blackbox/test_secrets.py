"""The canary: a secret that went in is in no file, argument, environment or output."""
import os

import desk

THREADED = True


class Canary(desk.Case):
    def files_with(self, canaries, spare=()):
        """The files below the home that hold one of them."""
        found = []
        for folder, _, names in os.walk(self.home.path):
            for name in names:
                path = os.path.join(folder, name)
                if path in spare or not os.path.isfile(path):
                    continue
                with open(path, "rb") as f:
                    data = f.read()
                found += [path for c in canaries if c.encode() in data]
        return found

    def test_secrets_stay_in_the_vault(self):
        tokens = self.home.join("tmp", "sandbox-state")  # the sandbox's own, not ours
        box = self.desk("bluesky", "mastodon", faults="bluesky:create=expirex1,"
                                                      "mastodon:create=status:422x1")
        canaries = [box.account(p).secret for p in ("bluesky", "mastodon")]
        said = [self.run_masthead("--log-file", self.home.join("tmp", "log"), "-v", *args)
                for args in (["publish", "-b", "northwind", "--wait", "text"],
                             ["publish", "-b", "northwind", "--dry-run", "other"],
                             ["--json", "publish", "-b", "northwind", "--dry-run", "other"],
                             ["verify", "--all"], ["refresh", "1"], ["connections"],
                             ["--json", "connections"], ["job", "show", "1"],
                             ["--json", "log", "--limit", "1000"], ["check", "--remote"],
                             ["status"], ["disconnect", "2"])]
        self.login(box, status=5, secret="a-wrong-canary-secret")
        canaries.append("a-wrong-canary-secret")
        spare = (tokens, box.out_path)
        with open(tokens, encoding="utf-8") as f:
            text = f.read()
        issued = {word for word in text.replace('"', " ").split() if word.startswith("eyJ")}
        self.assertEqual(self.files_with(canaries + sorted(issued), spare), [])
        for result in said:
            for canary in canaries:
                self.assertNotIn(canary, result.out + result.err, result)
            self.assertNotIn("eyJ", result.out + result.err)

    def test_secrets_are_in_no_process(self):
        """Of a process that holds them: neither arguments nor environment, and its memory is closed."""
        box = self.desk()
        daemon = self.start("daemon")
        self.post("text")
        self.wait_job(1, "published")
        canary = box.account().secret.encode()
        for name in ("cmdline", "environ"):
            with open(f"/proc/{daemon.pid}/{name}", "rb") as f:
                self.assertNotIn(canary, f.read())
        with open(f"/proc/{daemon.pid}/limits", encoding="utf-8") as f:
            core = next(line for line in f if line.startswith("Max core file size"))
        self.assertEqual(core.split()[4], "0")

    def test_an_argument_is_refused_as_a_secret(self):
        box = self.sandbox()
        self.run_ok("brand", "add", "northwind")
        account = box.account()
        for option in ("--secret", "--token", "--password", "--secret=x"):
            self.run_status(2, "connect", "northwind", "bluesky", "--server", account.server,
                            "--handle", account.handle, option, "x")

    def test_what_platforms_say_is_made_safe(self):
        """A handle and a text with escape sequences reach a terminal's pipe harmless."""
        self.desk()
        self.post("\u202e evil \u2066 text", "--at", "+1h")
        for args in (["jobs"], ["job", "show", "1"], ["log"], ["job", "why", "1"]):
            out = self.run_ok(*args).out
            self.assertNotIn("\x1b", out)
            self.assertNotIn("\u202e", out, args)
        said = self.run_masthead("brand", "show", "\x1b]52;c;aGk=\x07\x9b2J")
        self.assertNotIn("\x1b", said.err)
        said = self.run_masthead("job", "show", "\x1b[6n")
        self.assertNotIn("\x1b", said.err)
