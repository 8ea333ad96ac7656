"""node - a peer's process: started, waited for, killed by its id."""
import os
import socket
import subprocess
import sys

import npm

sys.path.insert(0, os.path.join(npm.HERE, "..", "lib"))
import masthead  # noqa: E402

READY_S = 60


def free_port():
    """A port of 127.0.0.1 that nobody has; the peer takes it a moment later."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Node:
    """node SCRIPT ARGUMENTS in a peer's folder; ready when it has said so."""

    def __init__(self, folder, home, script, *arguments, env=None, ready="listening\n"):
        self.log_path = os.path.join(home, os.path.basename(script) + ".log")
        with open(self.log_path, "ab") as log:
            start = log.tell()
            self.process = subprocess.Popen(
                [os.path.join(npm.runtime(), "bin", "node"), os.path.join(folder, script),
                 *map(str, arguments)],
                cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={"PATH": "/usr/bin:/bin", "HOME": home, "LC_ALL": "C.UTF-8", "TZ": "UTC",
                     "LOG_ENABLED": "false", **(env or {})})

        def is_ready():
            if self.process.poll() is not None:
                raise AssertionError(f"{script} ended early:\n{self.log()[-4000:]}")
            return ready in self.log(start)

        try:
            masthead.wait_for(is_ready, READY_S, f"{script} to listen")
        except BaseException:
            self.kill()
            raise

    def log(self, start=0):
        with open(self.log_path, "rb") as f:
            f.seek(start)
            return f.read().decode("utf-8", "backslashreplace")

    def kill(self):
        """SIGKILL, and wait for the end."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
