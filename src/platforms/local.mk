# src/platforms: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_platforms.a
libmasthead_platforms_a_SOURCES = \
	src/platforms/adapter.c \
	src/platforms/adapter.h \
	src/platforms/bluesky.c \
	src/platforms/bluesky.h \
	src/platforms/bluesky_answer.c \
	src/platforms/bluesky_post.c \
	src/platforms/bluesky_record.c \
	src/platforms/bluesky_session.c \
	src/platforms/bluesky_settle.c \
	src/platforms/fold.c \
	src/platforms/fold.h \
	src/platforms/grant.c \
	src/platforms/grant.h \
	src/platforms/judge.c \
	src/platforms/judge.h \
	src/platforms/mastodon.c \
	src/platforms/mastodon.h \
	src/platforms/mastodon_account.c \
	src/platforms/mastodon_answer.c \
	src/platforms/mastodon_facts.c \
	src/platforms/mastodon_html.c \
	src/platforms/mastodon_post.c \
	src/platforms/mastodon_settle.c \
	src/platforms/platform.c \
	src/platforms/platform.h \
	src/platforms/progress.c \
	src/platforms/progress.h \
	src/platforms/richtext.c \
	src/platforms/richtext.h \
	src/platforms/tid.c \
	src/platforms/tid.h \
	src/platforms/x.c \
	src/platforms/x.h \
	src/platforms/x_account.c \
	src/platforms/x_answer.c \
	src/platforms/x_post.c \
	src/platforms/x_settle.c \
	src/platforms/x_text.c
