"""masthead - drives the program under test from outside.

A test class derives from Case. Each test has a Home: a directory of its own for
HOME, the XDG directories and TMPDIR, so that nothing of the machine is read or
written. Everything started is ended by its process id when the test ends, and
a sanitizer's report in any of the processes fails the test.

    class Publish(masthead.Case):
        def test_one_post(self):
            box = self.sandbox()
            self.run_ok("brand", "add", "northwind")
            account = box.account("bluesky")
            self.run_ok("connect", "northwind", "bluesky", "--server", account.server,
                        "--handle", account.handle, secret=account.secret)
            jobs = self.json("publish", "-b", "northwind", "--wait", "Hello")
            self.assertEqual(len(box.ledger()), 1)

The program is $MASTHEAD, or build/masthead when run by hand.
"""
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

import suite

TOP = os.path.abspath(os.environ.get(
    "TOP_SRCDIR", os.path.join(os.path.dirname(__file__), "..", "..")))
BUILD = os.path.abspath(os.environ.get("TOP_BUILDDIR", os.path.join(TOP, "build")))
PROGRAM = os.path.abspath(os.environ.get("MASTHEAD", os.path.join(BUILD, "masthead")))
POLL_S = 0.02


def wait_for(condition, timeout=10, what="the condition"):
    """Asks again and again until condition() is true, and returns what it gave.

    timeout is in seconds, longer under a sanitizer. `what` is for the failure:
    a text, or a function that makes one (the last state, say).
    """
    deadline = time.monotonic() + timeout * suite.patience()
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            text = what() if callable(what) else what
            raise AssertionError(f"waited {timeout} s in vain for {text}")
        pause.wait(POLL_S)


def alive(pid):
    """Whether a process runs (a zombie does not)."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Result:
    """A finished command: status, out and err (text), and json of out."""

    def __init__(self, args, status, out, err):
        self.args, self.status, self.out, self.err = args, status, out, err

    @property
    def json(self):
        try:
            return json.loads(self.out)
        except ValueError as bad:
            raise AssertionError(f"not one JSON document ({bad}): {self}") from None

    @property
    def error(self):
        """The error object that --json put on standard error."""
        try:
            return json.loads(self.err)["error"]
        except (ValueError, KeyError) as bad:
            raise AssertionError(f"no JSON error ({bad}): {self}") from None

    def __str__(self):
        return (f"masthead {' '.join(self.args)}\nexit status {self.status}\n"
                f"--- out\n{self.out[-4000:]}\n--- err\n{self.err[-4000:]}")


def memory():
    """Where a directory is kept in memory: a test's many commits need not wait for a disk.
    None, which means the usual place, where TMPDIR names one or memory is short."""
    shm = "/dev/shm"
    if os.environ.get("TMPDIR") or not os.access(shm, os.W_OK | os.X_OK):
        return None
    room = os.statvfs(shm)
    return shm if room.f_bavail * room.f_frsize > 512 << 20 else None


class Home:
    """A machine of one's own: directories and environment."""

    def __init__(self, extra=None):
        self.path = tempfile.mkdtemp(prefix="masthead-test-", dir=memory())
        self.env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8",
                    "TZ": "UTC", "TERM": "dumb", "HOME": self.path}
        for name, folder in (("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"),
                             ("XDG_STATE_HOME", "state"), ("XDG_CACHE_HOME", "cache"),
                             ("XDG_RUNTIME_DIR", "run"), ("TMPDIR", "tmp")):
            self.env[name] = os.path.join(self.path, folder)
            os.mkdir(self.env[name], 0o700)
        reports = os.path.join(self.path, "sanitizer")
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"):
            given = os.environ.get(name)
            self.env[name] = (given + ":" if given else "") + f"log_path={reports}"
        self.env.update(extra or {})

    @property
    def workspace(self):
        return os.path.join(self.env["XDG_DATA_HOME"], "masthead")

    def join(self, *parts):
        return os.path.join(self.path, *parts)

    def write(self, name, text, mode=0o600):
        """Writes a file below the home; returns its path."""
        path = self.join(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(text.encode() if isinstance(text, str) else text)
        os.chmod(path, mode)
        return path

    def reports(self):
        """What sanitizers said about processes of this home."""
        text = ""
        for name in sorted(os.listdir(self.path)):
            if name.startswith("sanitizer."):
                with open(self.join(name), encoding="utf-8", errors="replace") as f:
                    text += f.read()
        return text

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Background:
    """A started command; output goes to files, so that nothing blocks."""

    def __init__(self, home, args, fds=(), env=None, stdin=subprocess.DEVNULL):
        self.args = args
        self.out_path = tempfile.mktemp(prefix="out-", dir=home.env["TMPDIR"])
        self.err_path = self.out_path.replace("out-", "err-")
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.process = subprocess.Popen(
                [PROGRAM, *args], stdin=stdin, stdout=out, stderr=err,
                env={**home.env, **(env or {})}, cwd=home.path, pass_fds=fds)
        self.pid = self.process.pid

    def _read(self, path):
        with open(path, encoding="utf-8", errors="backslashreplace") as f:
            return f.read()

    @property
    def out(self):
        return self._read(self.out_path)

    @property
    def err(self):
        return self._read(self.err_path)

    def running(self):
        return self.process.poll() is None

    def line(self, timeout=15):
        """The first whole line of output, waited for."""
        def first():
            text = self.out
            if "\n" in text:
                return text.split("\n", 1)[0]
            if not self.running():
                raise AssertionError(f"ended before it said a line: {self}")
            return None
        return wait_for(first, timeout, lambda: f"a line from {self}")

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """SIGKILL, and wait for the end."""
        if self.running():
            self.process.kill()
        self.process.wait()

    def wait(self, timeout=30):
        """The exit status (negative: the signal that ended it)."""
        try:
            return self.process.wait(timeout * suite.patience())
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still runs after {timeout} s: {self}") from None

    def stop(self, timeout=30):
        """SIGTERM, and the exit status."""
        if self.running():
            self.process.terminate()
        return self.wait(timeout)

    def __str__(self):
        return (f"masthead {' '.join(self.args)}\nexit status {self.process.poll()}\n"
                f"--- out\n{self.out[-4000:]}\n--- err\n{self.err[-4000:]}")


class Account:
    def __init__(self, platform, server, handle, secret):
        self.platform, self.server, self.handle, self.secret = platform, server, handle, secret


class Sandbox(Background):
    """`masthead sandbox`, listening. Keyword arguments are its options:
    faults="bluesky:create=reset-afterx1", visibility_lag=500, accounts=3 ..."""

    def __init__(self, home, **options):
        self.ledger_path = options.pop("ledger", None) or os.path.join(
            home.env["TMPDIR"], f"ledger-{time.monotonic_ns()}.jsonl")
        args = ["sandbox", "--json", "--ledger", self.ledger_path]
        for name, value in options.items():
            args += ["--" + name.replace("_", "-"), str(value)]
        super().__init__(home, args)
        self.info = json.loads(self.line())
        self.url = self.info["listening"]

    def account(self, platform="bluesky", number=0):
        entry = self.info["platforms"][platform]
        account = entry["accounts"][number]
        return Account(platform, entry["server"], account["handle"], account["secret"])

    def ledger(self):
        """The posts that it accepted, oldest first."""
        try:
            with open(self.ledger_path, encoding="utf-8") as f:
                return [json.loads(line) for line in f if line.endswith("\n")]
        except FileNotFoundError:
            return []


class Case(unittest.TestCase):
    """One test: a home, and all that was started in it."""

    def setUp(self):
        self.home = self.new_home()

    def new_home(self, **extra):
        home = Home(extra)

        def close():
            reports = home.reports()
            home.remove()
            if reports:
                raise AssertionError("a sanitizer reports:\n" + reports[:20000])

        self.addCleanup(close)
        return home

    def run_masthead(self, *args, stdin=None, secret=None, token=None, passphrase=None,
                     env=None, home=None, timeout=60):
        """Runs the program to its end; returns a Result whatever the status was.

        secret, token, passphrase: passed through a pipe as --secret-fd and so on.
        stdin: text or bytes; without it standard input is empty.
        """
        home = home or self.home
        args, fds = [str(a) for a in args], []
        for option, value in (("--secret-fd", secret), ("--token-fd", token),
                              ("--passphrase-fd", passphrase)):
            if value is None:
                continue
            reading, writing = os.pipe()
            os.write(writing, value.encode() if isinstance(value, str) else value)
            os.close(writing)
            fds.append(reading)
            args += [option, str(reading)]
        given = stdin.encode() if isinstance(stdin, str) else stdin
        process = subprocess.Popen(
            [PROGRAM, *args], stdin=subprocess.PIPE if given is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=home.path, pass_fds=fds,
            env={**home.env, **(env or {})})
        for fd in fds:
            os.close(fd)
        try:
            out, err = process.communicate(given, timeout * suite.patience())
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            late = Result(args, "still running", out.decode("utf-8", "backslashreplace"),
                          err.decode("utf-8", "backslashreplace"))
            raise AssertionError(f"not done after {timeout} s: {late}") from None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        return Result(args, process.returncode, out.decode("utf-8", "backslashreplace"),
                      err.decode("utf-8", "backslashreplace"))

    def run_status(self, status, *args, **how):
        """Runs, and asserts the exit status."""
        result = self.run_masthead(*args, **how)
        if result.status != status:
            raise AssertionError(f"expected exit status {status}: {result}")
        return result

    def run_ok(self, *args, **how):
        return self.run_status(0, *args, **how)

    def json(self, *args, **how):
        """Runs with --json, asserts status 0, and returns the document."""
        return self.run_ok("--json", *args, **how).json

    def refused(self, code, status, *args, **how):
        """Runs with --json; asserts status and error code; returns the error object."""
        result = self.run_status(status, "--json", *args, **how)
        self.assertEqual(result.error["code"], code, result)
        return result.error

    def start(self, *args, home=None, env=None):
        """Starts the program in the background; killed when the test ends."""
        process = Background(home or self.home, [str(a) for a in args], env=env)
        self.addCleanup(process.kill)
        return process

    def sandbox(self, home=None, **options):
        """Starts the sandbox. It must end with status 0 when asked to."""
        box = Sandbox(home or self.home, **options)

        def close():
            if box.running() and box.stop() != 0:
                raise AssertionError(f"the sandbox did not end well: {box}")

        self.addCleanup(close)
        return box

    def connect(self, box, brand, platform="bluesky", number=0, **how):
        """Connects an account of the sandbox to a brand; returns the connection."""
        account = box.account(platform, number)
        return self.json("connect", brand, platform, "--server", account.server,
                         "--handle", account.handle, secret=account.secret, **how)
