# tests/unit/publisher: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/publisher/test_FILE
#   tests_unit_publisher_test_FILE_LDADD = $(unit_publisher_link)
#   threaded_tests += tests/unit/publisher/test_FILE
# A source of another name, or more than one: tests_unit_publisher_test_FILE_SOURCES.
unit_tests += tests/unit/publisher/test_outcome
tests_unit_publisher_test_outcome_LDADD = $(unit_publisher_link)
unit_tests += tests/unit/publisher/test_publisher
tests_unit_publisher_test_publisher_SOURCES = \
	tests/unit/publisher/rig.c \
	tests/unit/publisher/rig.h \
	tests/unit/publisher/test_publisher.c
tests_unit_publisher_test_publisher_LDADD = $(unit_publisher_link)
threaded_tests += tests/unit/publisher/test_publisher
unit_tests += tests/unit/publisher/test_thread
tests_unit_publisher_test_thread_SOURCES = \
	tests/unit/publisher/rig.c \
	tests/unit/publisher/rig.h \
	tests/unit/publisher/test_thread.c
tests_unit_publisher_test_thread_LDADD = $(unit_publisher_link)
threaded_tests += tests/unit/publisher/test_thread
unit_tests += tests/unit/publisher/test_rate
tests_unit_publisher_test_rate_LDADD = $(unit_publisher_link)
unit_tests += tests/unit/publisher/test_media_host
tests_unit_publisher_test_media_host_LDADD = $(unit_publisher_link)
