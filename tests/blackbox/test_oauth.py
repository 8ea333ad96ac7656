"""The login through a browser: the address, the callback on loopback, and what must not get in."""
import http.client
import re
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import desk
import suite
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
        self.assertRegex(asked["redirect_uri"], r"^http://127\.0\.0\.1:\d+/[\w-]{22}$")
        with urllib.request.urlopen(address, timeout=10) as page:
            self.assertEqual(page.status, 200)
            self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(process.wait(), 0, process)
        self.assertEqual(self.json("connections")["connections"][0]["status"], "connected")
        self.post("by way of the browser", "--wait")
        self.assertEqual(len(self.box.ledger()), 1)
        self.run_ok("verify", "--all")
        self.run_ok("disconnect", "northwind/mastodon")

    def query(self, address, **changed):
        """The callback with other parameters; None takes one away."""
        to = urllib.parse.urlsplit(address)
        query = {**dict(urllib.parse.parse_qsl(to.query)), **changed}
        return to._replace(query=urllib.parse.urlencode(
            {k: v for k, v in query.items() if v is not None})).geturl()

    def still_waits(self, process, good):
        """Nothing that came before this was taken for the callback, and this one is."""
        self.assertTrue(process.running(), process)
        self.assertEqual(self.ask(good)[0], 200)
        self.assertEqual(process.wait(), 0, process)
        self.assertEqual(self.connection()["status"], "connected")

    def test_what_is_no_callback_of_ours_changes_nothing(self):
        process, address = self.begin()
        good = self.callback(address)
        to = urllib.parse.urlsplit(good)
        state = dict(urllib.parse.parse_qsl(to.query))["state"]

        for what, status in (
                (self.query(good, state="wrong"), 400), (self.query(good, state=None), 400),
                (self.query(good, state=""), 400), (self.query(good, state=state[:-1]), 400),
                (self.query(good, state=state + "x"), 400),
                (self.query(good, state=state.swapcase()), 400),
                (self.query(good, state="wrong", error="access_denied"), 400),
                (self.query(good, state=None, code=None, error="access_denied"), 400),
                (self.query(good, code=None), 400), (self.query(good, code=""), 400),
                (good + "&code=second", 400), (good + "&state=" + state, 400),
                (good + "&code=second&error=access_denied", 400),
                (self.query(good, iss="https://evil.example"), 400),
                (self.query(good, iss="http://127.0.0.1:1"), 400),
                (good + "&iss=x&iss=y", 400),
                (to._replace(path="/").geturl(), 404),
                (to._replace(path=to.path + "/").geturl(), 404),
                (to._replace(path="/callback").geturl(), 404)):
            self.assertEqual(self.ask(what)[0], status, what)
        for method in ("POST", "PUT", "HEAD", "DELETE", "TRACE"):
            self.assertIn(self.ask(good, method)[0], (400, 404, 405), method)
        self.still_waits(process, good)

    def test_other_names_for_this_machine(self):
        """A page whose name leads to 127.0.0.1 (DNS rebinding) has that name in Host."""
        process, address = self.begin()
        good = self.callback(address)
        port = urllib.parse.urlsplit(good).port
        for host in ("evil.example", f"evil.example:{port}", f"localhost:{port}", "127.0.0.1",
                     f"127.0.0.1:{port}.evil.example", f"127.0.0.2:{port}", f"[::1]:{port}",
                     f"x@127.0.0.1:{port}", ""):
            self.assertIn(self.ask(good, Host=host)[0], (400, 403, 404, 421), host)
        to = urllib.parse.urlsplit(good)
        with socket.create_connection((to.hostname, to.port), 10) as line:
            line.sendall(f"GET {to.path}?{to.query} HTTP/1.0\r\n\r\n".encode())
            self.assertRegex(line.recv(4096), rb"^HTTP/1\.[01] 4")
        self.still_waits(process, good)

    def test_requests_of_other_pages(self):
        """Scripts, pictures and forms of another origin; and none may read what is answered."""
        process, address = self.begin()
        good = self.callback(address)
        for method, headers in (
                ("GET", {"Origin": "https://evil.example"}),
                ("GET", {"Origin": "http://127.0.0.1:1"}),
                ("GET", {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "cross-site"}),
                ("GET", {"Sec-Fetch-Mode": "cors", "Origin": "https://evil.example"}),
                ("OPTIONS", {"Origin": "https://evil.example",
                             "Access-Control-Request-Method": "GET",
                             "Access-Control-Request-Private-Network": "true"}),
                ("POST", {"Origin": "https://evil.example", "Content-Length": "0"})):
            status, answered = self.ask(good, method, **headers)
            self.assertIn(status, (400, 403, 404, 405), (method, headers))
            self.assertEqual([n for n in answered if n.lower().startswith("access-control")], [])
        # What a browser sends that is led back here.
        self.assertTrue(process.running(), process)
        status, answered = self.ask(good, **{"Sec-Fetch-Mode": "navigate",
                                             "Sec-Fetch-Site": "cross-site"})
        self.assertEqual(status, 200)
        self.assertEqual(answered["Referrer-Policy"], "no-referrer")
        self.assertEqual(answered["Cache-Control"], "no-store")
        self.assertEqual(process.wait(), 0, process)

    def test_more_than_a_request_may_have(self):
        process, address = self.begin()
        good = self.callback(address)
        to = urllib.parse.urlsplit(good)
        much = b"a" * 65536
        start = f"GET {to.path}?{to.query}".encode()
        host = f"Host: {to.netloc}\r\n".encode()
        for what in (b"GET /" + much + b" HTTP/1.1\r\n" + host + b"\r\n",
                     start + b"&x=" + much + b" HTTP/1.1\r\n" + host + b"\r\n",
                     start + b" HTTP/1.1\r\n" + host + b"X: " + much + b"\r\n\r\n",
                     start + b" HTTP/1.1\r\n" + host + b"X: y\r\n" * 16384 + b"\r\n",
                     much * 2,
                     b"POST" + start[3:] + b" HTTP/1.1\r\n" + host + b"Content-Length: 65536\r\n\r\n"
                     + much):
            with socket.create_connection((to.hostname, to.port), 10) as line:
                # The answer may be a refusal or a closed connection.
                try:
                    line.sendall(what)
                    self.assertNotIn(b" 200 ", line.recv(4096)[:20], what[:80])
                except ConnectionError:
                    pass
        self.still_waits(process, good)

    def test_slow_clients_hold_up_nobody(self):
        process, address = self.begin()
        good = self.callback(address)
        to = urllib.parse.urlsplit(good)
        lines = []
        for number in range(100):
            line = socket.create_connection((to.hostname, to.port), 10)
            self.addCleanup(line.close)
            # Some say nothing, some begin, some stop within the head.
            line.sendall((b"", b"G", b"GET /x HTTP/1.1\r\nHost: ")[number % 3])
            lines.append(line)
        for _ in range(5):
            for line in lines[1::3]:
                line.sendall(b"E")
        before = time.monotonic()
        self.still_waits(process, good)
        self.assertLess(time.monotonic() - before, 4 * suite.patience())

    def test_a_silent_client_is_sent_away(self):
        process, address = self.begin()
        to = urllib.parse.urlsplit(self.callback(address))
        with socket.create_connection((to.hostname, to.port), 30 * suite.patience()) as line:
            line.sendall(b"GET / HTTP/1.1\r\n")
            self.assertEqual(line.recv(4096)[:20].count(b" 200 "), 0)
        self.assertTrue(process.running(), process)

    def test_only_the_first_of_many_counts(self):
        process, address = self.begin()
        good = self.callback(address)
        answers = []

        def go():
            try:
                answers.append(self.ask(good)[0])
            except (OSError, http.client.HTTPException):
                answers.append(None)

        crowd = [threading.Thread(target=go) for _ in range(20)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        self.assertEqual(answers.count(200), 1, answers)
        self.assertLessEqual(set(answers), {200, 400, None})
        self.assertEqual(process.wait(), 0, process)
        # The door is shut.
        with self.assertRaises(OSError):
            self.ask(good)

    def test_listens_on_loopback_alone(self):
        process, address = self.begin()
        to = urllib.parse.urlsplit(self.callback(address))
        found = set()
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            with open(table, encoding="ascii") as f:
                for line in f.readlines()[1:]:
                    place, state = line.split()[1], line.split()[3]
                    if place.endswith(f":{to.port:04X}") and state == "0A":
                        found.add(place.split(":")[0])
        self.assertEqual(found, {"0100007F"})
        self.assertTrue(process.running(), process)

    def test_refusal_ends_the_login(self):
        process, address = self.begin()
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        refused = asked["redirect_uri"] + "?" + urllib.parse.urlencode(
            {"error": "access_denied", "state": asked["state"]})
        self.ask(refused)
        self.assertEqual(process.wait(), 5, process)
        self.assertIn("E_LOGIN_FAILED", process.err)
