# src/publisher: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_publisher.a
libmasthead_publisher_a_SOURCES =
