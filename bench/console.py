"""console - a program on a pseudo-terminal, and how long it takes to answer."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

COLUMNS, ROWS = 200, 50
QUIET_S = 0.3


class Screen:
    """Starts a program; first_frame_ms: from fork until all of marks {text: times} are there."""

    def __init__(self, command, env, marks):
        began = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.execve(command[0], command, env)
        seen = b""
        while any(seen.count(text) < times for text, times in marks.items()):
            seen += os.read(self.fd, 65536)
        self.first_frame_ms = (time.perf_counter() - began) * 1e3
        self.first_frame_cpu_ms = self.cpu_ms()
        while self.readable(QUIET_S):
            os.read(self.fd, 65536)

    def readable(self, seconds):
        return bool(select.select([self.fd], [], [], seconds)[0])

    def settle(self):
        """Reads what is there, so that the next byte belongs to the next key."""
        while self.readable(0):
            os.read(self.fd, 65536)

    def key(self, key):
        """Milliseconds from a key to the first byte of its answer, and the bytes of it."""
        self.settle()
        began = time.perf_counter()
        os.write(self.fd, key)
        if not self.readable(2):
            raise RuntimeError(f"no answer to {key!r}")
        took = (time.perf_counter() - began) * 1e3
        size = 0
        while self.readable(0.004):
            size += len(os.read(self.fd, 65536))
        return took, size

    def press(self, key):
        """A key that need not change the screen."""
        os.write(self.fd, key)
        while self.readable(0.2):
            os.read(self.fd, 65536)

    def rss_mb(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as f:
            return next(int(line.split()[1]) / 1024 for line in f if line.startswith("VmRSS"))

    def cpu_ms(self):
        """What all threads have used: a number that other programs' load does not change much."""
        total = 0
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/schedstat", encoding="ascii") as f:
                total += int(f.read().split()[0])
        return total / 1e6

    def close(self):
        os.close(self.fd)
        try:
            os.kill(self.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
