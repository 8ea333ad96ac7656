# tests/unit/ops: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/ops/test_FILE
#   tests_unit_ops_test_FILE_LDADD = $(unit_ops_link)
#   threaded_tests += tests/unit/ops/test_FILE
# A source of another name, or more than one: tests_unit_ops_test_FILE_SOURCES.
