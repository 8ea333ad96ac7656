# man: the manual pages, one file a line.
dist_man_MANS = \
	man/masthead.1 \
	man/masthead.conf.5
