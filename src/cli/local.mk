# src/cli: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_cli.a
libmasthead_cli_a_SOURCES =
