# tests/unit/store: each test is linked with the fixture, and with $(unit_store_link).
store_fixture = tests/unit/store/fixture.c tests/unit/store/fixture.h

unit_tests += tests/unit/store/test_workspace
tests_unit_store_test_workspace_SOURCES = tests/unit/store/test_workspace.c $(store_fixture)
tests_unit_store_test_workspace_LDADD = $(unit_store_link)

unit_tests += tests/unit/store/test_jobs
tests_unit_store_test_jobs_SOURCES = tests/unit/store/test_jobs.c $(store_fixture)
tests_unit_store_test_jobs_LDADD = $(unit_store_link)

unit_tests += tests/unit/store/test_pages
tests_unit_store_test_pages_SOURCES = tests/unit/store/test_pages.c $(store_fixture)
tests_unit_store_test_pages_LDADD = $(unit_store_link)

unit_tests += tests/unit/store/test_scope
tests_unit_store_test_scope_SOURCES = tests/unit/store/test_scope.c $(store_fixture)
tests_unit_store_test_scope_LDADD = $(unit_store_link)

unit_tests += tests/unit/store/test_audit
tests_unit_store_test_audit_SOURCES = tests/unit/store/test_audit.c $(store_fixture)
tests_unit_store_test_audit_LDADD = $(unit_store_link)

unit_tests += tests/unit/store/test_accounts
tests_unit_store_test_accounts_SOURCES = tests/unit/store/test_accounts.c $(store_fixture)
tests_unit_store_test_accounts_LDADD = $(unit_store_link)

unit_tests += tests/unit/store/test_durability
tests_unit_store_test_durability_SOURCES = tests/unit/store/test_durability.c $(store_fixture)
tests_unit_store_test_durability_LDADD = $(unit_store_link)
threaded_tests += tests/unit/store/test_durability

unit_tests += tests/unit/store/test_scope_fuzz
tests_unit_store_test_scope_fuzz_SOURCES = tests/unit/store/test_scope_fuzz.c $(store_fixture)
tests_unit_store_test_scope_fuzz_LDADD = $(unit_store_link)
unit_tests += tests/unit/store/test_stats
tests_unit_store_test_stats_SOURCES = tests/unit/store/test_stats.c $(store_fixture)
tests_unit_store_test_stats_LDADD = $(unit_store_link)

unit_tests += tests/unit/store/test_rekey
tests_unit_store_test_rekey_SOURCES = tests/unit/store/test_rekey.c $(store_fixture)
tests_unit_store_test_rekey_LDADD = $(unit_store_link)

unit_tests += tests/unit/store/test_media_objects
tests_unit_store_test_media_objects_SOURCES = tests/unit/store/test_media_objects.c $(store_fixture)
tests_unit_store_test_media_objects_LDADD = $(unit_store_link)
