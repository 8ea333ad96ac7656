# src/http: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_http.a
libmasthead_http_a_SOURCES = \
	src/http/ascii.h \
	src/http/listener.h \
	src/http/message.c \
	src/http/message.h \
	src/http/rate.c \
	src/http/transport.h
