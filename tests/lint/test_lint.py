"""Each check must be able to fail: tiny bad trees, and a good one."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import banned  # noqa: E402
import layers  # noqa: E402
import listed  # noqa: E402
import potfiles  # noqa: E402
import size  # noqa: E402
import source  # noqa: E402
import style  # noqa: E402
import symbols  # noqa: E402
import words  # noqa: E402

CONF = """
layer base:
layer http: base
layer platforms: base http/message.h
layer ops: base http
layer ui: base ops
headers ops: base
only http: curl/*
"""


class Tree(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="masthead-lint-")
        self.addCleanup(shutil.rmtree, self.root)

    def add(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write(text)

    def one(self, found, *parts):
        self.assertEqual(len(found), 1, found)
        for part in parts:
            self.assertIn(part, found[0])


class Source(unittest.TestCase):
    def test_code_blanks_comments_and_literals_and_keeps_lines(self):
        self.assertEqual(source.code('a /* x\n"y" */ b "c\\"d" // e\nf'), 'a \n b ""  \nf')


class Layers(Tree):
    def setUp(self):
        super().setUp()
        self.add("tests/lint/layers.conf", CONF)
        self.add("src/base/a.h", "")
        self.add("src/http/message.h", '#include "base/a.h"\n')
        self.add("src/http/transport.h", "")
        self.add("src/ops/ops.h", '#include "base/a.h"\n')

    def test_good_tree_has_no_problem(self):
        self.add("src/ops/ops.c", '#include "ops/ops.h"\n#include "http/transport.h"\n')
        self.add("src/ui/ui.c", '#include <stdio.h>\n#include "ops/ops.h"\n')
        self.add("src/platforms/p.c", '#include "http/message.h"\n')
        self.add("src/main.c", '#include "ui/ui.h"\n')
        self.assertEqual(layers.problems(self.root), [])

    def test_upward_include_is_found(self):
        self.add("src/base/b.c", '\n#include "http/message.h"\n')
        self.one(layers.problems(self.root), "src/base/b.c:2", "base may not include http/message.h")

    def test_include_in_a_comment_is_none(self):
        self.add("src/base/b.c", '/*\n#include "http/message.h"\n*/\n')
        self.assertEqual(layers.problems(self.root), [])

    def test_other_header_of_a_layer_is_found(self):
        self.add("src/platforms/p.c", '#include "http/transport.h"\n')
        self.one(layers.problems(self.root), "platforms may not include http/transport.h")

    def test_include_through_a_header_is_found(self):
        self.add("src/http/message.h", '#include "http/transport.h"\n')
        self.add("src/platforms/p.c", '#include "http/message.h"\n')
        self.one(layers.problems(self.root), "src/platforms/p.c:1 (through http/message.h)",
                 "http/transport.h")

    def test_header_of_ops_with_more_than_base_is_found(self):
        self.add("src/ops/ops.h", '#include "http/message.h"\n')
        self.one(layers.problems(self.root), "headers of ops may not include http/message.h")

    def test_foreign_header_outside_its_layer_is_found(self):
        self.add("src/ui/ui.c", "#include <curl/curl.h>\n")
        self.one(layers.problems(self.root), "<curl/curl.h> belongs to http alone")

    def test_foreign_header_through_its_owners_header_is_found(self):
        self.add("src/http/message.h", "#include <curl/curl.h>\n")
        self.add("src/platforms/p.c", '#include "http/message.h"\n')
        self.one(layers.problems(self.root), "src/platforms/p.c", "<curl/curl.h>")

    def test_foreign_header_in_main_is_found(self):
        self.add("src/main.c", "#include <curl/curl.h>\n")
        self.one(layers.problems(self.root), "src/main.c:1")

    def test_unknown_layer_is_found(self):
        self.add("src/extra/x.c", "")
        self.one(layers.problems(self.root), "extra is no layer")

    def test_missing_header_is_found(self):
        self.add("src/base/b.c", '#include "base/gone.h"\n')
        self.one(layers.problems(self.root), "there is no src/base/gone.h")


class Symbols(Tree):
    def archive(self, layer, **objects):
        paths = []
        for name, text in objects.items():
            self.add(f"{layer}/{name}.c", text)
            path = os.path.join(self.root, layer, name + ".o")
            subprocess.run(["cc", "-c", "-o", path, path[:-2] + ".c"], check=True)
            paths.append(path)
        subprocess.run(["ar", "cr", os.path.join(self.root, f"libmasthead_{layer}.a"), *paths],
                       check=True, stderr=subprocess.DEVNULL)

    def setUp(self):
        super().setUp()
        self.add("tests/lint/layers.conf", CONF)
        self.archive("base", a="int a(void) { return 1; }\n")
        self.archive("http", message="int a(void); int m(void) { return a(); }\n",
                     transport="int t(void) { return 1; }\n")

    def test_calls_downward_are_fine(self):
        self.archive("platforms", p="int m(void); int p(void) { return m(); }\n")
        self.assertEqual(symbols.problems(self.root, self.root), [])

    def test_call_into_another_object_of_a_layer_is_found(self):
        self.archive("platforms", p="int t(void); int p(void) { return t(); }\n")
        self.one(symbols.problems(self.root, self.root), "platforms: p.o may not use t")

    def test_call_past_ops_is_found(self):
        self.archive("ui", u="int m(void); int u(void) { return m(); }\n")
        self.one(symbols.problems(self.root, self.root), "ui: u.o may not use m of http's message.o")

    def test_whole_archives_do_not_link_with_an_upward_call(self):
        self.archive("base", a="int up(void); int a(void) { return up(); }\n")
        self.archive("http", message="int up(void) { return 1; }\n")
        self.add("main.c", "int main(void) { return 0; }\n")
        linked = subprocess.run(
            ["cc", "main.c", "-Wl,--whole-archive", "libmasthead_base.a", "-Wl,--no-whole-archive"],
            cwd=self.root, stderr=subprocess.PIPE, text=True, check=False)
        self.assertNotEqual(linked.returncode, 0)
        self.assertIn("up", linked.stderr)

    def test_no_archive_is_a_problem(self):
        self.one(symbols.problems(self.root, os.path.join(self.root, "nowhere")), "no archive")


class Banned(Tree):
    def test_each_rule_finds_its_first_call(self):
        for where, call, _ in banned.CALLS:
            name = call.split("|")[0]
            with self.subTest(name):
                self.add("src/store/x.c", f"void f(void)\n{{\n\t{name}(1);\n}}\n")
                self.one(banned.problems(self.root), "src/store/x.c:3", name + "()")

    def test_members_longer_names_comments_and_literals_are_no_calls(self):
        self.add("src/store/x.c", 'x->signal(1); y.exit(2); my_exit(3); /* exit(4) */ g("exit(5)");\n')
        self.assertEqual(banned.problems(self.root), [])

    def test_allowed_place_is_allowed(self):
        self.add("src/base/mem.c", "malloc(1); exit(2);\n")
        self.add("src/ui/x.c", "_(1);\n")
        self.assertEqual(banned.problems(self.root), [])

    def test_tests_that_wait_for_time_are_found(self):
        self.add("tests/a.py", "    time." + "sleep(1)\n")
        self.add("tests/b.c", "\tu" + "sleep(100);\n")
        self.assertEqual(len(banned.problems(self.root)), 2)


class Size(Tree):
    def test_long_file_is_found(self):
        self.add("src/base/x.c", "int a;\n" * 801)
        self.one(size.problems(self.root), "801 lines")

    def test_long_function_is_found(self):
        self.add("src/base/x.c", "int f(void)\n{\n" + "\tg();\n" * 79 + "}\n")
        self.one(size.problems(self.root), "src/base/x.c:2", "81 lines")

    def test_what_just_fits_is_fine(self):
        self.add("src/base/x.c", "int f(void)\n{\n" + "\tg();\n" * 78 + "}\n")
        self.add("src/base/y.c", "int a;\n" * 800)
        self.assertEqual(size.problems(self.root), [])

    def test_long_table_is_no_function(self):
        self.add("src/base/x.c", "int t[] = {\n" + "\t1,\n" * 200 + "};\n")
        self.assertEqual(size.problems(self.root), [])


class Words(Tree):
    def test_marks_are_found(self):
        for word in ("TO" + "DO", "fix" + "me", "not impl" + "emented", "for" + " now"):
            with self.subTest(word):
                self.add("src/base/x.c", f"\n/* {word}: more */\n")
                self.one(words.problems(self.root), "src/base/x.c:2")

    def test_like_words_are_fine(self):
        self.add("src/base/x.c", "/* stubborn; placeholders; before nowhere; HACKING */\n")
        self.assertEqual(words.problems(self.root), [])


class Listed(Tree):
    def test_source_left_out_is_found(self):
        self.add("src/base/local.mk", "libmasthead_base_a_SOURCES = src/base/a.c\n# src/base/b.c\n")
        self.add("src/base/a.c", "")
        self.add("src/base/b.c", "")
        self.one(listed.problems(self.root), "src/base/b.c: not in")

    def test_listed_source_that_is_gone_is_found(self):
        self.add("src/base/local.mk", "libmasthead_base_a_SOURCES = src/base/a.c\n")
        self.one(listed.problems(self.root), "there is no src/base/a.c")

    def test_unit_test_left_out_is_found(self):
        self.add("tests/unit/base/local.mk", "unit_tests += tests/unit/base/test_a\n")
        self.add("tests/unit/base/test_a.c", "")
        self.add("tests/unit/base/test_b.c", "")
        self.one(listed.problems(self.root), "tests/unit/base/test_b.c: not in")


class Potfiles(Tree):
    def test_missing_and_needless_files_are_found(self):
        self.add("po/POTFILES.in", "src/ui/old.c\n")
        self.add("src/ui/old.c", "int a;\n")
        self.add("src/ui/new.c", 'f(_("x"));\n')
        found = potfiles.problems(self.root)
        self.assertEqual(len(found), 2, found)

    def test_marks_in_code_and_in_tables_are_wanted(self):
        self.add("src/store/a.c", 'return err_set(info, E_BUSY, "busy");\n')
        self.add("src/base/b.h", '#define A_TABLE(X) \\\n\tX(1, 2, "three")\n')
        self.add("src/base/c.h", "enum err err_set(struct err_info *, enum err, const char *);\n")
        self.assertEqual(potfiles.wanted(self.root), ["src/base/b.h", "src/store/a.c"])


@unittest.skipUnless(style.tool(), f"no clang-format {style.VERSION} here")
class Style(Tree):
    def test_wrong_indent_is_found(self):
        self.add(".clang-format", "BasedOnStyle: LLVM\n")
        self.add("src/base/a.c", "int f(void) {\n        return 1;\n}\n")
        self.one(style.problems(self.root), "src/base/a.c")


if __name__ == "__main__":
    unittest.main()
