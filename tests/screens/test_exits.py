"""Every way out gives the terminal back."""
import os
import signal

import desk
import masthead
import suite
from masthead import wait_for

THREADED = True


class Exits(desk.Case):
    def shell(self):
        """The console started from a shell that tells how the terminal is afterwards."""
        self.desk()
        script = ('before=$(stty -g); "$0"; echo "status=$?"; '
                  '[ "$(stty -g)" = "$before" ] && echo same-settings || stty -a; read x')
        term = self.terminal_of(["sh", "-c", script, masthead.PROGRAM])
        term.wait_text("3 Jobs")
        self.assertTrue(term.alternate())
        return term

    def pid(self, term):
        def child():
            with open(f"/proc/{term.pid}/task/{term.pid}/children", encoding="ascii") as f:
                for pid in f.read().split():
                    with open(f"/proc/{pid}/comm", encoding="utf-8") as name:
                        if name.read().strip() == "masthead":
                            return int(pid)
            return None
        return wait_for(child, 10, "the console's process")

    def restored(self, term, status):
        term.wait_text(f"status={status}")
        term.wait_text("same-settings")
        self.assertFalse(term.alternate())
        self.assertNotIn("3 Jobs", term.text())

    def test_quit(self):
        term = self.shell()
        term.send("q")
        self.restored(term, 0)

    def test_control_c(self):
        term = self.shell()
        term.send("C-c")
        self.restored(term, 0)

    def test_asked_to_end(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            with self.subTest(number):
                self.setUp()
                term = self.shell()
                os.kill(self.pid(term), number)
                self.restored(term, 8)
                self.doCleanups()

    def test_crash(self):
        numbers = [signal.SIGABRT, signal.SIGQUIT]
        if not suite.sanitized():
            # A sanitizer reports these itself.
            numbers += [signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE]
        for number in numbers:
            with self.subTest(number):
                self.setUp()
                term = self.shell()
                os.kill(self.pid(term), number)
                self.restored(term, 128 + number)
                self.doCleanups()

    def test_in_the_middle_of_things(self):
        term = self.shell()
        for keys in (("?",), ("q", ":"), ("Escape", "2", "c")):
            term.send(*keys)
        term.wait_text("App password")
        os.kill(self.pid(term), signal.SIGTERM)
        self.restored(term, 8)

    def test_suspend_and_continue(self):
        self.desk()
        term = self.terminal_of(["bash", "--norc", "-i"], env={"PS1": "shell> "})
        term.wait_text("shell>")
        term.type(masthead.PROGRAM)
        term.send("Enter")
        term.wait_text("3 Jobs")
        for how in ("key", "signal"):
            if how == "key":
                term.send("C-z")
            else:
                os.kill(self.pid(term), signal.SIGTSTP)
            term.wait_text("Stopped")
            self.assertFalse(term.alternate())
            term.type("fg")
            term.send("Enter")
            term.wait_text("3 Jobs")
            self.assertTrue(term.alternate())
            term.send("?")
            term.wait_text("Everywhere")
            term.send("q")
            term.wait_text("3 Jobs")
        term.send("q")
        term.wait_text("shell>")

    def test_suspend_inside_the_editor(self):
        self.desk()
        editor = self.editor("", how='echo editing; kill -TSTP 0; echo written >> "$1"')
        term = self.terminal_of(["bash", "--norc", "-i"], env={**editor, "PS1": "shell> "})
        term.wait_text("shell>")
        term.type(masthead.PROGRAM)
        term.send("Enter")
        term.wait_text("3 Jobs")
        term.send("n")
        term.wait_text("Stopped")
        term.type("fg")
        term.send("Enter")
        term.wait_text("Preview")
        term.wait_text("written")

    def test_no_terminal(self):
        result = self.run_masthead()
        self.assertEqual(result.status, 2)
        self.assertIn("terminal", result.err)

    def test_unknown_terminal(self):
        term = self.terminal_kept(env={"TERM": "no-such-terminal"})
        term.wait_text("status=4")
        self.assertIn("is not known", term.text())

    def test_in_flight_is_asked(self):
        self.desk(faults="bluesky:create=latency:9000")
        self.queue("Slow bread", at="+1s")
        term = self.console("-o", "http.timeout=20")
        term.wait_text("publishing 1")
        term.send("q")
        term.wait_text("1 post is on its way")
        term.send("q")
        term.wait_text("Nothing was done")
        term.send("Q")
        term.wait_text("1 post is on its way")
        term.send("w")
        term.wait_text("Waiting for what is on its way")
        self.assertEqual(term.wait_exit(), 0)
        self.assertEqual(self.job(1)["status"], "published")
