# src/vault: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_vault.a
libmasthead_vault_a_SOURCES = \
	src/vault/aead.c \
	src/vault/aead.h \
	src/vault/command.c \
	src/vault/credential.c \
	src/vault/hash.c \
	src/vault/hash.h \
	src/vault/keyfile.c \
	src/vault/keyfile.h \
	src/vault/master.h \
	src/vault/secret.c \
	src/vault/secret.h \
	src/vault/service.c \
	src/vault/service_helper.h \
	src/vault/source.c \
	src/vault/vault.c \
	src/vault/vault.h \
	src/vault/wrapped.c

# The secret service is asked by a program of its own; see src/vault/service.c.
if HAVE_LIBSECRET
pkglibexec_PROGRAMS += masthead-secret-service
masthead_secret_service_SOURCES = src/vault/service_helper.c src/vault/service_helper.h
masthead_secret_service_CPPFLAGS = $(AM_CPPFLAGS) $(LIBSECRET_CFLAGS)
masthead_secret_service_CFLAGS = $(MH_PLAIN_CFLAGS)
masthead_secret_service_LDFLAGS = $(MH_PLAIN_LDFLAGS)
masthead_secret_service_LDADD = $(LIBSECRET_LIBS)
endif
