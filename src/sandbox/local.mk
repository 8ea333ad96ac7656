# src/sandbox: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_sandbox.a
libmasthead_sandbox_a_SOURCES =
