# data: what is installed beside the program.
systemduserunit_DATA = data/masthead.service
EXTRA_DIST += data/masthead.service.in
CLEANFILES += data/masthead.service

# bindir is written in terms of prefix, which make expands and configure does not.
data/masthead.service: $(srcdir)/data/masthead.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) data && \
	sed 's|@bindir[@]|$(bindir)|g' $(srcdir)/data/masthead.service.in >$@.tmp && \
	mv $@.tmp $@
