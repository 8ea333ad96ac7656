# tests/unit/http: two lines a test, and one more if it starts threads:
#   unit_tests += tests/unit/http/test_FILE
#   tests_unit_http_test_FILE_LDADD = $(unit_http_link)
#   threaded_tests += tests/unit/http/test_FILE
# A source of another name, or more than one: tests_unit_http_test_FILE_SOURCES.
unit_tests += tests/unit/http/test_message
tests_unit_http_test_message_LDADD = $(unit_http_link)
unit_tests += tests/unit/http/test_rate
tests_unit_http_test_rate_LDADD = $(unit_http_link)
unit_tests += tests/unit/http/test_guard
tests_unit_http_test_guard_LDADD = $(unit_http_link)
http_fixture = \
	tests/unit/http/fixture.c \
	tests/unit/http/fixture.h \
	tests/unit/http/hostile.c \
	tests/unit/http/hostile.h
unit_tests += tests/unit/http/test_transport
tests_unit_http_test_transport_SOURCES = $(http_fixture) tests/unit/http/test_transport.c
tests_unit_http_test_transport_LDADD = $(unit_http_link)
threaded_tests += tests/unit/http/test_transport
unit_tests += tests/unit/http/test_transport_damage
tests_unit_http_test_transport_damage_SOURCES = $(http_fixture) tests/unit/http/test_transport_damage.c
tests_unit_http_test_transport_damage_LDADD = $(unit_http_link)
threaded_tests += tests/unit/http/test_transport_damage
unit_tests += tests/unit/http/test_listener
tests_unit_http_test_listener_LDADD = $(unit_http_link)
threaded_tests += tests/unit/http/test_listener
unit_tests += tests/unit/http/test_transport_tls
tests_unit_http_test_transport_tls_SOURCES = $(http_fixture) tests/unit/http/test_transport_tls.c
tests_unit_http_test_transport_tls_LDADD = $(unit_http_link)
threaded_tests += tests/unit/http/test_transport_tls
unit_tests += tests/unit/http/test_transport_wipe
tests_unit_http_test_transport_wipe_SOURCES = $(http_fixture) tests/unit/http/test_transport_wipe.c
tests_unit_http_test_transport_wipe_LDADD = $(unit_http_link)
threaded_tests += tests/unit/http/test_transport_wipe
