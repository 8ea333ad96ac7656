# tests/unit/ui: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/ui/test_FILE
#   tests_unit_ui_test_FILE_LDADD = $(unit_ui_link)
#   threaded_tests += tests/unit/ui/test_FILE
# A source of another name, or more than one: tests_unit_ui_test_FILE_SOURCES.
