#!/usr/bin/env python3
"""Checks of the sources, each a test; then the tests of the checks themselves.

    tests/lint/run.py [CHECK...]    only these: layers, banned, size ...
"""
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
sys.path.insert(0, here)
sys.dont_write_bytecode = True
import banned  # noqa: E402
import layers  # noqa: E402
import links  # noqa: E402
import listed  # noqa: E402
import potfiles  # noqa: E402
import size  # noqa: E402
import style  # noqa: E402
import symbols  # noqa: E402
import words  # noqa: E402

build = os.environ.get("TOP_BUILDDIR", os.path.join(root, "build"))
CHECKS = {
    "layers": layers.problems,
    "symbols": lambda top: symbols.problems(top, build),
    "banned": banned.problems,
    "size": size.problems,
    "words": words.problems,
    "listed": listed.problems,
    "potfiles": potfiles.problems,
    "style": style.problems,
}
for layer in links.names(root):
    CHECKS["link_" + layer] = lambda _, layer=layer: links.problems(build, layer)


def main():
    bad = False
    chosen = sys.argv[1:] or list(CHECKS)
    for number, name in enumerate(chosen, 1):
        if name == "style" and not style.tool():
            print(f"ok {number} - {name} # SKIP no clang-format {style.VERSION} here")
            continue
        found = CHECKS[name](root)
        bad = bad or bool(found)
        print(f"{'not ok' if found else 'ok'} {number} - {name}")
        for problem in found:
            print("# " + problem)
    if sys.argv[1:]:
        print(f"1..{len(chosen)}")
        return 1 if bad else 0
    # The checks' own tests, numbered on.
    sys.stdout.flush()
    sys.path.insert(0, os.path.join(here, "..", "lib"))
    import suite
    total = len(chosen)
    for name in ("test_lint.py", "test_suite.py"):
        lines, count = suite.renumber(name, *suite.child(os.path.join(here, name), ""), total)
        print("\n".join(lines))
        total += count
        bad = bad or any(line.startswith("not ok") for line in lines)
    print(f"1..{total}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
