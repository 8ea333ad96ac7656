"""Accounts: connecting by app password, and what is shown of it."""
import os
import re
import urllib.error
import urllib.request

import desk
import pixels

THREADED = True


class Connect(desk.Case):
    def test_by_app_password(self):
        box = self.sandbox()
        account = box.account()
        self.json("brand", "add", "northwind")
        term = self.console()
        term.send("1", "c")
        term.wait_text("App password")
        # The brand is filled in: the cursor stands on the platform.
        term.type("bluesky")
        term.send("Enter")
        term.type(account.server)
        term.send("Enter")
        term.type(account.handle)
        term.send("Enter")
        term.type(account.secret)
        term.wait_text("••••")
        self.assertNotIn(account.secret, term.text())
        term.send("Enter")
        term.wait_text("is connected (connection 1)")
        term.wait_text("● connected")
        self.assertNotIn(account.secret, term.history())
        self.assertEqual(self.json("connections")["connections"][0]["status"], "connected")

    def test_wrong_password_can_be_mended(self):
        box = self.sandbox()
        account = box.account()
        self.json("brand", "add", "northwind")
        term = self.console()
        term.send("1", "c")
        term.wait_text("App password")
        for text in ("bluesky", account.server, account.handle, "wrong-password"):
            term.type(text)
            term.send("Enter")
        term.wait_text("E_LOGIN_FAILED")
        term.wait_gone("•")
        term.type(account.secret)
        term.send("Enter")
        term.wait_text("is connected")

    def test_choosing_by_key(self):
        self.json("brand", "add", "northwind")
        term = self.console()
        term.send("2", "c")
        term.wait_text("Connect an account")
        # The only brand is filled in: the cursor stands on the platform.
        self.assertIn("northwind", term.text())
        term.send("C-n")
        term.wait_text("Platform          bluesky")
        term.send("BTab", "C-u")
        term.wait_gone("northwind")
        term.send("C-n")
        term.wait_text("Brand             northwind")
        term.send("Escape")
        term.wait_text("1 Brands")

    def test_verify_and_disconnect(self):
        self.desk()
        self.queue("Bread at seven")
        term = self.console()
        term.send("2")
        term.wait_text("● connected")
        term.send("v")
        term.wait_text("northwind/bluesky/alice.test: verified")
        term.send("f")
        term.wait_text("northwind/bluesky/alice.test: refreshed")
        term.send("D")
        term.wait_text("Disconnect northwind/bluesky/alice.test? 1 job will wait")
        term.send("D", "Enter")
        self.assertEqual(self.json("connections")["connections"][0]["status"], "connected")
        term.send("y")
        term.wait_text("disconnected; 1 job waits")
        term.wait_text("▲ disconnected")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """What the browser would be sent to is for the person to copy."""

    def redirect_request(self, *args):
        return None


class InTheBrowser(desk.Case):
    def begin(self, **how):
        box = self.sandbox()
        server = box.account("mastodon").server
        self.json("brand", "add", "northwind")
        term = self.console(**how)
        term.send("1", "c")
        term.wait_text("App password")
        for text in ("mastodon", server, "", "", "", "", "", ""):
            term.type(text)
            term.send("Enter")
        # Whole, however narrow the terminal: outside the alternate screen it wraps as text does.
        term.wait_text("Open this address")
        self.assertFalse(term.alternate())
        term.wait_text("Enter alone goes back")
        joined = term.unwrapped()
        return term, re.search(r"^(http\S+/oauth/authorize\?\S+)\s*$", joined, re.M).group(1)

    def test_comes_back(self):
        term, url = self.begin()
        with urllib.request.urlopen(url, timeout=10) as answer:
            self.assertEqual(answer.status, 200)
        term.wait_text("is connected (connection 1)")
        self.assertTrue(term.alternate())
        self.assertEqual(self.json("connections")["connections"][0]["status"], "connected")

    def test_pasted(self):
        term, url = self.begin()
        try:
            urllib.request.build_opener(NoRedirect).open(url, timeout=10)
            self.fail("the server did not send the browser back")
        except urllib.error.HTTPError as answer:
            callback = answer.headers["Location"]
        term.type(callback)
        term.send("Enter")
        term.wait_text("is connected (connection 1)")

    def test_shown_as_a_qr_code(self):
        term, url = self.begin(columns=160)
        term.type("q")
        term.send("Enter")
        if pixels.built_with("WITH_QRENCODE"):
            # The upper edges of two of its finder patterns: seven dark cells between light ones.
            term.wait(lambda _: re.search("^\u2588{4} [\u2584]{5} .* [\u2584]{5} \u2588{4}$",
                                          term.history(), re.M))
        else:
            term.wait_text("E_UNSUPPORTED")
        with urllib.request.urlopen(url, timeout=10) as answer:
            self.assertEqual(answer.status, 200)
        term.wait_text("is connected (connection 1)")

    def test_too_narrow_for_a_qr_code(self):
        if not pixels.built_with("WITH_QRENCODE"):
            self.skipTest("built without libqrencode")
        term, _ = self.begin(columns=60)
        term.type("q")
        term.send("Enter")
        term.wait_text("this terminal has 60")

    def test_pasted_something_else(self):
        term, _ = self.begin()
        term.type("http://127.0.0.1:1/?code=x&state=y")
        term.send("Enter")
        term.wait_text("E_INVALID")
        term.wait_text("App password")
        self.assertEqual(self.json("connections")["connections"], [])


class Several(desk.Case):
    """A login that reaches several accounts: one is picked from a list."""

    SECRET = "client-secret-4711"

    def browse(self, platform, account="", accounts=6, redirect="https://a.example/cb"):
        """Up to the list, by a login in the browser whose callback is pasted."""
        box = self.sandbox(accounts=accounts)
        self.json("brand", "add", "northwind")
        term = self.console()
        term.send("1", "c")
        term.wait_text("App password")
        for text in (platform, box.account(platform).server, "", "", account, "my-app", redirect):
            term.type(text)
            term.send("Enter")
        term.type(self.SECRET)
        term.wait_text("••••")
        self.assertNotIn(self.SECRET, term.text())
        term.send("Enter")
        term.wait_text("Enter alone goes back")
        url = re.search(r"^(http\S+client_id=my-app\S*)\s*$", term.unwrapped(), re.M).group(1)
        try:
            urllib.request.build_opener(NoRedirect).open(url, timeout=10)
            self.fail("the server did not send the browser back")
        except urllib.error.HTTPError as answer:
            callback = answer.headers["Location"]
        term.type(callback)
        term.send("Enter")
        term.wait_text("Which account")
        self.assertNotIn(self.SECRET, term.history())
        return box, term

    def sealed(self):
        """The client's secret is on the disk, but not to be read."""
        for folder, _, names in os.walk(self.home.path):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as f:
                        self.assertNotIn(self.SECRET.encode(), f.read(), path)

    def test_facebook_page(self):
        box, term = self.browse("facebook")
        for number in range(6):
            self.assertIn(box.account("facebook", number).handle, term.text())
        # Nothing is chosen yet: Enter alone decides nothing.
        term.send("Enter")
        term.wait_text("Go to the row")
        third = box.account("facebook", 2).handle
        term.type(third[:5])
        term.wait_gone(box.account("facebook", 0).handle)
        term.send("Down", "Enter")
        term.wait_text("is connected (connection 1)")
        self.assertEqual(self.json("connections")["connections"][0]["account"], third)
        self.run_ok("verify", "--all")
        self.sealed()

    def test_linkedin_page(self):
        box, term = self.browse("linkedin", account="urn:li:organization:",
                                redirect="http://127.0.0.1:1/cb")
        self.assertIn("2 of 2", term.text())
        term.send("Down", "Down")
        row = next(line for line in reversed(term.lines()) if "urn:li:organization" in line)
        urn = re.search(r"urn:li:organization:\d+", row).group(0)
        term.send("Enter")
        term.wait_text("is connected (connection 1)")
        connection = self.json("connection", "show", "1")
        self.assertEqual(connection["account_id"], urn)
        self.run_ok("verify", "--all")
        self.run_ok("publish", "-b", "northwind", "As the page", "--wait")
        self.assertEqual(box.ledger()[0]["text"], "As the page")

    def test_none_of_them(self):
        _, term = self.browse("facebook", accounts=2)
        term.send("Escape")
        term.wait_text("E_INTERRUPTED")
        term.wait_text("App password")
        self.assertEqual(self.json("connections")["connections"], [])


class ByToken(desk.Case):
    def test_is_taken_where_there_are_no_app_passwords(self):
        box = self.sandbox()
        account = box.account("telegram")
        self.json("brand", "add", "northwind")
        term = self.console()
        term.send("1", "c")
        term.wait_text("App password")
        for text in ("telegram", account.server, account.handle, account.secret):
            term.type(text)
            term.send("Enter")
        term.wait_text("is connected (connection 1)")
        self.assertNotIn(account.secret, term.history())
