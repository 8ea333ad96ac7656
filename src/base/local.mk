# src/base: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_base.a
libmasthead_base_a_SOURCES = \
	src/base/clock.h \
	src/base/compiler.h \
	src/base/error.h \
	src/base/fs.h \
	src/base/i18n.h \
	src/base/json.h \
	src/base/log.h \
	src/base/mem.h \
	src/base/model.h \
	src/base/rng.h \
	src/base/strbuf.h \
	src/base/text.h \
	src/base/thread.h \
	src/base/when.h \
	src/base/words.h
