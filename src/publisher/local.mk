# src/publisher: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_publisher.a
libmasthead_publisher_a_SOURCES = \
	src/publisher/drive.c \
	src/publisher/engine.h \
	src/publisher/exchange.c \
	src/publisher/exchange.h \
	src/publisher/flight.c \
	src/publisher/login.c \
	src/publisher/loop.c \
	src/publisher/media.c \
	src/publisher/media_command.c \
	src/publisher/media_host.c \
	src/publisher/media_host.h \
	src/publisher/media_sweep.c \
	src/publisher/media_task.c \
	src/publisher/outcome.c \
	src/publisher/outcome.h \
	src/publisher/publisher.c \
	src/publisher/publisher.h \
	src/publisher/rate.c \
	src/publisher/recovery.c \
	src/publisher/refresh.c \
	src/publisher/settle.c \
	src/publisher/sleep.c
