# src/platforms: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_platforms.a
libmasthead_platforms_a_SOURCES = \
	src/platforms/platform.h
