"""symbols - what each layer's archive calls, against layers.conf.

The other half of the layer test: a declaration copied instead of included would
pass layers.py, and linking sees only what no lower archive brings.
"""
import os
import re
import subprocess

import layers


def names(archive):
    """{object: (defined, undefined)} of an archive's global symbols."""
    text = subprocess.run(["nm", "-g", "-P", archive], check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True).stdout
    objects, current = {}, None
    for line in text.splitlines():
        head = re.match(r".*\[(.+)\]:$", line)
        if head:
            current = objects.setdefault(head[1], (set(), set()))
        elif line and current is not None:
            symbol, kind = line.split()[:2]
            current[kind in "Uw"].add(symbol)
    return objects


def problems(root, build):
    rules = layers.table(root)
    archives = {}
    for layer in rules.layers:
        path = os.path.join(build, f"libmasthead_{layer}.a")
        if os.path.exists(path):
            archives[layer] = names(path)
    home = {}
    for layer, objects in archives.items():
        for name, (defined, _) in objects.items():
            for symbol in defined:
                home.setdefault(symbol, (layer, name))
    found = [] if archives else [f"{build}: no archive to look at"]
    for layer, objects in archives.items():
        for name, (_, undefined) in sorted(objects.items()):
            for symbol in sorted(undefined):
                if symbol not in home:
                    continue
                target, where = home[symbol]
                header = f"{target}/{os.path.splitext(where)[0]}.h"
                if not rules.allows(layer, header) and not rules.allows(layer, f"{target}/{where}"):
                    found.append(f"{layer}: {name} may not use {symbol} of {target}'s {where}")
    return found
