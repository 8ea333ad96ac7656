#!/usr/bin/env python3
"""potfiles - po/POTFILES.in names exactly the files that have strings to translate.

    tests/lint/potfiles.py --fix    writes it anew
"""
import os
import re
import sys

import source

MARK = re.compile(r"(?<!\w)(_|N_|ngettext|err_set|err_hint|err_set_errno|step_fail|problem_add)\s*\(")
# Headers: the tables X(..., ..., msgid), and marked strings; prototypes do not count.
TABLE = re.compile(r"_TABLE\(X\)|(?<!\w)N_\s*\(")
HEAD = "# The files with strings to translate; tests/lint/potfiles.py --fix writes this.\n"
# Only define or declare the marks.
NOT = ("src/base/i18n.h", "src/base/error.c", "src/platforms/platform.c")


def wanted(root):
    files = []
    for path in source.walk(root, "src", (".c", ".h")):
        text = source.code(source.read(root, path))
        marked = (MARK if path.endswith(".c") else TABLE).search(text)
        if marked and path not in NOT:
            files.append(path)
    return files


def problems(root):
    text = source.read(root, "po/POTFILES.in")
    listed = [line for line in text.splitlines() if line and not line.startswith("#")]
    files = wanted(root)
    return ([f"po/POTFILES.in: {f} is missing (./dev potfiles)" for f in files if f not in listed]
            + [f"po/POTFILES.in: {f} has no strings (./dev potfiles)"
               for f in listed if f not in files])


def main():
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    if sys.argv[1:] == ["--fix"]:
        with open(os.path.join(root, "po/POTFILES.in"), "w", encoding="utf-8") as f:
            f.write(HEAD + "".join(path + "\n" for path in wanted(root)))
        return 0
    found = problems(root)
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
