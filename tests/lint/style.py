#!/usr/bin/env python3
"""style - C as .clang-format has it.

    tests/lint/style.py --fix    puts it right

Versions differ in what they make of it: ours is Debian 12's, 14.
"""
import os
import shutil
import subprocess
import sys

import source

VERSION = 14


def tool():
    for name in (f"clang-format-{VERSION}", "clang-format"):
        path = shutil.which(name)
        if path and f"version {VERSION}." in subprocess.run(
                [path, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout:
            return path
    return None


def files(root):
    return source.walk(root, "src", (".c", ".h")) + source.walk(root, "tests", (".c", ".h"))


def problems(root):
    found = []
    for path in files(root):
        done = subprocess.run([tool(), "--dry-run", "--Werror", "--ferror-limit=1", path], cwd=root,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              check=False)
        if done.returncode != 0:
            place = done.stderr.split(": error:")[0].strip()
            found.append(f"{place}: not in the format (./dev format)")
    return found


def main():
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    if sys.argv[1:] != ["--fix"]:
        print("\n".join(problems(root)))
        return 0
    if not tool():
        print(f"style: no clang-format {VERSION} here", file=sys.stderr)
        return 1
    return subprocess.run([tool(), "-i", *files(root)], cwd=root, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
