# src/ops: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_ops.a
libmasthead_ops_a_SOURCES =
