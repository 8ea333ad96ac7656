# man: the manual pages, one file a line.
dist_man_MANS = \
	man/masthead-platforms.7 \
	man/masthead-post.5 \
	man/masthead-recovery.7 \
	man/masthead-security.7 \
	man/masthead.1 \
	man/masthead.conf.5
