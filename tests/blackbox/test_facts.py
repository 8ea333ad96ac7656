"""A server's own limits: read at connect, read anew by verify, and used for what is checked."""
import json
import os
import sqlite3

import desk


class Facts(desk.Case):
    def facts(self):
        db = sqlite3.connect(os.path.join(self.home.workspace, "masthead.db"))
        self.addCleanup(db.close)
        return json.loads(db.execute("SELECT facts FROM platform_connections").fetchone()[0])

    def test_verify_reads_them_anew(self):
        self.desk("mastodon")
        first = self.facts()
        self.assertEqual(first["text_max"], 500)
        self.run_ok("verify", "--all")
        self.assertGreater(self.facts()["read_at"], first["read_at"])
