# src/http: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_http.a
libmasthead_http_a_SOURCES = \
	src/http/ascii.h \
	src/http/exchange.c \
	src/http/exchange.h \
	src/http/expand.c \
	src/http/expand.h \
	src/http/global.c \
	src/http/guard.c \
	src/http/guard.h \
	src/http/listener.c \
	src/http/listener.h \
	src/http/message.c \
	src/http/message.h \
	src/http/rate.c \
	src/http/transport.c \
	src/http/transport.h
