"""What Masthead sends, held against the documents that services publish of their APIs.

The documents are no part of this tree: `make check-peers CONTRACTS=DIR` names the
folder in which they lie. Where one is wrong about a request that the service
takes, it is mended for that request alone, and the mend says why.
"""
import email
import http.client
import json
import os
import sys
import unittest
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import contracts  # noqa: E402
import masthead  # noqa: E402
import node  # noqa: E402
import proxy  # noqa: E402
from film import mp4  # noqa: E402
from picture import png  # noqa: E402

FAST = ("-o", "http.timeout=5", "-o", "retry.base=0.1", "-o", "settle.lag=0.1")
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def document(name):
    folder = os.environ.get("CONTRACTS", "")
    if not folder:
        raise unittest.SkipTest("no CONTRACTS=DIR with the services' documents")
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        raise unittest.SkipTest(f"no {name} in {folder}")
    return path


class Contract(masthead.Case):
    """One service's document; a test's requests go to the sandbox past a witness."""
    limit_s = 120
    platform = name = base = ""
    aside = ()
    mend = None
    document = None

    @classmethod
    def setUpClass(cls):
        cls.document = contracts.Document(document(cls.name), cls.mend)

    @classmethod
    def tearDownClass(cls):
        if cls.document is not None:
            cls.document.remove()

    def setUp(self):
        super().setUp()
        self.box, self.witness = None, None
        self.run_ok("brand", "add", "northwind")

    def open(self, **options):
        """The sandbox, and a witness before it."""
        self.box = self.sandbox(**options)
        self.account = self.box.account(self.platform)
        self.witness = contracts.Witness(self.document, int(self.box.url.rsplit(":", 1)[1]),
                                         "/" + self.platform, self.base, self.aside)
        self.addCleanup(self.witness.close)

    def connect_token(self, *options):
        return self.json(*FAST, "connect", "northwind", self.platform, "--server",
                         self.witness.url, *options, token=self.account.secret)

    def connect_browser(self, *options, **how):
        """Logs in as a person does. how: descriptors to pass."""
        process = masthead.Background(self.home, [
            *FAST, "--json", "connect", "northwind", self.platform, "--server", self.witness.url,
            "--no-browser", "--timeout", "30", *options], **how)
        self.addCleanup(process.kill)
        address = masthead.wait_for(
            lambda: next((line for line in process.err.splitlines() if line.startswith("http")),
                         None), 15, lambda: f"the address in {process}")
        with urllib.request.urlopen(address, timeout=10) as page:
            self.assertEqual(page.status, 200)
        self.assertEqual(process.wait(), 0, process)
        return json.loads(process.out)

    def publish(self, *args, status=0):
        return self.run_status(status, *FAST, "--json", "publish", "-b", "northwind", "--wait",
                               "--timeout", "30", *args).json["jobs"][0]

    def picture(self, number=0):
        return self.home.write(f"picture{number}.png", png(8, 8 + number, (9, 9, 9)))

    def assert_kept(self, *steps):
        """Each step (METHOD, beginning of the path) was asked for, and no request broke the contract."""
        for method, path in steps:
            self.assertTrue([s for s in self.witness.seen if s.method == method
                             and s.path.startswith(path)], (method, path, self.witness.seen))
        broken = [f"{seen}\n  {seen.headers}\n  {seen.body[:500]}\n  " + "\n  ".join(seen.breaks)
                  for seen in self.witness.seen if seen.breaks]
        self.assertEqual(broken, [], "\n".join(broken))

    def assert_seen(self, method, path, body=None, kind=JSON, words="", **headers):
        """This request, which breaks the contract, is seen to."""
        if self.witness is None:
            self.open()
        connection = http.client.HTTPConnection(*self.witness.listener.server_address, timeout=30)
        try:
            connection.request(method, path, body, {"Content-Type": kind, **headers} if body else
                               headers)
            connection.getresponse().read()
        finally:
            connection.close()
        breaks = self.witness.seen[-1].breaks
        self.assertTrue(breaks, (method, path, body))
        self.assertIn(words, "\n".join(breaks))


def as_forms(parsed, *paths):
    """The document has JSON alone for these, and the service's own documentation calls the same members
    form data."""
    for path in paths:
        content = parsed["paths"][path]["post"]["requestBody"]["content"]
        content[FORM] = json.loads(json.dumps(content[JSON]))


def mend_mastodon(parsed):
    """It is made from the documentation by a program, not by the project."""
    as_forms(parsed, "/api/v1/apps", "/oauth/token", "/oauth/revoke", "/api/v1/statuses")
    # One address may stand by itself.
    apps = parsed["paths"]["/api/v1/apps"]["post"]["requestBody"]["content"][FORM]["schema"]
    apps["properties"]["redirect_uris"] = apps["properties"]["redirect_uris"]["items"]
    post = parsed["paths"]["/api/v1/statuses"]["post"]
    # The key is any text; it is called an object, upon which the server falls over.
    for parameter in post["parameters"]:
        if parameter["name"] == "Idempotency-Key":
            parameter["schema"] = {"type": "string"}
    # A text with media fits two of the three schemas, and just one is wanted.
    for content in post["requestBody"]["content"].values():
        content["schema"]["anyOf"] = content["schema"].pop("oneOf")


class Mastodon(Contract):
    platform, name = "mastodon", "mastodon.json"
    mend = staticmethod(mend_mastodon)

    def test_a_request_that_breaks_it_is_seen(self):
        bearer = {"Authorization": "Bearer x"}
        self.assert_seen("POST", "/api/v1/statuses", b'{"status": 7, "visibility": "nobody"}',
                         words="status must be string", **bearer)
        self.assert_seen("POST", "/oauth/token", b"grant_type=authorization_code&code=x", FORM,
                         words="client_id")
        self.assert_seen("GET", "/api/v1/accounts/1/statuses?newest=1", words="newest", **bearer)
        self.assert_seen("GET", "/api/v1/accounts/verify_credentials", words="401")

    def test_login_through_the_browser(self):
        self.open()
        self.connect_browser()
        self.publish("By way of the browser")
        self.run_ok(*FAST, "disconnect", "northwind/mastodon")
        self.assert_kept(("POST", "/api/v1/apps"), ("GET", "/oauth/authorize"),
                         ("POST", "/oauth/token"), ("GET", "/api/v1/accounts/verify_credentials"),
                         ("GET", "/api/v2/instance"), ("POST", "/oauth/revoke"))

    def test_text_verify_and_takedown(self):
        self.open()
        self.connect_token()
        job = self.publish("--language", "de", "--visibility", "unlisted",
                           "Grüße https://example.com #Nordwind")
        self.run_ok(*FAST, "verify", "--all")
        self.run_ok(*FAST, "takedown", job["id"])
        self.assert_kept(("POST", "/api/v1/statuses"), ("DELETE", "/api/v1/statuses/"))

    def test_image_with_alt_text_and_a_reply(self):
        self.open()
        self.connect_token()
        self.publish("--media", self.picture(), "--alt", "a dark square", "Look")
        self.publish("--option", "mastodon.thread=true", "one\n---\ntwo")
        self.assert_kept(("POST", "/api/v2/media"), ("POST", "/api/v1/statuses"))
        self.assertTrue([s for s in self.witness.seen if b"in_reply_to_id" in s.body])

    def test_poll(self):
        self.open()
        self.connect_token()
        self.publish("--option", "mastodon.poll=Tea|Coffee", "Which?")
        self.assert_kept(("POST", "/api/v1/statuses"))

    def test_unclear_answer(self):
        self.open(faults="mastodon:publish=error-after:500x1")
        self.connect_token()
        self.publish("Once")
        self.assert_kept(("POST", "/api/v1/statuses"))
        self.assertGreater(self.witness.count("/statuses?limit=40"), 0, self.witness.seen)
        self.assertEqual(len(self.box.ledger()), 1)


class X(Contract):
    platform, name = "x", "x.json"
    # The document begins where a token is there already.
    aside = ("/i/oauth2/authorize", "/2/oauth2/token", "/2/oauth2/revoke")

    def test_a_request_that_breaks_it_is_seen(self):
        bearer = {"Authorization": "Bearer x"}
        self.assert_seen("POST", "/2/tweets", b'{"text": 7}', words="text must be string", **bearer)
        self.assert_seen("POST", "/2/tweets", b'{"text": "a", "status": "b"}', words="status",
                         **bearer)
        self.assert_seen("POST", "/2/tweets", b'{"text": "a"}', words="401")
        self.assert_seen("GET", "/2/users/1/tweets?max_results=4", words="max_results", **bearer)
        self.assert_seen("GET", "/2/users/1/tweets?tweets.fields=id", words="tweets.fields", **bearer)
        self.assert_seen("POST", "/2/tweet", b"{}", words="404", **bearer)

    def test_login_through_the_browser(self):
        self.open()
        self.connect_browser("--client-id", "the-client", "--redirect-uri",
                             f"http://127.0.0.1:{node.free_port()}/callback")
        self.run_ok(*FAST, "refresh", "northwind/x")
        self.publish("By way of the browser")
        self.assert_kept(("GET", "/2/users/me"), ("POST", "/2/tweets"))

    def test_text_verify_and_takedown(self):
        self.open()
        self.connect_token()
        job = self.publish("--option", "x.reply_settings=following", "--option",
                           "x.made_with_ai=true", "Grüße https://example.com #Nordwind")
        self.run_ok(*FAST, "verify", "--all")
        self.run_ok(*FAST, "takedown", job["id"])
        self.assert_kept(("POST", "/2/tweets"), ("DELETE", "/2/tweets/"))

    def test_poll_and_thread(self):
        self.log_in()
        self.run_ok(*FAST, "publish", "-b", "northwind", "--wait", "--timeout", "20",
                    "--option", "mastodon.poll=One|Two", "--option", "mastodon.poll_multiple=true",
                    "--option", "mastodon.thread=true", "Which?\n---\nThink well.")
        self.assert_kept(("POST", "/api/v1/statuses"))
        bodies = [json.loads(s.body) for s in self.proxy.seen if s.method == "POST"]
        self.assertEqual(bodies[0]["poll"]["options"], ["One", "Two"])
        self.assertEqual(bodies[1]["in_reply_to_id"], "3")

    def test_image_with_alt_text(self):
        self.open()
        self.connect_token()
        self.publish("--media", self.picture(), "--alt", "a dark square", "Look")
        self.assert_kept(("POST", "/2/media/upload"), ("POST", "/2/media/metadata"),
                         ("POST", "/2/tweets"))

    def test_video_in_pieces(self):
        self.open()
        self.connect_token()
        self.publish("--media", self.home.write("film.mp4", mp4()), "Waves")
        self.assert_kept(("POST", "/2/media/upload/initialize"), ("GET", "/2/media/upload?"))
        for word in ("/append", "/finalize"):
            self.assertEqual(self.witness.count(word), 1, self.witness.seen)

    def test_poll_and_thread(self):
        self.open()
        self.connect_token()
        self.publish("--option", "x.poll=Tea|Coffee", "Which?")
        self.publish("--option", "x.thread=true", "one\n---\ntwo")
        self.assert_kept(("POST", "/2/tweets"))
        for word in (b'"poll"', b'"in_reply_to_tweet_id"'):
            self.assertTrue([s for s in self.witness.seen if word in s.body], word)

    def test_unclear_answer(self):
        self.open(faults="x:publish=error-after:500x1")
        self.connect_token()
        self.publish("Once https://example.com")
        self.assert_kept(("GET", "/2/users/"))
        self.assertEqual(len(self.box.ledger()), 1)


class Pinterest(Contract):
    platform, name, base = "pinterest", "pinterest.yaml", "/v5"
    # Where people consent, and where the sandbox has files sent to.
    aside = ("/oauth/", "/upload")

    def test_a_request_that_breaks_it_is_seen(self):
        bearer = {"Authorization": "Bearer x"}
        self.assert_seen("POST", "/v5/pins", b'{"board_id": "1", "media_source": {"source_type": '
                         b'"image_base64", "content_type": "image/gif", "data": "aaaa"}}',
                         words="content_type", **bearer)
        self.assert_seen("GET", "/v5/boards?page_size=9999", words="page_size", **bearer)
        self.assert_seen("GET", "/v5/boards?size=9", words="size", **bearer)
        self.assert_seen("POST", "/v5/oauth/token", b"grant_type=authorization_code", FORM, words="401")

    def test_login_through_the_browser(self):
        self.open()
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        os.write(writing, b"a secret of no use")
        os.close(writing)
        self.connect_browser("--client-id", "the-client", "--client-secret-fd", str(reading),
                             "--redirect-uri", f"http://127.0.0.1:{node.free_port()}/callback",
                             fds=(reading,))
        self.run_ok(*FAST, "refresh", "northwind/pinterest")
        self.run_ok(*FAST, "verify", "--all")
        self.assert_kept(("POST", "/v5/oauth/token"), ("GET", "/v5/user_account"),
                         ("GET", "/v5/boards?"), ("GET", "/v5/boards/"))
        self.assertEqual(self.witness.count("/v5/oauth/token"), 2)

    def test_image_link_and_takedown(self):
        self.open()
        self.connect_token()
        job = self.publish("--media", self.picture(), "--alt", "a dark square", "--title", "Squares",
                           "--link", "https://example.com/squares", "Grüße #Nordwind")
        self.run_ok(*FAST, "takedown", job["id"])
        self.assert_kept(("POST", "/v5/pins"), ("DELETE", "/v5/pins/"))

    def test_several_images(self):
        self.open()
        self.connect_token()
        self.publish("--media", self.picture(1), "--alt", "one", "--media", self.picture(2), "Two")
        self.assert_kept(("POST", "/v5/pins"))

    def test_video(self):
        self.open()
        self.connect_token()
        self.publish("--media", self.home.write("film.mp4", mp4()), "--option",
                     "pinterest.cover_time=1", "Waves")
        self.assert_kept(("POST", "/v5/media"), ("GET", "/v5/media/"), ("POST", "/v5/pins"))

    def test_unclear_answer(self):
        self.open(faults="pinterest:publish=error-after:500x1")
        self.connect_token()
        self.publish("--media", self.picture(), "Once")
        self.assert_kept(("GET", "/v5/boards/"))
        self.assertEqual(len(self.box.ledger()), 1)


class Discord(Contract):
    platform, name, base = "discord", "discord.json", "/api"

    def test_a_request_that_breaks_it_is_seen(self):
        self.assert_seen("POST", "/api/webhooks/1/x?wait=true", b'{"content": 5}', words="content")
        self.assert_seen("POST", "/api/webhooks/1/x?waits=true", b'{"content": "a"}', words="waits")
        self.assert_seen("GET", "/api/webhooks/one/x", words="webhook_id")
        self.assert_seen("POST", "/api/webhooks/1/x", b'--b\r\nContent-Disposition: form-data; name="content"'
                         b"\r\n\r\n" + b"x" * 2001 + b"\r\n--b--\r\n",
                         "multipart/form-data; boundary=b", words="2000")

    def connect_webhook(self):
        self.open()
        address = self.account.secret.replace(self.account.server, self.witness.url)
        return self.json(*FAST, "connect", "northwind", "discord", secret=address)

    def test_text_verify_and_takedown(self):
        self.connect_webhook()
        self.run_ok(*FAST, "verify", "--all")
        job = self.publish("--option", "discord.username=The desk", "--option", "discord.mentions=users",
                           "--option", "discord.avatar_url=https://example.com/a.png", "--option",
                           "discord.silent=true", "--option", "discord.thread_id=1234", "Grüße @everyone")
        self.run_ok(*FAST, "takedown", job["id"])
        self.assert_kept(("GET", "/api/webhooks/"), ("POST", "/api/webhooks/"),
                         ("DELETE", "/api/webhooks/"))

    def test_a_forum(self):
        self.connect_webhook()
        self.publish("--option", "discord.thread_name=News", "--option", "discord.tags=12,34", "Hello")
        self.assert_kept(("POST", "/api/webhooks/"))

    def test_files_with_alt_text(self):
        self.connect_webhook()
        self.publish("--media", self.picture(1), "--alt", "one", "--media", self.picture(2), "Two")
        self.assert_kept(("POST", "/api/webhooks/"))
        self.assertEqual(self.payload()["attachments"][0]["description"], "one")
        self.assert_kept()

    def payload(self):
        """The message beside the files: the document says nothing of the part's inside, so that is
        held against what it says of a message alone."""
        seen = [s for s in self.witness.seen if s.method == "POST"][-1]
        parts = email.message_from_bytes(b"Content-Type: " + seen.headers["Content-Type"].encode()
                                         + b"\r\n\r\n" + seen.body).get_payload()
        text = next(part.get_payload(decode=True) for part in parts
                    if part.get_param("name", header="Content-Disposition") == "payload_json")
        alone = proxy.Seen("POST", seen.path, {"Content-Type": JSON}, text)
        alone.breaks = seen.breaks
        self.witness.show(alone, seen.path)
        return json.loads(text)


if __name__ == "__main__":
    unittest.main()
