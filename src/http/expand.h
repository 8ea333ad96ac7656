/* http/expand.h - a request's text with its secrets put in. Internal to http/. */
#ifndef MASTHEAD_HTTP_EXPAND_H
#define MASTHEAD_HTTP_EXPAND_H

#include "base/strbuf.h"
#include "http/transport.h"

/* Appends the text to out, which must be a wiped buffer. E_INVALID: a secret that is not in the set. */
enum err expand_text(const struct http_text *t, const struct secret_set *secrets,
		     struct strbuf *out, struct err_info *info) MUST_USE;

#endif
