"""pds - the Bluesky personal data server, and what tests ask it behind Masthead's back.

Two processes on 127.0.0.1: the directory of DIDs, and the server itself with
its data in a folder. The server can be killed and started again on the same
port, and then has all that it had said to have.
"""
import http.client
import json
import os
import shutil
import tempfile
import urllib.parse

import masthead
import node
import npm

POSTS = "app.bsky.feed.post"
ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"


def tid_us(key):
    """The microseconds since 1970 that a record key tells."""
    value = 0
    for sign in key:
        value = value << 5 | ALPHABET.index(sign)
    return value >> 10


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __str__(self):
        return f"HTTP {self.status}: {self.body[:1000]}"


class Account(masthead.Account):
    """An account with an app password; `session` is one of the main password."""

    def __init__(self, server, handle, secret, session):
        super().__init__("bluesky", server.url, handle, secret)
        self.pds, self.session, self.did = server, session, session["did"]

    def records(self):
        """All posts of the account as the server lists them, newest first."""
        answer = self.pds.get("com.atproto.repo.listRecords", repo=self.did, collection=POSTS,
                              limit=100)
        assert answer.status == 200, answer
        return answer.json["records"]

    def record(self, key):
        """One post; None when there is none."""
        answer = self.pds.get("com.atproto.repo.getRecord", repo=self.did, collection=POSTS,
                              rkey=key)
        if answer.status == 400 and answer.json["error"] == "RecordNotFound":
            return None
        assert answer.status == 200, answer
        return answer.json

    def call(self, method, name, body=None):
        """A call with the account's main password behind it."""
        return self.pds.request(method, name, body, self.session["accessJwt"])


class Server:
    """Keyword arguments are added to the server's environment."""

    def __init__(self, **env):
        self.folder = npm.install("bluesky", compiles=("better-sqlite3",))
        self.home = tempfile.mkdtemp(prefix="masthead-pds-")
        self.data = os.path.join(self.home, "data")
        os.mkdir(self.data)
        self.env, self.plc, self.pds = env, None, None
        try:
            plc_port = node.free_port()
            self.plc = node.Node(self.folder, self.home, "plc.mjs", plc_port)
            self.port, self.plc_port = node.free_port(), plc_port
            self.start()
        except BaseException:
            self.remove()
            raise

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        self.pds = node.Node(self.folder, self.home, "pds.mjs", self.port, self.plc_port,
                             self.data, env=self.env)

    def kill(self):
        """SIGKILL: nothing is finished, nothing is said."""
        self.pds.kill()

    def remove(self):
        for process in (self.pds, self.plc):
            if process is not None:
                process.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def request(self, method, name, body=None, token=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Connection": "close"}
        if token is not None:
            headers["Authorization"] = "Bearer " + token
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body).encode()
        try:
            connection.request(method, "/xrpc/" + name, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, name, **query):
        return self.request("GET", name + "?" + urllib.parse.urlencode(query))

    def account(self, handle):
        """A new account with an app password."""
        made = self.request("POST", "com.atproto.server.createAccount", {
            "email": f"{handle}@mail.test", "handle": handle, "password": "main " + handle})
        assert made.status == 200, made
        session = made.json
        word = self.request("POST", "com.atproto.server.createAppPassword", {"name": "masthead"},
                            session["accessJwt"])
        assert word.status == 200, word
        return Account(self, handle, word.json["password"], session)

    def blob(self, did, cid):
        return self.get("com.atproto.sync.getBlob", did=did, cid=cid)


class Case(masthead.Case):
    """A test with a fresh account of the server that the file's setUpModule() started."""
    server = None
    made = 0

    def account(self, name="user"):
        """A new account; the handle is the name and a number."""
        Case.made += 1
        return self.server.account(f"{name}{Case.made}.test")

    def log_in(self, account, *options, server=None, **how):
        """Connects it to the brand northwind; returns the connection."""
        return self.json("connect", "northwind", "bluesky", "--server", server or account.server,
                         "--handle", account.handle, *options, secret=account.secret, **how)

    def brand_with(self, account, *options, server=None):
        self.run_ok("brand", "add", "northwind")
        return self.log_in(account, *options, server=server)

    def publish(self, *args, status=0, **how):
        """publish --wait for northwind; returns the one job as `job show` has it."""
        result = self.run_status(status, "--json", "publish", "-b", "northwind", "--wait", *args,
                                 **how)
        jobs = result.json["jobs"]
        self.assertEqual(len(jobs), 1, result)
        return self.job(jobs[0]["id"])

    def job(self, number):
        return self.json("job", "show", number)

    def assert_one_post(self, account, job, text):
        """The job is published, and the account has this post and no other."""
        self.assertEqual(job["status"], "published", job)
        records = account.records()
        self.assertEqual([r["value"]["text"] for r in records], [text])
        self.assertEqual(job["remote_id"], records[0]["uri"])
        self.assertEqual(job["remote_id"].rsplit("/", 1)[1], job["attempts_list"][-1]["key"])
        self.assertTrue(self.json("log", "verify")["ok"])
