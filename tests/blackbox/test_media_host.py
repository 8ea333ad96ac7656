"""The media host: where files are put so that platforms can fetch them, and removed again.

First the sandbox's own, as a client sees it.
"""
import datetime
import hashlib
import hmac
import urllib.error
import urllib.request

import masthead
from hosting import basic


def call(method, url, body=None, headers=None):
    """(status, body, headers)"""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as bad:
        return bad.code, bad.read(), bad.headers


def keyed(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signed(host, method, url, body=b"", secret=None, region=None, at=None, claim=None):
    """The headers of a request signed for S3."""
    at = at or datetime.datetime.now(datetime.timezone.utc)
    moment, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    region = region or host["region"]
    authority, path = url.split("://")[1].split("/", 1)
    digest = claim or hashlib.sha256(body).hexdigest()
    headers = {"host": authority, "x-amz-content-sha256": digest, "x-amz-date": moment}
    names = ";".join(sorted(headers))
    plain = "\n".join([method, "/" + path, "",
                       *[f"{n}:{headers[n]}" for n in sorted(headers)], "", names, digest])
    scope = f"{day}/{region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope,
                      hashlib.sha256(plain.encode()).hexdigest()])
    key = ("AWS4" + (secret or host["secret"])).encode()
    for step in (day, region, "s3", "aws4_request"):
        key = keyed(key, step)
    headers["Authorization"] = (f"AWS4-HMAC-SHA256 Credential={host['user']}/{scope}, "
                                f"SignedHeaders={names}, Signature={keyed(key, text).hex()}")
    return headers


class SandboxS3(masthead.Case):
    def setUp(self):
        super().setUp()
        self.box = self.sandbox()
        self.s3 = self.box.info["media_host"]["s3"]
        self.url = f"{self.s3['url']}/{self.s3['bucket']}/a/b.jpg"

    def put(self, body=b"bytes", url=None, **how):
        url = url or self.url
        return call("PUT", url, body, signed(self.s3, "PUT", url, body, **how))

    def test_put_read_remove(self):
        self.assertEqual(self.put()[0], 200)
        status, body, _ = call("GET", self.url)
        self.assertEqual((status, body), (200, b"bytes"))
        self.assertEqual(call("HEAD", self.url)[0], 200)
        gone = call("DELETE", self.url, headers=signed(self.s3, "DELETE", self.url))
        self.assertEqual(gone[0], 204)
        self.assertEqual(call("GET", self.url)[0], 404)

    def test_refusals(self):
        late = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=20)
        for how, status, word in (({"secret": "wrong"}, 403, b"SignatureDoesNotMatch"),
                                  ({"region": "elsewhere"}, 400, b"AuthorizationHeaderMalformed"),
                                  ({"at": late}, 403, b"RequestTimeTooSkewed"),
                                  ({"claim": "0" * 64}, 400, b"XAmzContentSHA256Mismatch")):
            with self.subTest(how):
                got = self.put(**how)
                self.assertEqual(got[0], status, got)
                self.assertIn(word, got[1])
        self.assertEqual(call("PUT", self.url, b"x")[0], 403)
        self.assertIn(b"NoSuchBucket", self.put(url=self.s3["url"] + "/other/x")[1])
        self.assertEqual(call("GET", self.url)[0], 404)

    def test_a_signature_is_of_one_path(self):
        headers = signed(self.s3, "PUT", self.url, b"x")
        self.assertEqual(call("PUT", self.url + "2", b"x", headers)[0], 403)


class SandboxWebdav(masthead.Case):
    def setUp(self):
        super().setUp()
        self.dav = self.sandbox().info["media_host"]["webdav"]
        self.who = basic(self.dav["user"], self.dav["secret"])

    def test_put_read_remove(self):
        url = self.dav["url"] + "/x.png"
        self.assertEqual(call("PUT", url, b"1", self.who)[0], 201)
        self.assertEqual(call("PUT", url, b"22", self.who)[0], 204)
        self.assertEqual(call("GET", url)[1], b"22")
        status, listing, _ = call("PROPFIND", self.dav["url"] + "/", None, self.who)
        self.assertEqual((status, listing.count(b"<D:response>")), (207, 1))
        self.assertIn(b"/media/dav/x.png", listing)
        self.assertEqual(call("DELETE", url, None, self.who)[0], 204)
        self.assertEqual(call("DELETE", url, None, self.who)[0], 404)
        self.assertEqual(call("GET", url)[0], 404)

    def test_without_the_right_credentials(self):
        for who in ({}, basic("sandbox", "wrong")):
            status, _, headers = call("PUT", self.dav["url"] + "/x", b"1", who)
            self.assertEqual(status, 401)
            self.assertIn("Basic", headers["WWW-Authenticate"])

    def test_a_collection_comes_first(self):
        url = self.dav["url"] + "/folder"
        self.assertEqual(call("PUT", url + "/x", b"1", self.who)[0], 409)
        self.assertEqual(call("MKCOL", url, None, self.who)[0], 201)
        self.assertEqual(call("PUT", url + "/x", b"1", self.who)[0], 201)
