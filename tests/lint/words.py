"""words - none that mark unfinished work."""
import os
import re

import source

# XXX in capitals only: in small letters it is a top-level domain.
WORDS = re.compile(r"\b(TODO|FIXME|(?-i:XXX)|HACK|not implemented|unimplemented|stub(bed)?|"
                   r"place" r"holder|for now|coming soon)\b", re.I)


def problems(root):
    files = [f for folder in ("src", "data", "man", "po") for f in source.walk(root, folder, "")]
    files += [f for f in ("dev", "README.md", "HACKING.md", "NEWS", "configure.ac", "Makefile.am")
              if os.path.exists(os.path.join(root, f))]
    found = []
    for path in files:
        # autopoint's and make's files in po/ are not ours
        if path.startswith("po/") and not path.endswith((".po", "POTFILES.in", "Makevars")):
            continue
        text = source.read(root, path)
        for match in WORDS.finditer(text):
            found.append(f"{path}:{source.line_of(text, match.start())}: {match[0]!r}")
    return found
