"""listed - every source and unit test is in its folder's local.mk, else it
would be left out of the archive, of the tests or of the release."""
import os
import re

import source


def problems(root):
    found = []
    folders = {os.path.dirname(p) for p in source.walk(root, "src", ("local.mk",))
               + source.walk(root, "tests/unit", ("local.mk",))}
    for folder in sorted(folders):
        listing = source.read(root, os.path.join(folder, "local.mk"))
        named = set(re.findall(r"[\w./-]+", re.sub(r"^#.*", "", listing, flags=re.M)))
        on_disk = {path for path in source.walk(root, folder, (".c", ".h"))
                   if os.path.dirname(path) == folder}
        for path in sorted(on_disk):
            if path not in named and path[:-2] not in named:
                found.append(f"{path}: not in {folder}/local.mk")
        made = set(re.findall(r"^([\w./-]+):", listing, flags=re.M))  # in the build tree
        for path in sorted(named - made):
            if path.startswith(folder + "/") and path.endswith((".c", ".h")) and path not in on_disk:
                found.append(f"{folder}/local.mk: there is no {path}")
    for folder in ("src", "tests/unit"):
        for path in source.walk(root, folder, (".c", ".h")):
            if os.path.dirname(path) not in folders and path != "src/main.c":
                found.append(f"{path}: its folder has no local.mk")
    return found
