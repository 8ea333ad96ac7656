# tests/unit/base: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/base/test_FILE
#   tests_unit_base_test_FILE_LDADD = $(unit_base_link)
#   threaded_tests += tests/unit/base/test_FILE
# A source of another name, or more than one: tests_unit_base_test_FILE_SOURCES.
