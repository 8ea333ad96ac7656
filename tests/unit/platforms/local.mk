# tests/unit/platforms: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/platforms/test_FILE
#   tests_unit_platforms_test_FILE_LDADD = $(unit_platforms_link)
#   threaded_tests += tests/unit/platforms/test_FILE
# A source of another name, or more than one: tests_unit_platforms_test_FILE_SOURCES.
