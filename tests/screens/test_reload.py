"""The configuration read again while the console runs, and ranges that are longer than what is at hand."""
import json

import desk

THREADED = True


class Reload(desk.Case):
    def begin(self):
        self.path = self.home.write("my.conf", "theme = mono\n")
        self.json("brand", "add", "northwind")
        term = self.console("-c", self.path)
        term.send("1")
        return term

    def reload(self, term, text):
        self.home.write("my.conf", text)
        term.type(":reload")
        term.send("Enter")

    def test_keys_change_at_once(self):
        term = self.begin()
        term.send("F5")
        term.wait_text("F5 does nothing here")
        self.reload(term, "theme = mono\nbind.all.F5 = calendar\n")
        term.wait_text("The configuration was read again")
        term.send("F5")
        term.wait_text("Calendar")

    def test_a_mistake_names_file_and_line_and_changes_nothing(self):
        term = self.begin()
        self.reload(term, "theme = mono\nbind.all.F5 = calendar\nundo = soon\n")
        term.wait_text("E_CONFIG")
        term.wait_text("my.conf:3")
        term.send("F5")
        term.wait_text("F5 does nothing here")
        self.reload(term, "theme = mono\n")
        term.wait_text("The configuration was read again")


class Range(desk.Case):
    """More rows than the list holds at a time."""

    ROWS = 700

    def begin(self):
        self.desk()
        path = self.home.write("many.jsonl", "".join(
            json.dumps({"brand": "northwind", "at": "+2d", "text": f"Post number {i}"}) + "\n"
            for i in range(self.ROWS)))
        self.run_ok("import", path)
        term = self.console()
        term.send("3", "z")
        term.wait_text("Post number")
        return term

    def test_down_to_the_end(self):
        term = self.begin()
        term.send("g", "V")
        term.wait_text("The range begins here")
        term.send("G", "V")
        term.wait_text(f"{self.ROWS} are marked.")

    def test_up_beside_what_is_marked(self):
        term = self.begin()
        term.send("g", "Space")
        term.wait_text("1 marked")
        term.send("G", "k", "k", "V")
        term.wait_text("The range begins here")
        term.send("g", "j", "V")
        # All but the last two, of which the first was marked before.
        term.wait_text(f"{self.ROWS - 2} are marked.")
