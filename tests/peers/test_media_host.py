"""The media host against servers of others: S3 (s3rver, with AWS's own code to check signatures) and WebDAV
(rclone).

What Masthead puts there is read back by its public address, and is gone afterwards.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
sys.path.insert(0, os.path.join(HERE, "..", "blackbox"))
sys.path.insert(0, HERE)
import hosting  # noqa: E402
import masthead  # noqa: E402
import node  # noqa: E402
import npm  # noqa: E402


class Host(hosting.Case):
    """What must hold at any server; a subclass starts it and says how it is reached."""
    keys = {}
    secret = None

    def at_peer(self, **options):
        """A sandbox for the platforms, and the peer for their files."""
        box = self.hosted("webdav", secret=False, **options)
        self.configure(**{**hosting.desk.QUICK, **self.keys})
        self.give_secret(self.secret)
        return box

    def read(self, url):
        """The file's bytes, or None where there is none."""
        host = url.split("/")[2]
        # names below localhost are known to curl, not to every resolver
        request = urllib.request.Request(url.replace("masthead.localhost", "127.0.0.1"),
                                         headers={"Host": host})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.read()
        except urllib.error.HTTPError as bad:
            self.assertIn(bad.code, (403, 404))
            return None

    def works(self):
        result = self.json("media-host", "test")
        self.assertTrue(result["deleted"])
        self.assertIsNone(self.read(result["url"]))
        return result["url"]

    def goes_there_and_away(self, size=0):
        box = self.at_peer(faults="instagram:create=latency:3000x1")
        self.configure(**{**hosting.desk.QUICK, **self.keys, "http.timeout": 20})
        path, sha256 = self.picture(size=size)
        self.post("Hello", "--media", path)
        daemon = self.start("daemon")
        masthead.wait_for(lambda: [row for row in self.rows() if row[2]], what="the upload")
        (_, _, url, _, _), = self.rows()
        self.assertEqual(hosting.digest(self.read(url)), sha256)
        self.wait_job(1, "published")
        masthead.wait_for(lambda: self.files() == 0, what="the file to go")
        self.assertIsNone(self.read(url))
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(len(box.ledger()), 1)


class S3(Host):
    server = None
    secret = "S3RVER"

    @classmethod
    def setUpClass(cls):
        folder = npm.install("s3")
        cls.home_dir = tempfile.mkdtemp(prefix="masthead-s3-")
        cls.port = node.free_port()
        cls.server = node.Node(folder, cls.home_dir, "s3.mjs", cls.port,
                               os.path.join(cls.home_dir, "data"))
        cls.keys = {"media.host": "s3", "media.url": f"http://127.0.0.1:{cls.port}",
                    "media.bucket": "masthead", "media.user": "S3RVER"}

    @classmethod
    def tearDownClass(cls):
        if cls.server is not None:
            cls.server.kill()
            shutil.rmtree(cls.home_dir, ignore_errors=True)

    def setUp(self):
        super().setUp()
        self.keys = dict(type(self).keys)

    def test_put_fetch_delete(self):
        self.at_peer()
        self.assertIn(f":{self.port}/masthead/", self.works())

    def test_in_a_folder(self):
        self.keys["media.prefix"] = "posts/2026"
        self.at_peer()
        self.assertIn("/masthead/posts/2026/", self.works())

    def test_bucket_in_the_host(self):
        self.keys.update({"media.url": f"http://localhost:{self.port}", "media.style": "host"})
        self.at_peer()
        self.assertIn(f"//masthead.localhost:{self.port}/", self.works())

    def test_post(self):
        self.goes_there_and_away()

    def test_post_with_megabytes(self):
        self.goes_there_and_away(size=5 << 20)

    def test_wrong_secret(self):
        self.at_peer()
        self.give_secret("other")
        error = self.refused("E_REJECTED", 6, "media-host", "test")
        self.assertIn("SignatureDoesNotMatch", error["message"])

    def test_no_such_bucket(self):
        self.keys["media.bucket"] = "other"
        self.at_peer()
        error = self.refused("E_REJECTED", 6, "media-host", "test")
        self.assertIn("NoSuchBucket", error["message"])
        self.assertIn("media.bucket", error["message"])


class Webdav(Host):
    servers = ()
    secret = "a word, with \"quotes\" and ümlaut"

    @classmethod
    def setUpClass(cls):
        if shutil.which("rclone") is None:
            raise unittest.SkipTest("no rclone here")
        cls.home_dir = tempfile.mkdtemp(prefix="masthead-dav-")
        data = os.path.join(cls.home_dir, "data")
        os.makedirs(os.path.join(data, "folder"))
        cls.dav, public = node.free_port(), node.free_port()
        cls.servers = [cls.serve("webdav", data, cls.dav, "--user", "masthead", "--pass", cls.secret),
                       cls.serve("http", data, public)]
        cls.keys = {"media.host": "webdav", "media.url": f"http://127.0.0.1:{cls.dav}",
                    "media.public_url": f"http://127.0.0.1:{public}", "media.user": "masthead"}

    @classmethod
    def serve(cls, what, data, port, *more):
        """rclone serve, listening."""
        process = subprocess.Popen(
            ["rclone", "serve", what, data, "--addr", f"127.0.0.1:{port}", "--dir-cache-time", "0s",
             *more], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "HOME": cls.home_dir, "RCLONE_CONFIG": "/dev/null"})

        def listens():
            if process.poll() is not None:
                raise AssertionError(f"rclone serve {what} ended early")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
            except urllib.error.HTTPError:
                return True
            except OSError:
                return False
            return True

        masthead.wait_for(listens, 20, f"rclone serve {what}")
        return process

    @classmethod
    def tearDownClass(cls):
        for process in cls.servers:
            process.kill()
            process.wait()
        if cls.servers:
            shutil.rmtree(cls.home_dir, ignore_errors=True)

    def setUp(self):
        super().setUp()
        self.keys = dict(type(self).keys)

    def test_put_fetch_delete(self):
        self.at_peer()
        self.works()

    def test_in_a_folder(self):
        self.keys["media.prefix"] = "folder"
        self.at_peer()
        self.assertIn("/folder/", self.works())

    def test_post(self):
        self.goes_there_and_away()

    def test_post_with_megabytes(self):
        self.goes_there_and_away(size=5 << 20)

    def test_wrong_secret(self):
        self.at_peer()
        self.give_secret("other")
        error = self.refused("E_REJECTED", 6, "media-host", "test")
        self.assertIn("401", error["message"])


# What they have in common is not run by itself.
del Host
