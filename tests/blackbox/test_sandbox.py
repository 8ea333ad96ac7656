"""The sandbox's side of the contract, as its own HTTP clients see it."""
import base64
import http.client
import json
import os
import signal
import socket
import urllib.error
import urllib.parse
import urllib.request

import desk
import masthead
import shapes


class Client:
    """A minimal client of the two simulated platforms."""

    def __init__(self, account, timeout=5):
        self.account, self.timeout, self.token = account, timeout, account.secret

    def call(self, method, path, body=None, headers=None, token=True):
        """(status, document or text, headers)"""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.account.server + path, data=data, method=method)
        if data is not None:
            request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", "Bearer " + self.token)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as bad:
            return bad.code, bad.read(), bad.headers

    def json(self, *args, **how):
        status, body, _ = self.call(*args, **how)
        return status, json.loads(body)


class Bluesky(Client):
    def login(self, secret=None):
        status, session = self.json("POST", "/xrpc/com.atproto.server.createSession",
                                    {"identifier": self.account.handle,
                                     "password": secret or self.account.secret}, token=False)
        if status == 200:
            self.token, self.refresh, self.did = (session["accessJwt"], session["refreshJwt"],
                                                  session["did"])
        return status

    def create(self, text, key=None):
        body = {"repo": self.did, "collection": "app.bsky.feed.post",
                "record": {"$type": "app.bsky.feed.post", "text": text,
                           "createdAt": "2026-01-01T00:00:00.000Z"}}
        if key:
            body["rkey"] = key
        return self.call("POST", "/xrpc/com.atproto.repo.createRecord", body)

    def get(self, key):
        query = urllib.parse.urlencode({"repo": self.did, "collection": "app.bsky.feed.post",
                                        "rkey": key})
        return self.call("GET", "/xrpc/com.atproto.repo.getRecord?" + query)[0]


class Mastodon(Client):
    def create(self, text, key=None):
        return self.call("POST", "/api/v1/statuses", {"status": text},
                         {"Idempotency-Key": key} if key else None)


KEY = "3l2jyzs7xbs2{}"


class Contract(desk.Case):
    def test_its_first_line(self):
        box = self.sandbox(accounts=3)
        line = box.line()
        self.assertEqual(json.loads(line), box.info)
        self.assertEqual(len(box.out.splitlines()), 1)
        shapes.check(self, box.info, {"listening": str, "ledger": str, "platforms": dict})
        self.assertRegex(box.info["listening"], r"^http://127\.0\.0\.1:\d+$")
        self.assertLessEqual({"bluesky", "mastodon"}, set(box.info["platforms"]))
        for entry in box.info["platforms"].values():
            self.assertTrue(entry["server"].startswith("http://127.0.0.1:"))
            self.assertEqual(len(entry["accounts"]), 3)
            for account in entry["accounts"]:
                self.assertTrue(account["handle"] and account["secret"])

    def test_defaults(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.start("sandbox", "--json")
            info = json.loads(process.line())
            self.assertTrue(os.path.isabs(info["ledger"]))
            self.assertTrue(all(len(p["accounts"]) >= 2 for p in info["platforms"].values()))
            process.signal(number)
            self.assertEqual(process.wait(), 0, process)

    def test_makes_no_workspace(self):
        self.sandbox()
        self.assertFalse(os.path.exists(self.home.workspace))

    def test_options_that_are_none(self):
        for args in (["--faults", "nonsense"], ["--faults", "bluesky:create=explode"],
                     ["--faults", "myspace:create=garbage"], ["--faults", "bluesky:fly=garbage"],
                     ["--faults", "bluesky:create=status"], ["--faults", "bluesky:create=garbage@2"],
                     ["--faults", "bluesky:create=garbagexx"], ["--accounts", "x"],
                     ["--seed", "-1"], ["--visibility-lag", "x"], ["--listen", "nowhere"],
                     ["extra"]):
            with self.subTest(args=args):
                said = self.run_masthead("--json", "sandbox", *args, timeout=10)
                self.assertIn(said.status, (2, 4), said)
        said = self.run_masthead("--json", "sandbox", "--listen", "0.0.0.0:0", timeout=10)
        self.assertIn(said.status, (2, 4), said)
        self.assertEqual(self.run_masthead("sandbox", "--ledger", "/nonexistent/x").status, 7)

    def test_same_seed_same_accounts(self):
        one, two, three = (self.sandbox(seed=s, state=self.home.join("tmp", n))
                           for s, n in ((7, "a"), (7, "b"), (8, "c")))
        self.assertEqual(one.account().secret, two.account().secret)
        self.assertNotEqual(one.account().secret, three.account().secret)

    def test_ledger_and_keys(self):
        box = self.sandbox()
        sky = Bluesky(box.account("bluesky"))
        self.assertEqual(sky.login(), 200)
        self.assertEqual(sky.create("one", KEY.format("a"))[0], 200)
        sky.create("one", KEY.format("a"))
        elephant = Mastodon(box.account("mastodon"))
        self.assertEqual(elephant.create("two", "the-key")[0], 200)
        self.assertEqual(elephant.create("two", "the-key")[0], 200)
        self.assertEqual(elephant.create("three")[0], 200)
        lines = box.ledger()
        for line in lines:
            shapes.check(self, line, shapes.LEDGER)
        self.assertEqual([(x["platform"], x["account"], x["key"], x["text"]) for x in lines],
                         [("bluesky", sky.account.handle, KEY.format("a"), "one"),
                          ("mastodon", elephant.account.handle, "the-key", "two"),
                          ("mastodon", elephant.account.handle, None, "three")])
        self.assertEqual(len({x["remote_id"] for x in lines}), 3)

    def test_logins(self):
        box = self.sandbox()
        sky = Bluesky(box.account())
        self.assertEqual(sky.login("wrong"), 401)
        self.assertEqual(sky.login(), 200)
        sky.token = "nonsense"
        self.assertEqual(sky.create("x")[0] // 100, 4)
        elephant = Mastodon(box.account("mastodon"))
        elephant.token = "nonsense"
        self.assertEqual(elephant.create("x")[0], 401)
        self.assertEqual(box.ledger(), [])

    def test_visibility_lag(self):
        box = self.sandbox(visibility_lag=400)
        sky = Bluesky(box.account())
        sky.login()
        key = KEY.format("b")
        self.assertEqual(sky.create("late", key)[0], 200)
        self.assertNotEqual(sky.get(key), 200)
        sky.create("late", key)
        self.assertEqual(len(box.ledger()), 1)
        masthead.wait_for(lambda: sky.get(key) == 200, 5, "the post to show")
        line, = box.ledger()
        self.assertGreater(line["visible_at"], line["at"])

    def test_state_lives_on(self):
        box = self.sandbox()
        sky = Bluesky(box.account())
        sky.login()
        key = KEY.format("c")
        sky.create("before", key)
        self.again(box)
        self.assertEqual(sky.get(key), 200)
        self.assertEqual(sky.call("GET", "/xrpc/com.atproto.server.getSession")[0], 200)
        sky.create("before", key)
        self.assertEqual(len(box.ledger()), 1)


class Faults(desk.Case):
    """Each kind once, on the step that creates; then all is well again."""

    def attempt(self, kind, timeout=5):
        box = self.sandbox(faults=f"bluesky:create={kind}x1,mastodon:publish={kind}x1")
        sky, elephant = Bluesky(box.account(), timeout), Mastodon(box.account("mastodon"), timeout)
        sky.login()
        found = []
        for client, key in ((sky, KEY.format("f")), (elephant, "key")):
            try:
                status, body, headers = client.create("text", key)
                found.append((status, body, headers))
            except (OSError, http.client.HTTPException) as bad:
                found.append((bad, None, None))
        accepted = {x["platform"] for x in box.ledger()}
        for client, key in ((sky, KEY.format("g")), (elephant, "key 2")):
            self.assertEqual(client.create("after", key)[0] // 100, 2)
        self.assertEqual(box.stop(), 0)
        return found, accepted

    def both(self, kind, status, accepted, **how):
        found, there = self.attempt(kind, **how)
        self.assertEqual([f[0] for f in found], [status, status])
        self.assertEqual(there, {"bluesky", "mastodon"} if accepted else set())
        return found

    def test_status(self):
        self.both("status:503", 503, False)

    def test_rate(self):
        for _, _, headers in self.both("429:7", 429, False):
            reset = headers.get("ratelimit-reset") or headers.get("x-ratelimit-reset")
            self.assertTrue(headers.get("Retry-After") == "7" or reset, dict(headers.items()))

    def test_latency(self):
        self.both("latency:50", 200, True)

    def test_error_after(self):
        self.both("error-after:500", 500, True)

    def test_duplicate(self):
        found, there = self.attempt("duplicate")
        self.assertEqual(there, set())
        self.assertTrue(all(f[0] >= 400 for f in found), found)

    def lost(self, kind, accepted, timeout=5):
        found, there = self.attempt(kind, timeout)
        for status, body, _ in found:
            if not isinstance(status, Exception):
                with self.assertRaises(ValueError, msg=f"{status} {body}"):
                    json.loads(body)
        self.assertEqual(there, {"bluesky", "mastodon"} if accepted else set())
        return found

    def test_reset_before(self):
        found = self.lost("reset-before", False)
        self.assertTrue(all(isinstance(f[0], Exception) for f in found), found)

    def test_reset_after(self):
        found = self.lost("reset-after", True)
        self.assertTrue(all(isinstance(f[0], Exception) for f in found), found)

    def test_drop_answer(self):
        found = self.lost("drop-answer", True, timeout=0.3)
        self.assertTrue(all(isinstance(f[0], (socket.timeout, OSError)) for f in found), found)

    def test_truncate(self):
        self.lost("truncate", True)

    def test_garbage(self):
        self.lost("garbage", True)

    def test_slow(self):
        self.both("slow:2000", 200, True)

    def test_expire_and_revoke(self):
        for kind in ("expire", "revoke"):
            found, there = self.attempt_login(kind)
            self.assertEqual(there, [])
            self.assertTrue(all(status // 100 == 4 for status in found), found)

    def attempt_login(self, kind):
        box = self.sandbox(faults=f"*:create={kind}x2")
        sky, elephant = Bluesky(box.account()), Mastodon(box.account("mastodon"))
        sky.login()
        found = [sky.create("a", KEY.format("h"))[0], elephant.create("a", "key")[0],
                 sky.create("a", KEY.format("h"))[0], elephant.create("a", "key")[0]]
        return found, box.ledger()

    def test_counts_go_over_all_accounts_and_order_counts(self):
        box = self.sandbox(faults="bluesky:create=status:503x1,*:*=status:502x1")
        one, two = Bluesky(box.account()), Bluesky(box.account("bluesky", 1))
        self.assertEqual(one.login(), 502)
        self.assertEqual((one.login(), two.login()), (200, 200))
        self.assertEqual(one.create("a", KEY.format("i"))[0], 503)
        self.assertEqual(two.create("a", KEY.format("j"))[0], 200)

    def test_chance(self):
        box = self.sandbox(faults="mastodon:create=status:503@0.5", seed=3)
        client = Mastodon(box.account("mastodon"))
        found = [client.create(f"text {n}", f"key {n}")[0] for n in range(30)]
        self.assertEqual(set(found), {200, 503})
        self.assertEqual(found.count(200), len(box.ledger()))

    def test_rotate(self):
        box = self.sandbox(faults="bluesky:refresh=rotatex1")
        sky = Bluesky(box.account())
        sky.login()
        old = sky.token = sky.refresh
        status, session = sky.json("POST", "/xrpc/com.atproto.server.refreshSession")
        self.assertEqual(status, 200)
        sky.token = session["refreshJwt"]
        self.assertEqual(sky.call("POST", "/xrpc/com.atproto.server.refreshSession")[0], 200)
        sky.token = old
        self.assertNotEqual(sky.call("POST", "/xrpc/com.atproto.server.refreshSession")[0], 200)


class Strangers(desk.Case):
    """What comes over the wire from something that is no client of ours."""

    def test_requests_that_are_none(self):
        box = self.sandbox()
        host, port = box.url.split("//")[1].split(":")
        token = base64.b64encode(os.urandom(30)).decode()
        for raw in (b"\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/1.1\r\n" * 50,
                    b"POST /bluesky/xrpc/com.atproto.repo.createRecord HTTP/1.1\r\nHost: x\r\n"
                    b"Content-Length: 99999999999\r\n\r\n",
                    b"GET /bluesky/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
                    b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n",
                    b"POST /mastodon/api/v1/statuses HTTP/1.1\r\nHost: x\r\nAuthorization: "
                    + token.encode() + b"\r\nContent-Length: 4\r\n\r\n[[[["):
            with socket.create_connection((host, int(port)), timeout=5) as s:
                try:  # it may close on us in the middle
                    s.sendall(raw)
                    s.shutdown(socket.SHUT_WR)
                    s.recv(4096)
                except OSError:
                    pass
        sky = Bluesky(box.account())
        self.assertEqual(sky.login(), 200)
        for body in (b"", b"{", b"[" * 2000, b"\xff", b"null", b'{"repo": 1}'):
            request = urllib.request.Request(
                sky.account.server + "/xrpc/com.atproto.repo.createRecord", data=body,
                headers={"Authorization": "Bearer " + sky.token,
                         "Content-Type": "application/json"})
            with self.assertRaises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(request, timeout=5)
            self.assertEqual(caught.exception.code // 100, 4)
            caught.exception.close()
        self.assertEqual(box.ledger(), [])
