"""The driver of the tests must not lose a failure: failed, dead and hanging files."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

here = os.path.dirname(os.path.abspath(__file__))
SUITE = os.path.join(here, "..", "lib", "suite.py")
HEAD = "import os, signal, unittest\nclass T(unittest.TestCase):\n"


class Suite(unittest.TestCase):
    def run_file(self, body, *options):
        """Runs a file with these methods as the whole suite; returns (status, lines of TAP)."""
        folder = tempfile.mkdtemp(prefix="masthead-suite-")
        self.addCleanup(shutil.rmtree, folder)
        with open(os.path.join(folder, "test_x.py"), "w", encoding="utf-8") as f:
            f.write(HEAD + body)
        program = (f"import sys; sys.path.insert(0, {os.path.dirname(SUITE)!r}); import suite; "
                   f"sys.exit(suite.main({folder!r}))")
        done = subprocess.run([sys.executable, "-c", program, *options], stdout=subprocess.PIPE,
                              text=True, check=False, env={**os.environ, "SANITIZERS": "no"})
        return done.returncode, [line for line in done.stdout.splitlines()
                                 if not line.startswith("#")]

    def test_passed_and_skipped_cases(self):
        status, lines = self.run_file("    def test_a(self): pass\n"
                                      "    def test_b(self): self.skipTest('why')\n")
        self.assertEqual(status, 0)
        self.assertEqual(lines, ["ok 1 - test_x.T.test_a", "ok 2 - test_x.T.test_b # SKIP why", "1..2"])

    def test_failed_case(self):
        status, lines = self.run_file("    def test_a(self): self.assertEqual(1, 2)\n")
        self.assertEqual((status, lines), (1, ["not ok 1 - test_x.T.test_a", "1..1"]))

    def test_failed_subtest_and_cleanup(self):
        status, lines = self.run_file(
            "    def test_a(self):\n"
            "        with self.subTest('s'): self.fail()\n"
            "    def test_b(self): self.addCleanup(self.fail)\n")
        self.assertEqual(status, 1)
        self.assertEqual([line.split()[0] for line in lines], ["not", "not", "1..2"])

    def test_file_that_dies(self):
        status, lines = self.run_file("    def test_a(self): pass\n"
                                      "    def test_b(self): os.kill(os.getpid(), signal.SIGKILL)\n")
        self.assertEqual(status, 1)
        self.assertEqual(lines[1:], ["not ok 2 - test_x.py: ended early, with status -9", "1..2"])

    def test_file_that_does_not_load(self):
        status, lines = self.run_file("    nonsense\n")
        self.assertEqual(status, 1)
        self.assertTrue(lines[0].startswith("not ok 1"), lines)

    def test_case_that_hangs(self):
        status, lines = self.run_file("    limit_s = 1\n"
                                      "    def test_a(self):\n"
                                      "        while True:\n"
                                      "            try: signal.pause()\n"
                                      "            except Exception: pass\n")
        self.assertEqual(status, 1)
        self.assertTrue(lines[0].startswith("not ok 1 - test_x"), lines)

    def test_word_chooses_cases(self):
        _, lines = self.run_file("    def test_a(self): pass\n    def test_b(self): self.fail()\n",
                                 "-k", "test_a")
        self.assertEqual(lines, ["ok 1 - test_x.T.test_a", "1..1"])


if __name__ == "__main__":
    unittest.main()
