"""The browser's login at each platform that has one, on the sandbox: the account works, what was brought is kept,
what was withheld is noticed, and a logout ends it at the platform too."""
import json
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import desk
import masthead
import shapes

# Platform -> the callback that its clients register.
CALLBACKS = {
    "mastodon": "http://127.0.0.1/callback",
    "x": "http://127.0.0.1:8321/callback",
    "linkedin": "http://127.0.0.1:8322/callback",
    "pinterest": "http://localhost:8323/callback",
    "google_business": "http://127.0.0.1/callback",
    "facebook": "https://agency.example/callback",
    "instagram": "https://agency.example/callback",
    "threads": "https://agency.example/callback",
}
# A client with a secret of its own that the operator brings.
BRINGS_SECRET = ("linkedin", "pinterest", "google_business", "facebook", "instagram", "threads")
# Platforms whose tokens no request of a client ends.
CANNOT_REVOKE = ("pinterest", "instagram", "threads")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


class Logins(desk.Case):
    def setUp(self):
        super().setUp()
        self.box = self.sandbox()
        self.run_ok("brand", "add", "northwind")

    def connect(self, platform, *more, client=True, change=lambda address: address):
        """A pasted login; the finished process."""
        args = ["--json", "connect", "northwind", platform, "--no-browser", "--paste", "--timeout",
                "20", "--server", self.box.account(platform).server, *more]
        if client and platform != "mastodon":
            args += ["--client-id", "client-1", "--redirect-uri", CALLBACKS[platform]]
        fds = ()
        with open(self.home.write("client-secret", "secret of the client"), "rb") as f:
            if client and platform in BRINGS_SECRET:
                args += ["--client-secret-fd", str(f.fileno())]
                fds = (f.fileno(),)
            process = masthead.Background(self.home, args, fds=fds, stdin=subprocess.PIPE)
        self.addCleanup(process.process.stdin.close)
        self.addCleanup(process.kill)

        def shown():
            if not process.running():
                raise AssertionError(str(process))
            return re.search(r"http\S+auth\S+", process.err)

        address = masthead.wait_for(shown, 10, lambda: f"the address in {process}")[0]
        process.process.stdin.write((self.consent(change(address)) + "\n").encode())
        process.process.stdin.flush()
        process.wait()
        return process

    refusing = False

    def consent(self, address):
        """The callback's address, which the person would be sent to."""
        if self.refusing:
            asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
            return (asked["redirect_uri"] + "?error=access_denied&error_description=No%21&state=" +
                    asked["state"])
        try:
            urllib.request.build_opener(NoRedirect).open(address, timeout=10)
        except urllib.error.HTTPError as answer:
            return answer.headers["Location"]
        raise AssertionError("no redirect from " + address)

    def connected(self, platform, **how):
        """The connection that a login makes; where it reaches several accounts, the first of them."""
        process = self.connect(platform, **how)
        if process.wait() == 4:
            error = json.loads(process.err.strip().splitlines()[-1])["error"]
            self.assertEqual(error["code"], "E_AMBIGUOUS", process)
            first = re.search(r": (\S+) \(", error["message"])[1]
            process = self.connect(platform, "--account", first, **how)
        self.assertEqual(process.wait(), 0, process)
        return shapes.check_connection(self, json.loads(process.out))

    def test_each_platform(self):
        for platform in CALLBACKS:
            with self.subTest(platform):
                self.setUp()
                made = self.connected(platform)
                self.assertEqual((made["platform"], made["status"]), (platform, "connected"))
                self.assertTrue(made["account"] and made["account_id"] and made["scopes"], made)
                self.run_ok("verify", "1")
                # the client is kept, sealed; the same account keeps its number
                again = self.connected(platform, client=False)
                self.assertEqual((again["id"], again["account_id"]), (1, made["account_id"]))
                self.run_ok("verify", "1")
                self.run_ok("disconnect", "1")
                self.assertEqual(self.connection()["status"], "disconnected")
                self.doCleanups()

    def test_a_client_is_needed_once(self):
        for platform in BRINGS_SECRET + ("x",):
            error = self.refused("E_USAGE", 2, "connect", "northwind", platform, "--no-browser",
                                 "--paste", "--server", self.box.account(platform).server)
            self.assertRegex(error["message"] + error["hint"], "client", platform)

    def test_partial_consent_is_noticed(self):
        def without(scope):
            def change(address):
                to = urllib.parse.urlsplit(address)
                query = urllib.parse.parse_qsl(to.query)
                asked = dict(query)["scope"]
                comma = "," if "," in asked else " "
                left = [name for name in asked.split(comma) if name != scope]
                self.assertLess(len(left), len(asked.split(comma)), asked)
                query = [(k, comma.join(left) if k == "scope" else v) for k, v in query]
                return to._replace(query=urllib.parse.urlencode(query)).geturl()
            return change

        for platform, scope in (("x", "tweet.write"), ("linkedin", "w_member_social"),
                                ("pinterest", "pins:write"), ("facebook", "pages_manage_posts"),
                                ("instagram", "instagram_business_content_publish"),
                                ("threads", "threads_content_publish"),
                                ("mastodon", "write:statuses")):
            with self.subTest(platform):
                self.setUp()
                process = self.connect(platform, change=without(scope))
                if process.wait() == 0:
                    result = self.run_status(5, "--json", "verify", "1")
                    error = result.json["results"][0]["error"]
                else:
                    error = json.loads(process.err.strip().splitlines()[-1])["error"]
                self.assertEqual(error["code"], "E_SCOPE_MISSING", process)
                self.assertIn(scope, error["message"])
                self.doCleanups()

    def test_a_refusal_ends_it(self):
        def refuse(address):
            self.refusing = True
            return address

        for platform in CALLBACKS:
            with self.subTest(platform):
                self.setUp()
                process = self.connect(platform, change=refuse)
                error = json.loads(process.err.strip().splitlines()[-1])["error"]
                self.assertEqual((process.wait(), error["code"]), (5, "E_LOGIN_FAILED"), process)
                self.assertEqual(self.json("connections")["total"], 0)
                self.refusing = False
                self.doCleanups()

    def test_a_logout_ends_it_at_the_platform_unless_told_not_to(self):
        for platform in CALLBACKS:
            with self.subTest(platform):
                self.setUp()
                self.connected(platform)
                self.run_ok("disconnect", "1", "--keep-remote")
                self.assertEqual(self.json("sync-log", "--op", "revoke")["total"], 0)
                self.connected(platform, client=False)
                said = self.run_masthead("--json", "disconnect", "1")
                self.assertEqual(said.status, 0, said)
                asked, = self.json("sync-log", "--op", "revoke")["entries"]
                self.assertEqual((asked["outcome"], asked["http_status"]),
                                 ("ok", None if platform in CANNOT_REVOKE else 200), asked)
                self.doCleanups()
