# src/ops: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_ops.a
libmasthead_ops_a_SOURCES = \
	src/ops/accounts.c \
	src/ops/act.c \
	src/ops/app.c \
	src/ops/brands.c \
	src/ops/check.c \
	src/ops/commands.c \
	src/ops/commands.h \
	src/ops/config.c \
	src/ops/config.h \
	src/ops/config_file.c \
	src/ops/config_file.h \
	src/ops/config_keys.c \
	src/ops/connect.c \
	src/ops/connections.c \
	src/ops/content.c \
	src/ops/edit.c \
	src/ops/filter.c \
	src/ops/health.c \
	src/ops/inspect.c \
	src/ops/internal.h \
	src/ops/jobs.c \
	src/ops/log.c \
	src/ops/oauth.c \
	src/ops/oauth.h \
	src/ops/ops.h \
	src/ops/pause.c \
	src/ops/platforms.c \
	src/ops/postfile.c \
	src/ops/publish.c \
	src/ops/recover.c \
	src/ops/resolve.c \
	src/ops/run.c \
	src/ops/say.c \
	src/ops/scope.c \
	src/ops/takedown.c \
	src/ops/targets.c \
	src/ops/targets.h \
	src/ops/tenants.c \
	src/ops/triage.c \
	src/ops/undo.c \
	src/ops/vault.c \
	src/ops/why.c
