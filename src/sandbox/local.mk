# src/sandbox: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_sandbox.a
libmasthead_sandbox_a_SOURCES = \
	src/sandbox/bluesky.c \
	src/sandbox/bluesky.h \
	src/sandbox/bluesky_record.c \
	src/sandbox/bluesky_repo.c \
	src/sandbox/bluesky_session.c \
	src/sandbox/call.c \
	src/sandbox/call.h \
	src/sandbox/cid.c \
	src/sandbox/cid.h \
	src/sandbox/consent.c \
	src/sandbox/consent.h \
	src/sandbox/faults.c \
	src/sandbox/faults.h \
	src/sandbox/fields.c \
	src/sandbox/fields.h \
	src/sandbox/holder.c \
	src/sandbox/holder.h \
	src/sandbox/jwt.c \
	src/sandbox/jwt.h \
	src/sandbox/ledger.c \
	src/sandbox/ledger.h \
	src/sandbox/mastodon.c \
	src/sandbox/mastodon.h \
	src/sandbox/mastodon_media.c \
	src/sandbox/mastodon_oauth.c \
	src/sandbox/mastodon_status.c \
	src/sandbox/route.c \
	src/sandbox/route.h \
	src/sandbox/sandbox.c \
	src/sandbox/sandbox.h \
	src/sandbox/shelf.c \
	src/sandbox/shelf.h \
	src/sandbox/strmap.c \
	src/sandbox/strmap.h \
	src/sandbox/ticket.c \
	src/sandbox/ticket.h \
	src/sandbox/world.c \
	src/sandbox/world.h \
	src/sandbox/world_private.h \
	src/sandbox/world_state.c \
	src/sandbox/x.c \
	src/sandbox/x.h \
	src/sandbox/x_media.c \
	src/sandbox/x_tweet.c
