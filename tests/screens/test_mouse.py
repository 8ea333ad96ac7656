"""The mouse: off at first; a click, the wheel, and borders that are drawn."""
import desk
import masthead

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

    def drag(self, term, start, end, moved):
        """Again if need be: reports that come at once may be read as one click."""
        for _ in range(3):
            self.event(term, 0, *start)
            self.event(term, 3, *end)
            try:
                masthead.wait_for(moved, 3, "the border to move")
                return
            except AssertionError:
                continue
        term.wait(lambda _: moved())

    def row_of(self, term, text):
        return next((i for i, line in enumerate(term.lines()) if text in line), -1)

    def test_border_of_the_log(self):
        term = self.begin()
        before = self.row_of(term, "4 Log")
        term.send("M")
        term.wait_text("The mouse is taken")
        self.drag(term, (10, before), (10, before - 3),
                  lambda: self.row_of(term, "4 Log") == before - 3)
        # No further than three rows of jobs.
        self.drag(term, (10, before - 3), (10, 1),
                  lambda: self.row_of(term, "4 Log") == self.row_of(term, "3 Jobs") + 3)

    def test_rule_between_the_upper_panes(self):
        term = self.begin()
        rule = term.lines()[2].index("\u2502")
        term.send("M")
        term.wait_text("The mouse is taken")
        self.drag(term, (rule, 2), (rule + 9, 2),
                  lambda: term.lines()[2].index("\u2502") == rule + 9)

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
