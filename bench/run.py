#!/usr/bin/env python3
"""All measurements, each beside its floor and its goal. Needs nothing but this machine.

The store lies where TMPDIR says (else in the build directory: a disk, so that
durable means what it says). BENCH_JOBS: how many jobs it holds.
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import console  # noqa: E402

BUILD = os.environ.get("TOP_BUILDDIR", "build")
PROGRAM = os.environ.get("MASTHEAD", os.path.join(BUILD, "masthead"))
JOBS = int(os.environ.get("BENCH_JOBS", "200000"))
BURST, LATENCY_MS, IN_FLIGHT = 1000, 100, 32
# What a full screen shows: ours ends with the line of hints, the list fills its rows.
OURS, LIST = {b"autumn": 1, b"help": 1}, {b"autumn": console.ROWS - 1}


def say(text):
    print(text, flush=True)


def share(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


class Place:
    """A workspace with its own configuration directory."""

    def __init__(self, top, name):
        self.data, self.config = os.path.join(top, name), os.path.join(top, name + ".config")
        self.keys = os.path.join(self.config, "masthead", "keys")
        os.makedirs(self.config, 0o700)
        self.env = {"PATH": os.environ["PATH"], "HOME": top, "LC_ALL": "C.UTF-8", "TZ": "UTC",
                    "TERM": "xterm-256color", "XDG_CONFIG_HOME": self.config,
                    "MASTHEAD_WORKSPACE": self.data, "TMPDIR": top}

    def verb(self, *args, **how):
        return subprocess.run([PROGRAM, *args], env=self.env, check=True, stdout=subprocess.PIPE,
                              **how).stdout

    def bench(self, name, *args):
        done = subprocess.run([os.path.join(BUILD, "bench", name), self.data, self.keys, *args],
                              check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout.strip()

    def status(self):
        """status says by its exit status that something is due: no failure here."""
        return json.loads(subprocess.run([PROGRAM, "--json", "status"], env=self.env, check=False,
                                         stdout=subprocess.PIPE).stdout)

    def connect(self, top, *faults):
        """A sandbox, and the brand northwind with its first Bluesky account."""
        with open(os.path.join(top, "sandbox.err"), "ab") as err:
            box = subprocess.Popen([PROGRAM, "sandbox", "--json", "--ledger",
                                    self.data + ".ledger", *faults], env=self.env,
                                   stdout=subprocess.PIPE, stderr=err)
        place = json.loads(box.stdout.readline())["platforms"]["bluesky"]
        account = place["accounts"][0]
        self.verb("brand", "add", "northwind")
        reading, writing = os.pipe()
        os.write(writing, account["secret"].encode())
        os.close(writing)
        self.verb("connect", "northwind", "bluesky", "--server", place["server"], "--handle",
                  account["handle"], "--secret-fd", str(reading), pass_fds=(reading,))
        os.close(reading)
        return box


def burst(top):
    """1,000 jobs whose answers take 100 ms, 32 in flight, durable."""
    place = Place(top, "burst")
    box = place.connect(top, "--faults", f"bluesky:create=latency:{LATENCY_MS}")
    try:
        place.bench("seed", str(BURST), "now")
        before, began = os.times(), time.monotonic()
        place.verb("-o", "duplicate.window=0", "run", "--until-idle")
        took, after = (time.monotonic() - began) * 1e3, os.times()
        cpu = (after.children_user + after.children_system
               - before.children_user - before.children_system) * 1e3 / BURST
        with open(place.data + ".ledger", encoding="utf-8") as f:
            posts = sum(1 for _ in f)
    finally:
        box.terminate()
        box.wait()
    ideal = BURST * LATENCY_MS / IN_FLIGHT
    say(f"burst: {posts} posts in {took:.0f} ms, ideal {ideal:.0f}, ratio {took / ideal:.2f}"
        f" (goal 1.05); CPU {cpu:.2f} ms a job (goal 1)")


def start(place):
    """From exec to the first full frame, beside the minimal list, in turns."""
    floor = [os.path.join(BUILD, "bench", "list"), os.path.join(place.data, "masthead.db")]
    times, cpu = {"ours": [], "list": []}, {"ours": [], "list": []}
    for _ in range(9):
        for name, command, marks in (("ours", [PROGRAM], OURS), ("list", floor, LIST)):
            screen = console.Screen(command, place.env, marks)
            times[name].append(screen.first_frame_ms)
            cpu[name].append(screen.first_frame_cpu_ms)
            screen.close()
    ours, least = (statistics.median(times[name]) for name in ("ours", "list"))
    say(f"start: first full frame {ours:.0f} ms, minimal list {least:.0f} ms,"
        f" ratio {ours / least:.2f} (goal 2); CPU {statistics.median(cpu['ours']):.1f} ms,"
        f" minimal list {statistics.median(cpu['list']):.1f} ms")
    screen = console.Screen(floor, place.env, LIST)
    keys = [screen.key(b"jk"[i % 2:i % 2 + 1]) for i in range(200)]
    screen.close()
    return statistics.median(t for t, _ in keys), statistics.median(n for _, n in keys)


def keys(place, floor):
    """The console's keys while its publisher is at work, then its idle cost."""
    place.bench("seed", "2000", "now")
    screen = console.Screen([PROGRAM, "-o", "duplicate.window=0"], place.env, OURS)
    screen.press(b"3")
    seen = [screen.key(b"jk"[i % 2:i % 2 + 1]) for i in range(400)]
    jumps = [screen.key(key)[0] for _ in range(30) for key in (b"G", b"g")]
    busy = place.status()["jobs"].get("pending", 0) > 0
    times = [t for t, _ in seen]
    say(f"keys: publisher {'busy' if busy else 'IDLE AGAIN'}: p50 {share(times, .5):.1f} ms"
        f" (goal 2), p99 {share(times, .99):.1f} ms (goal 16), minimal list {floor[0]:.1f} ms;"
        f" {statistics.median(n for _, n in seen):.0f} bytes, minimal list {floor[1]:.0f}")
    say(f"keys: last and first page of {JOBS}: p50 {share(jumps, .5):.1f} ms,"
        f" p99 {share(jumps, .99):.1f} ms (goal 16)")
    while any(place.status()["jobs"].get(name) for name in ("pending", "processing")):
        while screen.readable(0.5):
            os.read(screen.fd, 65536)
    before, until = screen.cpu_ms(), time.monotonic() + 10
    while time.monotonic() < until:
        if screen.readable(1):
            os.read(screen.fd, 65536)
    say(f"idle: {(screen.cpu_ms() - before) / 100:.2f} % of a core (goal 0.2),"
        f" {screen.rss_mb():.0f} MB (goal 25)")
    screen.close()


def main():
    top = tempfile.mkdtemp(prefix="bench-", dir=os.environ.get("TMPDIR") or BUILD)
    try:
        say(Place(top, "life").bench("life", "9600"))
        burst(top)
        place = Place(top, "large")
        box = place.connect(top, "--faults", f"bluesky:create=latency:{LATENCY_MS}")
        try:
            say(place.bench("seed", str(JOBS)))
            say(place.bench("pages"))
            keys(place, start(place))
        finally:
            box.terminate()
            box.wait()
    finally:
        shutil.rmtree(top, ignore_errors=True)


if __name__ == "__main__":
    main()
