/* ui/brands.c - the tenant's brands at hand: every row of every list needs a zone and a colour. */
#include "base/when.h"
#include "ui/console.h"

#define BRANDS_MAX 1000

void brands_read(struct console *c)
{
	struct page_request r = {.limit = BRANDS_MAX, .ascending = true};
	struct page p = {0};

	/* What was read last stays when this fails; the panes say why. */
	if (ops_brands(c->ops, &r, &p, NULL) != OK)
		return;
	page_free(&c->brands);
	c->brands = p;
}

const struct brand *brand_of(const struct console *c, int64_t id)
{
	for (size_t i = 0; i < c->brands.n; i++)
		if (c->brands.brands[i].id == id)
			return &c->brands.brands[i];
	return NULL;
}

const char *zone_of(const struct console *c, int64_t brand_id)
{
	static char local[64];
	const struct brand *b = brand_of(c, brand_id ? brand_id : c->scope.brand_id);

	if (b && b->timezone)
		return b->timezone;
	const char *zone = config_text(app_config(c->app), "timezone");
	if (zone)
		return zone;
	if (!local[0])
		when_local_zone(local, sizeof(local));
	return local;
}
