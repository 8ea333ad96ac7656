"""What Masthead sends to a real Bluesky server, read back from that server.

Nothing here looks at a request: only at what the server keeps, and at what it
says to those who ask it.
"""
import datetime
import hashlib
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import pds  # noqa: E402
from film import mp4  # noqa: E402
from picture import png  # noqa: E402

TEXT = ("Grüße, @bob.test \U0001F469\u200d\U0001F469\u200d\U0001F467 — "
        "das Programm: https://example.com/a?b=c&d=%C3%A9 \n#Nordwind "
        "und @nobody.test, ganz ohne #")


def setUpModule():
    pds.Case.server = pds.Server()


def tearDownModule():
    if pds.Case.server is not None:
        pds.Case.server.remove()


def span(text, part):
    start = text.encode().index(part.encode())
    return {"byteStart": start, "byteEnd": start + len(part.encode())}


def facet(text, part, kind, **values):
    return {"index": span(text, part),
            "features": [{"$type": f"app.bsky.richtext.facet#{kind}", **values}]}


def plain(facets):
    """Without the members that say only what type an object has."""
    return [{"index": {k: f["index"][k] for k in ("byteStart", "byteEnd")},
             "features": f["features"]} for f in facets]


def utc(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Post(pds.Case):
    def test_text_facets_language_and_time_come_back(self):
        bob = self.server.account("bob.test")
        alice = self.account("alice")
        connection = self.brand_with(alice)
        self.assertEqual(connection["account_id"], alice.did)
        self.assertEqual(connection["status"], "connected")
        job = self.publish("--language", "de", TEXT)
        self.assert_one_post(alice, job, TEXT)

        key = job["attempts_list"][0]["key"]
        self.assertEqual(job["remote_id"], f"at://{alice.did}/{pds.POSTS}/{key}")
        self.assertEqual(job["remote_url"], f"https://bsky.app/profile/{alice.handle}/post/{key}")
        record = alice.record(key)["value"]
        self.assertEqual(record["$type"], pds.POSTS)
        self.assertEqual(record["text"], TEXT)
        self.assertEqual(record["langs"], ["de"])
        self.assertNotIn("embed", record)
        self.assertEqual(plain(record["facets"]), [
            facet(TEXT, "@bob.test", "mention", did=bob.did),
            facet(TEXT, "https://example.com/a?b=c&d=%C3%A9", "link",
                  uri="https://example.com/a?b=c&d=%C3%A9"),
            facet(TEXT, "#Nordwind", "tag", tag="Nordwind"),
        ])
        # The record's time is that of its key, to the millisecond.
        created = utc(record["createdAt"]).timestamp()
        self.assertEqual(pds.tid_us(key) // 1000, round(created * 1000))
        self.assertLessEqual(utc(job["created_at"]).timestamp() - 1, created)
        self.assertLessEqual(created, utc(job["published_at"]).timestamp() + 1)

    def test_text_comes_back_as_it_was_written(self):
        account = self.account()
        self.brand_with(account)
        text = "  e\u0301 und \u00e9,\ttab\n\n\n\u202bعربي\u202c \U0001F1E9\U0001F1EA \u200b \n"
        self.assert_one_post(account, self.publish("--", text), text)

    def test_server_counts_300_graphemes_as_we_do(self):
        account = self.account()
        self.brand_with(account)
        text = ("e\u0301" * 100 + "\U0001F1E9\U0001F1EA" * 100
                + "\U0001F468\u200d\U0001F469\u200d\U0001F467\u200d\U0001F466" * 50
                + "\U0001F44D\U0001F3FD" * 50)
        self.assert_one_post(account, self.publish(text), text)
        error = self.refused("E_TOO_LONG", 4, "publish", "-b", "northwind", text + "e")
        self.assertIn("300", error["message"])
        self.assertIn("301", error["message"])
        # And the server would have refused it.
        answer = account.call("POST", "com.atproto.repo.createRecord", {
            "repo": account.did, "collection": pds.POSTS, "record": {
                "$type": pds.POSTS, "text": text + "e", "createdAt": "2026-01-01T00:00:00.000Z"}})
        self.assertEqual(answer.status, 400)
        self.assertIn("maximum 300, got 301", answer.json["message"])

    def test_link_card(self):
        account = self.account()
        self.brand_with(account)
        job = self.publish("--link", "https://example.com/offer", "--title", "An offer", "Look:")
        self.assert_one_post(account, job, "Look:")
        card = account.records()[0]["value"]["embed"]
        self.assertEqual(card["$type"], "app.bsky.embed.external")
        self.assertEqual(card["external"]["uri"], "https://example.com/offer")
        self.assertEqual(card["external"]["title"], "An offer")

    def test_images_arrive_byte_for_byte(self):
        account = self.account()
        self.brand_with(account)
        pictures = [png(3, 2, (200, 30, 30)), png(64, 64, (0, 0, 255))]
        alts = ["Ein rotes Feld \U0001F7E5", "a blue square"]
        args = []
        for number, (data, alt) in enumerate(zip(pictures, alts)):
            args += ["--media", self.home.write(f"picture{number}.png", data), "--alt", alt]
        self.assert_one_post(account, self.publish(*args, "Two fields"), "Two fields")
        embed = account.records()[0]["value"]["embed"]
        self.assertEqual(embed["$type"], "app.bsky.embed.images")
        self.assertEqual([image["alt"] for image in embed["images"]], alts)
        self.assertEqual([image.get("aspectRatio") for image in embed["images"]],
                         [{"width": 3, "height": 2}, {"width": 64, "height": 64}])
        for image, data in zip(embed["images"], pictures):
            blob = image["image"]
            self.assertEqual((blob["mimeType"], blob["size"]), ("image/png", len(data)))
            kept = self.server.blob(account.did, blob["ref"]["$link"])
            self.assertEqual(kept.status, 200, kept)
            self.assertEqual(hashlib.sha256(kept.body).digest(), hashlib.sha256(data).digest())

    def test_thread_of_three(self):
        account = self.account()
        self.brand_with(account)
        job = self.publish("--option", "bluesky.thread=true", "one\n---\ntwo #Nordwind\n\n---\nthree")
        self.assertEqual(job["status"], "published", job)
        records = sorted(account.records(), key=lambda r: r["value"]["createdAt"])
        self.assertEqual([r["value"]["text"] for r in records], ["one", "two #Nordwind", "three"])
        self.assertEqual(job["remote_id"], records[0]["uri"])
        keys = [r["uri"].rsplit("/", 1)[1] for r in records]
        self.assertEqual(keys, sorted(keys))
        self.assertEqual(keys[0], job["attempts_list"][0]["key"])
        self.assertNotIn("reply", records[0]["value"])
        root = {"uri": records[0]["uri"], "cid": records[0]["cid"]}
        for before, record in zip(records, records[1:]):
            reply = record["value"]["reply"]
            self.assertEqual(reply["root"], root)
            self.assertEqual(reply["parent"], {"uri": before["uri"], "cid": before["cid"]})
        self.run_ok("takedown", job["id"])
        self.assertEqual(account.records(), [])

    def test_video_as_a_blob(self):
        account = self.account()
        self.brand_with(account)
        film = mp4()
        job = self.publish("--media", self.home.write("film.mp4", film), "--alt", "waves", "A film")
        self.assert_one_post(account, job, "A film")
        embed = account.records()[0]["value"]["embed"]
        self.assertEqual(embed["$type"], "app.bsky.embed.video")
        self.assertEqual(embed["alt"], "waves")
        self.assertEqual(embed["aspectRatio"], {"width": 64, "height": 36})
        blob = embed["video"]
        self.assertEqual((blob["mimeType"], blob["size"]), ("video/mp4", len(film)))
        kept = self.server.blob(account.did, blob["ref"]["$link"])
        self.assertEqual(kept.body, film)

    def test_takedown_deletes_it_at_the_server(self):
        account = self.account()
        self.brand_with(account)
        job = self.publish("Not for long")
        self.publish("For longer")
        self.run_ok("takedown", job["id"])
        self.assertEqual([r["value"]["text"] for r in account.records()], ["For longer"])
        self.assertIsNone(account.record(job["attempts_list"][0]["key"]))

    def test_two_accounts_of_a_brand_get_a_post_each(self):
        first, second = self.account(), self.account()
        self.brand_with(first)
        self.log_in(second)
        jobs = self.json("publish", "-b", "northwind", "--wait", "Both")["jobs"]
        self.assertEqual(len(jobs), 2)
        for account in (first, second):
            self.assertEqual([r["value"]["text"] for r in account.records()], ["Both"])


class Login(pds.Case):
    def test_wrong_password(self):
        account = self.account()
        self.run_ok("brand", "add", "northwind")
        error = self.refused("E_LOGIN_FAILED", 5, "connect", "northwind", "bluesky", "--server",
                             account.server, "--handle", account.handle, secret="aaaa-bbbb-cccc-dddd")
        self.assertIn("Invalid identifier or password", error["message"])
        self.assertEqual(self.json("connections")["connections"], [])

    def test_verify_tells_a_session_that_works_from_one_that_is_gone(self):
        account = self.account()
        connection = self.brand_with(account)
        results = self.json("verify", connection["id"])["results"]
        self.assertTrue(results[0]["ok"], results)
        # The account is closed: its tokens are good for nothing more.
        answer = account.call("POST", "com.atproto.server.deactivateAccount", {})
        self.assertEqual(answer.status, 200, answer)
        self.run_status(5, "verify", connection["id"])

    def test_reconnecting_keeps_the_number(self):
        first, second = self.account(), self.account()
        number = self.brand_with(first)["id"]
        self.assertEqual(self.log_in(first)["id"], number)
        self.assertNotEqual(self.log_in(second)["id"], number)

    def test_thirty_first_login_in_five_minutes(self):
        account = self.account()
        self.run_ok("brand", "add", "northwind")
        last = None
        for _ in range(31):
            last = self.server.request("POST", "com.atproto.server.createSession", {
                "identifier": account.handle, "password": "no"})
        self.assertEqual(last.status, 429, last)
        error = self.refused("E_RATE_LIMITED", 6, "connect", "northwind", "bluesky", "--server",
                             account.server, "--handle", account.handle, secret=account.secret)
        self.assertIn("Rate Limit Exceeded", error["message"])


class Rates(pds.Case):
    def test_a_job_waits_for_the_hour_that_the_server_names(self):
        account = self.account()
        self.brand_with(account)
        reset = self.use_up(account)
        job = self.publish("--timeout", "2", "One too many", status=1)
        self.assertEqual((job["status"], job["wait"]), ("pending", "rate"), job)
        self.assertEqual(job["error"]["code"], "E_RATE_LIMITED")
        self.assertEqual(job["error"]["class"], "rate_limited")
        self.assertEqual(job["error"]["http_status"], 429)
        at = utc(job["next_attempt_at"]).timestamp()
        self.assertGreaterEqual(at, reset - 5)
        self.assertLessEqual(at, reset + 120)
        self.assertNotIn("One too many", [r["value"]["text"] for r in account.records()])

    def use_up(self, account):
        """Spends the account's points for writing; returns when there will be more."""
        filler = {"$type": pds.POSTS, "text": "filler", "createdAt": "2026-01-01T00:00:00.000Z"}
        size = 200
        while size > 0:
            answer = account.call("POST", "com.atproto.repo.applyWrites", {
                "repo": account.did, "writes": [
                    {"$type": "com.atproto.repo.applyWrites#create", "collection": pds.POSTS,
                     "value": filler} for _ in range(size)]})
            if answer.status == 429:
                reset = int(answer.headers["RateLimit-Reset"])
                size = size // 2
            else:
                self.assertEqual(answer.status, 200, answer)
        return reset


if __name__ == "__main__":
    unittest.main()
