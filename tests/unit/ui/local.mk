# tests/unit/ui: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/ui/test_FILE
#   tests_unit_ui_test_FILE_LDADD = $(unit_ui_link)
#   threaded_tests += tests/unit/ui/test_FILE
# A source of another name, or more than one: tests_unit_ui_test_FILE_SOURCES.
unit_tests += tests/unit/ui/test_win
tests_unit_ui_test_win_SOURCES = tests/unit/ui/test_win.c
tests_unit_ui_test_win_LDADD = $(unit_ui_link)
unit_tests += tests/unit/ui/test_list
tests_unit_ui_test_list_SOURCES = tests/unit/ui/test_list.c
tests_unit_ui_test_list_LDADD = $(unit_ui_link)
unit_tests += tests/unit/ui/test_typed
tests_unit_ui_test_typed_SOURCES = tests/unit/ui/test_typed.c
tests_unit_ui_test_typed_LDADD = $(unit_ui_link)
