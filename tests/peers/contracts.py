"""contracts - holds requests against an API's published document, while the sandbox answers them.

Masthead talks to a Witness. That passes each request on to the sandbox, and
shows it to a server that knows nothing but the document: what that finds wrong
stands in `seen.breaks`. The server reads a copy of the document from which the
answers are gone (contracts/trim.mjs says why), and the mends of the test.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.parse

import node
import npm
import proxy

SCRIPT = os.path.join("node_modules", "@stoplight", "prism-cli", "dist", "index.js")


class Document:
    """A document, and the server that has read it. mend: a function that changes the parsed
    document where it is wrong about what the service takes."""

    def __init__(self, path, mend=None):
        folder = npm.install("contracts")
        self.home = tempfile.mkdtemp(prefix="masthead-contract-")
        self.node, self.port = None, node.free_port()
        trimmed = os.path.join(self.home, "document.json")
        try:
            subprocess.run([os.path.join(npm.runtime(), "bin", "node"),
                            os.path.join(folder, "trim.mjs"), path, trimmed], check=True)
            with open(trimmed, encoding="utf-8") as f:
                self.parsed = json.load(f)
            if mend is not None:
                mend(self.parsed)
                with open(trimmed, "w", encoding="utf-8") as f:
                    json.dump(self.parsed, f)
            self.node = node.Node(folder, self.home, SCRIPT, "mock", "-h", "127.0.0.1", "-p",
                                  self.port, trimmed, ready="Prism is listening")
        except BaseException:
            self.remove()
            raise
        self.known = [(re.compile(re.sub(r"\\{\w+\\}|\{\w+\}", "[^/]+", re.escape(path))), item)
                      for path, item in self.parsed["paths"].items()]

    def remove(self):
        if self.node is not None:
            self.node.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def parameters(self, method, path):
        """Names that a query may have; None if the document has no such request."""
        for form, item in self.known:
            if form.fullmatch(path) and method.lower() in item:
                found = item.get("parameters", []) + item[method.lower()].get("parameters", [])
                return {self.resolve(p)["name"] for p in found}
        return None

    def resolve(self, what):
        for step in what["$ref"].split("/")[1:] if "$ref" in what else ():
            what = (self.parsed if step == "components" else what)[step]
        return what

    def breaks(self, method, path, status, body):
        """What is wrong with a request to which the server answered this. Names in a query that
        the document does not have are passed over by the server, and not here."""
        path, _, query = path.partition("?")
        found = [] if status < 300 else [f"HTTP {status}: {body.decode('utf-8', 'replace')}"]
        names = self.parameters(method, path)
        return found + [f"the query's {name} is not in the document"
                        for name, _ in urllib.parse.parse_qsl(query, keep_blank_values=True)
                        if names is not None and name not in names]


class Witness(proxy.Proxy):
    """Between Masthead and the sandbox's part for a platform, which lies below `prefix` there.
    base: what stands before the document's paths. aside: paths that are no part of the API."""

    def __init__(self, document, port, prefix, base="", aside=()):
        self.document, self.prefix, self.base, self.aside = document, prefix, base, aside
        super().__init__(port)

    def forward(self, seen):
        seen.breaks = []
        if seen.path.split("?")[0] not in self.aside:
            self.show(seen, seen.path)
        status, headers, body = self.send(self.upstream, seen, self.prefix + seen.path)
        # Addresses of the sandbox's own, for files, lead past here as well.
        here = f"http://127.0.0.1:{self.upstream}{self.prefix}".encode()
        return status, headers, body.replace(here, self.url.encode())

    def show(self, seen, path):
        """Lets the document judge a request."""
        path = path[len(self.base):] if path.startswith(self.base) else path
        status, _, body = self.send(self.document.port, seen, path)
        seen.breaks += self.document.breaks(seen.method, path, status, body)
