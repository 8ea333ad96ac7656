# tests/unit/vault: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/vault/test_FILE
#   tests_unit_vault_test_FILE_LDADD = $(unit_vault_link)
#   threaded_tests += tests/unit/vault/test_FILE
# A source of another name, or more than one: tests_unit_vault_test_FILE_SOURCES.
unit_tests += tests/unit/vault/test_credential
tests_unit_vault_test_credential_SOURCES = tests/unit/vault/test_credential.c
tests_unit_vault_test_credential_LDADD = $(unit_vault_link)
unit_tests += tests/unit/vault/test_hash
tests_unit_vault_test_hash_SOURCES = tests/unit/vault/test_hash.c
tests_unit_vault_test_hash_LDADD = $(unit_vault_link)
unit_tests += tests/unit/vault/test_secret
tests_unit_vault_test_secret_SOURCES = tests/unit/vault/test_secret.c
tests_unit_vault_test_secret_LDADD = $(unit_vault_link)
unit_tests += tests/unit/vault/test_vault
tests_unit_vault_test_vault_SOURCES = tests/unit/vault/test_vault.c
tests_unit_vault_test_vault_LDADD = $(unit_vault_link)
unit_tests += tests/unit/vault/test_wrapped
tests_unit_vault_test_wrapped_SOURCES = tests/unit/vault/test_wrapped.c
tests_unit_vault_test_wrapped_LDADD = $(unit_vault_link)
