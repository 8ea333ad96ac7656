# tests/unit/cli: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/cli/test_FILE
#   tests_unit_cli_test_FILE_LDADD = $(unit_cli_link)
#   threaded_tests += tests/unit/cli/test_FILE
# A source of another name, or more than one: tests_unit_cli_test_FILE_SOURCES.
