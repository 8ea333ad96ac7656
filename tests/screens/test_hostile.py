"""What others write, on the screen: nothing of it may command the terminal, and the columns stay in their places."""
import http.server
import json
import os
import re
import threading
import unicodedata

import desk
from masthead import wait_for

THREADED = True
EVIL = "\x1b]0;owned\x07\x1b[2J\x1b[31m\x9b31m\r\b\u202edlrow\u2066\u200f"
WIDE = "\u5317\u98a8\U0001f468\u200d\U0001f469\u200d\U0001f467e\u0301" + "\u0301" * 40
# Ends of lines, C1, marks and overrides of direction: never on their way to a terminal.
FORBIDDEN = re.compile("[\x80-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


def cells(text):
    """How many cells a terminal gives it."""
    return sum(0 if unicodedata.combining(c) or c in "\u200d\ufe0f" else
               2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


class Server(http.server.BaseHTTPRequestHandler):
    """Says of each account what `account` says; without one it refuses in `words`."""
    account, words = None, ""

    def do_GET(self):
        if self.path.endswith("/verify_credentials"):
            body, status = (self.account, 200) if self.account else ({"error": self.words}, 401)
        else:
            body, status = {"error": self.words}, 404
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET

    def log_message(self, *args):
        pass


class Hostile(desk.Case):
    def server(self, account=None, words=EVIL + WIDE):
        handler = type("Hostile", (Server,), {"account": account, "words": words})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()

        def close():
            server.shutdown()
            server.server_close()
            thread.join()

        self.addCleanup(close)
        return f"http://127.0.0.1:{server.server_port}"

    def recorded(self, **how):
        """A console, and the file into which all goes that it writes to its terminal."""
        term = self.console(**how)
        path = os.path.join(self.home.env["TMPDIR"], "written")
        term._tmux("pipe-pane", "-O", "cat > " + path)
        term.send("C-l")
        wait_for(lambda: os.path.exists(path) and os.path.getsize(path) > 1000, 10,
                 lambda: "what is written to be recorded")
        return term, path

    def harmless(self, term, path):
        with open(path, "rb") as f:
            written = f.read().decode("utf-8", "replace")
        self.assertIsNone(FORBIDDEN.search(written), ascii(written[-3000:]))
        self.assertNotIn("\x1b]0", written)
        self.assertNotIn("\x07", written)
        self.assertNotIn("owned", term._show("#{pane_title}"))

    def connect_by_token(self, term, server):
        term.send("1", "c")
        term.wait_text("App password")
        for text in ("mastodon", server, "", "the-token"):
            term.type(text)
            term.send("Enter")

    def test_words_of_a_server(self):
        server = self.server()
        self.json("brand", "add", "northwind")
        term, path = self.recorded()
        self.connect_by_token(term, server)
        term.wait_text("E_LOGIN_FAILED")
        term.send("Escape")
        term.send("@")
        term.wait_text("Messages")
        term.send("q", "4", "z")
        term.wait_text("connection.co")
        self.harmless(term, path)

    def test_name_of_an_account(self):
        name = "eve" + EVIL + WIDE + "x" * 500
        server = self.server(account={"id": "1", "username": "eve", "acct": name, "display_name": name})
        self.json("brand", "add", "northwind")
        term, path = self.recorded()
        self.connect_by_token(term, server)
        term.wait(lambda text: "is connected" in text or "E_" in text)
        term.send("Escape")
        term.wait_text("1 Brands")
        self.harmless(term, path)
        self.bar_is_straight(term)

    def bar_is_straight(self, term):
        """Between the two upper panes."""
        places = [cells(line[:line.index("\u2502")]) for line in term.lines() if "\u2502" in line]
        self.assertGreater(len(places), 3)
        self.assertEqual(len(set(places)), 1, term.text())

    def test_texts_and_names_of_all_widths(self):
        box = self.sandbox()
        brands = ["northwind", "\u5317\u98a8\u3068\u592a\u967d\u306e\u8a71\u3067\u3059\u3088", "e\u0301te\u0301" * 12,
                  "\u0634\u0645\u0627\u0644", "W" * 60]
        texts = ["plain", WIDE, "\u05e9\u05dc\u05d5\u05dd abc \u0634", "a\tb\nc", "z" * 290]
        for brand, text in zip(brands, texts):
            self.json("brand", "add", brand)
            self.connect(box, brand)
            self.queue(text, brand=brand)
        # What a text may not hold is refused; what it may is shown without doing anything.
        for text in (EVIL, "\u202eabc", "\u2066abc"):
            self.run_masthead("publish", "-b", "northwind", "--at", "+1d", text)
        term, path = self.recorded()
        term.send("3")
        term.wait_text("scheduled")
        self.bar_is_straight(term)
        rows = [line for line in term.lines() if "\u25f7 scheduled" in line]
        self.assertGreaterEqual(len(rows), len(brands))
        places = {cells(row[:row.index("scheduled")]) for row in rows}
        self.assertEqual(len(places), 1, term.text())
        for row in term.lines():
            self.assertLessEqual(cells(row), 80, row)
        for _ in rows:
            term.send("Enter")
            term.wait_gone("1 Brands")
            term.send("q")
            term.wait_text("1 Brands")
            term.send("j")
        self.harmless(term, path)
