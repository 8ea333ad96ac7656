# tests/unit/store: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/store/test_FILE
#   tests_unit_store_test_FILE_LDADD = $(unit_store_link)
#   threaded_tests += tests/unit/store/test_FILE
# A source of another name, or more than one: tests_unit_store_test_FILE_SOURCES.
