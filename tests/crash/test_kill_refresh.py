"""The refresh campaign in short: kill_refresh.py --kills 1000 is the long form."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kill_refresh  # noqa: E402
import masthead  # noqa: E402


class KillRefresh(masthead.Case):
    limit_s = 120

    def test_an_account_works_or_says_that_it_needs_a_login(self):
        kill_refresh.Campaign(self, kills=30, seed=20261124).run()
