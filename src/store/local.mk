# src/store: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_store.a
libmasthead_store_a_SOURCES =
