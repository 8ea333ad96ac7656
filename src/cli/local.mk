# src/cli: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_cli.a
libmasthead_cli_a_SOURCES = \
	src/cli/args.c \
	src/cli/args.h \
	src/cli/browser.c \
	src/cli/browser.h \
	src/cli/cli.c \
	src/cli/cli.h \
	src/cli/demo.c \
	src/cli/demo.h \
	src/cli/demo_picture.c \
	src/cli/demo_report.c \
	src/cli/help.c \
	src/cli/out.c \
	src/cli/out.h \
	src/cli/passphrase.c \
	src/cli/passphrase.h \
	src/cli/progress.c \
	src/cli/progress.h \
	src/cli/shapes.c \
	src/cli/shapes.h \
	src/cli/sink.c \
	src/cli/sink.h \
	src/cli/stop.c \
	src/cli/stop.h \
	src/cli/verbs.h \
	src/cli/verbs_accounts.c \
	src/cli/verbs_backup.c \
	src/cli/verbs_complete.c \
	src/cli/verbs_export.c \
	src/cli/verbs_health.c \
	src/cli/verbs_import.c \
	src/cli/verbs_jobs.c \
	src/cli/verbs_log.c \
	src/cli/verbs_media.c \
	src/cli/verbs_metrics.c \
	src/cli/verbs_open.c \
	src/cli/verbs_publish.c \
	src/cli/verbs_setup.c \
	src/cli/verbs_sync.c \
	src/cli/verbs_vault.c
