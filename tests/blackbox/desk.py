"""desk - what the black-box tests have in common: a home with short waits, brands
with accounts on the sandbox, and the questions that are asked again and again."""
import os
import sqlite3

import masthead
import shapes

# Waits that are short enough for a test. What a test is about, it sets by itself with -o.
QUICK = {"http.timeout": 2, "http.connect_timeout": 1, "retry.base": 0.02, "retry.cap": 0.2,
         "settle.lag": 0.05, "shutdown.limit": 3}


class Case(masthead.Case):
    def new_home(self, **extra):
        home = super().new_home(**extra)
        self.configure(home, **QUICK)
        return home

    def configure(self, home=None, **keys):
        """Writes the configuration file; returns its path."""
        home = home or self.home
        text = "".join(f'{name} = "{value}"\n' for name, value in keys.items())
        return home.write("config/masthead/masthead.conf", text)

    def desk(self, *platforms, brand="northwind", number=0, **options):
        """A sandbox, a brand, and an account on each platform; returns the sandbox."""
        box = self.sandbox(**options)
        self.run_ok("brand", "add", brand)
        for platform in platforms or ("bluesky",):
            self.login(box, brand, platform, number)
        return box

    def again(self, box, **options):
        """The sandbox anew: other options, and the same address, ledger, accounts, tokens, posts."""
        if box.running():
            self.assertEqual(box.stop(), 0, box)
        return self.sandbox(ledger=box.ledger_path, state=box.state,
                            listen=box.url.split("//")[1], **options)

    def sandbox(self, home=None, **options):
        home = home or self.home
        state = options.setdefault("state", home.join("tmp", "sandbox-state"))
        box = super().sandbox(home, **options)
        box.state = state
        return box

    def login(self, box, brand="northwind", platform="bluesky", number=0, status=0, **how):
        """Connects; returns the connection, or the result where it must fail."""
        account = box.account(platform, number)
        secret = how.pop("secret", account.secret)
        kind = "secret" if platform == "bluesky" else "token"
        result = self.run_status(status, "--json", "connect", brand, platform,
                                 "--server", account.server, "--handle", account.handle,
                                 *how.pop("more", ()), **{kind: secret}, **how)
        return result if status else shapes.check_connection(self, result.json)

    def post(self, text, *options, brand="northwind", **how):
        """Publishes; returns its jobs."""
        document = self.json("publish", "-b", brand, *options, text, **how)
        shapes.check(self, document, {"post": int, "jobs": list})
        return [shapes.check_job(self, job) for job in document["jobs"]]

    def job(self, number=1):
        return shapes.check_job(self, self.json("job", "show", number))

    def jobs(self, *options):
        return shapes.check_list(self, self.json("jobs", *options), "jobs", shapes.JOB)

    def connection(self, name=1):
        return shapes.check_connection(self, self.json("connection", "show", name))

    def wait_job(self, number, status, timeout=15):
        """Until the job has that status; returns it."""
        last = []

        def there():
            last[:] = [self.job(number)]
            return last[0] if last[0]["status"] == status else None

        return masthead.wait_for(there, timeout, lambda: f"job {number} {status}; it is {last}")

    def database(self):
        """The database of the workspace, opened beside the program."""
        db = sqlite3.connect(os.path.join(self.home.workspace, "masthead.db"), timeout=10,
                             isolation_level=None)
        self.addCleanup(db.close)
        return db

    def once_each(self, box):
        """No text stands twice in the ledger; returns its lines."""
        lines = box.ledger()
        texts = [(line["platform"], line["account"], line["text"]) for line in lines]
        self.assertEqual(len(set(texts)), len(texts), lines)
        for line in lines:
            shapes.check(self, line, shapes.LEDGER)
        return lines

    def sound(self):
        """Log and database are whole."""
        self.assertTrue(self.json("log", "verify")["ok"])
        self.assertEqual(self.json("check")["problems"], [])
