"""open: a published post's address goes to the browser, and nothing else does."""
import os

import desk
import masthead


class Open(desk.Case):
    def setUp(self):
        super().setUp()
        self.desk("bluesky")
        self.seen = self.home.join("seen")
        self.browser = self.home.write(
            "browser", f'#!/bin/sh\nprintf "%s\\n" "$@" >"{self.seen}.part"\n'
                       f'mv "{self.seen}.part" "{self.seen}"\n', 0o700)
        self.post("Hello", "--wait")

    def asked(self):
        """What the browser was started with."""
        masthead.wait_for(lambda: os.path.exists(self.seen), what="the browser")
        with open(self.seen, encoding="utf-8") as f:
            return f.read()

    def test_the_browser_gets_the_address(self):
        url = self.job()["remote_url"]
        self.assertTrue(url.startswith("http"))
        said = self.json("open", 1, env={"BROWSER": "/nonexistent/browser:" + self.browser})
        self.assertEqual(said, {"job": 1, "url": url, "opened": True})
        self.assertEqual(self.asked(), url + "\n")

    def test_without_a_browser_the_address_is_printed(self):
        url = self.job()["remote_url"]
        self.assertEqual(self.run_ok("open", 1).out, url + "\n")
        self.assertEqual(self.run_ok("open", 1, env={"BROWSER": "/nonexistent"}).out, url + "\n")
        self.assertEqual(self.run_ok("-q", "open", 1, env={"BROWSER": self.browser}).out, url + "\n")
        self.assertFalse(os.path.exists(self.seen))

    def test_what_is_not_published_has_none(self):
        self.post("Later", "--at", "+1h")
        error = self.refused("E_STATE", 4, "open", 2)
        self.assertIn("scheduled", error["message"])
        self.refused("E_NOT_FOUND", 3, "open", 3)
        self.refused("E_USAGE", 2, "open", "northwind")
        self.refused("E_USAGE", 2, "open")

    def test_nothing_but_the_web_is_opened(self):
        db = self.database()
        for url in ("file:///etc/passwd", "javascript:alert(1)", "--help", "ftp://x"):
            with self.subTest(url):
                db.execute("UPDATE publishing_jobs SET remote_url=?", (url,))
                self.refused("E_PROTOCOL", 6, "open", 1, env={"BROWSER": self.browser})
        db.execute("UPDATE publishing_jobs SET remote_url=NULL")
        self.refused("E_STATE", 4, "open", 1, env={"BROWSER": self.browser})
        self.assertFalse(os.path.exists(self.seen))
