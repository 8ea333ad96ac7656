"""The campaign against changes of the vault's key in short: kill_rekey.py is the long form."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kill_rekey  # noqa: E402
import masthead  # noqa: E402


class KillRekey(masthead.Case):
    limit_s = 240

    def test_killed_at_random_moments_every_login_opens(self):
        kill_rekey.Campaign(self, kills=200, seed=20261124).run()
