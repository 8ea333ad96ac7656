"""The four panes: what stands on the screen, how one moves, and every size."""
import re
import time

import desk

THREADED = True


class Panes(desk.Case):
    def test_first_frame(self):
        self.desk()
        self.queue("Bread at seven")
        term = self.console()
        for text in ("1 Brands", "2 Connections", "3 Jobs", "4 Log", "northwind", "alice.test",
                     "Bread at seven", "? help", "default › all brands"):
            term.wait_text(text)
        lines = term.lines()
        self.assertEqual(len(lines), 24)
        self.assertIn("help", lines[22])

    def test_new_workspace(self):
        term = self.console()
        term.wait_text("A new workspace was made")
        term.send("1", "b")
        term.wait_text("New brand")
        term.type("lumen")
        for _ in range(4):
            term.send("Enter")
        term.wait_text("Brand lumen is there")
        self.assertEqual(self.json("brand", "list")["brands"][0]["name"], "lumen")

    def test_choosing_a_brand_narrows(self):
        self.desk(("northwind", "lumen"))
        self.queue("From the north", brand="northwind")
        self.queue("Of the light", brand="lumen")
        term = self.console()
        term.wait_text("Of the light")
        term.send("1")
        term.send("Enter")
        term.wait(lambda s: "default › lumen" in s or "default › northwind" in s)
        chosen = "lumen" if "default › lumen" in term.text() else "northwind"
        gone, stays = (("From the north", "Of the light") if chosen == "lumen" else
                       ("Of the light", "From the north"))
        term.wait_gone(gone)
        self.assertIn(stays, term.text())
        self.assertIn(f"3 Jobs {chosen}", term.text())
        term.send("2")
        term.send("Enter")
        term.wait_text(f"default › {chosen} › bluesky/")
        term.send("Escape")
        term.wait_gone("› bluesky/")
        term.send("Escape")
        term.wait_text("default › all brands")
        term.wait_text(gone)

    def test_zoom_and_focus(self):
        self.desk()
        term = self.console()
        term.send("4", "z")
        term.wait_gone("Brands")
        self.assertIn("4 Log", term.text())
        term.send("Tab")
        term.wait_text("1 Brands")
        term.wait_gone("4 Log")
        term.send("q")
        term.wait_text("4 Log")

    def test_every_size_and_back(self):
        self.desk()
        self.queue("Bread at seven")
        term = self.console()
        for columns, rows in ((200, 50), (60, 16), (40, 10), (30, 6), (29, 5), (10, 2), (1, 1),
                              (2, 1), (1, 3), (300, 4), (80, 24)):
            term.resize(columns, rows)
            term.send("j")
            if (columns, rows) == (29, 5):
                term.wait_text("30x6")
            if (columns, rows) == (40, 10):
                term.wait_text("3 Jobs")
                term.wait_gone("1 Brands")
        term.wait_text("1 Brands")
        term.wait_text("Bread at seven")
        term.send("q")
        self.assertEqual(term.wait_exit(), 0)

    def test_sizes_inside_views(self):
        self.desk()
        self.queue("Bread at seven")
        term = self.console()
        term.wait_text("Bread at seven")
        term.send("Enter")
        term.wait_text("Post on bluesky")
        term.send("?")
        term.wait_text("Everywhere")
        for columns, rows in ((1, 1), (20, 30), (80, 24)):
            term.resize(columns, rows)
        term.wait_text("Everywhere")
        term.send("q")
        term.wait_text("Post on bluesky")
        term.send("q")
        term.wait_text("1 Brands")
        term.send("2", "c")
        term.wait_text("App password")
        term.resize(1, 1)
        term.resize(80, 24)
        term.wait_text("App password")
        term.send("Escape")
        term.wait_text("1 Brands")

    def test_help_is_the_table(self):
        self.desk()
        term = self.console(rows=90)
        term.send("?")
        term.wait_text('In "Jobs"')
        text = term.text()
        for line in ("x           cancel", "r           retry", "j Down      down",
                     "PgDn        page-down", "? F1        help"):
            self.assertIn(line, text)

    def test_bound_key(self):
        self.desk()
        self.queue("Bread at seven")
        term = self.console("-o", "bind.jobs.X=cancel", "-o", "bind.all.j=none")
        term.wait_text("Bread at seven")
        term.send("j")
        term.wait_text("j does nothing here")
        term.send("X")
        term.wait_text("Cancel job 1")

    def test_readonly(self):
        self.desk()
        number = self.queue("Bread at seven")
        term = self.console("--readonly")
        term.wait_text("READ-ONLY")
        term.wait_text("Bread at seven")
        term.send("x")
        term.wait_text("E_READONLY")
        term.send("n")
        term.wait_text('"publish" is refused')
        self.assertEqual(self.job(number)["status"], "scheduled")

    def test_ascii(self):
        self.desk()
        self.queue("Grüße aus 東京")
        term = self.console("--ascii")
        term.wait_text("Gr??e aus")
        self.assertTrue(all(ord(c) < 128 for c in term.text()))

    def test_no_color(self):
        self.desk()
        self.queue("Bread at seven")
        term = self.console(env={"NO_COLOR": "1"})
        term.wait_text("Bread at seven")
        styled = term.styled()
        for code in range(30, 38):
            self.assertNotIn(f"[{code}m", styled)

    def test_remote_text_cannot_act(self):
        self.desk()
        self.queue("\u202eevil\u202c a\tb")
        term = self.console()
        term.wait_text("<202E>evil<202C> a b")
        self.assertNotIn("\u202e", term.text())

    def test_unknown_key_is_named(self):
        self.desk()
        term = self.console()
        term.send("Z")
        term.wait_text("Z does nothing here")

    def test_calendar(self):
        self.desk()
        self.queue("Bread at seven", at="+1d")
        self.queue("Rolls at eight", at="+2d")
        term = self.console()
        term.wait_text("Rolls at eight")
        term.send("C")
        term.wait_text("Calendar")
        text = term.wait(lambda s: s if "Bread at seven" in s else None)
        day = time.strftime("%a %Y-%m-%d", time.gmtime(time.time() + 86400))
        self.assertRegex(text, re.escape(day) + r" +1 ")
        term.send("q")
        term.wait_text("1 Brands")

    def test_messages_are_kept(self):
        self.desk()
        term = self.console()
        term.send("Z", "@")
        term.wait_text("Messages")
        term.wait_text("Z does nothing here")
