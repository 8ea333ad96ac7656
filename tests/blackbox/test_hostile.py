"""A server that means ill: what it answers must not hang, crash, fill or fool the program."""
import http.server
import json
import resource
import subprocess
import threading

import desk
import masthead
import shapes

THREADED = True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Clients that turn away are what this is about."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Silent."""

    def send(self, body, status=200, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def login(self):
        """What an honest Mastodon says of its account."""
        if self.path.endswith("/verify_credentials"):
            return {"id": "1", "username": "mallory", "acct": "mallory", "url": "http://x/@mallory"}
        if "/instance" in self.path:
            return {"uri": "x", "version": "4.3.0", "configuration": {}}
        return None

    def do_GET(self):
        document = self.login()
        self.server.seen.append(self.path)
        if document and not self.server.from_the_start:
            self.send(json.dumps(document).encode())
        else:
            self.server.answer(self)

    def do_POST(self):
        self.server.seen.append(self.path)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.answer(self)


def endless(h):
    h.send_response(200)
    h.send_header("Content-Type", "application/json")
    h.send_header("Transfer-Encoding", "chunked")
    h.end_headers()
    chunk = b"10000\r\n" + b"0" * 0x10000 + b"\r\n"
    for _ in range(4096):
        h.wfile.write(chunk)


def trickle(h):
    h.send_response(200)
    h.send_header("Content-Length", "1000000")
    h.end_headers()
    for _ in range(100):
        h.wfile.write(b" ")
        if h.server.stop.wait(0.1):
            return


def answer_of(body, status=200, *headers):
    return lambda h: h.send(body, status, headers)


EVIL = {
    "empty": answer_of(b""),
    "html": answer_of(b"<html>it works</html>"),
    "truncated JSON": answer_of(b'{"id": "1'),
    "deep": answer_of(b"[" * 100000),
    "long number": answer_of(b'{"id": 1234567890123456789012345678901234567890, "url": 1e999}'),
    "wrong types": answer_of(b'{"id": {"a": []}, "url": [], "created_at": 7}'),
    "no UTF-8": answer_of(b'{"id": "\xff\xfe", "url": "\xed\xa0\x80"}'),
    "NUL": answer_of(b'{"id": "1\\u0000", "url": "http://x/\\u0000"}'),
    "escape": answer_of(b'{"error": "\\u001b[2J\\u001b]52;c;aGk=\\u0007\\u202eevil"}', 422),
    "to a file": answer_of(b"", 302, ("Location", "file:///etc/passwd")),
    "elsewhere": answer_of(b"", 302, ("Location", "http://169.254.169.254/latest/")),
    "no such status": answer_of(b"{}", 999),
    "endless": endless,
    "trickle": trickle,
}
RATES = ("-1", "99999999999", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "1e9", "")


class Hostile(desk.Case):
    limit_s = 90

    def server(self, answer, from_the_start=False):
        server = Server(("127.0.0.1", 0), Handler)
        server.answer, server.from_the_start = answer, from_the_start
        server.seen, server.stop = [], threading.Event()
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()

        def close():
            server.stop.set()
            server.shutdown()
            thread.join()
            server.server_close()

        self.addCleanup(close)
        server.url = f"http://127.0.0.1:{server.server_port}"
        return server

    def connect_to(self, server):
        return self.run_masthead("--json", "-o", "http.timeout=1", "connect", "northwind",
                                 "mastodon", "--server", server.url, "--handle", "mallory",
                                 token="the-canary-token", timeout=20)

    def test_at_the_login(self):
        self.run_ok("brand", "add", "northwind")
        for name, answer in EVIL.items():
            with self.subTest(answer=name):
                said = self.connect_to(self.server(answer, from_the_start=True))
                self.assertIn(said.status, (4, 5, 6), said)
                shapes.check(self, said.error, shapes.ERROR)
                for bad in ("\x1b", "\u202e", "the-canary-token"):
                    self.assertNotIn(bad, said.err)
        self.assertEqual(self.json("connections")["total"], 0)

    def test_at_the_post(self):
        self.run_ok("brand", "add", "northwind")
        servers = {name: self.server(answer) for name, answer in EVIL.items()}
        for name, server in servers.items():
            with self.subTest(answer=name):
                said = self.connect_to(server)
                self.assertEqual(said.status, 0, said)
                number = said.json["id"]
                self.run_masthead("--json", "-o", "http.timeout=0.5", "-o", "retry.max=1", "publish",
                                  "-C", number, "--wait", "--timeout", "4", f"post for {name}",
                                  timeout=20)
                job = self.jobs("--limit", "1")[0]
                self.assertIn(job["status"], ("failed", "unknown", "pending", "processing"), job)
                shown = self.run_ok("job", "show", job["id"]).out
                self.assertNotIn("\x1b", shown)
                self.assertNotIn("\u202e", shown)
                self.run_masthead("pause", "-C", number)
        self.sound()

    def test_rate_limits_that_are_none(self):
        self.run_ok("brand", "add", "northwind")
        for value in RATES:
            with self.subTest(value=value):
                server = self.server(answer_of(b"{}", 429, ("Retry-After", value)))
                number = self.connect_to(server).json["id"]
                self.run_masthead("-o", "retry.cap=0.5", "publish", "-C", number, "--wait",
                                  "--timeout", "0.4", f"post {value}", timeout=20)
                job = self.jobs("--limit", "1")[0]
                self.assertEqual(job["status"], "pending", job)
                self.assertIsNotNone(job["next_attempt_at"])
                self.assertLess(job["next_attempt_at"][:4], "2200")
                self.assertLess(len([p for p in server.seen if p.endswith("/statuses")]), 20)
                self.run_ok("pause", "-C", number)


class Small(desk.Case):
    """Little room: few descriptors, no locked memory, long arguments."""

    def limited(self, *args, what, value):
        done = subprocess.run([masthead.PROGRAM, *args], env=self.home.env, cwd=self.home.path,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60,
                              preexec_fn=lambda: resource.setrlimit(what, (value, value)))
        self.assertGreaterEqual(done.returncode, 0, done)
        return done

    def test_few_descriptors(self):
        self.run_ok("brand", "add", "northwind")
        for value in (4, 6, 8, 10, 12, 16):
            done = self.limited("brand", "list", what=resource.RLIMIT_NOFILE, value=value)
            self.assertIn(done.returncode, (0, 7), done)
            if done.returncode:
                self.assertIn(b"masthead: E_", done.stderr)

    def test_no_locked_memory(self):
        self.desk()
        done = self.limited("publish", "-b", "northwind", "--wait", "text",
                            what=resource.RLIMIT_MEMLOCK, value=0)
        self.assertEqual(done.returncode, 0, done)

    def test_long_arguments(self):
        self.desk()
        long = "x" * 100_000
        for args in (["publish", "-b", "northwind", long], ["brand", "add", long],
                     ["jobs", "--search", long], [long], ["jobs", "-b", long],
                     ["-o", long, "jobs"], ["jobs", "--after", long], ["--" + long],
                     ["--operator", long, "jobs"], ["-w", "/" + long, "jobs"]):
            said = self.run_masthead("--json", *args)
            self.assertIn(said.status, (0, 2, 3, 4, 7), said)
            self.assertLess(len(said.err), 10_000)
        self.assertEqual(self.json("jobs")["total"], 0)
