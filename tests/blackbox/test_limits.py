"""What an enemy, or a bad day, hands the program: files that are none, limits, a server's words."""
import http.server
import os
import pty
import resource
import signal
import stat
import subprocess
import threading

import desk
import masthead
from masthead import wait_for

CONTROLS = "\x1b]52;c;aGk=\x07\x1b[6n\u009b31m\u202e"


class Answer(http.server.BaseHTTPRequestHandler):
    """Says the server's `body` with its `status`, whatever was asked."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.server.status)
        for name, value in self.server.fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)
        self.server.asked.append(self.path)

    do_GET = do_POST

    def log_message(self, *_):
        pass


class Limits(desk.Case):
    def limited(self, *args, stdin=subprocess.DEVNULL, prepare=None, timeout=30):
        return subprocess.run([masthead.PROGRAM, *args], env=self.home.env, cwd=self.home.path,
                              stdin=stdin, capture_output=True, check=False, timeout=timeout,
                              preexec_fn=prepare)

    def server(self, body, status=200, fields=()):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        server.body, server.status, server.fields, server.asked = body, status, fields, []
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        server.url = f"http://127.0.0.1:{server.server_port}"
        return server

    def login(self, server, status):
        return self.run_status(status, "connect", "northwind", "bluesky", "--server", server.url,
                               "--handle", "a.test", secret="no")

    def test_log_file_that_nobody_reads(self):
        path = self.home.join("tmp", "fifo")
        os.mkfifo(path)
        self.refused("E_IO", 7, "--log-file", path, "status", timeout=10)

    def test_endless_standard_input(self):
        self.json("brand", "add", "northwind")
        with open("/dev/zero", "rb") as endless:
            said = self.limited("publish", "-b", "northwind", "--file", "-", stdin=endless)
        self.assertEqual(said.returncode, 4, said)
        self.assertIn(b"E_TOO_LONG", said.stderr)

    def test_limit_on_the_size_of_files(self):
        self.run_ok("brand", "add", "northwind")
        said = self.limited("brand", "add", "other", prepare=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (4096, 4096)))
        self.assertEqual(said.returncode, 7, said)
        self.assertRegex(said.stderr.decode(), "^masthead: E_(IO|DISK_FULL): ")
        self.run_ok("log", "verify")
        self.run_ok("check")

    def test_open_umask(self):
        self.limited("brand", "add", "northwind", prepare=lambda: os.umask(0))
        seen = 0
        for top in (self.home.workspace, os.path.join(self.home.env["XDG_CONFIG_HOME"], "masthead")):
            for folder, folders, files in os.walk(top):
                for name in folders + files:
                    path = os.path.join(folder, name)
                    mode = stat.S_IMODE(os.lstat(path).st_mode)
                    self.assertEqual(mode & 0o077, 0, f"{path} has {mode:o}")
                    seen += 1
        self.assertGreater(seen, 4)

    def test_server_that_speaks_in_our_name(self):
        self.run_ok("brand", "add", "northwind")
        text = f"no\\nmasthead: all is well{CONTROLS}".replace("\x1b", "\\u001b").replace(
            "\x07", "\\u0007")
        said = self.login(self.server(
            f'{{"error":"Bad","message":"{text}"}}'.encode(), 400), 6)
        self.assertEqual(said.err.count("\n"), 1, said)
        self.assertIn("all is well", said.err)
        for result in (said, self.run_ok("log"), self.run_ok("--json", "log")):
            shown = result.out + result.err
            for c in "\x1b\x07\u009b\u202e":
                self.assertNotIn(c, shown)
        self.assertEqual(self.run_ok("log").out.count("connection.connect"), 1)

    def test_server_that_sends_us_elsewhere(self):
        self.run_ok("brand", "add", "northwind")
        victim = self.server(b"{}")
        for place in (victim.url, "http://169.254.169.254/", "file:///etc/passwd"):
            said = self.login(self.server(b"", 302, [("Location", place)]), 6)
            self.assertIn("302", said.err)
        self.assertEqual(victim.asked, [])

    def test_terminal_that_hangs_up(self):
        """Also where hang-up is ignored (nohup): no terminal is the end, not a busy loop."""
        self.json("brand", "add", "northwind")
        for ignored in (False, True):
            with self.subTest(ignored=ignored):
                pid, fd = pty.fork()
                if pid == 0:
                    signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
                    os.chdir(self.home.path)
                    os.execve(masthead.PROGRAM, [masthead.PROGRAM],
                              {**self.home.env, "TERM": "xterm"})
                seen = b""
                while b"Jobs" not in seen:
                    seen += os.read(fd, 65536)
                os.close(fd)
                try:
                    done = wait_for(lambda: os.waitpid(pid, os.WNOHANG)[0] and True, 15,
                                    "the console to end with its terminal")
                except AssertionError:
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
                    raise
                self.assertTrue(done)
