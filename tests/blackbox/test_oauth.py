"""The login through a browser: the address, the callback on loopback, and what must not get in."""
import http.client
import re
import socket
import urllib.error
import urllib.parse
import urllib.request

import desk
from masthead import wait_for

THREADED = True


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


class Login(desk.Case):
    def begin(self):
        """A connect that waits for its callback; returns the process and the address to consent at."""
        self.box = self.sandbox()
        self.run_ok("brand", "add", "northwind")
        process = self.start("--json", "connect", "northwind", "mastodon", "--no-browser",
                             "--server", self.box.account("mastodon").server, "--timeout", "30")
        address = wait_for(lambda: re.search(r"http\S+authorize\S+", process.err), 10,
                           lambda: f"the address in {process}")[0]
        self.assertEqual(process.out, "")
        return process, address

    def callback(self, address):
        """Consents, and returns the callback's address without following it."""
        opener = urllib.request.build_opener(NoRedirect)
        try:
            opener.open(address, timeout=10)
        except urllib.error.HTTPError as answer:
            return answer.headers["Location"]
        raise AssertionError("no redirect from " + address)

    def ask(self, address, method="GET", **headers):
        to = urllib.parse.urlsplit(address)
        line = http.client.HTTPConnection(to.hostname, to.port, timeout=10)
        line.putrequest(method, to.path + "?" + to.query, skip_host="Host" in headers)
        for name, value in headers.items():
            line.putheader(name, value)
        line.endheaders()
        try:
            answer = line.getresponse()
            return answer.status, answer.headers
        finally:
            line.close()

    def test_code_becomes_a_working_account(self):
        process, address = self.begin()
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        self.assertEqual(asked["code_challenge_method"], "S256")
        self.assertRegex(asked["redirect_uri"], r"^http://127\.0\.0\.1:\d+/\w+")
        with urllib.request.urlopen(address, timeout=10) as page:
            self.assertEqual(page.status, 200)
            self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(process.wait(), 0, process)
        self.assertEqual(self.json("connections")["connections"][0]["status"], "connected")
        self.post("by way of the browser", "--wait")
        self.assertEqual(len(self.box.ledger()), 1)
        self.run_ok("verify", "--all")
        self.run_ok("disconnect", "northwind/mastodon")

    def test_what_is_no_callback_of_ours_changes_nothing(self):
        process, address = self.begin()
        good = self.callback(address)
        to = urllib.parse.urlsplit(good)
        query = dict(urllib.parse.parse_qsl(to.query))

        def with_query(**changed):
            return to._replace(query=urllib.parse.urlencode({**query, **changed})).geturl()

        for what, status in ((with_query(state="wrong"), 400),
                             (with_query(state="wrong", error="access_denied"), 400),
                             (good + "&code=second", 400),
                             (to._replace(path="/").geturl(), 404)):
            self.assertEqual(self.ask(what)[0], status, what)
        self.assertIn(self.ask(good, "POST")[0], (400, 404, 405))
        self.assertIn(self.ask(good, Host="evil.example")[0], (400, 403, 404, 421))
        with socket.create_connection((to.hostname, to.port), 10) as line:
            # a line of 64 KiB; the answer may be a refusal or a closed connection
            try:
                line.sendall(b"GET /" + b"a" * 65536 + b" HTTP/1.1\r\n\r\n")
                self.assertNotIn(b" 200 ", line.recv(4096)[:20])
            except ConnectionError:
                pass
        # a client that says nothing holds up nobody
        silent = socket.create_connection((to.hostname, to.port), 10)
        self.addCleanup(silent.close)
        self.assertTrue(process.running(), process)
        self.assertEqual(self.ask(good)[0], 200)
        self.assertEqual(process.wait(), 0, process)

    def test_refusal_ends_the_login(self):
        process, address = self.begin()
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        refused = asked["redirect_uri"] + "?" + urllib.parse.urlencode(
            {"error": "access_denied", "state": asked["state"]})
        self.ask(refused)
        self.assertEqual(process.wait(), 5, process)
        self.assertIn("E_LOGIN_FAILED", process.err)
