/* http/guard.h - where a request may go. Internal to http/. Pure functions, but for the environment. */
#ifndef MASTHEAD_HTTP_GUARD_H
#define MASTHEAD_HTTP_GUARD_H

#include <sys/socket.h>

#include "base/error.h"

enum address_kind {
	ADDRESS_PUBLIC,
	ADDRESS_LOOPBACK,
	ADDRESS_PRIVATE /* private, link-local, multicast, reserved, unknown family */
};
enum address_kind guard_address(const struct sockaddr *sa, size_t len);
/* The same of a literal, brackets allowed; ADDRESS_PUBLIC when it is a name. *literal (may be NULL) tells. */
enum address_kind guard_host(const char *host, bool *literal);

/* May a request go to this URL at all? Scheme, user information, control bytes, literal addresses. */
enum err guard_url(const char *url, bool allow_loopback, struct err_info *info) MUST_USE;

/* The proxy that the environment names for this https URL; NULL for none. Borrowed from the environment. */
const char *guard_proxy(const char *url);

#endif
