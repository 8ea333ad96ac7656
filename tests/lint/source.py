"""source - what all checks need: the files of a tree, and C without comments.

A check is a module with problems(root), which returns a list of texts
("path:line: what"). run.py makes a test of each.
"""
import os
import re


def walk(root, folder, suffixes):
    """Paths relative to root, sorted, of the files below folder."""
    found = []
    for where, folders, files in os.walk(os.path.join(root, folder)):
        folders[:] = [f for f in folders if not f.startswith((".", "__"))]
        found += [os.path.relpath(os.path.join(where, f), root) for f in files
                  if f.endswith(suffixes)]
    return sorted(found)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="backslashreplace") as f:
        return f.read()


TOKEN = re.compile(r'''/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*\'''', re.S)


def code(text):
    """C without comments and with empty literals; lines keep their numbers."""
    def blank(match):
        token = match[0]
        if token[0] in "\"'":
            return token[0] * 2
        return "\n" * token.count("\n") or " "
    return TOKEN.sub(blank, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1
