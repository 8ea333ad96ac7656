"""What can be set while the console runs."""
import desk

THREADED = True


class Set(desk.Case):
    def set(self, term, text):
        term.send(":")
        term.type("set " + text)
        term.send("Enter")

    def test_ascii_and_theme(self):
        self.desk()
        term = self.console()
        term.wait_text("│")
        self.set(term, "ascii yes")
        term.wait(lambda s: s.isascii() and "For this run: ascii yes" in s, what="plain characters")
        self.set(term, "ascii=no")
        term.wait_text("│")
        before = term.styled()
        self.set(term, "theme contrast")
        term.wait(lambda _: term.styled().split("\n")[0] != before.split("\n")[0],
                  what="other colours")
        self.set(term, "theme plaid")
        term.wait_text("set theme: one of default basic light contrast mono")
        self.set(term, "lag 3")
        term.wait_text("set: theme, ascii, mouse or undo")

    def test_undo(self):
        self.desk()
        term = self.console(env=self.editor("Bread at seven"))
        self.set(term, "undo 300")
        term.wait_text("For this run: undo 300")
        term.send("n")
        term.wait_text("14 of 300")
        term.send("p")
        term.wait_text("goes out in 5")
        self.assertEqual(self.job(1)["wait"], "undo")
