# tests/unit/publisher: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/publisher/test_FILE
#   tests_unit_publisher_test_FILE_LDADD = $(unit_publisher_link)
#   threaded_tests += tests/unit/publisher/test_FILE
# A source of another name, or more than one: tests_unit_publisher_test_FILE_SOURCES.
