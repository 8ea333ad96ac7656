# src/store: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_store.a
libmasthead_store_a_SOURCES = \
	src/store/admin.h \
	src/store/audit.h \
	src/store/connections.h \
	src/store/job_row.h \
	src/store/jobs.h \
	src/store/jobs_filter.h \
	src/store/keyring.h \
	src/store/posts.h \
	src/store/rekey.h \
	src/store/secrets.h \
	src/store/store.h \
	src/store/store_private.h \
	src/store/tenants.h \
	src/store/workspace.h \
	src/store/admin.c \
	src/store/attempts.c \
	src/store/audit.c \
	src/store/backup.c \
	src/store/brands.c \
	src/store/chain.c \
	src/store/claims.c \
	src/store/connection.c \
	src/store/connections.c \
	src/store/counters.c \
	src/store/heads.c \
	src/store/jobs.c \
	src/store/jobs_check.c \
	src/store/jobs_filter.c \
	src/store/jobs_page.c \
	src/store/jobs_read.c \
	src/store/jobs_stats.c \
	src/store/keyring.c \
	src/store/list.c \
	src/store/media_objects.c \
	src/store/media_objects.h \
	src/store/migrate.c \
	src/store/pauses.c \
	src/store/posts.c \
	src/store/publock.c \
	src/store/rekey.c \
	src/store/restore.c \
	src/store/scope.c \
	src/store/secrets.c \
	src/store/settings.c \
	src/store/sql.c \
	src/store/store.c \
	src/store/sync_log.c \
	src/store/tenants.c \
	src/store/watch.c \
	src/store/workspace.c \
	src/store/writelock.c

# The schema is compiled in. The generated source is made in the build tree and not distributed.
nodist_libmasthead_store_a_SOURCES = src/store/schema.c
EXTRA_DIST += src/store/schema.sql src/store/schema_embed.awk
CLEANFILES += src/store/schema.c
src/store/schema.c: $(top_srcdir)/src/store/schema.sql $(top_srcdir)/src/store/schema_embed.awk
	$(AM_V_GEN)$(MKDIR_P) src/store && \
	LC_ALL=C $(AWK) -f $(top_srcdir)/src/store/schema_embed.awk \
		$(top_srcdir)/src/store/schema.sql >$@.tmp && mv -f $@.tmp $@
