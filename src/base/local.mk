# src/base: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_base.a
libmasthead_base_a_SOURCES = \
	src/base/chars.c \
	src/base/chars.h \
	src/base/clock.c \
	src/base/clock.h \
	src/base/compiler.h \
	src/base/csv.c \
	src/base/csv.h \
	src/base/error.c \
	src/base/error.h \
	src/base/fs.c \
	src/base/fs.h \
	src/base/i18n.h \
	src/base/json.c \
	src/base/json.h \
	src/base/json_check.c \
	src/base/json_check.h \
	src/base/json_str.c \
	src/base/log.c \
	src/base/log.h \
	src/base/mem.c \
	src/base/mem.h \
	src/base/model.c \
	src/base/model.h \
	src/base/process.c \
	src/base/process.h \
	src/base/redact.c \
	src/base/rng.c \
	src/base/rng.h \
	src/base/safe.c \
	src/base/strbuf.c \
	src/base/strbuf.h \
	src/base/text.c \
	src/base/text.h \
	src/base/text_internal.h \
	src/base/thread.c \
	src/base/thread.h \
	src/base/when.c \
	src/base/when.h \
	src/base/whenparse.c \
	src/base/words.c \
	src/base/words.h \
	src/base/zone.c \
	src/base/zone.h
