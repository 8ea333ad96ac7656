"""The command line's form: options before and after the verb, help, errors, exit statuses, JSON or not."""
import json
import os
import re
import subprocess

import desk
import masthead
import shapes

VERBS = """init;tenant add;tenant list;tenant show;tenant rename;tenant archive;brand add;brand list
brand show;brand edit;brand archive;platforms;connect;connections;connection show;disconnect;refresh
verify;publish;edit;takedown;jobs;job show;job why;open;retry;cancel;hold;release;reschedule;resolve;pause
resume;undo;log;log verify;log export;sync-log;recover;check;run;daemon;status;metrics;import;export;backup;restore;sandbox;demo""".replace("\n", ";").split(";")


class Form(desk.Case):
    def test_help_everywhere(self):
        overall = self.run_ok("--help")
        self.assertEqual(overall.err, "")
        for verb in VERBS:
            self.assertIn(f"  {verb}", overall.out)
        for verb in ("publish", "tenant add", "jobs", "log", "log verify", "demo"):
            shown = self.run_ok(*verb.split(), "--help")
            self.assertIn(f"masthead [GLOBAL OPTIONS] {verb}", shown.out)
        self.assertIn("--dry-run", self.run_ok("publish", "--help").out)
        self.assertIn("tenant archive", self.run_ok("tenant", "--help").out)
        self.assertFalse(os.path.exists(self.home.workspace), "help made a workspace")

    def test_help_wins_over_missing_operands(self):
        self.run_ok("connect", "--help")
        self.run_ok("--help", "connect")
        self.run_ok("job", "show", "x", "y", "--help")

    def test_version(self):
        said = self.run_ok("--version").out
        self.assertRegex(said, r"^masthead \d+\.\d+\.\d+\S*\n$")
        self.assertEqual(self.run_ok("jobs", "--version").out, said)

    def test_global_options_on_either_side(self):
        other = self.home.join("elsewhere")
        self.run_ok("-w", other, "brand", "add", "one")
        self.run_ok("brand", "add", "two", "--workspace", other)
        before = self.run_ok("--json", "-w", other, "brand", "list").json
        after = self.run_ok("brand", "list", "-w", other, "--json").json
        self.assertEqual(before, after)
        self.assertEqual({b["name"] for b in before["brands"]}, {"one", "two"})

    def test_two_dashes_end_the_options(self):
        self.run_ok("brand", "add", "--", "--json")
        self.assertEqual(self.run_ok("brand", "show", "--", "--json").out.count("--json"), 1)
        self.assertEqual(self.json("brand", "show", "--", "--json")["name"], "--json")

    def test_usage_errors(self):
        for args in (["nonsense"], ["job", "nonsense"], ["job"], ["tenant"], ["jobs", "--nonsense"],
                     ["jobs", "-X"], ["jobs", "--limit"], ["jobs", "--limit", "many"],
                     ["jobs", "--limit", "0"], ["jobs", "--json=yes"], ["brand", "add"],
                     ["brand", "add", "a", "b"], ["connect", "northwind"], ["job", "show"],
                     ["job", "show", "first"], ["publish", "text"], ["--color", "pink", "jobs"],
                     ["resolve", "1"], ["resolve", "1", "--published", "--absent"], ["pause"],
                     ["pause", "--all", "-b", "northwind"], ["retry"], ["reschedule", "1"],
                     ["verify"], ["jobs", "--sort", "colour"], ["jobs", "-s", "lost"],
                     ["--passphrase-fd", "x", "jobs"], ["sandbox", "--accounts", "1"],
                     ["run", "--timeout", "soon"], ["log", "--job", "x"], ["publish", "-b", "x"],
                     ["--option", "jobs"], ["log", "verify", "all"]):
            with self.subTest(args=args):
                said = self.run_status(2, *args)
                self.assertRegex(said.err, r"^masthead: E_USAGE: .+\n$")
                self.assertEqual(said.out, "")

    def test_error_as_json(self):
        for args in (["--json", "job", "show", "7"], ["job", "show", "7", "--json"]):
            said = self.run_status(3, *args)
            self.assertEqual(said.out, "")
            self.assertEqual(said.err.count("\n"), 1)
            self.assertEqual(list(json.loads(said.err)), ["error"])
            shapes.check(self, said.error, shapes.ERROR)
            self.assertEqual(said.error["code"], "E_NOT_FOUND")
        self.assertEqual(self.refused("E_USAGE", 2, "no-such-verb")["code"], "E_USAGE")
        self.refused("E_USAGE", 2, "jobs", "--no-such-option")

    def test_error_for_people(self):
        said = self.run_status(3, "brand", "show", "nobody")
        self.assertRegex(said.err, r"^masthead: E_NOT_FOUND: .*nobody.*\n$")

    def test_readonly_changes_nothing(self):
        self.run_ok("brand", "add", "northwind")
        for args in (["brand", "add", "other"], ["brand", "archive", "northwind"],
                     ["tenant", "add", "other"], ["pause", "--all"], ["run"], ["recover"],
                     ["check", "--repair"], ["daemon"], ["init"],
                     ["publish", "-b", "northwind", "text"], ["connect", "northwind", "bluesky"]):
            with self.subTest(args=args):
                self.refused("E_READONLY", 4, "--readonly", *args)
        self.assertEqual(len(self.json("brand", "list", "--readonly")["brands"]), 1)
        for args in (["jobs"], ["log"], ["status"], ["check"], ["log", "verify"],
                     ["recover", "--dry-run"], ["connections"], ["platforms"], ["tenant", "list"]):
            self.run_ok("--readonly", *args)

    def test_readonly_makes_no_workspace(self):
        said = self.run_masthead("--readonly", "jobs")
        self.assertNotEqual(said.status, 0)
        self.assertFalse(os.path.exists(os.path.join(self.home.workspace, "masthead.db")))

    def test_piped_output_has_tabs(self):
        self.run_ok("brand", "add", "northwind", "--timezone", "Europe/Berlin")
        fields = self.run_ok("brand", "list").out.rstrip("\n").split("\t")
        self.assertEqual(fields[:3], ["1", "northwind", "Europe/Berlin"])
        self.assertNotIn("\x1b", self.run_ok("--color", "always", "brand", "list").out)
        self.assertIn("\t", self.run_ok("tenant", "list").out)

    def test_workspace_is_chosen_by_environment(self):
        place = self.home.join("by-env")
        self.run_ok("brand", "add", "one", env={"MASTHEAD_WORKSPACE": place})
        self.assertTrue(os.path.exists(os.path.join(place, "masthead.db")))
        self.assertFalse(os.path.exists(self.home.workspace))
        other = self.home.join("by-option")
        self.run_ok("-w", other, "brand", "add", "two", env={"MASTHEAD_WORKSPACE": place})
        self.assertEqual(self.json("-w", other, "brand", "list")["brands"][0]["name"], "two")

    def test_operator_is_in_the_log(self):
        self.run_ok("--operator", "Ada L.", "brand", "add", "one")
        self.assertEqual(self.json("log")["entries"][0]["actor"], "Ada L.")
        for bad in ("", "a\nb", "x" * 65, "Ada\u202e.L"):
            self.refused("E_INVALID", 4, "--operator", bad, "jobs")

    def test_log_file(self):
        path = self.home.join("tmp", "diagnostics")
        self.run_ok("--log-file", path, "-v", "brand", "add", "one")
        self.assertTrue(os.path.exists(path))
        self.assertEqual(os.stat(path).st_mode & 0o077, 0)
        self.refused("E_IO", 7, "--log-file", "/nonexistent/there", "jobs")

    def test_a_verb_alone_needs_a_terminal(self):
        said = self.run_status(2)
        self.assertIn("E_USAGE", said.err)

    def test_output_that_cannot_be_written(self):
        self.run_ok("brand", "add", "one")
        with open("/dev/full", "wb") as full:
            said = subprocess.run([masthead.PROGRAM, "brand", "list"], env=self.home.env,
                                  stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
                                  check=False, timeout=60)
        self.assertEqual(said.returncode, 7)
        self.assertRegex(said.stderr.decode(), "E_IO|E_DISK_FULL")


class Configuration(desk.Case):
    def test_options_for_one_run(self):
        for bad in ("nonsense=1", "http.timeout=soon", "http.timeout=-1",
                    "retry.max=x", "=5", "theme=loud", "http.timeout=99999999"):
            with self.subTest(option=bad):
                self.refused("E_CONFIG", 4, "-o", bad, "jobs")
        self.refused("E_USAGE", 2, "-o", "http.timeout", "jobs")
        self.run_ok("-o", "http.timeout=0.5", "-o", "retry.max=0", "jobs", "-o", "catchup=hold")

    def test_file_errors_name_file_and_line(self):
        for text, line in (("http.timeout = 3\nnonsense = 4\n", 2),
                           ("# a comment\n\nhttp.timeout = soon\n", 3),
                           ("= 3\n", 1)):
            with self.subTest(text=text):
                path = self.home.write("tmp/bad.conf", text)
                error = self.refused("E_CONFIG", 4, "-c", path, "jobs")
                self.assertIn("bad.conf", error["message"])
                self.assertRegex(error["message"], rf"(:|line ){line}\b")

    def test_file_that_is_not_there(self):
        said = self.run_masthead("-c", self.home.join("none.conf"), "jobs")
        self.assertIn(said.status, (3, 4, 7))
        self.assertIn("none.conf", said.err)

    def test_default_file_is_read(self):
        self.configure(tenant="nobody")
        self.refused("E_NOT_FOUND", 3, "jobs")
        self.run_ok("-T", "default", "jobs")
        self.run_ok("-o", "tenant=default", "jobs")

    def test_all_fixed_keys(self):
        keys = {"http.timeout": 30, "http.connect_timeout": 10, "retry.base": 1, "retry.cap": 30,
                "retry.max": 3, "settle.lag": 1, "undo": 10, "catchup": 60,
                "publisher.in_flight": 32, "shutdown.limit": 30, "duplicate.window": "24h",
                "key.file": self.home.join("my.key"),
                "platform.bluesky.api_base": "https://pds.example",
                "platform.mastodon.version": "4.3"}
        self.configure(**keys)
        self.run_ok("brand", "add", "one")
        self.assertTrue(os.path.exists(self.home.join("my.key")))
        shown = self.json("platforms", "bluesky")
        self.assertEqual(shown["api_base"], "https://pds.example")
        self.assertEqual(self.json("platforms", "mastodon")["version"], "4.3")


class Tenants(desk.Case):
    def test_life_of_a_tenant(self):
        made = shapes.check(self, self.json("tenant", "add", "agency"), shapes.TENANT)
        self.assertEqual((made["id"], made["archived"], made["brands"]), (2, False, 0))
        for name in ("agency", "2"):
            self.assertEqual(self.json("tenant", "show", name), made)
        self.refused("E_EXISTS", 4, "tenant", "add", "agency")
        self.refused("E_NOT_FOUND", 3, "tenant", "show", "nobody")
        self.assertEqual(self.json("tenant", "rename", "agency", "house")["name"], "house")
        self.refused("E_EXISTS", 4, "tenant", "rename", "house", "default")
        rows = shapes.check_list(self, self.json("tenant", "list"), "tenants", shapes.TENANT)
        self.assertEqual({t["name"] for t in rows}, {"default", "house"})
        self.assertTrue(self.json("tenant", "archive", "house")["archived"])
        self.run_ok("jobs")  # one is left, and meant

    def test_several_tenants_must_be_named(self):
        self.run_ok("tenant", "add", "agency")
        for args in (["jobs"], ["brand", "add", "x"], ["log"], ["connections"]):
            error = self.refused("E_USAGE", 2, *args)
            self.assertIn("agency", error["message"])
            self.assertIn("default", error["message"])
        for args in (["status"], ["tenant", "list"], ["check"], ["log", "verify"], ["platforms"],
                     ["run"], ["recover"]):
            self.run_ok(*args)
        self.run_ok("-T", "agency", "jobs")
        self.run_ok("jobs", "--tenant", "2")
        self.refused("E_NOT_FOUND", 3, "-T", "nobody", "jobs")

    def test_numbers_count_per_tenant_and_nothing_crosses(self):
        self.run_ok("tenant", "add", "agency")
        for tenant in ("default", "agency"):
            made = self.json("-T", tenant, "brand", "add", "northwind")
            self.assertEqual((made["id"], made["tenant"]), (1, tenant))
        self.run_ok("-T", "agency", "brand", "add", "lumen")
        self.refused("E_NOT_FOUND", 3, "-T", "default", "brand", "show", "lumen")
        self.refused("E_NOT_FOUND", 3, "-T", "default", "brand", "show", "2")
        entries = self.json("-T", "default", "log")["entries"]
        self.assertTrue(all(e["tenant"] == "default" for e in entries), entries)


class Brands(desk.Case):
    def test_life_of_a_brand(self):
        made = shapes.check(self, self.json("brand", "add", "northwind", "--timezone",
                                            "Europe/Berlin", "--catch-up", "5", "--color", "red"),
                            shapes.BRAND)
        self.assertEqual((made["id"], made["timezone"], made["catch_up"], made["color"]),
                         (1, "Europe/Berlin", 5, "red"))
        self.assertEqual(self.json("brand", "show", "1"), made)
        self.assertEqual(self.json("brand", "show", "northwind"), made)
        changed = self.json("brand", "edit", "northwind", "--name", "northwind 2", "--catch-up",
                            "hold", "--timezone", "UTC")
        self.assertEqual((changed["name"], changed["catch_up"], changed["timezone"]),
                         ("northwind 2", "hold", "UTC"))
        self.refused("E_NOT_FOUND", 3, "brand", "show", "northwind")
        self.assertTrue(self.json("brand", "archive", "1")["archived"])
        self.refused("E_STATE", 4, "publish", "-b", "1", "text")

    def test_a_new_brand_has_a_zone(self):
        self.assertEqual(self.json("brand", "add", "a", env={"TZ": "Asia/Tokyo"})["timezone"],
                         "Asia/Tokyo")
        self.assertEqual(self.json("-o", "timezone=Europe/Paris", "brand", "add", "b")["timezone"],
                         "Europe/Paris")

    def test_names_and_values_that_are_refused(self):
        for name in ("", "a/b", "a,b", "123", "x" * 65, "tab\there", "line\nhere", "\x1b[31m",
                     b"\xff".decode("utf-8", "surrogateescape"), "a\u202eb"):
            with self.subTest(name=name):
                self.refused("E_INVALID", 4, "brand", "add", "--", name)
        family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
        self.run_ok("brand", "add", family * 64)
        self.refused("E_INVALID", 4, "brand", "add", family * 65)
        for option, value in (("--timezone", "Mars/Olympus"), ("--catch-up", "soon"),
                              ("--catch-up", "-5"), ("--color", "not a colour\x1b")):
            with self.subTest(option=option, value=value):
                said = self.run_masthead("brand", "add", "fine", option, value)
                self.assertIn(said.status, (2, 4), said)
        self.assertEqual(self.json("brand", "list")["total"], 1)
        self.run_ok("brand", "add", "same")
        self.refused("E_EXISTS", 4, "brand", "add", "same")

    def test_pages(self):
        for name in ("a", "b", "c"):
            self.run_ok("brand", "add", name)
        first = self.json("brand", "list", "--limit", "2")
        self.assertEqual((len(first["brands"]), first["total"]), (2, 3))
        rest = self.json("brand", "list", "--limit", "2", "--after", first["next"])
        self.assertIsNone(rest["next"])
        self.assertEqual({b["name"] for b in first["brands"] + rest["brands"]}, {"a", "b", "c"})
        said = self.run_masthead("brand", "list", "--after", "nonsense")
        self.assertIn(said.status, (2, 4), said)

    def test_platforms(self):
        rows = shapes.check_list(self, self.json("platforms"), "platforms", shapes.PLATFORM)
        self.assertLessEqual({"bluesky", "mastodon"}, {p["name"] for p in rows})
        one = shapes.check(self, self.json("platforms", "bluesky"), shapes.PLATFORM)
        self.assertEqual(one["limits"]["text"], 300)
        self.assertIn("300", self.run_ok("platforms", "bluesky").out)
        self.refused("E_NOT_FOUND", 3, "platforms", "myspace")


class Init(desk.Case):
    def test_init(self):
        self.run_ok("init")
        self.assertEqual(self.json("tenant", "list")["tenants"][0]["name"], "default")
        self.refused("E_EXISTS", 4, "init")
        for folder, _, files in os.walk(self.home.workspace):
            self.assertEqual(os.stat(folder).st_mode & 0o077, 0, folder)
            for name in files:
                path = os.path.join(folder, name)
                self.assertEqual(os.stat(path).st_mode & 0o077, 0, path)

    def test_init_with_a_key_file(self):
        key = self.home.join("keys", "master")
        self.run_ok("init", "--key-file", key)
        self.assertEqual(os.stat(key).st_mode & 0o777, 0o600)
        self.run_ok("brand", "add", "one")

    def test_every_verb_makes_a_workspace(self):
        self.assertEqual(self.json("jobs")["total"], 0)
        self.assertTrue(os.path.exists(os.path.join(self.home.workspace, "masthead.db")))
        self.assertTrue(re.search(r"\.key", " ".join(
            name for _, _, names in os.walk(self.home.join("config")) for name in names)))
