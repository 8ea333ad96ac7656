"""Accounts: connecting by app password, and what is shown of it."""
import desk

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
