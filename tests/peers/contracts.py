"""contracts - a server that answers by an API's published document, and says what breaks it.

Started on a copy of the document. An answer to a request that is not as the
document wants it has a header that lists the violations; the answers themselves
are the document's examples, so only their status tells something.
"""
import json
import os
import shutil
import tempfile

import node
import npm

SCRIPT = os.path.join("node_modules", "@stoplight", "prism-cli", "dist", "index.js")


class Server:
    """document: the path of an OpenAPI document. mend: a function that changes the document,
    parsed, where the server cannot read it as it stands (JSON only)."""

    def __init__(self, document, mend=None):
        folder = npm.install("contracts")
        self.home = tempfile.mkdtemp(prefix="masthead-contract-")
        self.node, self.port = None, node.free_port()
        copy = os.path.join(self.home, os.path.basename(document))
        try:
            shutil.copyfile(document, copy)
            if mend is not None:
                with open(copy, encoding="utf-8") as f:
                    parsed = json.load(f)
                mend(parsed)
                with open(copy, "w", encoding="utf-8") as f:
                    json.dump(parsed, f)
            self.node = node.Node(folder, self.home, SCRIPT, "mock", "-h", "127.0.0.1", "-p",
                                  self.port, copy, ready="Prism is listening")
        except BaseException:
            self.remove()
            raise

    def remove(self):
        if self.node is not None:
            self.node.kill()
        shutil.rmtree(self.home, ignore_errors=True)


def violations(seen):
    """What the server found wrong with a request (proxy.Seen), not with its own answer."""
    found = json.loads((seen.answered or {}).get("sl-violations", "[]"))
    return [v for v in found if v["location"][0] == "request"]
