"""desk - a console with brands and accounts on the sandbox, for the tests of this folder."""
import stat

import screen


class Case(screen.Case):
    THREADED = True

    def desk(self, brands=("northwind",), undo="0", **options):
        """Brands, each with an account of the sandbox; returns the sandbox."""
        box = self.sandbox(**options)
        for number, brand in enumerate(brands):
            self.json("brand", "add", brand, "--timezone", "Europe/Berlin")
            self.connect(box, brand, number=number)
        self.undo = undo
        return box

    def console(self, *args, wait="Jobs", kept=False, **how):
        make = self.terminal_kept if kept else self.terminal
        term = make("-o", f"undo={getattr(self, 'undo', '0')}", *args, **how)
        term.wait_text(wait)
        return term

    def queue(self, text, at="+1d", brand="northwind"):
        """A job; its number."""
        return self.json("publish", "-b", brand, "--at", at, text)["jobs"][0]["id"]

    def job(self, number):
        return self.json("job", "show", str(number))

    def wait_status(self, number, status):
        return screen.wait_for(lambda: self.job(number)["status"] == status, 15,
                               lambda: f"job {number} to be {status}: {self.job(number)}")

    def editor(self, text, how="printf '%s\\n' \"$TEXT\" >> \"$1\""):
        """An $EDITOR that appends text to the post file; the environment for it."""
        path = self.home.write("editor.sh", f"#!/bin/sh\n{how}\n")
        self.home.write("editor.sh", f"#!/bin/sh\n{how}\n", stat.S_IRWXU)
        return {"EDITOR": path, "VISUAL": "", "TEXT": text}
