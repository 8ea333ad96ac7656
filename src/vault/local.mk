# src/vault: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_vault.a
libmasthead_vault_a_SOURCES = \
	src/vault/aead.c \
	src/vault/aead.h \
	src/vault/command.c \
	src/vault/hash.c \
	src/vault/hash.h \
	src/vault/keyfile.c \
	src/vault/keyfile.h \
	src/vault/master.h \
	src/vault/secret.c \
	src/vault/secret.h \
	src/vault/source.c \
	src/vault/vault.c \
	src/vault/vault.h \
	src/vault/wrapped.c
