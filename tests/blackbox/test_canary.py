"""No secret lies anywhere: files, log, argv, environment, output, core."""
import json
import os
import re
import resource
import signal
import sqlite3
import urllib.request

import desk
import masthead

THREADED = True


class Canary(desk.Case):
    def canaries(self, box):
        """Patterns of the app password and of every token that this sandbox gives out."""
        account = box.account()
        asked = urllib.request.Request(
            account.server + "/xrpc/com.atproto.server.createSession",
            json.dumps({"identifier": account.handle, "password": account.secret}).encode(),
            {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            session = json.load(answer)
        token = re.compile(rb"eyJ[\w-]+\.[\w-]+\.[\w-]+")
        for name in ("accessJwt", "refreshJwt"):
            self.assertRegex(session[name].encode(), token)
        return [token, re.compile(re.escape(account.secret).encode())]

    def search(self, canaries):
        """Every file below the home; returns how many there were."""
        looked = 0
        for folder, _, names in os.walk(self.home.path):
            for name in names:
                path = os.path.join(folder, name)
                if not os.path.isfile(path):
                    continue
                with open(path, "rb") as f:
                    data = f.read()
                looked += 1
                for canary in canaries:
                    self.assertIsNone(canary.search(data), path)
        return looked

    def account_elsewhere(self):
        """The sandbox announces the app password, so it has a home of its own."""
        box = self.sandbox(self.new_home())
        self.run_ok("brand", "add", "northwind")
        self.login(box)
        return box

    def work(self, box):
        """Everything that touches a secret, failures too; returns all that was printed."""
        noise = ("-v", "--log-file", self.home.join("diagnostics"))
        said = []

        def run(*args, **how):
            result = self.run_masthead(*noise, *args, **how)
            said.append(result.out + result.err)
            return result

        run("publish", "-b", "northwind", "--wait", "with @bob.test and #tag")
        run("refresh", "northwind/bluesky")
        run("verify", "--all")
        run("publish", "-b", "northwind", "--dry-run", "not sent")
        run("publish", "-b", "northwind", "--dry-run", "--json", "not sent")
        run("connect", "northwind", "bluesky", "--server", box.account().server, "--handle",
            "alice.test", secret="wrong " + "secret")
        run("connection", "show", "northwind/bluesky", "--json")
        run("log", "--json")
        run("check", "--json")
        return "".join(said)

    def test_in_no_file_and_no_output(self):
        box = self.account_elsewhere()
        said = self.work(box)
        canaries = self.canaries(box)
        for canary in canaries:
            self.assertIsNone(canary.search(said.encode()), said)
        # a reader that stays open keeps the log of the database, where deleted pages would lie
        db = sqlite3.connect(os.path.join(self.home.workspace, "masthead.db"))
        self.addCleanup(db.close)
        db.execute("SELECT count(*) FROM publishing_logs").fetchone()
        self.run_ok("disconnect", "northwind/bluesky")
        self.assertGreater(self.search(canaries), 5)

    def test_not_in_the_process_from_outside_and_no_core(self):
        box = self.account_elsewhere()
        canaries = self.canaries(box)
        limits = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (limits[1], limits[1]))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_CORE, limits)
        daemon = self.start("daemon")
        self.post("while the daemon runs")
        masthead.wait_for(lambda: box.ledger(), what="the daemon's post")
        for name in ("cmdline", "environ"):
            with open(f"/proc/{daemon.pid}/{name}", "rb") as f:
                data = f.read()
            for canary in canaries:
                self.assertIsNone(canary.search(data), name)
        with open(f"/proc/{daemon.pid}/limits", encoding="ascii") as f:
            self.assertRegex(f.read(), r"Max core file size +0 +0")
        os.kill(daemon.pid, signal.SIGQUIT)  # its action is a core; sanitizers leave it alone
        masthead.wait_for(lambda: not masthead.alive(daemon.pid), what="the crash")
        self.assertEqual([n for n in os.listdir(self.home.path) if "core" in n], [])
        self.search(canaries)
