# tests/unit/platforms: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/platforms/test_FILE
#   tests_unit_platforms_test_FILE_LDADD = $(unit_platforms_link)
#   threaded_tests += tests/unit/platforms/test_FILE
# A source of another name, or more than one: tests_unit_platforms_test_FILE_SOURCES.
EXTRA_DIST += tests/unit/platforms/rig.h
unit_tests += tests/unit/platforms/test_platform
tests_unit_platforms_test_platform_LDADD = $(unit_platforms_link)
unit_tests += tests/unit/platforms/test_richtext
tests_unit_platforms_test_richtext_LDADD = $(unit_platforms_link)
unit_tests += tests/unit/platforms/test_tid
tests_unit_platforms_test_tid_LDADD = $(unit_platforms_link)
unit_tests += tests/unit/platforms/test_bluesky_session
tests_unit_platforms_test_bluesky_session_LDADD = $(unit_platforms_link)
unit_tests += tests/unit/platforms/test_bluesky_post
tests_unit_platforms_test_bluesky_post_LDADD = $(unit_platforms_link)
unit_tests += tests/unit/platforms/test_fuzz
tests_unit_platforms_test_fuzz_LDADD = $(unit_platforms_link)
unit_tests += tests/unit/platforms/test_mastodon_account
tests_unit_platforms_test_mastodon_account_LDADD = $(unit_platforms_link)
unit_tests += tests/unit/platforms/test_mastodon_post
tests_unit_platforms_test_mastodon_post_LDADD = $(unit_platforms_link)
unit_tests += tests/unit/platforms/test_x_text
tests_unit_platforms_test_x_text_LDADD = $(unit_platforms_link)
unit_tests += tests/unit/platforms/test_x_account
tests_unit_platforms_test_x_account_LDADD = $(unit_platforms_link)
unit_tests += tests/unit/platforms/test_x_post
tests_unit_platforms_test_x_post_LDADD = $(unit_platforms_link)
