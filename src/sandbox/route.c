/* sandbox/route.c - see route.h. */
#include "sandbox/route.h"

#include <string.h>

#include "base/mem.h"

static bool path_fits(const char *pattern, const char *path)
{
	for (; *pattern && *path; pattern++) {
		if (*pattern == '*') {
			size_t n = strcspn(path, "/");

			if (n == 0)
				return false;
			path += n;
		} else if (*pattern != *path++) {
			return false;
		}
	}
	return *pattern == '\0' && *path == '\0';
}

const struct route *route_find(const struct call *c, const struct route *routes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(routes[i].method, c->request->method) == 0 &&
		    path_fits(routes[i].path, c->path))
			return &routes[i];
	return NULL;
}

const char *route_part(const struct call *c, size_t n)
{
	const char *s = c->path + (*c->path == '/');

	while (n-- > 0) {
		s += strcspn(s, "/");
		s += *s == '/';
	}
	return arena_strndup(c->answer->arena, s, strcspn(s, "/"));
}
