"""The mouse: off at first; a click, the wheel, and borders that are drawn."""
import desk

THREADED = True


class Mouse(desk.Case):
    def begin(self):
        self.desk(brands=("northwind", "southwind"))
        for i in range(20):
            self.queue(f"Post number {i}")
        term = self.console()
        term.wait_text("Post number 19")
        return term

    @staticmethod
    def event(term, button, x, y):
        """As a terminal tells it: 3 is the release of whatever button; x and y from 0."""
        term.type("\x1b[M" + "".join(chr(32 + n) for n in (button, x + 1, y + 1)))

    def row_of(self, term, text):
        return next((i for i, line in enumerate(term.lines()) if text in line), -1)

    def test_border_of_the_log(self):
        term = self.begin()
        before = self.row_of(term, "4 Log")
        term.send("M")
        term.wait_text("The mouse is taken")
        self.event(term, 0, 10, before)
        self.event(term, 3, 10, before - 3)
        term.wait(lambda _: self.row_of(term, "4 Log") == before - 3)
        # No further than three rows of jobs.
        self.event(term, 0, 10, before - 3)
        self.event(term, 3, 10, 1)
        term.wait(lambda _: self.row_of(term, "4 Log") == self.row_of(term, "3 Jobs") + 3)

    def test_rule_between_the_upper_panes(self):
        term = self.begin()
        rule = term.lines()[2].index("\u2502")
        term.send("M")
        term.wait_text("The mouse is taken")
        self.event(term, 0, rule, 2)
        self.event(term, 3, rule + 9, 2)
        term.wait(lambda _: term.lines()[2].index("\u2502") == rule + 9)

    def test_click_and_wheel(self):
        term = self.begin()
        row = self.row_of(term, "Post number 17")
        term.send("M")
        term.wait_text("The mouse is taken")
        self.event(term, 0, 5, row)
        self.event(term, 3, 5, row)
        term.send("Enter")
        term.wait_text("Post number 17")
        term.wait_gone("1 Brands")
