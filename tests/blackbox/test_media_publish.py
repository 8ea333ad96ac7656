"""Posts to platforms that fetch media: their files at the media host, before and after."""
import os
import re
import socket

import desk
import hosting
import masthead

THREADED = True


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Publish(hosting.Case):
    def one_picture(self, kind, **how):
        box = self.hosted(kind, **how)
        path, sha256 = self.picture()
        job = self.post("Hello", "--media", path, "--wait")[0]
        self.assertEqual(job["status"], "published", job)
        media = box.ledger()[0]["media"]
        self.assertEqual([m["sha256"] for m in media], [sha256])
        self.assertFalse(self.stands_there(media[0]["url"]), "it is deleted afterwards")
        self.assertEqual(self.files(), 0)
        name = media[0]["url"].rsplit("/", 1)[1]
        self.assertRegex(name, f"^[0-9a-f]{{32}}-{sha256}\\.jpg$")
        self.sound()
        return media[0]["url"]

    def test_webdav(self):
        self.one_picture("webdav")

    def test_s3(self):
        url = self.one_picture("s3", keys={"media.prefix": "posts/2026", "media.acl": "public-read"})
        self.assertIn("/masthead/posts/2026/", url)

    def test_command(self):
        self.one_picture("command")
        (_, name, file, kind), (_, gone, url) = self.calls()
        self.assertEqual([c[0] for c in self.calls()], ["put", "delete"])
        self.assertEqual((kind, gone, url.rsplit("/", 1)[1]), ("image/jpeg", name, name))
        self.assertTrue(os.path.isabs(file))

    def test_a_file_of_megabytes_by_s3(self):
        box = self.hosted("s3")
        path, sha256 = self.picture(size=5 << 20)
        self.assertEqual(self.post("Large", "--media", path, "--wait")[0]["status"], "published")
        self.assertEqual(box.ledger()[0]["media"][0]["sha256"], sha256)

    def test_names_cannot_be_guessed(self):
        box = self.hosted("webdav")
        path, _ = self.picture()
        for text in ("one", "two"):
            self.post(text, "--media", path, "--wait")
        names = {line["media"][0]["url"].rsplit("/", 1)[1][:32] for line in box.ledger()}
        self.assertEqual(len(names), 2)

    def test_public_address_of_its_own(self):
        box = self.hosted("webdav")
        self.host_at(box, "webdav", **{
            "media.public_url": self.host["url"].replace("127.0.0.1", "localhost")})
        path, sha256 = self.picture()
        error = self.refused("E_MEDIA", 4, "publish", "-b", "northwind", "--media", path, "--wait",
                             "elsewhere")
        self.assertIn("fetch", error["message"].lower())
        self.assertEqual(self.files(), 0, "a job that failed needs no files")


class Refused(hosting.Case):
    def refusal(self, *more):
        path, _ = self.picture()
        error = self.refused("E_CONFIG", 4, "publish", "-b", "northwind", "--media", path, "x", *more)
        self.assertEqual(self.jobs(), [], "nothing is stored")
        self.assertIn("instagram", error["message"])
        self.assertIn("media", error["message"])
        return error["message"]

    def test_without_a_host(self):
        self.hosted("webdav")
        self.configure(**desk.QUICK)
        self.assertIn("media.host", self.refusal())

    def test_without_a_key_that_it_needs(self):
        self.hosted("s3", keys={"media.bucket": ""})
        self.assertIn("media.bucket", self.refusal())

    def test_without_its_secret(self):
        self.hosted("webdav", secret=False)
        self.assertIn("media-host secret", self.refusal())
        self.give_secret()
        self.json("media-host", "secret", "--forget")
        self.assertIn("media-host secret", self.refusal())

    def test_text_alone_needs_none(self):
        box = self.hosted("webdav", "threads")
        self.configure(**desk.QUICK)
        self.assertEqual(self.post("Words", "--wait")[0]["status"], "published")
        self.assertEqual(len(box.ledger()), 1)

    def test_addresses_that_are_none(self):
        box = self.hosted("webdav")
        for key, value in (("media.url", "http://media.example/dav"), ("media.url", "ftp://x/"),
                           ("media.url", "https://user@media.example/"),
                           ("media.public_url", "media.example"), ("media.prefix", "../x"),
                           ("media.prefix", "/x"), ("media.user", "a:b")):
            with self.subTest(key=key, value=value):
                self.host_at(box, "webdav", secret=False, **{key: value})
                self.assertIn(key, self.refusal())

    def test_rehearsal_shows_the_requests(self):
        self.hosted("webdav")
        path, sha256 = self.picture()
        target = self.json("publish", "-b", "northwind", "--media", path, "--dry-run",
                           "x")["targets"][0]
        self.assertEqual(target["problems"], [])
        put, create = target["requests"][:2]
        self.assertEqual(put["method"], "PUT")
        self.assertIn(sha256, put["url"])
        self.assertIn("[media-host-secret]", put["headers"]["Authorization"])
        self.assertNotIn(self.host["secret"], str(target))
        self.assertIn("%3Cpublic%20URL%20of%20file%201%3E", create["body"])
        self.assertEqual(self.files(), 0)


class Trouble(hosting.Case):
    def publish(self, text="Hello", *options):
        path, _ = self.picture()
        return self.run_masthead("--json", "publish", "-b", "northwind", "--media", path, "--wait",
                                 text, *options)

    def test_host_down_is_tried_again(self):
        box = self.hosted("webdav")
        self.host_at(box, "webdav", **{"media.url": f"http://127.0.0.1:{free_port()}/dav"})
        result = self.publish()
        self.assertEqual(result.status, 6, result)
        job = self.job()
        self.assertEqual((job["status"], job["attempts"]), ("failed", 4))
        self.assertEqual((job["error"]["code"], job["error"]["class"]), ("E_NETWORK", "transient"))
        self.assertIn("media host", job["error"]["message"])
        self.assertEqual(box.ledger(), [])
        # and the platform was not blamed for it: a text that needs no host goes out at once
        self.host_at(box, "webdav")
        self.run_ok("retry", "1", "--yes")
        self.run_ok("run", "--until-idle")
        self.assertEqual(self.job()["status"], "published")

    def test_busy_host_is_tried_again(self):
        box = self.hosted("s3", faults="media_host:upload=status:503x1")
        self.assertEqual(self.publish().status, 0)
        self.assertEqual(self.job()["attempts"], 2)
        self.assertEqual(len(box.ledger()), 1)
        self.assertEqual(self.files(), 0)

    def test_lost_answer_puts_the_same_file_again(self):
        box = self.hosted("webdav", faults="media_host:upload=reset-afterx1")
        self.assertEqual(self.publish().status, 0)
        self.assertEqual(len(self.once_each(box)), 1)
        self.assertEqual(self.files(), 0)

    def test_refused_by_the_host(self):
        for kind, code in (("webdav", "401"), ("s3", "403")):
            with self.subTest(kind):
                self.setUp()
                box = self.hosted(kind)
                self.give_secret("wrong")
                result = self.publish()
                self.assertEqual(result.error["code"], "E_REJECTED", result)
                self.assertIn("media host", result.error["message"])
                self.assertIn(code, result.error["message"])
                self.assertIn("media.user", result.error["message"])
                self.assertEqual(self.job()["attempts"], 1)
                self.assertEqual(box.ledger(), [])
                self.assertEqual(self.connection()["status"], "connected")
                self.assertEqual(self.files(), 0, "it is not there")

    def test_deleting_is_tried_again(self):
        box = self.hosted("webdav", faults="media_host:revoke=status:500x1")
        self.assertEqual(self.publish().status, 0)
        url = box.ledger()[0]["media"][0]["url"]
        self.assertTrue(self.stands_there(url))
        self.assertEqual(self.files(), 1)

        def gone():
            self.run_ok("run", "--until-idle")
            return not self.stands_there(url)

        masthead.wait_for(gone, what="the file to go")
        self.assertEqual(self.files(), 0)

    def test_a_host_that_was_given_up_gets_no_secret(self):
        box = self.hosted("webdav", faults="media_host:revoke=status:500")
        self.assertEqual(self.publish().status, 0)
        other = self.sandbox(self.new_home())
        self.host_at(box, "webdav", **{"media.url": other.info["media_host"]["webdav"]["url"]})
        for _ in range(4):
            self.database().execute("UPDATE media_objects SET next_at=0")
            self.run_ok("run", "--until-idle")
        problems = self.run_masthead("--json", "check").json["problems"]
        self.assertEqual([p["code"] for p in problems], ["media_left"])

    def test_kept_while_a_retry_is_to_come_and_gone_when_cancelled(self):
        box = self.hosted("webdav", faults="instagram:create=status:503")
        self.host_at(box, "webdav", **{"retry.base": 3600, "retry.cap": 3600})
        path, _ = self.picture()
        self.post("Later", "--media", path)
        self.run_masthead("run", "--timeout", "3")
        job = self.job()
        self.assertEqual((job["status"], job["wait"]), ("pending", "retry"))
        (_, _, url, _, _), = self.rows()
        self.assertTrue(self.stands_there(url))
        self.run_ok("cancel", "1")
        self.run_ok("run", "--until-idle")
        self.assertFalse(self.stands_there(url))
        self.assertEqual(self.files(), 0)
        self.assertEqual(box.ledger(), [])

    def test_killed_between_upload_and_post(self):
        for kind in ("webdav", "command"):
            with self.subTest(kind):
                self.setUp()
                box = self.hosted(kind, faults="instagram:create=latency:60000x1")
                path, sha256 = self.picture()
                self.post("Killed", "--media", path)
                daemon = self.start("daemon")
                masthead.wait_for(lambda: any(row[2] for row in self.rows()), what="the upload")
                daemon.kill()
                (_, _, url, _, _), = self.rows()
                self.assertTrue(self.stands_there(url))
                self.run_ok("run", "--until-idle")
                self.assertEqual(self.job()["status"], "published")
                media = self.once_each(box)[0]["media"]
                self.assertEqual((media[0]["sha256"], media[0]["url"]), (sha256, url),
                                 "what was put is used")
                self.assertFalse(self.stands_there(url))
                self.assertEqual(self.files(), 0)

    def test_killed_while_uploading(self):
        box = self.hosted("webdav", faults="media_host:upload=latency:60000x1")
        path, _ = self.picture()
        self.post("Killed", "--media", path)
        daemon = self.start("daemon")
        masthead.wait_for(self.rows, what="the intent")
        (_, name, url, target, _), = self.rows()
        self.assertIsNone(url)
        masthead.wait_for(lambda: self.stands_there(target), what="the file")
        daemon.kill()
        self.run_ok("run", "--until-idle")
        self.assertEqual([name], [m["url"].rsplit("/", 1)[1] for m in box.ledger()[0]["media"]])
        self.assertFalse(self.stands_there(target))
        self.assertEqual(self.files(), 0)


    def test_a_put_that_ends_after_its_deletion(self):
        box = self.hosted("webdav", faults="media_host:upload=latency:60000x1")
        path, _ = self.picture()
        self.post("Killed", "--media", path)
        daemon = self.start("daemon")
        masthead.wait_for(self.rows, what="the intent")
        (_, _, _, target, _), = self.rows()
        masthead.wait_for(lambda: self.stands_there(target), what="the file")
        daemon.kill()
        self.run_status(4, "cancel", "1")  # nobody has found out yet that it was interrupted
        self.run_ok("recover")
        self.run_ok("cancel", "1")
        self.run_ok("run", "--until-idle")
        self.assertFalse(self.stands_there(target))
        self.assertEqual(self.files(), 1, "it is looked after once more")
        self.database().execute("UPDATE media_objects SET next_at=0")
        self.run_ok("run", "--until-idle")
        self.assertEqual(self.files(), 0)
        self.assertEqual(box.ledger(), [])


class Command(hosting.Case):
    def publish(self, how):
        self.box = self.hosted("command")
        self.command_will(how)
        path, _ = self.picture()
        return self.run_masthead("--json", "publish", "-b", "northwind", "--media", path, "--wait",
                                 "Hello")

    def test_failure_is_tried_again(self):
        result = self.publish("put 75")
        self.assertEqual(self.job()["attempts"], 4, result)
        self.assertIn("words of the command", self.job()["error"]["message"])

    def test_failure_for_good(self):
        self.publish("put 77")
        self.assertEqual((self.job()["attempts"], self.job()["error"]["code"]), (1, "E_REJECTED"))

    def test_what_it_prints_is_looked_at(self):
        for words in ("", "no address", "https://user@media.example/x", "http://media.example/x",
                      "https://media.example/a b"):
            with self.subTest(words):
                self.setUp()
                self.publish("put print " + words)
                self.assertEqual(self.job()["error"]["code"], "E_PROTOCOL")
                self.assertEqual(self.box.ledger(), [])

    def test_no_such_program(self):
        self.box = self.hosted("command", keys={"media.command": "/no/such/program --now"})
        path, _ = self.picture()
        self.run_masthead("publish", "-b", "northwind", "--media", path, "--wait", "x")
        self.assertIn("/no/such/program", self.job()["error"]["message"])
        self.assertEqual(self.job()["attempts"], 1)

    def test_the_loop_does_not_wait_for_it(self):
        self.box = self.hosted("command", "instagram", "threads")
        self.command_will("put hang")
        path, _ = self.picture()
        self.post("Hangs", "-p", "instagram", "--media", path)
        self.post("Goes", "-p", "threads")
        daemon = self.start("daemon")
        self.wait_job(2, "published")
        masthead.wait_for(self.calls, what="the command")
        self.assertEqual(self.job(1)["status"], "processing")
        self.assertEqual(daemon.stop(), 0, "and its end is not held up for ever")
        self.command_will("")
        self.run_ok("run", "--until-idle")
        self.assertEqual(self.job(1)["status"], "published")


class Verbs(hosting.Case):
    def test_test(self):
        for kind in ("webdav", "s3", "command"):
            with self.subTest(kind):
                self.setUp()
                self.hosted(kind)
                result = self.json("media-host", "test")
                self.assertEqual(result["host"], kind)
                self.assertFalse(self.stands_there(result["url"]))
                self.assertEqual(os.listdir(os.path.join(self.home.workspace, "media")), [])

    def test_test_of_a_wrong_secret(self):
        self.hosted("s3")
        self.give_secret("wrong")
        error = self.refused("E_REJECTED", 6, "media-host", "test")
        self.assertIn("SignatureDoesNotMatch", error["message"])

    def test_show(self):
        self.hosted("s3", secret=False)
        show = self.json("media-host", "show")
        self.assertEqual((show["host"], show["ready"], show["secret"]), ("s3", False, False))
        self.assertTrue(self.give_secret()["ready"])
        self.assertNotIn(self.host["secret"], self.run_ok("media-host", "show").out)

    def test_platforms_and_check_say_it(self):
        self.hosted("webdav")
        media = self.json("platforms", "instagram")
        self.assertEqual((media["media_host"], media["media"]["by_url"]), ("webdav", True))
        self.assertIsNone(self.json("platforms", "bluesky")["media_host"])
        checked = self.json("check")["checked"]
        self.assertEqual((checked["media_host"], checked["media_host_accounts"]), ("webdav", 1))
        self.assertNotIn("media host", self.run_ok("check").err)
        self.configure(**desk.QUICK)
        self.assertEqual(self.json("check")["checked"]["media_host"], "none")
        self.assertIn("media host", self.run_ok("check").err)

    def test_the_secret_goes_through_a_change_of_keys(self):
        self.hosted("webdav")
        self.run_ok("vault", "rekey")
        self.assertTrue(self.json("media-host", "test")["deleted"])
        os.unlink(self.json("vault", "status")["path"])
        self.run_ok("vault", "rekey", "--discard")
        self.assertFalse(self.json("media-host", "show")["secret"])

    def test_the_secret_is_one_tenants(self):
        self.hosted("webdav")
        self.run_ok("tenant", "add", "other")
        self.assertFalse(self.json("-T", "other", "media-host", "show")["secret"])
        self.refused("E_CONFIG", 4, "-T", "other", "media-host", "test")
        self.assertTrue(self.json("-T", "default", "media-host", "show")["secret"])

    def test_secret_needs_a_descriptor(self):
        self.hosted("webdav", secret=False)
        self.refused("E_USAGE", 2, "media-host", "secret")
        self.run_status(4, "media-host", "secret", secret="")


class Canary(hosting.Case):
    def test_no_secret_lies_anywhere(self):
        for kind in ("webdav", "s3"):
            with self.subTest(kind):
                self.setUp()
                self.hosted(kind, faults="media_host:upload=status:503x1,media_host:revoke=reset-before")
                canary = re.compile(re.escape(self.host["secret"]).encode())
                noise = ("-v", "--log-file", self.home.join("diagnostics"))
                path, _ = self.picture()
                said = [self.run_masthead(*noise, *args) for args in (
                    ("media-host", "test"), ("--json", "media-host", "show"),
                    ("publish", "-b", "northwind", "--media", path, "--wait", "x"),
                    ("--json", "publish", "-b", "northwind", "--media", path, "--dry-run", "y"),
                    ("run", "--until-idle"), ("--json", "log"), ("--json", "job", "show", "1"),
                    ("export", "--format", "jsonl"), ("--json", "check"))]
                for result in said:
                    self.assertIsNone(canary.search((result.out + result.err).encode()), result)
                looked = 0
                for folder, _, names in os.walk(self.home.path):
                    for name in names:
                        with open(os.path.join(folder, name), "rb") as f:
                            self.assertIsNone(canary.search(f.read()), name)
                        looked += 1
                self.assertGreater(looked, 5)
