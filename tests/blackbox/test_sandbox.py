"""The sandbox as a process: its one line, its end, its ledger and state when it is killed."""
import http.client
import json
import os
import signal
import sys
import threading
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import masthead  # noqa: E402
import suite  # noqa: E402

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"


def record_key(number):
    """A valid record key, a different one for each number."""
    key = ""
    for _ in range(6):
        key = ALPHABET[number % 32] + key
        number //= 32
    return "3lbgnsd" + key


class Client:
    """Just enough of the API; a new connection for each call."""

    def __init__(self, box, number=0):
        self.account = box.account("bluesky", number)
        server = urllib.parse.urlsplit(self.account.server)
        self.host, self.port, self.prefix = server.hostname, server.port, server.path
        self.token = None

    def call(self, method, body=None, verb="POST"):
        """Status and answer; (0, None) when no whole answer came."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        connection = http.client.HTTPConnection(self.host, self.port,
                                                timeout=10 * suite.patience())
        try:
            connection.request(verb, f"{self.prefix}/xrpc/{method}",
                               json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            connection.close()

    def login(self):
        status, answer = self.call("com.atproto.server.createSession", {
            "identifier": self.account.handle, "password": self.account.secret})
        self.token = answer["accessJwt"]
        return status

    def create(self, number, text="x"):
        return self.call("com.atproto.repo.createRecord", {
            "repo": self.account.handle, "collection": "app.bsky.feed.post",
            "rkey": record_key(number),
            "record": {"$type": "app.bsky.feed.post", "text": text,
                       "createdAt": "2026-11-24T05:30:00.000Z"}})[0]

    def exists(self, number):
        query = urllib.parse.urlencode({"repo": self.account.handle,
                                        "collection": "app.bsky.feed.post",
                                        "rkey": record_key(number)})
        return self.call("com.atproto.repo.getRecord?" + query, verb="GET")[0] == 200


class Process(masthead.Case):
    def test_it_says_one_line_and_ends_when_asked(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            box = self.sandbox()
            self.assertEqual(box.out.count("\n"), 1)
            self.assertEqual(set(box.info) & {"listening", "ledger", "platforms"},
                             {"listening", "ledger", "platforms"})
            for platform in box.info["platforms"].values():
                self.assertGreaterEqual(len(platform["accounts"]), 2)
                self.assertTrue(platform["server"].startswith(box.info["listening"]))
            box.signal(number)
            self.assertEqual(box.wait(), 0)
            self.assertEqual(box.out.count("\n"), 1)

    def test_it_ends_while_a_client_waits_in_silence(self):
        box = self.sandbox(faults="bluesky:create=drop-answer")
        client = Client(box)
        client.login()
        waiting = threading.Thread(target=client.create, args=(1,))
        waiting.start()
        masthead.wait_for(lambda: len(box.ledger()) == 1)
        self.assertEqual(box.stop(10), 0)
        waiting.join(10 * suite.patience())
        self.assertFalse(waiting.is_alive())

    def test_without_ledger_it_makes_one(self):
        process = self.start("sandbox", "--json")
        info = json.loads(process.line())
        self.assertTrue(info["ledger"].startswith(self.home.env["TMPDIR"]))
        self.assertEqual(os.stat(info["ledger"]).st_mode & 0o777, 0o600)

    def test_bad_options_are_usage(self):
        for options in (["--faults", "nonsense"], ["--accounts", "1"], ["--listen", "nowhere"]):
            with self.subTest(options=options):
                result = self.run_masthead("--json", "sandbox", *options)
                self.assertIn(result.status, (2, 4), result)
                self.assertTrue(result.error["message"])
        self.refused("E_INVALID", 4, "sandbox", "--listen", "0.0.0.0:0")

    def test_same_seed_same_accounts(self):
        first, second = self.sandbox(seed=5), self.sandbox(seed=5)
        other = self.sandbox(seed=6)
        secrets = [box.account("bluesky").secret for box in (first, second, other)]
        self.assertEqual(secrets[0], secrets[1])
        self.assertNotEqual(secrets[0], secrets[2])


class Killed(masthead.Case):
    def test_an_answered_post_is_in_the_ledger(self):
        for number in range(5):
            box = self.sandbox(ledger=self.home.join("ledger"))
            client = Client(box)
            client.login()
            self.assertEqual(client.create(number), 200)
            box.kill()
            self.assertEqual(len(box.ledger()), number + 1)

    def test_state_and_ledger_agree_after_each_kill(self):
        """Posts from several clients, killed in the midst of it, again and again."""
        options = {"ledger": self.home.join("ledger"), "state": self.home.join("sandbox.state")}
        answered, sent = set(), 0
        token = None
        for _ in range(4):
            box = self.sandbox(**options)
            first = Client(box)
            if token:
                first.token = token  # tokens live on
            else:
                first.login()
                token = first.token
            numbers = iter(range(sent, sent + 400))
            lock = threading.Lock()

            def post(box=box, numbers=numbers, lock=lock):
                client = Client(box)
                client.token = token
                while True:
                    with lock:
                        number = next(numbers, None)
                    if number is None:
                        return
                    status = client.create(number)
                    if status != 200:
                        return
                    answered.add(number)

            before = len(answered)
            threads = [threading.Thread(target=post) for _ in range(4)]
            for thread in threads:
                thread.start()
            masthead.wait_for(lambda n=before: len(answered) >= n + 25)
            box.kill()
            for thread in threads:
                thread.join()
            sent += 400
        box = self.sandbox(**options)
        client = Client(box)
        client.token = token
        keys = [line["key"] for line in box.ledger()]
        self.assertEqual(len(keys), len(set(keys)))
        self.assertLessEqual({record_key(n) for n in answered}, set(keys))
        for number in sorted(answered)[::20]:
            self.assertTrue(client.exists(number))
            self.assertEqual(client.create(number), 500)
        # What the ledger has, the server has: nothing is accepted twice.
        self.assertEqual(client.create(sent), 200)
        self.assertEqual(len(box.ledger()), len(keys) + 1)

    def test_a_torn_line_is_mended(self):
        ledger = self.home.write("ledger", '{"remote_id":"at://whole"}\n{"remote_id":"at://to')
        box = self.sandbox(ledger=ledger)
        client = Client(box)
        client.login()
        self.assertEqual(client.create(1), 200)
        self.assertEqual(len(box.ledger()), 2)
        self.assertEqual(box.ledger()[0]["remote_id"], "at://whole")


if __name__ == "__main__":
    unittest.main()
