"""masthead.conf(5) and the table of keys say the same, and its example is accepted."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import masthead  # noqa: E402


def read(*parts):
    with open(os.path.join(masthead.TOP, *parts), encoding="utf-8") as f:
        return f.read()


class Config(masthead.Case):
    def test_every_key_with_its_default_is_in_the_manual(self):
        page = read("man", "masthead.conf.5")
        rows = re.findall(r'\{"([\w.]+)", CONFIG_\w+, (NULL|"[^"]*"),',
                          read("src", "ops", "config_keys.c"))
        self.assertGreater(len(rows), 15)
        said = re.findall(r"^\.It Ic (\S+) No = ", page, re.M)
        self.assertEqual(sorted(said), sorted(key for key, _ in rows))
        for key, default in rows:
            part = page[page.index(".It Ic %s No" % key):]
            part = part[:part.index("\n.It", 1) if "\n.It" in part[1:] else None]
            with self.subTest(key):
                shown = re.search(r"^Default:\n\.Li (\S+) \.$", part, re.M)
                self.assertEqual(shown and shown[1], None if default == "NULL" else default.strip('"'))

    def test_the_example_is_accepted(self):
        page = read("man", "masthead.conf.5")
        example = re.search(r"\.Bd -literal -offset indent\n(.*?)\n\.Ed", page, re.S)[1]
        path = os.path.join(self.home.path, "example.conf")
        with open(path, "w", encoding="utf-8") as f:
            f.write(example.replace("tenant = agency\n", "") + "\n")
        self.run_ok("-c", path, "brand", "list")


if __name__ == "__main__":
    unittest.main()
