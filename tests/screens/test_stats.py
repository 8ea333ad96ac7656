"""The statistics page: counts that agree with what was published, and plots in any terminal."""
import desk

THREADED = True


class Stats(desk.Case):
    def published(self):
        self.desk()
        for n in range(3):
            self.run_ok("publish", "-b", "northwind", "--wait", f"Number {n}")

    def test_counts_and_spans(self):
        self.published()
        term = self.console()
        term.send("S")
        term.wait_text("the last 24 hours")
        row = term.wait(lambda s: next((r for r in s.split("\n") if "bluesky" in r and "%" in r), None),
                        what="the platform's row")
        self.assertIn("100.0%", row)
        self.assertIn("██████████", row)
        self.assertEqual(row.split("100.0%")[1].split()[:3], ["3", "0", "0"])
        term.wait_text("Published")
        # Another one, while the page stands open.
        self.run_ok("publish", "-b", "northwind", "--wait", "Number 4")
        term.wait(lambda s: any("100.0%      4     0     0" in r for r in s.split("\n")),
                  what="the fourth to be counted")
        term.send("S")
        term.wait_text("the last 7 days")
        term.send(":")
        term.type("stats 24h")
        term.send("Enter")
        term.wait_text("the last 24 hours")
        term.send("q")
        term.wait_text("1 Brands")

    def test_plain_terminal(self):
        self.published()
        term = self.console("--ascii")
        term.send("S")
        term.wait_text("100.0%")
        text = term.text()
        self.assertIn("##########", text)
        self.assertTrue(text.isascii(), text)
