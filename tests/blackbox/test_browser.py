"""connect through a browser: the address is printed or opened, and whoever follows it logs an account in.
The sandbox consents by itself."""
import os
import socket
import urllib.error
import urllib.request

import desk
import masthead
import pixels
import shapes

THREADED = True


class Browsing(desk.Case):
    def setUp(self):
        super().setUp()
        box = self.sandbox()
        self.run_ok("brand", "add", "northwind")
        self.account = box.account("x")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.callback = f"http://127.0.0.1:{port}/callback"
        self.args = ["connect", "northwind", "x", "--server", self.account.server, "--client-id",
                     "the-client", "--redirect-uri", self.callback]

    def address(self, process):
        def find():
            lines = (process.out + process.err).splitlines()
            return next((line for line in lines if line.startswith("http")), None)

        return masthead.wait_for(find, 10, lambda: f"an address: {process}")

    def follow(self, url):
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.read()


class Browser(Browsing):
    def test_by_hand(self):
        process = self.start(*self.args, "--no-browser", "--timeout", "20")
        url = self.address(process)
        self.assertIn("code_challenge", url)
        self.follow(url)
        self.assertEqual(process.wait(), 0, process)
        self.assertEqual(self.connection()["status"], "connected")
        self.run_ok("verify", "1")

    def test_json_keeps_standard_output_for_the_result(self):
        process = self.start("--json", *self.args, "--no-browser", "--timeout", "20")
        self.follow(self.address(process))
        self.assertEqual(process.wait(), 0, process)
        made = masthead.Result([], 0, process.out, "").json
        self.assertEqual(shapes.check_connection(self, made)["status"], "connected")

    def test_a_browser_is_opened(self):
        browser = self.home.write("bin/xdg-open", '#!/bin/sh\nprintf %s "$1" > "$HOME/asked.new"\n'
                                                  'mv "$HOME/asked.new" "$HOME/asked"\n', 0o700)
        process = self.start(*self.args, "--timeout", "20",
                             env={"PATH": os.path.dirname(browser) + ":" + self.home.env["PATH"],
                                  "DISPLAY": ":0"})
        asked = self.home.join("asked")
        masthead.wait_for(lambda: os.path.exists(asked), 10, lambda: f"a browser: {process}")
        with open(asked, encoding="utf-8") as f:
            url = f.read()
        self.assertEqual(url, self.address(process))
        self.follow(url)
        self.assertEqual(process.wait(), 0, process)

    def test_strangers_are_waited_past(self):
        """A wrong state, an error and junk: answered with 400, and the right one still counts."""
        process = self.start(*self.args, "--no-browser", "--timeout", "20")
        url = self.address(process)
        for query in ("", "?code=x", "?code=x&state=wrong", "?error=denied&state=wrong",
                      "?code=x&state=" + "a" * 60000):
            try:
                self.follow(self.callback + query)
                self.fail("a stranger was taken for the callback")
            except (urllib.error.HTTPError, OSError) as bad:
                if isinstance(bad, urllib.error.HTTPError):
                    self.assertEqual(bad.code // 100, 4)
                    bad.close()
        self.assertTrue(process.running())
        self.follow(url)
        self.assertEqual(process.wait(), 0, process)

    def test_nobody_comes_back(self):
        said = self.run_status(6, "--json", *self.args, "--no-browser", "--timeout", "0.2")
        self.assertIn("E_TIMEOUT", said.err)
        self.assertEqual(self.json("connections")["total"], 0)

    def test_pasted_of_another_login(self):
        said = self.run_masthead(*self.args, "--no-browser", "--paste", "--timeout", "5",
                                 stdin="http://127.0.0.1/callback?code=abc&state=wrong\n")
        self.assertIn(said.status, (4, 5, 6), said)
        self.assertEqual(self.json("connections")["total"], 0)

    def test_pasted(self):
        """The browser ends at an address that nobody serves; a person pastes it."""
        reading, writing = os.pipe()
        self.addCleanup(os.close, writing)
        args = [a.replace(self.callback, "https://northwind.example/callback") for a in self.args]
        process = masthead.Background(self.home, [*args, "--no-browser", "--paste", "--timeout",
                                                  "20"], stdin=reading)
        self.addCleanup(process.kill)
        os.close(reading)

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None

        try:
            urllib.request.build_opener(Stay).open(self.address(process), timeout=10).close()
            self.fail("the sandbox did not send us back")
        except urllib.error.HTTPError as answer:
            place = answer.headers["Location"]
            answer.close()
        os.write(writing, place.encode() + b"\n")
        self.assertEqual(process.wait(), 0, process)
        self.assertEqual(self.connection()["status"], "connected")

    def test_interrupted(self):
        process = self.start(*self.args, "--no-browser", "--timeout", "20")
        self.address(process)
        self.assertEqual(process.stop(), 8, process)
        self.assertEqual(self.json("connections")["total"], 0)


class QrCode(Browsing):
    def needs(self, built):
        if pixels.built_with("WITH_QRENCODE") != built:
            self.skipTest("built without libqrencode" if built else "built with libqrencode")

    def rows(self, *options):
        process = self.start(*options, *self.args, "--no-browser", "--qr", "--timeout", "20")
        url = self.address(process)
        rows = masthead.wait_for(
            lambda: self.code(process.out), 10, lambda: f"a QR code: {process}")
        self.follow(url)
        self.assertEqual(process.wait(), 0, process)
        return rows

    @staticmethod
    def code(out):
        """Its rows, once they are all there: what follows the address is flushed at once with it."""
        rows = [line for line in out.split("\n")[1:-1] if not line.strip("#\u2580\u2584\u2588 ")]
        return rows if out.endswith("\n") and len(rows) > 30 else None

    def finder(self, dark, left, top):
        for y in range(7):
            for x in range(7):
                ring = min(x, y, 6 - x, 6 - y)
                self.assertEqual(dark(left + x, top + y), ring != 1, (left, top, x, y))

    def test_ascii(self):
        self.needs(True)
        rows = [row for row in self.rows("--ascii") if row]
        side = len(rows[0]) // 2
        self.assertEqual({len(row) for row in rows}, {side * 2})
        self.assertEqual(len(rows), side)
        for left, top in ((4, 4), (side - 11, 4), (4, side - 11)):
            self.finder(lambda x, y: rows[y][2 * x] == "#", left, top)

    def test_half_blocks(self):
        self.needs(True)
        rows = [row for row in self.rows() if row]
        side = len(rows[0])
        light = {" ": (False, False), "\u2580": (True, False), "\u2584": (False, True),
                 "\u2588": (True, True)}
        for left, top in ((4, 4), (side - 11, 4), (4, side - 11)):
            self.finder(lambda x, y: not light[rows[y // 2][x]][y % 2], left, top)

    def test_built_without_it(self):
        self.needs(False)
        error = self.refused("E_UNSUPPORTED", 4, *self.args, "--no-browser", "--qr")
        self.assertIn("libqrencode", error["message"])
