"""The kill campaign in short: kill.py --kills 100 is the long form."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import kill  # noqa: E402
import masthead  # noqa: E402


class Kill(masthead.Case):
    limit_s = 240

    def test_daemon_killed_at_random_moments_posts_each_once(self):
        kill.Campaign(self, kills=8, seed=20261124).run()

    def test_run_killed_at_random_moments_posts_each_once(self):
        kill.Campaign(self, kills=6, seed=7, verb="run").run()

    def test_mastodon_with_keys_has_each_post_once(self):
        kill.Campaign(self, kills=5, seed=11, platform="mastodon").run()

    def test_threads_have_each_part_once(self):
        kill.Campaign(self, kills=5, seed=17, platform="bluesky-thread").run()

    def test_threads_on_mastodon_have_each_part_once(self):
        kill.Campaign(self, kills=4, seed=19, platform="mastodon-thread").run()

    def test_mastodon_without_keys_has_no_post_twice(self):
        kill.Campaign(self, kills=5, seed=13, platform="mastodon-nokey").run()
