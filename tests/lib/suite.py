"""suite - runs the test_*.py files of a folder and speaks TAP.

    run.py [-k WORD] [-j N] [FILE...]

Each file runs in a process of its own, several at a time; a file that dies or
hangs counts as one failed case. A case may take LIMIT_S seconds (a class may
set its own `limit_s`), ten times that under a sanitizer.

With MASTHEAD_THREADED_ONLY set, only files that say `THREADED = True` run:
those that make threads work, for the thread sanitizer.
"""
import argparse
import concurrent.futures
import os
import re
import signal
import subprocess
import sys
import traceback
import unittest

LIMIT_S = 60
FILE_LIMIT_S = 900


def sanitized():
    return os.environ.get("SANITIZERS", "no") != "no"


def patience():
    """By how much everything may be slower here."""
    return 10 if sanitized() else 1


class TooSlow(BaseException):
    """Not an Exception: no test's own handling may swallow it."""


class TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.count = 0

    def line(self, ok, test, note="", detail=""):
        self.count += 1
        name = test.id() if hasattr(test, "id") else str(test)
        print(f"{'ok' if ok else 'not ok'} {self.count} - {name}{note}")
        for part in detail.splitlines():
            print("# " + part)
        sys.stdout.flush()

    def startTest(self, test):
        super().startTest(test)
        limit = int(getattr(test, "limit_s", LIMIT_S) * patience())

        def stop(_signal, _frame):
            raise TooSlow(f"not done after {limit} s")

        signal.signal(signal.SIGALRM, stop)
        signal.alarm(limit)

    def stopTest(self, test):
        signal.alarm(0)
        super().stopTest(test)

    def failed(self, test, err):
        self.line(False, test, detail="".join(traceback.format_exception(*err)))

    def addSuccess(self, test):
        self.line(True, test)

    def addSkip(self, test, reason):
        self.line(True, test, f" # SKIP {reason}")

    def addError(self, test, err):
        super().addError(test, err)
        self.failed(test, err)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.failed(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.failed(subtest, err)

    def addUnexpectedSuccess(self, test):
        self.line(False, test, detail="expected to fail, and did not")


def run_file(path, word):
    """In the file's own process: its cases as TAP. Returns the exit status."""
    folder, name = os.path.split(os.path.abspath(path))
    sys.path.insert(0, folder)
    loader = unittest.TestLoader()
    if word:
        loader.testNamePatterns = [f"*{word}*"]
    result = TapResult()
    cases = loader.loadTestsFromName(name[:-3])
    try:
        cases.run(result)
    except TooSlow as slow:
        print(f"not ok {result.count + 1} - {name}: {slow}")
        traceback.print_exc(file=sys.stdout)
        result.count += 1
        result.failures.append((name, str(slow)))
    print(f"1..{result.count}")
    return 0 if result.wasSuccessful() else 1


def child(path, word):
    """Runs a file in a process group of its own; returns (status, output)."""
    command = [sys.executable, os.path.abspath(__file__), "--one", path]
    if word:
        command += ["-k", word]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=FILE_LIMIT_S * patience())
        status = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        status = "too slow"
    try:  # what a file that died has left running
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    return status, output.decode("utf-8", "backslashreplace")


def renumber(name, status, output, start):
    """A file's TAP lines with numbers that go on from start; returns (lines, cases)."""
    lines, count, bad, planned = [], 0, False, False
    for line in output.splitlines():
        match = re.match(r"(ok|not ok) \d+ - (.*)", line)
        if match:
            count += 1
            bad = bad or match[1] == "not ok"
            lines.append(f"{match[1]} {start + count} - {match[2]}")
        elif re.match(r"1\.\.\d+$", line):
            planned = True
        else:
            lines.append(line if line.startswith("#") else "# " + line)
    if not planned or (status != 0 and not bad):
        count += 1
        lines.append(f"not ok {start + count} - {name}: ended early, with status {status}")
    return lines, count


def threaded(path):
    with open(path, encoding="utf-8") as f:
        return re.search(r"^THREADED = True$", f.read(), re.M) is not None


def main(folder):
    parser = argparse.ArgumentParser()
    parser.add_argument("-k", metavar="WORD", default="")
    parser.add_argument("-j", metavar="N", type=int, default=min(4, os.cpu_count() or 1))
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    if options.one:
        return run_file(options.files[0], options.k)

    files = [os.path.abspath(f) for f in options.files] or sorted(
        os.path.join(folder, f) for f in os.listdir(folder) if re.match(r"test_.*\.py$", f))
    if os.environ.get("MASTHEAD_THREADED_ONLY"):
        files = [f for f in files if threaded(f)]
    total, good = 0, True
    with concurrent.futures.ThreadPoolExecutor(max(1, options.j)) as pool:
        for path, (status, output) in zip(files, pool.map(lambda f: child(f, options.k), files)):
            lines, count = renumber(os.path.basename(path), status, output, total)
            print("\n".join(lines), flush=True)
            total += count
            good = good and not any(line.startswith("not ok") for line in lines)
    print(f"1..{total}" if total else "1..0 # SKIP no case here fits")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(os.path.dirname(os.path.abspath(__file__))))
