"""What Masthead sends, held against the documents that services publish of their APIs.

The documents are no part of this tree: `make check-peers CONTRACTS=DIR` names the
folder in which mastodon.json lies.
"""
import http.client
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import contracts  # noqa: E402
import masthead  # noqa: E402
import proxy  # noqa: E402
from picture import png  # noqa: E402

FAST = ("-o", "http.timeout=5", "-o", "retry.max=0", "-o", "settle.lag=0.3")


def document(name):
    folder = os.environ.get("CONTRACTS", "")
    if not folder:
        raise unittest.SkipTest("no CONTRACTS=DIR with the services' documents")
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        raise unittest.SkipTest(f"no {name} in {folder}")
    return path


def mend_mastodon(parsed):
    """The document calls the key an object, leaves out that bodies may be forms, and lets a
    text with media fit two of its schemas where it wants one."""
    post = parsed["paths"]["/api/v1/statuses"]["post"]
    for parameter in post["parameters"]:
        if parameter["name"] == "Idempotency-Key":
            parameter["schema"] = {"type": "string"}
    content = post["requestBody"]["content"]
    schema = content["application/json"]["schema"]
    schema["anyOf"] = schema.pop("oneOf")
    content["application/x-www-form-urlencoded"] = content["application/json"]


class Contract(masthead.Case):
    """One service's document; a test's requests go to it through a proxy that remembers."""
    limit_s = 120
    server = None

    @classmethod
    def tearDownClass(cls):
        if cls.server is not None:
            cls.server.remove()

    def setUp(self):
        super().setUp()
        self.proxy = proxy.Proxy(self.server.port)
        self.addCleanup(self.proxy.close)
        self.run_ok("brand", "add", "northwind")

    def assert_kept(self, *steps):
        """Each step (METHOD, path) was asked for, and no request broke the contract."""
        for method, path in steps:
            self.assertTrue([s for s in self.proxy.seen if s.method == method
                             and s.path.split("?")[0] == path], (method, path, self.proxy.seen))
        for seen in self.proxy.seen:
            self.assertEqual(contracts.violations(seen), [], (seen, seen.headers, seen.body[:500]))
            self.assertLess(seen.status, 300, (seen, seen.headers, seen.body[:500]))


class Mastodon(Contract):
    @classmethod
    def setUpClass(cls):
        cls.server = contracts.Server(document("mastodon.json"), mend_mastodon)

    def setUp(self):
        super().setUp()
        # The document's examples are pieces of answers.
        account = {"id": "1", "acct": "alice", "username": "alice",
                   "url": self.proxy.url + "/@alice"}
        self.proxy.instead = {path: json.dumps(answer) for path, answer in (
            ("/api/v1/accounts/verify_credentials", account),
            ("/api/v2/media", {"id": "2", "type": "image", "url": self.proxy.url + "/2.png"}),
            ("/api/v1/statuses", {"id": "3", "account": account, "content": "",
                                  "url": self.proxy.url + "/@alice/3",
                                  "uri": self.proxy.url + "/@alice/3"}))}

    def log_in(self):
        self.run_ok(*FAST, "connect", "northwind", "mastodon", "--server", self.proxy.url,
                    token="a token of no use")

    def test_a_request_that_breaks_it_is_seen(self):
        connection = http.client.HTTPConnection(*self.proxy.listener.server_address, timeout=30)
        connection.request("POST", "/api/v1/statuses", b'{"status": 7, "visibility": "nobody"}',
                           {"Authorization": "Bearer x", "Content-Type": "application/json"})
        connection.getresponse().read()
        connection.close()
        seen = self.proxy.seen[0]
        self.assertTrue(contracts.violations(seen) or seen.status >= 400, seen.answered)

    def test_login_post_and_verify(self):
        self.log_in()
        self.run_ok(*FAST, "publish", "-b", "northwind", "--wait", "--timeout", "20",
                          "--language", "de", "--visibility", "unlisted",
                          "Grüße https://example.com #Nordwind")
        self.run_ok(*FAST, "verify", "--all")
        self.assert_kept(("GET", "/api/v1/accounts/verify_credentials"),
                         ("POST", "/api/v1/statuses"))

    def test_poll_and_thread(self):
        self.log_in()
        self.run_ok(*FAST, "publish", "-b", "northwind", "--wait", "--timeout", "20",
                    "--option", "mastodon.poll=One|Two", "--option", "mastodon.poll_multiple=true",
                    "--option", "mastodon.thread=true", "Which?\n---\nThink well.")
        self.assert_kept(("POST", "/api/v1/statuses"))
        bodies = [json.loads(s.body) for s in self.proxy.seen if s.method == "POST"]
        self.assertEqual(bodies[0]["poll"]["options"], ["One", "Two"])
        self.assertEqual(bodies[1]["in_reply_to_id"], "3")

    def test_image_with_alt_text(self):
        self.log_in()
        picture = self.home.write("picture.png", png(8, 8, (9, 9, 9)))
        self.run_ok(*FAST, "publish", "-b", "northwind", "--wait", "--timeout", "20",
                          "--media", picture, "--alt", "a dark square", "Look")
        self.assert_kept(("POST", "/api/v2/media"), ("POST", "/api/v1/statuses"))


if __name__ == "__main__":
    unittest.main()
