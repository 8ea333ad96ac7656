/* ui/scope.c - narrowing and widening. */
#include "ui/scope.h"

#include <stdio.h>

#include "ui/console.h"

static void moved(struct console *c)
{
	c->scope_generation++;
	console_stale(c);
}

void scope_brand(struct console *c, const struct brand *b)
{
	c->scope = (struct scope){0};
	if (b) {
		c->scope.brand_id = b->id;
		snprintf(c->scope.brand, sizeof(c->scope.brand), "%s", b->name);
	}
	moved(c);
}

void scope_connection(struct console *c, const struct connection *conn)
{
	c->scope.connection_id = 0;
	c->scope.connection[0] = '\0';
	if (conn) {
		c->scope.connection_id = conn->id;
		snprintf(c->scope.connection, sizeof(c->scope.connection), "%s/%s", conn->platform,
			 conn->account ? conn->account : "");
		/* An account belongs to a brand: the scope says so. */
		c->scope.brand_id = conn->brand_id;
		snprintf(c->scope.brand, sizeof(c->scope.brand), "%s", conn->brand);
	}
	moved(c);
}

bool scope_back(struct console *c)
{
	if (c->scope.connection_id)
		scope_connection(c, NULL);
	else if (c->scope.brand_id)
		scope_brand(c, NULL);
	else
		return false;
	return true;
}
