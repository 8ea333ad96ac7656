# tests/unit/base: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/base/test_FILE
#   tests_unit_base_test_FILE_LDADD = $(unit_base_link)
#   threaded_tests += tests/unit/base/test_FILE
# A source of another name, or more than one: tests_unit_base_test_FILE_SOURCES.

unit_tests += tests/unit/base/test_error
tests_unit_base_test_error_SOURCES = tests/unit/base/test_error.c tests/unit/unit.h
tests_unit_base_test_error_LDADD = $(unit_base_link)
unit_tests += tests/unit/base/test_fs
tests_unit_base_test_fs_SOURCES = tests/unit/base/test_fs.c tests/unit/unit.h
tests_unit_base_test_fs_LDADD = $(unit_base_link)
unit_tests += tests/unit/base/test_log
tests_unit_base_test_log_SOURCES = tests/unit/base/test_log.c tests/unit/unit.h
tests_unit_base_test_log_LDADD = $(unit_base_link)
threaded_tests += tests/unit/base/test_log
unit_tests += tests/unit/base/test_mem
tests_unit_base_test_mem_SOURCES = tests/unit/base/test_mem.c tests/unit/unit.h
tests_unit_base_test_mem_LDADD = $(unit_base_link)
unit_tests += tests/unit/base/test_strbuf
tests_unit_base_test_strbuf_SOURCES = tests/unit/base/test_strbuf.c tests/unit/unit.h
tests_unit_base_test_strbuf_LDADD = $(unit_base_link)
unit_tests += tests/unit/base/test_thread
tests_unit_base_test_thread_SOURCES = tests/unit/base/test_thread.c tests/unit/unit.h
tests_unit_base_test_thread_LDADD = $(unit_base_link)
threaded_tests += tests/unit/base/test_thread
unit_tests += tests/unit/base/test_words
tests_unit_base_test_words_SOURCES = tests/unit/base/test_words.c tests/unit/unit.h
tests_unit_base_test_words_LDADD = $(unit_base_link)
