# bench: what "Performance" in HACKING.md is measured with. `make bench' builds and runs all
# of it in about two minutes; BENCH_JOBS=1000000 seeds the store that the goals speak of.
bench_programs = bench/seed bench/life bench/pages bench/list
EXTRA_PROGRAMS += $(bench_programs)
CLEANFILES += $(bench_programs)
bench_rig = bench/rig.c bench/rig.h
bench_seed_SOURCES = bench/seed.c $(bench_rig)
bench_seed_LDADD = $(store_link)
bench_life_SOURCES = bench/life.c $(bench_rig)
bench_life_LDADD = $(store_link)
bench_pages_SOURCES = bench/pages.c $(bench_rig)
bench_pages_LDADD = $(store_link)
bench_list_SOURCES = bench/list.c
bench_list_LDADD = $(ui_libs) $(store_libs)
EXTRA_DIST += bench/run.py bench/console.py

bench: all $(bench_programs)
	@$(AM_TESTS_ENVIRONMENT) $(PYTHON) $(srcdir)/bench/run.py
.PHONY: bench
