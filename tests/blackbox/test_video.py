"""Videos and polls on Bluesky and Mastodon, from the file to the ledger."""
import desk
from film import mp4

THREADED = True


class Case(desk.Case):
    def file(self, content=None, name="film.mp4"):
        path = self.home.join(name)
        with open(path, "wb") as f:
            f.write(content or mp4())
        return path

    def ledger(self, box):
        self.run_ok("run", "--until-idle", "--timeout", "60", timeout=90)
        self.assertEqual(self.job()["status"], "published", self.job())
        return box.ledger()


class Videos(Case):
    def test_bluesky_as_a_file(self):
        box = self.desk("bluesky")
        self.post("a film", "--media", self.file(), "--alt", "waves")
        line, = self.ledger(box)
        self.assertEqual(line["media"], [{"sha256": self.job()["media"][0]["sha256"], "alt": "waves"}])

    def test_bluesky_by_the_video_service(self):
        box = self.desk("bluesky")
        self.configure(**desk.QUICK, **{"platform.bluesky.video_base": box.account("bluesky").server})
        said = self.json("publish", "-b", "northwind", "--media", self.file(), "--dry-run", "a film")
        urls = [r["url"] for r in said["targets"][0]["requests"]]
        self.assertEqual(["getServiceAuth", "uploadVideo", "createRecord"],
                         [u.split("?")[0].rsplit(".", 1)[1] for u in urls])
        self.post("a film", "--media", self.file())
        line, = self.ledger(box)
        self.assertEqual(len(line["media"]), 1)
        # What the service knows already is as good; the token for it is nowhere.
        self.post("again", "--media", self.file())
        self.run_ok("run", "--until-idle")
        self.assertEqual(len(box.ledger()), 2)
        self.sound()

    def test_bluesky_service_fails_and_is_asked_again(self):
        box = self.desk("bluesky", faults="bluesky:upload=latency:1x1,bluesky:upload=status:502x1,"
                        "bluesky:read=status:503x1")
        self.configure(**desk.QUICK, **{"platform.bluesky.video_base": box.account("bluesky").server})
        self.post("a film", "--media", self.file())
        self.assertEqual(len(self.ledger(box)), 1)

    def test_mastodon_waits_until_it_is_finished(self):
        box = self.desk("mastodon")
        self.post("a film", "--media", self.file(), "--alt", "waves", "--option",
                  "mastodon.focus=0.5,-0.5")
        line, = self.ledger(box)
        self.assertEqual(line["media"][0]["alt"], "waves")

    def test_refused_before_anything_is_stored(self):
        self.desk("bluesky", "mastodon")
        film, picture = self.file(), self.file(b"GIF89a\1\0\1\0\0\0\0;", "a.gif")
        error = self.refused("E_MEDIA", 4, "publish", "-b", "northwind", "--media", film, "--media",
                             picture, "both")
        self.assertIn("only file", error["message"])
        matroska = self.file(b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", "a.mkv")
        self.refused("E_MEDIA", 4, "publish", "-b", "northwind", "--media", matroska, "no")
        quick = self.file(b"\0\0\0\x14ftypqt  \0\0\0\0", "a.mov")
        error = self.refused("E_MEDIA", 4, "publish", "-b", "northwind", "-p", "bluesky", "--media",
                             quick, "no")
        self.assertIn("video/quicktime", error["message"])
        big = self.file(mp4(fill=b"\0" * 5300000))
        error = self.refused("E_MEDIA", 4, "publish", "-b", "northwind", "-p", "bluesky", "--media",
                             big, "no")
        self.assertIn("5242880", error["message"])
        self.assertEqual(self.json("jobs")["total"], 0)


class Polls(Case):
    def test_mastodon(self):
        box = self.desk("mastodon")
        self.post("Which?", "--option", "mastodon.poll=One|Two", "--option",
                  "mastodon.poll_minutes=60", "--option", "mastodon.poll_multiple=true")
        line, = self.ledger(box)
        self.assertEqual(line["poll"], ["One", "Two"])

    def test_with_the_first_part_of_a_thread(self):
        box = self.desk("mastodon")
        self.post("Which?\n---\nThink well.", "--option", "mastodon.poll=One|Two", "--option",
                  "mastodon.thread=true")
        first, second = self.ledger(box)
        self.assertEqual((first["poll"], second.get("poll")), (["One", "Two"], None))

    def test_refused(self):
        self.desk("bluesky", "mastodon")
        at = ["publish", "-b", "northwind", "Which?"]
        error = self.refused("E_INVALID", 4, *at, "--option", "bluesky.poll=A|B")
        self.assertIn("Bluesky has no polls", error["message"])
        error = self.refused("E_INVALID", 4, *at, "--option", "mastodon.poll=A|B", "--media",
                             self.file())
        self.assertIn("either a poll or files", error["message"])
        self.refused("E_TOO_LONG", 4, *at, "--option", "mastodon.poll=A|B|C|D|E")
        self.assertEqual(self.json("jobs")["total"], 0)
