"""connect, connections, connection show, verify, refresh, disconnect: accounts come and go."""
import desk
import shapes


class Connect(desk.Case):
    def setUp(self):
        super().setUp()
        self.box = self.sandbox(accounts=3)
        self.run_ok("brand", "add", "northwind")

    def test_by_app_password_and_by_token(self):
        one = self.login(self.box)
        self.assertEqual((one["id"], one["brand"], one["platform"], one["status"], one["account"]),
                         (1, "northwind", "bluesky", "connected",
                          self.box.account("bluesky").handle))
        self.assertEqual(one["server"], self.box.account("bluesky").server)
        self.assertTrue(one["refreshable"])
        two = self.login(self.box, platform="mastodon")
        self.assertEqual((two["id"], two["status"], two["refreshable"], two["expires_at"]),
                         (2, "connected", False, None))
        rows = shapes.check_list(self, self.json("connections"), "connections", shapes.CONNECTION)
        self.assertEqual({c["id"] for c in rows}, {1, 2})
        self.assertEqual(self.json("brand", "show", "1")["connections"], 2)

    def test_the_same_account_again_keeps_its_number(self):
        first = self.login(self.box)
        self.login(self.box, platform="mastodon")
        again = self.login(self.box)
        self.assertEqual((again["id"], again["account_id"]), (first["id"], first["account_id"]))
        self.assertEqual(self.json("connections")["total"], 2)

    def test_a_different_account_is_refused(self):
        first = self.login(self.box)
        other = self.box.account("bluesky", 1)
        for named in (first["account"], first["account_id"], "1"):
            error = self.refused("E_WRONG_ACCOUNT", 4, "connect", "northwind", "bluesky",
                                 "--server", other.server, "--handle", other.handle,
                                 "--account", named, secret=other.secret)
            self.assertIn(other.handle, error["message"])
        self.assertEqual(self.json("connections")["total"], 1)

    def test_wrong_secret(self):
        said = self.login(self.box, status=5, secret="wrong-wrong-wrong")
        self.assertEqual(said.error["code"], "E_LOGIN_FAILED")
        self.assertNotIn("wrong-wrong", said.err)
        said = self.login(self.box, platform="mastodon", status=5, secret="wrong-wrong-wrong")
        self.assertEqual(said.error["code"], "E_LOGIN_FAILED")
        self.assertEqual(self.json("connections")["total"], 0)
        failures = self.json("log", "--action", "connection.connect")["entries"]
        self.assertEqual([e["code"] for e in failures], ["E_LOGIN_FAILED"] * 2)

    def test_secrets_that_are_none(self):
        account = self.box.account()
        at = ["connect", "northwind", "bluesky", "--server", account.server]
        self.refused("E_INVALID", 4, *at, "--handle", account.handle, secret="")
        self.refused("E_USAGE", 2, *at, secret="x")
        for fd in ("77", "9", "-1", "x"):
            with self.subTest(fd=fd):
                error = self.refused("E_USAGE", 2, *at, "--handle", account.handle,
                                     "--secret-fd", fd)
                self.assertIn(fd, error["message"])
        said = self.run_masthead("--json", *at, "--handle", account.handle,
                                 secret=b"\xff\xfe" * 30000, timeout=20)
        self.assertIn(said.status, (4, 5), said)

    def test_names_that_are_not_there(self):
        account = self.box.account()
        rest = ["--server", account.server, "--handle", account.handle]
        self.refused("E_NOT_FOUND", 3, "connect", "nobody", "bluesky", *rest, secret="x")
        self.refused("E_NOT_FOUND", 3, "connect", "northwind", "myspace", *rest, secret="x")

    def test_servers_that_are_none(self):
        for server, statuses in (("http://127.0.0.1:1", (6,)), ("ftp://example.org", (2, 4)),
                                 ("http://example.org", (2, 4)), ("file:///etc/passwd", (2, 4)),
                                 ("not a url", (2, 4, 6)), ("", (2, 4)),
                                 ("http://user:pw@127.0.0.1", (2, 4))):
            with self.subTest(server=server):
                said = self.run_masthead("--json", "connect", "northwind", "bluesky", "--server",
                                         server, "--handle", "a.test", secret="x")
                self.assertIn(said.status, statuses, said)
                shapes.check(self, said.error, shapes.ERROR)
        self.assertEqual(self.json("connections")["total"], 0)


class Names(desk.Case):
    def test_two_accounts_of_a_platform(self):
        box = self.desk()
        second = self.login(box, number=1)
        self.assertEqual(second["id"], 2)
        self.refused("E_AMBIGUOUS", 4, "connection", "show", "northwind/bluesky")
        for number in (0, 1):
            handle = box.account("bluesky", number).handle
            named = self.connection(f"northwind/bluesky/@{handle}")
            self.assertEqual(named["id"], number + 1)
            self.assertEqual(self.connection(number + 1)["account"], handle)
        self.assertEqual([j["connection"] for j in self.post(
            "text", "-C", f"northwind/bluesky/@{box.account('bluesky', 1).handle}", "--at", "+1h")],
            [2])
        self.assertEqual(len(self.post("both", "-p", "bluesky", "--at", "+1h")), 2)
        self.assertEqual([j["connection"] for j in self.post("by number", "-C", "1,2", "--at",
                                                             "+1h")], [1, 2])
        for name in ("northwind/mastodon", "northwind/bluesky/@nobody", "nobody/bluesky", "9"):
            self.refused("E_NOT_FOUND", 3, "connection", "show", name)

    def test_filters_of_the_list(self):
        box = self.desk("bluesky", "mastodon")
        self.run_ok("brand", "add", "lumen")
        self.login(box, "lumen", number=1)
        self.assertEqual(self.json("connections", "lumen")["total"], 1)
        self.assertEqual(self.json("connections", "--status", "connected")["total"], 3)
        self.assertEqual(self.json("connections", "--status", "revoked,expired")["total"], 0)
        self.refused("E_USAGE", 2, "connections", "--status", "sleepy")
        self.refused("E_NOT_FOUND", 3, "connections", "nobody")
        page = self.json("connections", "--limit", "2")
        rest = self.json("connections", "--limit", "2", "--after", page["next"])
        self.assertEqual({c["id"] for c in page["connections"] + rest["connections"]}, {1, 2, 3})


class Verify(desk.Case):
    def verify(self, status, *args):
        document = self.run_status(status, "--json", "verify", *args).json
        for row in document["results"]:
            shapes.check(self, row, shapes.RESULT)
            if row["error"]:
                shapes.check(self, row["error"], shapes.ERROR)
        return document["results"]

    def test_all_is_well(self):
        self.desk("bluesky", "mastodon")
        rows = self.verify(0, "--all")
        self.assertEqual([(r["id"], r["ok"]) for r in rows], [(1, True), (2, True)])
        shapes.check_connection(self, rows[0]["object"])
        self.assertIsNotNone(self.connection()["last_verified_at"])
        self.assertEqual(len(self.verify(0, "northwind/bluesky")), 1)
        self.refused("E_NOT_FOUND", 3, "verify", "9")

    def test_revoked(self):
        box = self.desk("mastodon", "bluesky")
        self.again(box, faults="mastodon:verify=revoke")
        rows = self.verify(5, "1")
        self.assertEqual((rows[0]["ok"], rows[0]["error"]["code"]), (False, "E_TOKEN_REVOKED"))
        self.assertEqual(rows[0]["object"]["status"], "revoked")
        self.assertEqual(self.connection()["status"], "revoked")
        self.assertEqual({r["id"]: r["ok"] for r in self.verify(1, "--all")}, {1: False, 2: True})
        said = self.run_status(1, "--json", "status").json
        shapes.check(self, said, shapes.STATUS)
        self.assertFalse(said["healthy"])
        self.assertEqual([c["id"] for c in said["attention"]], [1])

    def test_unreachable_is_not_revoked(self):
        box = self.desk()
        box.stop()
        rows = self.verify(6, "1")
        self.assertEqual(rows[0]["error"]["code"], "E_NETWORK")
        self.assertEqual(self.connection()["status"], "unreachable")

    def test_platform_in_trouble(self):
        self.again(self.desk(), faults="bluesky:verify=status:503x1,bluesky:verify=garbagex1,"
                                       "bluesky:verify=drop-answerx1")
        for _ in range(3):
            self.assertFalse(self.verify(6, "1")[0]["ok"])
        self.assertTrue(self.verify(0, "1")[0]["ok"])
        self.assertEqual(self.connection()["status"], "connected")


class Refresh(desk.Case):
    def test_refresh(self):
        self.desk()
        before = self.connection()
        after = shapes.check_connection(self, self.json("refresh", "1"))
        self.assertGreaterEqual(after["expires_at"], before["expires_at"])
        self.assertEqual(after["status"], "connected")
        self.run_ok("verify", "1")

    def test_refresh_that_is_refused(self):
        self.desk(faults="bluesky:refresh=revoke")
        said = self.run_status(5, "--json", "refresh", "1")
        self.assertIn(said.error["code"], ("E_TOKEN_REVOKED", "E_TOKEN_EXPIRED"))
        self.assertIn(self.connection()["status"], ("revoked", "expired"))

    def test_network_failure_is_not_taken_for_a_revoked_token(self):
        box = self.desk(faults="bluesky:refresh=status:503x1,bluesky:refresh=garbagex1")
        for _ in range(2):
            self.run_status(6, "refresh", "1")
            self.assertNotIn(self.connection()["status"], ("revoked", "expired"))
        box.stop()
        self.run_status(6, "refresh", "1")
        self.assertNotIn(self.connection()["status"], ("revoked", "expired"))

    def test_what_cannot_be_refreshed(self):
        self.desk("mastodon")
        said = self.run_masthead("--json", "refresh", "1")
        self.assertEqual((said.status, said.error["code"]), (4, "E_UNSUPPORTED"), said)

    def test_single_use_refresh_tokens(self):
        self.desk(faults="bluesky:refresh=rotate")
        for _ in range(3):
            self.run_ok("refresh", "1")
        self.run_ok("verify", "1")


class Disconnect(desk.Case):
    def test_disconnect(self):
        box = self.desk()
        self.post("later", "--at", "+1h")
        gone = self.json("disconnect", "1")
        shapes.check_connection(self, gone)
        self.assertEqual(gone["status"], "disconnected")
        self.assertEqual(gone["stranded"], 1)
        self.assertEqual(self.connection()["status"], "disconnected")
        self.refused("E_STATE", 4, "publish", "-b", "northwind", "more")
        said = self.run_masthead("--json", "verify", "1")
        self.assertNotEqual(said.status, 0)
        self.assertEqual(self.json("job", "why", "1")["status"], "scheduled")
        again = self.login(box)
        self.assertEqual((again["id"], again["status"]), (1, "connected"))
        self.post("and more", "--wait")
        self.assertEqual(self.job(1)["status"], "scheduled")

    def test_platform_away(self):
        """A login that may live on is not forgotten unasked: the hint tells the way."""
        box = self.desk()
        box.stop()
        said = self.run_status(6, "--json", "disconnect", "1")
        self.assertIn("--keep-remote", said.error["hint"])
        self.assertEqual(self.connection()["status"], "connected")

    def test_keep_remote_asks_nobody(self):
        box = self.desk()
        box.stop()
        self.run_ok("disconnect", "northwind/bluesky", "--keep-remote")
        self.assertEqual(self.connection()["status"], "disconnected")

    def test_says_what_it_strands(self):
        self.desk()
        self.post("later", "--at", "+1h")
        self.assertIn("1 job", self.run_ok("disconnect", "1").out)
