"""The demo on a terminal: the console opens on a workspace that works by itself, and goes with it."""
import glob
import os

import desk


class Demo(desk.Case):
    def left(self):
        return glob.glob(os.path.join(self.home.env["TMPDIR"], "masthead-demo-*"))

    def test_console_on_the_demo(self):
        term = self.terminal_kept("demo")
        term.wait_text("practice platforms", 30)
        for brand in ("northwind", "lumen"):
            term.wait_text(brand)
        term.send("3", "z")
        for platform in ("instagr", "facebook", "linkedin", "google_"):  # as wide as the column
            term.wait_text(platform)
        # it publishes while one looks on, the lost answer and the scheduled one last
        term.wait(lambda screen: screen.count("published") >= 9, 40, "nine published")
        self.assertIn("failed", term.text())
        self.assertEqual(len(self.left()), 1)
        term.send("Q")
        term.wait_text("status=0", 20)
        self.assertEqual(self.left(), [], "it goes with the console")
        self.assertFalse(os.path.exists(self.home.workspace))

    def test_kept_on_request(self):
        term = self.terminal_kept("demo", "--keep")
        term.wait_text("practice platforms", 30)
        term.send("3", "z")
        term.wait(lambda screen: screen.count("published") >= 9, 40, "nine published")
        term.send("Q")
        term.wait_text("kept: ", 20)
        (place,) = self.left()
        self.assertTrue(os.path.exists(os.path.join(place, "workspace", "masthead.db")))
