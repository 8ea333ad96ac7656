"""masthead-platforms(7) says what the adapters' tables say: each fact of each platform, and nothing else."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import masthead  # noqa: E402

UNITS = {"graphemes": "graphemes", "characters": "characters", "weighted": "weighted characters",
         "utf16": "UTF-16 units"}


def size(n):
    for unit, by in (("GiB", 1 << 30), ("MiB", 1 << 20)):
        if n % by == 0:
            return f"{n // by} {unit}"
    return f"{n} bytes"


def files(number, limit):
    return f"{number}, {size(limit)} each" if limit else str(number)


def text(limits):
    said = f"{limits['text']} {UNITS[limits['text_unit']]}"
    if limits["text_bytes"]:
        said += f", {limits['text_bytes']} bytes"
    if limits["url"]:
        said += f", an address counts {limits['url']}"
    return said


def expected(platform):
    """The list of facts that belongs into the page."""
    limits, media = platform["limits"], platform["media"]
    rows = {
        "Name": platform["name"],
        "Logins": " ".join(platform["logins"]),
        "Scopes": " ".join(platform["scopes"]),
        "Server": platform["api_base"],
        "Version": platform["version"],
        "Text": text(limits),
        "Title": limits["title"] and f"{limits['title']} characters",
        "Alt text": limits["alt"] and f"{limits['alt']} characters",
        "Images": files(media["images"], media["image_bytes"]),
        "Videos": media["videos"] and files(media["videos"], media["video_bytes"]),
        "Types": " ".join(media["types"]),
        "Without files": "no" if media["required"] else None,
        "Thread": limits["thread_parts"] and f"{limits['thread_parts']} parts",
        "Poll": limits["poll_choices"] and f"{limits['poll_choices']} choices",
        "Media host": "needed" if media["by_url"] else None,
        "Settling": platform["settling"],
        "Quotas": platform["quotas"],
    }
    return {label: value for label, value in rows.items() if value}


def read(*parts):
    with open(os.path.join(masthead.TOP, *parts), encoding="utf-8") as f:
        return f.read()


def page():
    """Title of a platform -> its section."""
    whole = read("man", "masthead-platforms.7")
    body = whole[whole.index(".Sh PLATFORMS"):whole.index(".Sh SEE ALSO")]
    parts = re.split(r"^\.Ss (.+)$", body, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def facts(section):
    block = section[section.index(".Bl -tag"):section.index("\n.El")]
    return dict(re.findall(r"^\.It (.+)\n(.+)$", block, re.M))


class Platforms(masthead.Case):
    def setUp(self):
        super().setUp()
        self.platforms = self.json("platforms")["platforms"]

    def test_each_platform_has_its_section_in_the_same_order(self):
        self.assertGreater(len(self.platforms), 10)
        self.assertEqual([p["title"] for p in self.platforms], list(page()))

    def test_facts_are_those_of_the_tables(self):
        sections = page()
        for platform in self.platforms:
            with self.subTest(platform["name"]):
                self.assertEqual(facts(sections[platform["title"]]), expected(platform))

    def test_each_way_in_is_shown(self):
        """A connect line whose options fit the logins, and words on what works, tokens and unknowns."""
        options = {"app-password": "--secret-fd", "webhook": "--secret-fd", "token": "token\\-fd",
                   "oauth": "--client-id"}
        for platform in self.platforms:
            section = page()[platform["title"]]
            lines = re.findall(r"\.Bd -literal -offset indent\n(.*?)\.Ed", section, re.S)
            shown = [re.sub(r"\\e\n *", "", line) for line in lines]
            with self.subTest(platform["name"]):
                self.assertTrue(shown)
                for line in shown:
                    self.assertIn(f"masthead connect northwind {platform['name']} ", line)
                for login in platform["logins"]:
                    if login == "token" and len(platform["logins"]) > 1 and \
                            platform["name"] in ("instagram", "threads", "google_business",
                                                 "pinterest"):
                        continue  # a token made elsewhere: said once for all, under Ways in
                    if login == "oauth" and platform["name"] == "mastodon":
                        self.assertIn("nothing to register", section)
                        continue
                    self.assertIn(options[login], section.replace("--token-fd", "token\\-fd"))
                for words in ("Getting in", "What works", "What does not", "unknown"):
                    self.assertIn(f".Em {words}" if words != "unknown" else
                                  ".Em \\&An unknown", section)

    def test_the_options_of_the_lines_exist(self):
        known = self.run_ok("connect", "--help").out
        for section in page().values():
            for line in re.findall(r"\.Bd -literal -offset indent\n(.*?)\.Ed", section, re.S):
                for option in re.findall(r"--[\w-]+", line):
                    self.assertIn(option, known)

    def test_settling_words_are_explained(self):
        whole = read("man", "masthead-platforms.7")
        part = whole[whole.index(".Ss How an unknown"):whole.index(".Ss Errors")]
        said = re.findall(r"^\.It Li (\w+)$", part, re.M)
        self.assertEqual(sorted(said), sorted({p["settling"] for p in self.platforms}))

    def test_every_option_of_a_post_that_is_named_is_known_to_the_adapter(self):
        """Options in the prose are words of the adapters' sources."""
        names = {p["name"]: p["title"] for p in self.platforms}
        sources = {"google_business": "google"}
        folder = os.path.join(masthead.TOP, "src", "platforms")
        for name in names:
            stem = sources.get(name, name)
            code = "".join(read("src", "platforms", f) for f in sorted(os.listdir(folder))
                           if f.endswith(".c") and f.startswith(stem))
            for option in re.findall(rf"^\.(?:Li|Pq Li) {name}\.(\w+)", page()[names[name]], re.M):
                self.assertTrue(f'"{option}"' in code, f"{name} knows no option {option}")


class Pages(unittest.TestCase):
    def test_every_page_is_installed_and_found(self):
        """Each file of man/ is listed for installation, and masthead(1) points to it."""
        pages = sorted(f for f in os.listdir(os.path.join(masthead.TOP, "man"))
                       if re.search(r"\.[1-9]$", f))
        listed = re.findall(r"man/(\S+\.[1-9])", read("man", "local.mk"))
        self.assertEqual(sorted(listed), pages)
        see = read("man", "masthead.1")
        see = see[see.index(".Sh SEE ALSO"):]
        for name in pages:
            if name != "masthead.1":
                self.assertIn(".Xr %s %s" % tuple(name.rsplit(".", 1)), see)


if __name__ == "__main__":
    unittest.main()
