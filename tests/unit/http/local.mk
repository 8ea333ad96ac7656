# tests/unit/http: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/http/test_FILE
#   tests_unit_http_test_FILE_LDADD = $(unit_http_link)
#   threaded_tests += tests/unit/http/test_FILE
# A source of another name, or more than one: tests_unit_http_test_FILE_SOURCES.
