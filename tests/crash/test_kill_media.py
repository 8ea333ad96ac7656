"""The campaign with pictures in short: kill_media.py --kills 100 is the long form."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "blackbox"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hosting  # noqa: E402
import kill_media  # noqa: E402


class KillMedia(hosting.Case):
    limit_s = 240

    def test_instagram_has_each_post_once_and_the_host_nothing(self):
        kill_media.Campaign(self, kills=6, seed=20261124).run()

    def test_threads_likewise(self):
        kill_media.Campaign(self, kills=4, seed=3, platform="threads").run()
