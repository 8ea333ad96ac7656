"""oidc - the OAuth server, and a browser that has nobody before it."""
import base64
import hashlib
import http.client
import http.cookies
import json
import secrets
import shutil
import tempfile
import urllib.parse

import node
import npm


class Page:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __str__(self):
        return f"HTTP {self.status}: {self.body[:1000]}"


class Browser:
    """Follows redirects on one server, with that server's cookies. person: who sits before it."""

    def __init__(self, port, person=None):
        self.port, self.cookies = port, {"person": person} if person else {}

    def open(self, url):
        """Opens an address of the server; returns the first that leads away, or the page
        on which it ends."""
        for _ in range(20):
            parts = urllib.parse.urlsplit(url)
            if parts.netloc and parts.netloc != f"127.0.0.1:{self.port}":
                return url
            page = self.get(parts.path + ("?" + parts.query if parts.query else ""))
            if page.status not in (302, 303):
                return page
            url = page.headers["Location"]
        raise AssertionError(f"redirects without end, last to {url}")

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        jar = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        try:
            connection.request("GET", path, headers={"Cookie": jar} if jar else {})
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie", []):
                for name, cookie in http.cookies.SimpleCookie(line).items():
                    self.cookies[name] = cookie.value
            return Page(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


class Server:
    """access_s: the life of an access token in seconds. platform: whose paths it has."""
    SECRETS = {"public": None, "basic": "secret of basic", "post": "secret of post"}

    def __init__(self, access_s=3600, platform=None):
        folder = npm.install("oidc")
        self.home = tempfile.mkdtemp(prefix="masthead-oidc-")
        self.node = None
        try:
            self.port = node.free_port()
            self.node = node.Node(folder, self.home, "oidc.mjs", self.port,
                                  *([platform] if platform else []),
                                  env={"ACCESS_S": str(access_s)})
        except BaseException:
            self.remove()
            raise
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.metadata = Browser(self.port).get("/.well-known/openid-configuration").json

    def remove(self):
        if self.node is not None:
            self.node.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def browser(self, person=None):
        return Browser(self.port, person)

    def issued(self):
        """The tokens that it gave: {"access": [...], "refresh": [...]}, oldest first."""
        return Browser(self.port).get("/issued").json

    def bearer(self, path, token):
        return self._send("GET", path, None, {"Authorization": "Bearer " + token})

    def post(self, endpoint, client="public", **form):
        """A request to an endpoint named as in the metadata, as this client."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if client == "basic":
            name = urllib.parse.quote_plus("basic") + ":" + urllib.parse.quote_plus(self.SECRETS[client])
            headers["Authorization"] = "Basic " + base64.b64encode(name.encode()).decode()
        else:
            form["client_id"] = client
            if self.SECRETS[client] is not None:
                form["client_secret"] = self.SECRETS[client]
        url = urllib.parse.urlsplit(self.metadata[endpoint])
        return self._send("POST", url.path, urllib.parse.urlencode(form), headers)

    def userinfo(self, token):
        url = urllib.parse.urlsplit(self.metadata["userinfo_endpoint"])
        return self.bearer(url.path, token)

    def _send(self, method, path, body, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return Page(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


class Login:
    """One authorization with PKCE, from the client's side. `change` replaces parameters of
    the request, or drops those that are None."""

    def __init__(self, server, client="public", redirect="http://127.0.0.1:49152/callback", **change):
        self.server, self.client, self.redirect = server, client, redirect
        self.verifier, self.state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        query = {"client_id": client, "response_type": "code", "redirect_uri": redirect,
                 "scope": "openid read write", "state": self.state,
                 "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
                 "code_challenge_method": "S256", **change}
        self.url = server.metadata["authorization_endpoint"] + "?" + urllib.parse.urlencode(
            {k: v for k, v in query.items() if v is not None})

    def go(self):
        """The parameters of the redirect back, or the page on which the browser stays."""
        end = self.server.browser().open(self.url)
        if isinstance(end, Page):
            return end
        address, _, query = end.partition("?")
        assert address == self.redirect, end
        return dict(urllib.parse.parse_qsl(query))

    def exchange(self, code, verifier=None):
        return self.server.post("token_endpoint", self.client, grant_type="authorization_code",
                                code=code, redirect_uri=self.redirect,
                                code_verifier=verifier or self.verifier)
