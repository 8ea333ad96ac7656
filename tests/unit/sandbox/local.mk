# tests/unit/sandbox: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/sandbox/test_FILE
#   tests_unit_sandbox_test_FILE_LDADD = $(unit_sandbox_link)
#   threaded_tests += tests/unit/sandbox/test_FILE
# A source of another name, or more than one: tests_unit_sandbox_test_FILE_SOURCES.
