"""The pages that people read: manual pages without errors, README's first commands."""
import glob
import os
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import masthead  # noqa: E402


class Man(unittest.TestCase):
    @unittest.skipUnless(shutil.which("mandoc"), "mandoc is not installed")
    def test_mandoc_has_no_complaint(self):
        pages = sorted(glob.glob(os.path.join(masthead.TOP, "man", "*.[1-9]")))
        self.assertNotEqual(pages, [])
        for page in pages:
            with self.subTest(os.path.basename(page)):
                # -W warning: style hints depend on mandoc's version
                done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page],
                                      stdout=subprocess.PIPE, text=True, check=False)
                self.assertEqual(done.stdout, "")
                self.assertEqual(done.returncode, 0)


class Readme(unittest.TestCase):
    def test_begins_with_the_two_commands(self):
        with open(os.path.join(masthead.TOP, "README.md"), encoding="utf-8") as f:
            commands = re.findall(r"^ {4}(\S.*)$", f.read(), re.M)
        self.assertEqual(commands[:2], ["./dev demo", "./dev test"])


class Version(masthead.Case):
    def test_program_names_the_version_of_configure(self):
        with open(os.path.join(masthead.TOP, "configure.ac"), encoding="utf-8") as f:
            version = re.search(r"AC_INIT\(\[masthead\], \[([^]]+)\]", f.read())[1]
        self.assertIn(version, self.run_ok("--version").out)
