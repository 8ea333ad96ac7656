/* cli/passphrase.h - asking for the vault's passphrase on the terminal. */
#ifndef MASTHEAD_CLI_PASSPHRASE_H
#define MASTHEAD_CLI_PASSPHRASE_H

#include "base/error.h"
#include "base/strbuf.h"

/* Without echo, on the process's terminal; a fresh one twice. out is a wiped buffer. E_VAULT_LOCKED: standard input is no
 * terminal, and nobody is asked; E_INVALID: the two differ; E_INTERRUPTED: ended with ^C or ^D. */
enum err passphrase_ask(bool fresh, struct strbuf *out, struct err_info *info) MUST_USE;

#endif
