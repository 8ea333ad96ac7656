"""Completion: what `complete` answers, and what bash, zsh and fish make of it."""
import os
import shutil
import subprocess
import unittest

import desk
import masthead

SCRIPTS = os.path.join(masthead.TOP, "data", "completions")


class Complete(desk.Case):
    def candidates(self, *words):
        return [line.split("\t")[0]
                for line in self.run_ok("complete", "--", *words).out.splitlines()]

    # -- what the program answers ------------------------------------------
    def test_every_verb_and_option_and_no_other(self):
        def options(*words):
            listed = self.run_ok(*words, "--help").out
            return {word for line in listed.splitlines() for word in line.split()[:2]
                    if line.startswith("  ") and word.startswith("--")}

        text = self.run_ok("--help").out
        verbs = {}
        for line in text[text.index("Verbs:"):text.index("Global options:")].splitlines()[1:]:
            if line.startswith("  ") and line.strip():
                words = [w for w in line.split("  ")[1].split() if w.islower()]
                verbs.setdefault(words[0], []).extend(words[1:2])
        self.assertGreater(len(verbs), 30)
        self.assertEqual(self.candidates(""), list(verbs))
        shared = options()
        self.assertIn("--workspace", shared)
        for first, seconds in verbs.items():
            if seconds:
                self.assertEqual(self.candidates(first, ""), seconds)
            for verb in [[first, second] for second in seconds] or [[first]]:
                with self.subTest(verb):
                    self.assertEqual(set(self.candidates(*verb, "--")), options(*verb) | shared)

    def test_values_of_fixed_sets(self):
        self.assertEqual(self.candidates("--color", ""), ["auto", "always", "never"])
        self.assertEqual(self.candidates("log", "export", "--format=c"), ["--format=csv"])
        self.assertEqual(self.candidates("jobs", "-s", "pe"), [":list", "pending"])
        self.assertEqual(self.candidates("jobs", "-s", "failed,h"), [":list", "failed,held"])
        self.assertEqual(self.candidates("connections", "-s", "ex"), ["expired"])
        self.assertEqual(self.candidates("platforms", "blue"), ["bluesky"])
        self.assertEqual(self.candidates("jobs", "--sort", "pl"), ["platform"])
        for words in (["import", ""], ["publish", "-m", "x"], ["-w", ""], ["--config="]):
            self.assertEqual(self.candidates(*words), [":files"], words)
        for words in (["jobs", "--limit", ""], ["brand", "add", ""], ["nonsense", ""],
                      ["status", ""], ["publish", "--nonsense="], ["publish", "--at", ""]):
            self.assertEqual(self.candidates(*words), [], words)

    def test_names_of_the_workspace(self):
        self.desk("bluesky", "mastodon")
        self.post("Hello", "-p", "bluesky", "--at", "+1h")
        self.assertEqual(self.candidates("brand", "show", "nor"), ["northwind"])
        self.assertEqual(self.candidates("publish", "--brand=n"), ["--brand=northwind"])
        self.assertEqual(sorted(self.candidates("verify", "")),
                         ["northwind/bluesky", "northwind/mastodon"])
        self.assertEqual(sorted(self.candidates("verify", "northwind/bluesky", "northwind/m")),
                         ["northwind/mastodon"])
        self.assertEqual(self.candidates("connect", "northwind", "masto"), ["mastodon"])
        self.assertEqual(self.run_ok("complete", "--", "hold", "").out,
                         "1\tscheduled, northwind, bluesky\n")
        self.assertEqual(self.candidates("job", "show", "1", ""), [])
        self.assertEqual(self.candidates("-T", "def"), ["default"])
        self.assertEqual(self.candidates("-T", "nobody", "hold", ""), [])

    def test_two_accounts_of_a_platform_go_by_their_whole_names(self):
        box = self.desk("bluesky")
        self.connect(box, "northwind", number=1)
        names = self.candidates("verify", "")
        self.assertEqual(len(names), 2)
        for name in names:
            self.assertEqual(name.count("/"), 2)
            self.run_ok("connection", "show", name)

    def test_nothing_is_made(self):
        self.assertEqual(self.candidates("publish", "-b", ""), [])
        self.assertFalse(os.path.exists(self.home.workspace))
        self.assertEqual(self.candidates("-w", self.home.join("none"), "hold", ""), [])
        self.assertFalse(os.path.exists(self.home.join("none")))
        self.json("brand", "add", "northwind")
        before = self.json("log", "--limit", "1")["total"]
        self.assertEqual(self.candidates("publish", "-b", ""), ["northwind"])
        self.assertEqual(self.json("log", "--limit", "1")["total"], before)

    def test_hostile_names_are_made_safe(self):
        out = self.run_ok("complete", "--", "publish", "-b", "\x1b]0;x\x07").out
        self.assertNotIn("\x1b", out)

    # -- what the shells make of it ------------------------------------------
    def shell(self, name, *args):
        path = shutil.which(name)
        if not path:
            raise unittest.SkipTest(f"{name} is not installed")
        program = self.home.join("bin")
        if not os.path.exists(program):
            os.mkdir(program)
            os.symlink(masthead.PROGRAM, os.path.join(program, "masthead"))
        env = {**self.home.env, "PATH": program + ":" + self.home.env["PATH"]}
        done = subprocess.run([path, *args], env=env, cwd=self.home.path, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.stderr.decode(), "")
        return [line.split("\t")[0] for line in done.stdout.decode().splitlines()]

    def brands(self):
        for name in ("northwind", "Nord Stern"):
            self.json("brand", "add", name)

    def test_bash(self):
        self.brands()

        def bash(line):
            return self.shell(
                "bash", "-c", 'compopt() { echo "compopt $*"; }; source "$1"; COMP_LINE=$2; '
                'COMP_POINT=${#2}; _masthead masthead; printf "%s\\n" "${COMPREPLY[@]}"',
                "bash", os.path.join(SCRIPTS, "masthead.bash"), line)

        self.assertEqual(bash("masthead br"), ["brand"])
        self.assertEqual(bash("masthead brand sh"), ["show"])
        self.assertEqual(bash("masthead publish -b n"), ["northwind"])
        self.assertEqual(bash("masthead publish -b Nord\\ S"), ["Nord\\ Stern"])
        self.assertEqual(bash("masthead publish --brand=n"), ["northwind"])
        self.assertEqual(bash("masthead jobs -s failed,he"), ["compopt -o nospace", "failed\\,held"])
        self.assertEqual(bash("masthead import "), ["compopt -o default", ""])
        self.assertEqual(bash("masthead publish -b nobody"), [""])

    def test_zsh(self):
        self.brands()

        def zsh(*words):
            # the widgets that only exist while zsh completes are stood in for
            return self.shell(
                "zsh", "-f", "-c", 'compadd() { shift 3; while [[ $1 != -- ]]; do print -r "opt $1"; '
                'shift; done; shift; print -rl -- "$@" }; _files() { print FILES }; '
                'file=$1; shift; words=(masthead "$@"); CURRENT=$#words; PREFIX=$words[-1]; '
                'source $file', "zsh", os.path.join(SCRIPTS, "_masthead"), *words)

        self.assertEqual(zsh("br"), ["brand"])
        self.assertEqual(zsh("publish", "-b", "Nord\\ S"), ["Nord Stern"])
        self.assertEqual(zsh("publish", "--brand=n"), ["--brand=northwind"])
        self.assertEqual(zsh("jobs", "-s", "failed,he"), ["opt -S", "opt ", "failed,held"])
        self.assertEqual(zsh("import", ""), ["FILES"])

    def test_fish(self):
        self.brands()
        self.home.write("data/letters/a.csv", "")

        def fish(line):
            return self.shell("fish", "--no-config", "-c", 'source $argv[1]; complete -C $argv[2]',
                              os.path.join(SCRIPTS, "masthead.fish"), line)

        self.assertEqual(fish("masthead br"), ["brand"])
        self.assertEqual(fish("masthead publish -b n"), ["northwind"])
        self.assertEqual(fish("masthead publish -b Nord\\ S"), ["Nord Stern"])
        self.assertEqual(fish("masthead publish --brand=n"), ["--brand=northwind"])
        self.assertEqual(fish("masthead jobs -s failed,he"), ["failed,held"])
        self.assertEqual(fish("masthead import data/let"), ["data/letters/"])
