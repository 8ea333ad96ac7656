"""layers - every #include in src/ against layers.conf, also through headers."""
import fnmatch
import os
import re

import source

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(<[^>\n]+>|"[^"\n]+")', re.M)


class Table:
    """layers.conf, read."""

    def __init__(self, path):
        self.layers, self.headers, self.only = {}, {}, []
        with open(path, encoding="utf-8") as f:
            for line in f:
                line = line.split("#")[0].strip()
                if not line:
                    continue
                left, right = line.split(":")
                kind, *names = left.split()
                if kind == "layer":
                    self.layers[names[0]] = right.split()
                elif kind == "headers":
                    self.headers[names[0]] = right.split()
                elif kind == "only":
                    self.only += [(pattern, names) for pattern in right.split()]
                else:
                    raise ValueError(f"{path}: {line}")

    def allows(self, layer, target, header=False):
        """May a file of the layer include target ("LAYER/FILE.h")?"""
        rule = self.headers.get(layer) if header else None
        rule = self.layers[layer] if rule is None else rule
        return target.split("/")[0] in (layer, *rule) or target in rule

    def owners(self, name):
        """The layers which alone may include a foreign header; None: any."""
        for pattern, layers in self.only:
            if fnmatch.fnmatch(name, pattern):
                return layers
        return None


def includes(root, path):
    """(line, name, own) of each include of a file."""
    text = source.TOKEN.sub(lambda m: m[0] if m[0][0] == '"' else "\n" * m[0].count("\n"),
                            source.read(root, path))
    return [(source.line_of(text, m.start(1)), m[1][1:-1], m[1][0] == '"')
            for m in INCLUDE.finditer(text)]


def table(root):
    own = os.path.join(root, "tests/lint/layers.conf")
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers.conf")
    return Table(own if os.path.exists(own) else here)


def problems(root):
    rules = table(root)
    files = source.walk(root, "src", (".c", ".h"))
    graph = {path[4:]: includes(root, path) for path in files}
    found = []

    def check(path, layer, header, where, name, own, chain):
        place = f"src/{path}:{where}" + (" (through " + ", ".join(chain) + ")" if chain else "")
        if not own:
            owners = rules.owners(name)
            # Also through its owner's header, which would carry it to all who use that.
            if owners is not None and layer not in owners:
                found.append(f"{place}: <{name}> belongs to {', '.join(owners)} alone")
        elif name not in graph:
            found.append(f"{place}: there is no src/{name}")
        elif not rules.allows(layer, name, header):
            kind = f"headers of {layer}" if header and layer in rules.headers else layer
            found.append(f"{place}: {kind} may not include {name}")
        else:
            return True
        return False

    for path in sorted(graph):
        if "/" not in path:  # main.c wires: it may include every layer, but no foreign header
            found += [f"src/{path}:{where}: <{name}> belongs to a layer"
                      for where, name, own in graph[path] if not own and rules.owners(name)]
            continue
        layer = path.split("/")[0]
        if layer not in rules.layers:
            found.append(f"src/{path}: {layer} is no layer of layers.conf")
            continue
        header = path.endswith(".h")
        seen, todo = set(), [(path, [], 0)]
        while todo:
            at, chain, line = todo.pop()
            for where, name, own in graph[at]:
                if (name, own) in seen:
                    continue
                seen.add((name, own))
                first = line or where
                if check(path, layer, header, first, name, own, chain) and own:
                    todo.append((name, chain + [name], first))
    return found
