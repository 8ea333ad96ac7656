# tests/unit/ops: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/ops/test_FILE
#   tests_unit_ops_test_FILE_LDADD = $(unit_ops_link)
#   threaded_tests += tests/unit/ops/test_FILE
# A source of another name, or more than one: tests_unit_ops_test_FILE_SOURCES.
unit_tests += tests/unit/ops/test_config
tests_unit_ops_test_config_SOURCES = tests/unit/ops/test_config.c tests/unit/unit.h
tests_unit_ops_test_config_LDADD = $(unit_ops_link)
unit_tests += tests/unit/ops/test_postfile
tests_unit_ops_test_postfile_SOURCES = tests/unit/ops/test_postfile.c tests/unit/unit.h
tests_unit_ops_test_postfile_LDADD = $(unit_ops_link)
unit_tests += tests/unit/ops/test_inspect
tests_unit_ops_test_inspect_SOURCES = tests/unit/ops/test_inspect.c tests/unit/unit.h \
	tests/unit/ops/world.c tests/unit/ops/world.h
tests_unit_ops_test_inspect_LDADD = $(unit_ops_link)
unit_tests += tests/unit/ops/test_publish
tests_unit_ops_test_publish_SOURCES = tests/unit/ops/test_publish.c tests/unit/unit.h \
	tests/unit/ops/world.c tests/unit/ops/world.h
tests_unit_ops_test_publish_LDADD = $(unit_ops_link)
unit_tests += tests/unit/ops/test_jobs
tests_unit_ops_test_jobs_SOURCES = tests/unit/ops/test_jobs.c tests/unit/unit.h \
	tests/unit/ops/world.c tests/unit/ops/world.h
tests_unit_ops_test_jobs_LDADD = $(unit_ops_link)
unit_tests += tests/unit/ops/test_health
tests_unit_ops_test_health_SOURCES = tests/unit/ops/test_health.c tests/unit/unit.h \
	tests/unit/ops/world.c tests/unit/ops/world.h
tests_unit_ops_test_health_LDADD = $(unit_ops_link)
threaded_tests += tests/unit/ops/test_health
unit_tests += tests/unit/ops/test_oauth
tests_unit_ops_test_oauth_SOURCES = tests/unit/ops/test_oauth.c tests/unit/unit.h
tests_unit_ops_test_oauth_LDADD = $(unit_ops_link)

unit_tests += tests/unit/ops/test_import
tests_unit_ops_test_import_SOURCES = tests/unit/ops/test_import.c tests/unit/unit.h \
	tests/unit/ops/world.c tests/unit/ops/world.h
tests_unit_ops_test_import_LDADD = $(unit_ops_link)
unit_tests += tests/unit/ops/test_scale
tests_unit_ops_test_scale_SOURCES = tests/unit/ops/test_scale.c tests/unit/unit.h
tests_unit_ops_test_scale_LDADD = $(unit_ops_link)
unit_tests += tests/unit/ops/test_qr
tests_unit_ops_test_qr_SOURCES = tests/unit/ops/test_qr.c tests/unit/unit.h
tests_unit_ops_test_qr_LDADD = $(unit_ops_link)
