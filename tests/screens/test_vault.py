"""The console before a vault that a passphrase locks: it asks first, then draws."""
import desk


class Locked(desk.Case):
    def test_asks_before_the_screen_is_taken(self):
        self.desk()
        self.run_ok("vault", "passwd", passphrase="sesame")
        term = self.terminal()
        term.wait_text("Passphrase:")
        self.assertFalse(term.alternate())
        term.type("wrong")
        term.send("Enter")
        term.wait(lambda text: text.count("Passphrase:") == 2)
        term.type("sesame")
        term.send("Enter")
        term.wait_text("3 Jobs")
        self.json("publish", "-b", "northwind", "goes out")
        self.wait_status(1, "published")
        term.send("q")
        self.assertEqual(term.wait_exit(), 0)

    def test_given_up(self):
        self.run_ok("init", passphrase="sesame")
        term = self.terminal()
        term.wait_text("Passphrase:")
        term.send("C-c")
        self.assertEqual(term.wait_exit(), 8)
        term = self.terminal("--readonly")
        term.wait_text("3 Jobs")
        term.send("q")
        self.assertEqual(term.wait_exit(), 0)
