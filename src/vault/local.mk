# src/vault: the sources of its archive, one file a line.
noinst_LIBRARIES += libmasthead_vault.a
libmasthead_vault_a_SOURCES = \
	src/vault/hash.h \
	src/vault/secret.h \
	src/vault/vault.h
