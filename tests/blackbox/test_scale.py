"""Pictures that are too large: refused with a way out, and scaled when asked, never silently."""
import os
import random
import struct
import zlib

import desk
import pixels



def noise(width, height, seed=1, channels=3):
    rng = random.Random(seed)
    return [rng.randbytes(width * channels) for _ in range(height)]


class Scale(desk.Case):
    def setUp(self):
        super().setUp()
        if not pixels.scales() and self._testMethodName != "test_built_without_it":
            self.skipTest("built without libgd")

    def test_built_without_it(self):
        if pixels.scales():
            self.skipTest("built with libgd")
        self.desk()
        path = self.file("big.png", pixels.png(1000, 800, noise(1000, 800)))
        error = self.refused("E_MEDIA", 4, "publish", "-b", "northwind", "--media", path, "Look")
        self.assertNotIn("--scale", error["hint"])
        self.refused_picture("big.png", pixels.png(1000, 800, noise(1000, 800)), "libgd",
                             code="E_UNSUPPORTED")

    def file(self, name, data):
        return self.home.write(name, data)

    def rehearse(self, *options, status=0, words="Look"):
        result = self.run_status(status, "--json", "publish", "-b", "northwind", "--dry-run",
                                 *options, words)
        return result.json

    def kept(self, sha256):
        with open(os.path.join(self.home.workspace, "media", sha256), "rb") as f:
            return f.read()

    def test_hint_names_the_way_out(self):
        self.desk()
        path = self.file("big.png", pixels.png(1000, 800, noise(1000, 800)))
        error = self.refused("E_MEDIA", 4, "publish", "-b", "northwind", "--media", path, "Look")
        self.assertIn("--scale", error["hint"])
        self.assertEqual(error["details"]["limit"], 1000000, "what this server says")
        self.assertEqual(self.json("jobs")["jobs"], [])

    def test_scaled_and_said(self):
        box = self.desk()
        rows = noise(1000, 800)
        path = self.file("big.png", pixels.png(1000, 800, rows))
        before = os.path.getsize(path)
        document = self.json("publish", "-b", "northwind", "--scale", "--media", path, "--alt",
                             "noise", "--wait", "Look")
        (scaled,) = document["scaled"]
        self.assertEqual(scaled["name"], "big.png")
        self.assertEqual((scaled["from"]["width"], scaled["from"]["height"]), (1000, 800))
        self.assertEqual(scaled["from"]["bytes"], before)
        to = scaled["to"]
        self.assertEqual(to["type"], "image/jpeg")
        self.assertLessEqual(to["bytes"], 1000000)
        (job,) = document["jobs"]
        self.assertEqual(job["status"], "published")
        self.assertEqual([m["sha256"] for m in job["media"]], [to["sha256"]])
        self.assertEqual(job["media"][0]["alt"], "noise")
        self.assertEqual([m["sha256"] for m in box.ledger()[0]["media"]], [to["sha256"]])
        data = self.kept(to["sha256"])
        self.assertEqual(pixels.jpeg_size(data)[:2], (to["width"], to["height"]))
        self.assertFalse(os.path.exists(
            os.path.join(self.home.workspace, "media", scaled["from"]["sha256"])),
            "the original is not kept")
        (entry,) = self.json("log", "--action", "media.scale")["entries"]
        self.assertEqual(entry["job"], job["id"])
        self.assertIn(f"1000 x 800, {before} bytes -> {to['width']} x {to['height']}",
                      entry["message"])
        self.sound()

    def test_said_in_words(self):
        self.desk()
        path = self.file("big.png", pixels.png(1000, 800, noise(1000, 800)))
        out = self.run_ok("publish", "-b", "northwind", "--scale", "--media", path, "--at", "+1h",
                          "Look").out
        self.assertRegex(out, r"^scaled big\.png: 1000 x 800, \d+ bytes -> \d+ x \d+, \d+ bytes "
                              r"\(image/jpeg\)\n")

    def test_only_when_too_large(self):
        self.desk()
        path = self.file("small.png", pixels.png(100, 80, noise(100, 80)))
        document = self.json("publish", "-b", "northwind", "--scale", "--media", path, "--at",
                             "+1h", "Look")
        self.assertEqual(document["scaled"], [])
        (media,) = document["jobs"][0]["media"]
        self.assertEqual((media["type"], media["bytes"]), ("image/png", os.path.getsize(path)))

    def test_strictest_of_the_targets(self):
        self.desk("bluesky", "mastodon")
        path = self.file("big.png", pixels.png(1000, 800, noise(1000, 800)))
        document = self.rehearse("--scale", "--media", path)
        self.assertTrue(document["valid"], document)
        self.assertEqual(len(document["targets"]), 2)
        self.assertLessEqual(document["scaled"][0]["to"]["bytes"], 1000000)
        self.assertEqual(self.json("jobs")["jobs"], [], "a rehearsal stores nothing")
        self.assertFalse(os.path.isdir(os.path.join(self.home.workspace, "media")) and
                         os.listdir(os.path.join(self.home.workspace, "media")))

    def test_post_file_asks_for_it(self):
        self.desk()
        path = self.file("big.png", pixels.png(1000, 800, noise(1000, 800)))
        post = self.file("post.txt", f"Brand: northwind\nMedia: {path}\nScale: yes\n\nLook\n")
        document = self.json("publish", "--file", post, "--dry-run")
        self.assertEqual(len(document["scaled"]), 1)
        self.file("post.txt", f"Brand: northwind\nMedia: {path}\nScale: perhaps\n\nLook\n")
        self.assertIn("Scale", self.refused("E_INVALID", 4, "publish", "--file", post)["message"])

    def test_transparency_stays(self):
        self.desk()
        rows = [b"".join(p[:3] + bytes([i % 256]) for i, p in enumerate(
            row[k:k + 4] for k in range(0, len(row), 4))) for row in noise(900, 700, 2, 4)]
        path = self.file("glass.png", pixels.png(900, 700, rows, alpha=True))
        to = self.rehearse("--scale", "--media", path)["scaled"][0]["to"]
        self.assertEqual(to["type"], "image/png")
        self.assertLess(to["width"], 900)
        self.assertLessEqual(abs(to["height"] * 900 - to["width"] * 700), 900, "the same shape")

    def test_upright(self):
        """Every orientation of EXIF, by the colours of the corners."""
        self.desk()
        red, green, blue, white = b"\xff\0\0", b"\0\xff\0", b"\0\0\xff", b"\xff\xff\xff"
        shown = {1: (red, green, blue, white), 2: (green, red, white, blue),
                 3: (white, blue, green, red), 4: (blue, white, red, green),
                 5: (red, blue, green, white), 6: (blue, red, white, green),
                 7: (white, green, blue, red), 8: (green, white, red, blue)}
        rows = [(a + b"\x80") * 90 + (b + b"\x80") * 90
                for a, b in ((red, green), (blue, white)) for _ in range(70)]
        padding = pixels.chunk(b"tEXt", b"Comment\0" + random.Random(3).randbytes(2100000))
        for orientation, corners in shown.items():
            extra = pixels.chunk(b"eXIf", pixels.exif(orientation)) + padding
            path = self.file("turned.png", pixels.png(180, 140, rows, alpha=True, extra=extra))
            document = self.json("publish", "-b", "northwind", "--scale", "--media", path,
                                 "--draft", f"Look {orientation}")
            with self.subTest(orientation):
                (scaled,) = document["scaled"]
                self.assertEqual((scaled["turned"], scaled["metadata_removed"]),
                                 (orientation > 1, True))
                data = self.kept(scaled["to"]["sha256"])
                self.assertNotIn(b"eXIf", data)
                self.assertNotIn(b"tEXt", data)
                width, height, n, out = pixels.read_png(data)
                self.assertEqual((width, height, n),
                                 (180, 140, 4) if orientation < 5 else (140, 180, 4))
                self.assertEqual((out[9][36:39], out[9][-40:-37], out[-9][36:39],
                                  out[-9][-40:-37]), corners)

    def test_camera_picture_loses_its_place(self):
        self.desk()
        told = pixels.segment(0xe1, b"Exif\0\0" + pixels.exif(8) + b"GPS 52.5 N 13.4 E")
        padding = pixels.segment(0xfe, b"x" * 60000) * 40
        path = self.file("camera.jpg", pixels.jpeg(640, 480, told + padding))
        document = self.json("publish", "-b", "northwind", "--scale", "--media", path, "--at",
                             "+1h", "Look")
        (scaled,) = document["scaled"]
        self.assertTrue(scaled["turned"] and scaled["metadata_removed"], scaled)
        data = self.kept(scaled["to"]["sha256"])
        width, height, marks = pixels.jpeg_size(data)
        self.assertEqual((width, height), (480, 640))
        self.assertEqual((scaled["from"]["width"], scaled["from"]["height"]), (640, 480))
        self.assertNotIn(b"GPS", data)
        self.assertNotIn(0xe1, marks)

    def test_edit(self):
        self.desk()
        self.json("publish", "-b", "northwind", "--at", "+1h", "Look")
        path = self.file("big.png", pixels.png(1000, 800, noise(1000, 800)))
        self.assertIn("--scale", self.refused("E_MEDIA", 4, "edit", "1", "--media", path)["hint"])
        document = self.json("edit", "1", "--scale", "--media", path, "--dry-run")
        self.assertTrue(document["valid"])
        self.assertEqual(self.job()["media"], [], "a rehearsal changes nothing")
        job = self.json("edit", "1", "--scale", "--media", path)
        self.assertEqual(job["scaled"], document["scaled"])
        self.assertEqual([m["sha256"] for m in self.job()["media"]],
                         [job["scaled"][0]["to"]["sha256"]])
        self.assertEqual(self.json("log", "--action", "media.scale")["entries"][0]["job"], 1)
        self.assertNotIn("scaled", self.json("edit", "1", "Another text"))
        self.sound()

    def refused_picture(self, name, data, words, status=4, code="E_MEDIA"):
        path = self.file(name, data)
        error = self.refused(code, status, "publish", "-b", "northwind", "--scale", "--media",
                             path, "Look")
        self.assertIn(words, error["message"])
        self.assertIn(name, error["message"])
        self.assertEqual(self.json("jobs")["jobs"], [])

    def test_hostile_pictures(self):
        self.desk()
        pad = pixels.chunk(b"tEXt", b"a\0" + b"x" * 2100000)
        good = pixels.png(100, 80, noise(100, 80), extra=pad)
        bomb = (good[:16] + struct.pack(">II", 50000, 50000) + good[24:])
        bomb = bomb[:29] + struct.pack(">I", zlib.crc32(bomb[12:29])) + bomb[33:]
        self.refused_picture("bomb.png", bomb, "50000 x 50000")
        self.refused_picture("torn.png", good[:-len(good) // 4] + b"\0" * 100, "damaged")
        self.refused_picture("moves.png", good[:33] + pixels.chunk(b"acTL", b"\0" * 8) + good[33:],
                             "moves")
        padding = pixels.segment(0xfe, b"x" * 60000) * 40
        whole = pixels.jpeg(640, 480, padding)
        # A restart mark before the frame: some readers would pass it, and find another frame.
        trick = whole[:2] + b"\xff\xd0" + whole[2:]
        self.refused_picture("trick.jpg", trick, "damaged")
        large = whole.replace(b"\xff\xc0\0\x0b\x08\x01\xe0\x02\x80",
                              b"\xff\xc0\0\x0b\x08\xff\xf0\xff\xf0")
        self.assertNotEqual(large, whole)
        self.refused_picture("large.jpg", large, "65520 x 65520")
        self.refused_picture("cut.jpg", whole[:-300], "damaged")
        gif = b"GIF89a" + struct.pack("<HHBBB", 64, 64, 0, 0, 0) + b"\0" * 2100000
        self.refused_picture("film.gif", gif, "only JPEG, PNG and WebP")

    def test_other_problems_stay(self):
        """Scaling mends size alone."""
        self.desk()
        path = self.file("big.png", pixels.png(1000, 800, noise(1000, 800)))
        document = self.rehearse("--scale", "--media", path, status=4, words="x" * 400)
        self.assertEqual([p["field"] for p in document["targets"][0]["problems"]], ["text"])
