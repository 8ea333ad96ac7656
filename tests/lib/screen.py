"""screen - a terminal for the console: a private tmux server, 80x24.

    class Jobs(screen.Case):
        def test_quit(self):
            term = self.terminal()            # `masthead` without a verb
            term.wait_text("Brands")
            term.send("q")
            self.assertEqual(term.wait_exit(), 0)

Tests wait until the screen shows what they expect; they never sleep. The server
has its socket in the test's own home and reads no configuration.
"""
import os
import shlex
import shutil
import signal
import subprocess
import unittest

import masthead
from masthead import wait_for


class Terminal:
    """A program on a screen of its own."""

    def __init__(self, home, command, columns=80, rows=24, env=None):
        self.home = home
        self.socket = os.path.join(home.env["TMPDIR"], f"tmux-{os.urandom(4).hex()}")
        # tmux gives its panes a TERM of their own: default-terminal.
        self.env = {**home.env, "SHELL": "/bin/sh", "TERM": "xterm-256color", **(env or {})}
        inner = "exec " + shlex.join(command)
        terminal = (env or {}).get("TERM", "tmux-256color")
        # remain-on-exit before the session ends tmux 3.3's server; the commands of one
        # call run before it looks at its panes, so a program that ends at once is kept.
        self._tmux("-f", "/dev/null",
                   "set-option", "-g", "default-terminal", terminal, ";",
                   "set-option", "-s", "escape-time", "0", ";",
                   "new-session", "-d", "-x", str(columns), "-y", str(rows),
                   "-c", home.path, inner, ";",
                   "set-option", "-g", "remain-on-exit", "on", ";",
                   "set-option", "-g", "remain-on-exit-format", "", ";",
                   "set-option", "-g", "window-size", "manual", ";",
                   "set-option", "-g", "status", "off")
        self.pid = int(self._show("#{pane_pid}"))

    def _tmux(self, *args):
        done = subprocess.run(["tmux", "-u", "-S", self.socket, *args], env=self.env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False, timeout=30)
        if done.returncode != 0:
            raise AssertionError(f"tmux {args}: {done.stderr.decode()}")
        return done.stdout.decode("utf-8", "backslashreplace")

    def _show(self, what):
        return self._tmux("display-message", "-p", what).strip()

    # -- looking -----------------------------------------------------------
    def lines(self):
        """What is on the screen, a string per row, without blanks at the end."""
        return [line.rstrip() for line in self._tmux("capture-pane", "-p").split("\n")[:-1]]

    def text(self):
        return "\n".join(self.lines())

    def unwrapped(self):
        """Rows that the terminal has wrapped are one line."""
        return self._tmux("capture-pane", "-p", "-J")

    def styled(self):
        """Rows with the escape sequences of colours and attributes."""
        return self._tmux("capture-pane", "-p", "-e")

    def history(self):
        """Also what has scrolled off (of the screen in use)."""
        return self._tmux("capture-pane", "-p", "-S", "-")

    def cursor(self):
        """(column, row), from 0."""
        x, y = self._show("#{cursor_x} #{cursor_y}").split()
        return int(x), int(y)

    def alternate(self):
        """Whether the alternate screen is on, as it is while the console shows."""
        return self._show("#{alternate_on}") == "1"

    # -- doing -------------------------------------------------------------
    @staticmethod
    def _whole(text):
        """tmux takes a semicolon at the end of an argument for its own."""
        return text[:-1] + "\\;" if text.endswith(";") else text

    def send(self, *keys):
        """Sends keys by tmux's names: "j", "Enter", "Escape", "C-d", "Up" ..."""
        self._tmux("send-keys", "--", *map(self._whole, keys))

    def type(self, text):
        """Sends text as it is, each character as a key."""
        self._tmux("send-keys", "-l", "--", self._whole(text))

    def resize(self, columns, rows):
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    # -- waiting -----------------------------------------------------------
    def wait(self, condition, timeout=10, what="the screen"):
        """Until condition(text of the screen) is true; returns what it gave."""
        return wait_for(lambda: condition(self.text()), timeout,
                        lambda: f"{what}; the screen shows:\n{self.text()}")

    def wait_text(self, text, timeout=10):
        return self.wait(lambda screen: text in screen, timeout, repr(text))

    def wait_gone(self, text, timeout=10):
        return self.wait(lambda screen: text not in screen, timeout, f"{text!r} to go")

    def ended(self):
        return self._show("#{pane_dead}") == "1"

    def wait_exit(self, timeout=15):
        """The exit status; after a signal, its number below zero."""
        def dead():
            closed, server, how = self._show(
                "#{pane_dead} #{pid} #{pane_dead_signal};#{pane_dead_status}").split()
            if closed == "1" and how == ";":
                # tmux 3.3 now and then misses the end of its child: it looks again.
                os.kill(int(server), signal.SIGCHLD)
            return None if how == ";" else how

        how = wait_for(dead, timeout,
                       lambda: f"the end; the screen shows:\n{self.text()}")
        number, status = how.split(";")
        return -int(number) if number else int(status)

    def close(self):
        """Ends the server, and with it the program."""
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], env=self.env, check=False,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=30)
        wait_for(lambda: not masthead.alive(self.pid), 30, "the program to end with its terminal")


class Case(masthead.Case):
    def setUp(self):
        if not shutil.which("tmux"):
            raise unittest.SkipTest("tmux is not installed")
        super().setUp()

    def terminal(self, *args, columns=80, rows=24, home=None, env=None):
        """The program on a terminal."""
        return self.terminal_of([masthead.PROGRAM, *args], columns, rows, home, env)

    def terminal_kept(self, *args, env=None):
        """The program under a shell that tells "status=N" afterwards and stays: what a program wrote just
        before its end can be lost between the kernel and tmux when its terminal ends with it."""
        script = '"$@"; echo "status=$?"; read x'
        return self.terminal_of(["sh", "-c", script, "sh", masthead.PROGRAM, *args], env=env)

    def terminal_of(self, command, columns=80, rows=24, home=None, env=None):
        """Any command on a terminal: a shell, to see what is left behind."""
        term = Terminal(home or self.home, command, columns, rows, env)
        self.addCleanup(term.close)
        return term
