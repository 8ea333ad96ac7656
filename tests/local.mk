# tests: what `make check' runs. Every test speaks TAP, so that each case is
# counted by itself and a program that dies counts as failed.
TEST_EXTENSIONS = .py
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
PY_LOG_DRIVER = $(LOG_DRIVER)
PY_LOG_COMPILER = $(PYTHON)

AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	MASTHEAD='$(abs_top_builddir)/masthead$(EXEEXT)'; export MASTHEAD; \
	TOP_SRCDIR='$(abs_top_srcdir)'; export TOP_SRCDIR; \
	TOP_BUILDDIR='$(abs_top_builddir)'; export TOP_BUILDDIR; \
	SANITIZERS='$(SANITIZERS)'; export SANITIZERS; \
	PYTHONDONTWRITEBYTECODE=1; export PYTHONDONTWRITEBYTECODE; \
	LC_ALL=C.UTF-8; export LC_ALL; \
	TZ=UTC; export TZ;

# What a test of each layer is linked with: the whole archives of the layer and
# of those beneath it, and no foreign library but theirs. A symbol from above
# does not link.
base_link = $(WHOLE) libmasthead_base.a $(NO_WHOLE) $(base_libs) $(LTLIBINTL)
vault_link = $(WHOLE) libmasthead_vault.a libmasthead_base.a $(NO_WHOLE) \
	$(vault_libs) $(base_libs) $(LTLIBINTL)
store_link = $(WHOLE) libmasthead_store.a libmasthead_vault.a libmasthead_base.a $(NO_WHOLE) \
	$(store_libs) $(vault_libs) $(base_libs) $(LTLIBINTL)
http_link = $(WHOLE) libmasthead_http.a libmasthead_vault.a libmasthead_base.a $(NO_WHOLE) \
	$(http_libs) $(vault_libs) $(base_libs) $(LTLIBINTL)
# Adapters may use the values of http, but nothing that needs curl.
platforms_link = $(WHOLE) libmasthead_platforms.a libmasthead_base.a $(NO_WHOLE) \
	libmasthead_http.a $(base_libs) $(LTLIBINTL)
below_ops_archives = libmasthead_publisher.a libmasthead_platforms.a libmasthead_http.a \
	libmasthead_store.a libmasthead_vault.a libmasthead_base.a
below_ops_libs = $(http_libs) $(store_libs) $(vault_libs) $(base_libs) $(LTLIBINTL)
publisher_link = $(WHOLE) $(below_ops_archives) $(NO_WHOLE) $(below_ops_libs)
ops_link = $(WHOLE) libmasthead_ops.a $(below_ops_archives) $(NO_WHOLE) \
	$(ops_libs) $(below_ops_libs)
ui_link = $(WHOLE) libmasthead_ui.a libmasthead_ops.a $(below_ops_archives) $(NO_WHOLE) \
	$(ui_libs) $(ops_libs) $(below_ops_libs)
cli_link = $(WHOLE) libmasthead_cli.a libmasthead_ops.a $(below_ops_archives) $(NO_WHOLE) \
	$(ops_libs) $(below_ops_libs)
# The sandbox has http's listener, but not its transport.
sandbox_link = $(WHOLE) libmasthead_sandbox.a libmasthead_vault.a libmasthead_base.a $(NO_WHOLE) \
	libmasthead_http.a $(MICROHTTPD_LIBS) $(vault_libs) $(base_libs) $(LTLIBINTL)

# A layer must link before it has a single test. tests/lint/links.py makes these:
# one that does not link is a failed test, not the end of all tests.
EXTRA_PROGRAMS = \
	tests/lint/link_base \
	tests/lint/link_vault \
	tests/lint/link_store \
	tests/lint/link_http \
	tests/lint/link_platforms \
	tests/lint/link_publisher \
	tests/lint/link_ops \
	tests/lint/link_ui \
	tests/lint/link_cli \
	tests/lint/link_sandbox
tests_lint_link_base_SOURCES = tests/lint/link.c
tests_lint_link_base_LDADD = $(base_link)
tests_lint_link_vault_SOURCES = tests/lint/link.c
tests_lint_link_vault_LDADD = $(vault_link)
tests_lint_link_store_SOURCES = tests/lint/link.c
tests_lint_link_store_LDADD = $(store_link)
tests_lint_link_http_SOURCES = tests/lint/link.c
tests_lint_link_http_LDADD = $(http_link)
tests_lint_link_platforms_SOURCES = tests/lint/link.c
tests_lint_link_platforms_LDADD = $(platforms_link)
tests_lint_link_publisher_SOURCES = tests/lint/link.c
tests_lint_link_publisher_LDADD = $(publisher_link)
tests_lint_link_ops_SOURCES = tests/lint/link.c
tests_lint_link_ops_LDADD = $(ops_link)
tests_lint_link_ui_SOURCES = tests/lint/link.c
tests_lint_link_ui_LDADD = $(ui_link)
tests_lint_link_cli_SOURCES = tests/lint/link.c
tests_lint_link_cli_LDADD = $(cli_link)
tests_lint_link_sandbox_SOURCES = tests/lint/link.c
tests_lint_link_sandbox_LDADD = $(sandbox_link)
CLEANFILES += $(EXTRA_PROGRAMS)

# Unit tests: tests/unit/LAYER/local.mk adds each to unit_tests (and to
# threaded_tests, if it starts threads) and links it with $(unit_LAYER_link).
unit_tests =
threaded_tests =
unit_base_link = $(base_link) $(CMOCKA_LIBS)
unit_vault_link = $(vault_link) $(CMOCKA_LIBS)
unit_store_link = $(store_link) $(CMOCKA_LIBS)
unit_http_link = $(http_link) $(CMOCKA_LIBS)
unit_platforms_link = $(platforms_link) $(CMOCKA_LIBS)
unit_publisher_link = $(publisher_link) $(CMOCKA_LIBS)
unit_ops_link = $(ops_link) $(CMOCKA_LIBS)
unit_ui_link = $(ui_link) $(CMOCKA_LIBS)
unit_cli_link = $(cli_link) $(CMOCKA_LIBS)
unit_sandbox_link = $(sandbox_link) $(CMOCKA_LIBS)
include tests/unit/local.mk
include tests/unit/base/local.mk
include tests/unit/vault/local.mk
include tests/unit/store/local.mk
include tests/unit/http/local.mk
include tests/unit/platforms/local.mk
include tests/unit/publisher/local.mk
include tests/unit/ops/local.mk
include tests/unit/ui/local.mk
include tests/unit/cli/local.mk
include tests/unit/sandbox/local.mk
if HAVE_CMOCKA
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif

# Families of tests driven by Python; each run.py runs the test_*.py beside it.
lint_tests = tests/lint/run.py
docs_tests = tests/docs/run.py
blackbox_tests = tests/blackbox/run.py
screens_tests = tests/screens/run.py
crash_tests = tests/crash/run.py
python_tests = $(lint_tests) $(docs_tests) $(blackbox_tests) $(screens_tests) $(crash_tests)
if HAVE_PYTHON
TESTS += $(python_tests)
endif
EXTRA_DIST += $(python_tests)
# A hanging unit test is a failed one.
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/lib/unit.sh

# Parts of `make check', for runs under a sanitizer.
check-code:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(unit_tests) $(blackbox_tests)'
check-threads:
	MASTHEAD_THREADED_ONLY=1 $(MAKE) $(AM_MAKEFLAGS) check \
		TESTS='$(threaded_tests) $(blackbox_tests)'

# Against real servers on loopback; not part of `make check'. CONTRACTS=DIR: also
# against the services' published documents in that folder.
CONTRACTS =
check-peers: all
	@$(AM_TESTS_ENVIRONMENT) CONTRACTS='$(CONTRACTS)' $(PYTHON) $(srcdir)/tests/peers/run.py -j 1

# The kill campaign in full: KILLS=1000 for a release. `make check' has its short form.
KILLS = 100
check-kill: all
	@for p in bluesky mastodon mastodon-nokey; do \
		$(AM_TESTS_ENVIRONMENT) $(PYTHON) $(srcdir)/tests/crash/kill.py --kills $(KILLS) \
			--platform $$p || exit 1; \
	done
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON) $(srcdir)/tests/crash/kill_refresh.py --kills $(KILLS)
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON) $(srcdir)/tests/crash/kill_rekey.py --kills $(KILLS)
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON) $(srcdir)/tests/crash/kill_media.py --kills $(KILLS)

# The adapters against RUNS attempts for each operation of each platform. `make check' has its short form.
RUNS = 20000
check-fuzz: all
	$(MAKE) $(AM_MAKEFLAGS) tests/unit/platforms/test_fuzz$(EXEEXT)
	FUZZ_RUNS='$(RUNS)' tests/unit/platforms/test_fuzz$(EXEEXT)

.PHONY: check-code check-threads check-peers check-kill check-fuzz

# Drivers and data of the tests, by suffix: what is built lies in the same folders.
dist-hook:
	cd $(srcdir) && find tests -type f \( -name '*.py' -o -name '*.sh' -o -name '*.conf' -o -name '*.txt' \
		-o -name '*.json' -o -name '*.mjs' -o -name '*.jsonl' -o -name '*.csv' -o -name '*.sql' \) | \
	while read -r f; do \
		$(MKDIR_P) "$(abs_top_builddir)/$(distdir)/$${f%/*}" && \
		cp -p "$$f" "$(abs_top_builddir)/$(distdir)/$$f" || exit 1; \
	done
