"""masthead(1) says what the command table says: every verb, option, key, code and field."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import masthead  # noqa: E402

MAN = os.path.join(masthead.TOP, "man", "masthead.1")


def page():
    """The manual's source with the escapes of mdoc undone."""
    with open(MAN, encoding="utf-8") as f:
        text = f.read()
    for escape, plain in (("\\-", "-"), ("\\(oq", "`"), ("\\(cq", "'"), ("\\e", "\\"),
                          ("\\(ha", "^"), ("\\(dq", '"'), ("\\&", "")):
        text = text.replace(escape, plain)
    return text


def sections(text):
    """Verb -> what stands under it, up to the next verb."""
    verbs = text[text.index(".Ss Verbs"):text.index(".Sh JOBS")]
    parts = re.split(r"^\.It Cm (.+)$", verbs, flags=re.M)
    out = {}
    for head, body in zip(parts[1::2], parts[2::2]):
        name = re.split(r" (?:Ar|Op|Fl) ", head + " Ar ")[0]
        out[name] = body
    return out


def options(help_text):
    return re.findall(r"^ +(?:-\w, +)?(--[\w-]+)", help_text, re.M)


class Tables(masthead.Case):
    def verbs(self):
        text = self.run_ok("--help").out
        block = text[text.index("Verbs:"):text.index("Global options:")]
        return [re.match(r"  ([a-z-]+(?: [a-z]+)?)(?: |$)", line)[1].strip()
                for line in block.splitlines()[1:] if line.startswith("  ") and line.strip()]

    def test_every_verb_and_option_is_in_the_manual(self):
        said = sections(page())
        verbs = self.verbs()
        self.assertGreater(len(verbs), 30)
        self.assertEqual(sorted(verbs), sorted(said))
        for verb in verbs:
            own = self.run_ok(*verb.split(), "--help").out
            with self.subTest(verb):
                self.assertIn("Usage: masthead", own)
                # Fl writes one of the two dashes itself
                shown = sorted("-" + name for name in re.findall(
                    r"^\.It Fl (?:\w , Fl )?(-[\w-]+)", said[verb], re.M))
                self.assertEqual(sorted(options(own)), shown)

    def test_global_options_are_in_the_manual(self):
        text = page()
        said = text[text.index(".Ss Global options"):text.index(".Ss Names")]
        out = self.run_ok("--help").out
        for option in options(out[out.index("Global options:"):]):
            self.assertIn("Fl " + option[1:], re.sub(r"Fl \w , ", "", said))

    def test_every_error_code_is_in_the_manual(self):
        with open(os.path.join(masthead.TOP, "src", "base", "error.h"), encoding="utf-8") as f:
            codes = re.findall(r"X\((E_\w+), *(\d)", f.read())
        self.assertGreater(len(codes), 30)
        text = page()
        status = text[text.index(".Sh EXIT STATUS"):text.index(".Sh EXAMPLES")]
        parts = re.split(r"^\.It (\d)$", status, flags=re.M)
        by_status = dict(zip(parts[1::2], parts[2::2]))
        for code, number in codes:
            self.assertRegex(by_status[number], r"\b%s\b" % code)

    def test_every_key_is_in_the_manual(self):
        with open(os.path.join(masthead.TOP, "src", "ops", "commands.c"), encoding="utf-8") as f:
            table = f.read()
        text = page()
        console = text[text.index(".Sh CONSOLE"):text.index(".Sh JSON")]
        moves = re.findall(r'(?:MOVE|LIST|IN)\((?:[A-Z_| ]+,\s*)?"([\w-]+)",\s*"([^"]+)"', table)
        self.assertGreater(len(moves), 20)
        for name, keys in moves:
            first = keys.replace("\\\\", "\\").split()[0]
            self.assertIn(".It Sy " + first, console)
            self.assertIn(".Cm %s :" % name, console)


if __name__ == "__main__":
    unittest.main()
