/* sandbox/meta.c - see meta.h. */
#include "sandbox/meta.h"

#include <string.h>

#include "base/mem.h"
#include "base/when.h"

void meta_error(struct call *c, int status, int code, int subcode, const char *message)
{
	struct json *j = json_new_object(), *e = json_set(j, "error", json_new_object());

	json_set_str(e, "message", message);
	json_set_str(e, "type", code == 190 ? "OAuthException" : "GraphMethodException");
	json_set_int(e, "code", code);
	if (subcode)
		json_set_int(e, "error_subcode", subcode);
	json_set_bool(e, "is_transient", code == 1 || code == 2);
	json_set_str(e, "fbtrace_id", "Sandbox");
	call_json(c, status, j);
}

void meta_oauth_error(struct call *c, int status, const char *name, const char *words)
{
	(void)name;
	meta_error(c, status == 401 ? 400 : status, status == 401 ? 101 : 100, 0, words);
}

struct account *meta_account(struct call *c)
{
	struct holder h = holder_of(c, holder_token(c));

	if (!h.account) {
		meta_error(c, 400, 190, 0,
			   "Invalid OAuth access token - Cannot parse access token");
	} else if (h.revoked) {
		meta_error(
			c, 400, 190, 458,
			"Error validating access token: The user has not authorized application");
	} else if (h.expired) {
		meta_error(c, 400, 190, 463, "Error validating access token: Session has expired");
	} else {
		call_header(c, "X-App-Usage",
			    "{\"call_count\":1,\"total_time\":1,\"total_cputime\":1}");
		return h.account;
	}
	return NULL;
}

/* What follows the version, or the path itself. */
static const char *without_version(const char *path)
{
	size_t digits = strncmp(path, "/v", 2) == 0 ? strspn(path + 2, "0123456789.") : 0;

	return digits > 0 && path[2 + digits] == '/' ? path + 2 + digits : path;
}

void meta_unversion(struct call *c)
{
	c->path = without_version(c->path);
}

const char *meta_time(const struct call *c, int64_t ms)
{
	char text[WHEN_RFC3339_SIZE];

	when_rfc3339(ms, text);
	return arena_printf(c->answer->arena, "%.19s+0000", text);
}

void meta_refuse(struct call *c, int status)
{
	switch (status) {
	case 400:
		meta_error(c, status, 100, 0, "(#100) Invalid parameter");
		break;
	case 401:
		meta_error(c, status, 190, 0, "Invalid OAuth access token");
		break;
	case 403:
		meta_error(c, status, 200, 0, "(#200) Permissions error");
		break;
	case 404:
		meta_error(c, status, 100, 33, "Unsupported request. Object does not exist");
		break;
	default:
		meta_error(c, status, status == 503 ? 2 : 1, 0,
			   "An unexpected error has occurred. Please retry your request later.");
	}
}

void meta_limit(struct call *c, int64_t seconds)
{
	/* Minutes are all that is told. */
	call_header(c, "X-Business-Use-Case-Usage",
		    arena_printf(c->answer->arena,
				 "{\"1\":[{\"type\":\"pages\",\"call_count\":100,"
				 "\"total_cputime\":1,\"total_time\":1,"
				 "\"estimated_time_to_regain_access\":%lld}]}",
				 (long long)((seconds + 59) / 60)));
	meta_error(c, 403, 32, 0, "(#32) Page request limit reached");
}

void meta_damage(struct call *c, enum fault_kind kind)
{
	holder_damage(c, holder_token(c), kind);
}

void meta_answer(struct call *c, const struct route *routes, size_t n)
{
	const struct route *r;

	meta_unversion(c);
	r = route_find(c, routes, n);
	if (r)
		r->answer(c);
	else
		meta_error(c, 400, 2500, 0,
			   arena_printf(c->answer->arena, "Unknown path components: %s", c->path));
}

unsigned meta_steps(const struct call *c, const struct route *routes, size_t n)
{
	struct call unversioned = *c;
	const struct route *r;

	meta_unversion(&unversioned);
	r = route_find(&unversioned, routes, n);
	return r ? r->steps : 0;
}
