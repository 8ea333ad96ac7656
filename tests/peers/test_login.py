"""Masthead's own login against a certified OAuth server that has a platform's paths.

Mastodon, where a client is registered first and its secret goes along; X, whose
refresh tokens are good for one use. The server wants PKCE, a redirect to
loopback, and takes a refresh token that comes twice for stolen.
"""
import http.client
import json
import os
import sys
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import masthead  # noqa: E402
import node  # noqa: E402
import oidc  # noqa: E402


class Login(masthead.Case):
    """A brand, and a browser that `connect` opens: it writes down where it was sent to."""
    platform = me = None
    server = None

    @classmethod
    def setUpClass(cls):
        cls.server = oidc.Server(platform=cls.platform)

    @classmethod
    def tearDownClass(cls):
        if cls.server is not None:
            cls.server.remove()

    def setUp(self):
        super().setUp()
        self.run_ok("brand", "add", "northwind")
        self.browser = self.home.write(
            "bin/xdg-open", '#!/bin/sh\nprintf %s "$1" > "$HOME/asked.new"\n'
                            'mv "$HOME/asked.new" "$HOME/asked"\n', 0o700)

    def options(self):
        return ()

    def begin(self, *options, **how):
        """A connect that waits for its callback; returns the process and the address it opened."""
        asked = self.home.join("asked")
        if os.path.exists(asked):
            os.unlink(asked)
        process = masthead.Background(self.home, [
            "--json", "connect", "northwind", self.platform, "--server", self.server.issuer,
            "--timeout", "30", *self.options(), *options], env={
                "PATH": os.path.dirname(self.browser) + ":" + self.home.env["PATH"],
                "DISPLAY": ":0"}, **how)
        self.addCleanup(process.kill)
        masthead.wait_for(lambda: os.path.exists(asked) or not process.running(), 15,
                          lambda: f"a browser: {process}")
        self.assertTrue(os.path.exists(asked), process)
        with open(asked, encoding="utf-8") as f:
            return process, f.read()

    def follow(self, address, person=None):
        """Opens it, consents as the person does, and comes back to Masthead; returns where."""
        back = self.server.browser(person).open(address)
        self.assertIsInstance(back, str, back)
        to = urllib.parse.urlsplit(back)
        line = http.client.HTTPConnection(to.hostname, to.port, timeout=10)
        line.request("GET", to.path + "?" + to.query)
        self.assertEqual(line.getresponse().status, 200)
        line.close()
        return back

    def log_in(self, *options, person=None, **how):
        """Returns the connection."""
        process, address = self.begin(*options, **how)
        self.follow(address, person)
        self.assertEqual(process.wait(), 0, process)
        return json.loads(process.out)

    def refuse(self, code, *options, person=None, **how):
        """A login that comes to nothing."""
        process, address = self.begin(*options, **how)
        self.follow(address, person)
        self.assertEqual(process.wait(), 5, process)
        self.assertEqual(json.loads(process.err.strip().splitlines()[-1])["error"]["code"], code,
                         process)
        self.assertEqual(self.json("connections")["connections"], [])

    def connection(self):
        return self.json("connection", "show", 1)

    def alive(self, token):
        status = self.server.bearer(self.me, token).status
        self.assertIn(status, (200, 401))
        return status == 200


class Mastodon(Login):
    platform, me = "mastodon", "/api/v1/accounts/verify_credentials"

    def test_register_consent_exchange_verify(self):
        process, address = self.begin()
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        self.assertEqual(asked["code_challenge_method"], "S256")
        self.assertEqual(len(asked["code_challenge"]), 43)
        back = self.follow(address)
        self.assertTrue(back.startswith(asked["redirect_uri"] + "?"), back)
        self.assertEqual(process.wait(), 0, process)
        made = json.loads(process.out)
        self.assertEqual((made["status"], made["account"]), ("connected", "alice@127.0.0.1"), made)
        self.run_ok("verify", "--all")

    def test_each_login_has_an_address_of_its_own(self):
        paths = set()
        for _ in range(2):
            process, address = self.begin()
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)
            paths.add(urllib.parse.urlsplit(query["redirect_uri"][0]).path)
            process.stop()
        self.assertEqual(len(paths), 2)
        self.assertGreater(min(map(len, paths)), 20)

    def test_no(self):
        self.refuse("E_LOGIN_FAILED", person="refuse")

    def test_partly(self):
        self.refuse("E_SCOPE_MISSING", person="partly")

    def test_another_person_is_another_account(self):
        self.assertEqual(self.log_in()["id"], 1)
        self.assertEqual(self.log_in(person="bob")["account"], "bob@127.0.0.1")
        self.assertEqual(self.log_in()["id"], 1)
        self.assertEqual(len(self.json("connections")["connections"]), 2)

    def test_disconnect_ends_the_token(self):
        self.log_in()
        token = self.server.issued()["access"][-1]
        self.assertTrue(self.alive(token))
        self.run_ok("disconnect", 1)
        self.assertFalse(self.alive(token))
        self.assertEqual(self.connection()["status"], "disconnected")

    def test_token_that_was_withdrawn_elsewhere(self):
        self.log_in()
        token = self.server.issued()["access"][-1]
        self.assertEqual(self.server.bearer("/withdraw", token).status, 204)
        self.run_status(5, "verify", 1)
        self.assertEqual(self.connection()["status"], "revoked")


class AtX(Login):
    platform, me = "x", "/2/users/me"
    client = "public"

    def options(self):
        return ("--client-id", self.client, "--redirect-uri",
                f"http://127.0.0.1:{node.free_port()}/callback")

    def refresh_at_server(self, token):
        return self.server.post("token_endpoint", self.client, grant_type="refresh_token",
                                refresh_token=token)


class X(AtX):
    def test_consent_exchange_verify(self):
        made = self.log_in()
        self.assertEqual((made["status"], made["account"]), ("connected", "alice"), made)
        self.run_ok("verify", "--all")

    def test_no(self):
        self.refuse("E_LOGIN_FAILED", person="refuse")

    def test_partly(self):
        self.refuse("E_SCOPE_MISSING", person="partly")

    def test_client_with_a_secret(self):
        for word, status in (("secret of basic", 0), ("another", 5)):
            with self.subTest(word):
                reading, writing = os.pipe()
                os.write(writing, word.encode())
                os.close(writing)
                process, address = self.begin("--client-id", "basic", "--client-secret-fd",
                                              str(reading), fds=(reading,))
                os.close(reading)
                self.follow(address)
                self.assertEqual(process.wait(), status, process)
        # The client's secret is kept, for refreshing wants it as well.
        self.run_ok("refresh", 1)

    def test_refresh_rotates(self):
        self.log_in()
        for _ in range(3):
            before = self.server.issued()
            self.run_ok("refresh", 1)
            after = self.server.issued()
            for kind in ("access", "refresh"):
                self.assertEqual(len(after[kind]), len(before[kind]) + 1)
            self.run_ok("verify", 1)
        self.assertEqual(self.connection()["status"], "connected")

    def test_consumed_refresh_token_ends_the_family(self):
        self.log_in()
        thief = self.refresh_at_server(self.server.issued()["refresh"][-1])
        self.assertEqual(thief.status, 200, thief)
        error = self.refused("E_TOKEN_REVOKED", 5, "refresh", 1)
        self.assertIn("invalid_grant", error["message"])
        self.assertEqual(self.connection()["status"], "revoked")
        # What the thief got is dead, too.
        self.assertFalse(self.alive(thief.json["access_token"]))
        again = self.refresh_at_server(thief.json["refresh_token"])
        self.assertEqual((again.status, again.json["error"]), (400, "invalid_grant"))
        # A person helps it, under the same number.
        self.assertEqual(self.log_in()["id"], 1)
        self.assertEqual(self.connection()["status"], "connected")
        self.run_ok("refresh", 1)

    def test_disconnect_ends_both_tokens(self):
        self.log_in()
        self.run_ok("refresh", 1)
        issued = self.server.issued()
        access, refresh = issued["access"][-1], issued["refresh"][-1]
        self.assertTrue(self.alive(access))
        self.run_ok("disconnect", 1)
        self.assertEqual(self.connection()["status"], "disconnected")
        answer = self.refresh_at_server(refresh)
        self.assertEqual((answer.status, answer.json["error"]), (400, "invalid_grant"))
        self.assertFalse(self.alive(access))


class Expiry(AtX):
    """Tokens that live as long as the answer takes to read, nearly."""

    @classmethod
    def setUpClass(cls):
        cls.server = oidc.Server(access_s=1, platform=cls.platform)

    def test_token_that_has_run_out_is_renewed_unasked(self):
        self.log_in()
        token = self.server.issued()["access"][-1]
        masthead.wait_for(lambda: not self.alive(token), 10, "the token to expire")
        self.run_ok("verify", 1)
        self.assertEqual(self.connection()["status"], "connected")


if __name__ == "__main__":
    unittest.main()
