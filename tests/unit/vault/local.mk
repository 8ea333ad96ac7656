# tests/unit/vault: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/vault/test_FILE
#   tests_unit_vault_test_FILE_LDADD = $(unit_vault_link)
#   threaded_tests += tests/unit/vault/test_FILE
# A source of another name, or more than one: tests_unit_vault_test_FILE_SOURCES.
