"""The OAuth server does what the login's tests build upon.

A client of a few lines walks through its flows. When a newer version of the
server behaves in another way, this says so, and not a failing login.
"""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import masthead  # noqa: E402
import oidc  # noqa: E402


def setUpModule():
    Flow.server = oidc.Server(access_s=2)


def tearDownModule():
    if Flow.server is not None:
        Flow.server.remove()


class Flow(unittest.TestCase):
    server = None

    def tokens(self, client="public", **change):
        login = oidc.Login(self.server, client, **change)
        answer = login.exchange(login.go()["code"])
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def refresh(self, token, client="public"):
        return self.server.post("token_endpoint", client, grant_type="refresh_token",
                                refresh_token=token)

    def test_code_with_pkce(self):
        for client in self.server.SECRETS:
            with self.subTest(client):
                login = oidc.Login(self.server, client)
                back = login.go()
                self.assertEqual(back["state"], login.state)
                self.assertEqual(back["iss"], self.server.issuer)
                answer = login.exchange(back["code"])
                self.assertEqual(answer.status, 200, answer)
                self.assertEqual(answer.json["scope"], "openid read write")
                me = self.server.userinfo(answer.json["access_token"])
                self.assertEqual(me.json, {"sub": "alice"})

    def test_wrong_verifier(self):
        login = oidc.Login(self.server)
        code = login.go()["code"]
        answer = login.exchange(code, "w" * 64)
        self.assertEqual((answer.status, answer.json["error"]), (400, "invalid_grant"))

    def test_pkce_is_required(self):
        for change in ({"code_challenge": None, "code_challenge_method": None},
                       {"code_challenge_method": "plain"}):
            with self.subTest(change):
                login = oidc.Login(self.server, **change)
                back = login.go()
                self.assertEqual((back["error"], back["state"]), ("invalid_request", login.state))

    def test_any_port_of_loopback_and_nothing_else(self):
        for address in ("http://127.0.0.1:5/callback", "http://[::1]:61000/callback"):
            with self.subTest(address):
                self.assertIn("code", oidc.Login(self.server, redirect=address).go())
        for address in ("http://localhost:5000/callback", "http://127.0.0.1:5000/other"):
            with self.subTest(address):
                page = oidc.Login(self.server, redirect=address).go()
                self.assertEqual(page.status, 400, page)

    def test_refusal_and_partial_consent(self):
        login = oidc.Login(self.server, login_hint="refuse")
        back = login.go()
        self.assertEqual((back["error"], back["state"]), ("access_denied", login.state))
        self.assertEqual(self.tokens(login_hint="partly")["scope"], "openid")

    def test_refresh_rotates_and_reuse_ends_the_family(self):
        first = self.tokens()
        second = self.refresh(first["refresh_token"])
        self.assertEqual(second.status, 200, second)
        self.assertNotEqual(second.json["refresh_token"], first["refresh_token"])
        reused = self.refresh(first["refresh_token"])
        self.assertEqual((reused.status, reused.json["error"]), (400, "invalid_grant"))
        self.assertEqual(self.refresh(second.json["refresh_token"]).json["error"], "invalid_grant")

    def test_access_token_expires(self):
        token = self.tokens()["access_token"]
        last = masthead.wait_for(
            lambda: (lambda page: page if page.status != 200 else None)(self.server.userinfo(token)),
            10, "the token to expire")
        self.assertEqual(last.status, 401)
        self.assertIn("invalid_token", last.headers["WWW-Authenticate"])

    def test_revocation(self):
        tokens = self.tokens("post")
        gone = self.server.post("revocation_endpoint", "post", token=tokens["refresh_token"])
        self.assertEqual(gone.status, 200)
        self.assertEqual(self.refresh(tokens["refresh_token"], "post").json["error"], "invalid_grant")


if __name__ == "__main__":
    unittest.main()
