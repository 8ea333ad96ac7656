# tests/unit/sandbox: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/sandbox/test_FILE
#   tests_unit_sandbox_test_FILE_LDADD = $(unit_sandbox_link)
#   threaded_tests += tests/unit/sandbox/test_FILE
# A source of another name, or more than one: tests_unit_sandbox_test_FILE_SOURCES.
unit_tests += tests/unit/sandbox/test_faults
tests_unit_sandbox_test_faults_LDADD = $(unit_sandbox_link)
# The client is http's transport, which the layer itself has not.
unit_tests += tests/unit/sandbox/test_bluesky
tests_unit_sandbox_test_bluesky_SOURCES = \
	tests/unit/sandbox/client.c \
	tests/unit/sandbox/client.h \
	tests/unit/sandbox/test_bluesky.c
tests_unit_sandbox_test_bluesky_LDADD = $(unit_sandbox_link) $(CURL_LIBS)
threaded_tests += tests/unit/sandbox/test_bluesky
unit_tests += tests/unit/sandbox/test_mastodon
tests_unit_sandbox_test_mastodon_SOURCES = \
	tests/unit/sandbox/client.c \
	tests/unit/sandbox/client.h \
	tests/unit/sandbox/test_mastodon.c
tests_unit_sandbox_test_mastodon_LDADD = $(unit_sandbox_link) $(CURL_LIBS)
threaded_tests += tests/unit/sandbox/test_mastodon
unit_tests += tests/unit/sandbox/test_x
tests_unit_sandbox_test_x_SOURCES = \
	tests/unit/sandbox/client.c \
	tests/unit/sandbox/client.h \
	tests/unit/sandbox/test_x.c
tests_unit_sandbox_test_x_LDADD = $(unit_sandbox_link) $(CURL_LIBS)
threaded_tests += tests/unit/sandbox/test_x
unit_tests += tests/unit/sandbox/test_linkedin
tests_unit_sandbox_test_linkedin_SOURCES = \
	tests/unit/sandbox/client.c \
	tests/unit/sandbox/client.h \
	tests/unit/sandbox/test_linkedin.c
tests_unit_sandbox_test_linkedin_LDADD = $(unit_sandbox_link) $(CURL_LIBS)
threaded_tests += tests/unit/sandbox/test_linkedin
unit_tests += tests/unit/sandbox/test_meta
tests_unit_sandbox_test_meta_SOURCES = \
	tests/unit/sandbox/client.c \
	tests/unit/sandbox/client.h \
	tests/unit/sandbox/test_meta.c
tests_unit_sandbox_test_meta_LDADD = $(unit_sandbox_link) $(CURL_LIBS)
threaded_tests += tests/unit/sandbox/test_meta
unit_tests += tests/unit/sandbox/test_channels
tests_unit_sandbox_test_channels_SOURCES = \
	tests/unit/sandbox/client.c \
	tests/unit/sandbox/client.h \
	tests/unit/sandbox/test_channels.c
tests_unit_sandbox_test_channels_LDADD = $(unit_sandbox_link) $(CURL_LIBS)
threaded_tests += tests/unit/sandbox/test_channels
