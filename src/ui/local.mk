# src/ui: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_ui.a
libmasthead_ui_a_SOURCES =
