/* platforms/platform.c - the list of adapters, and the few things that all of them share with their caller. */
#include "platforms/platform.h"

#include <stdio.h>
#include <string.h>

#include "platforms/bluesky.h"
#include "platforms/discord.h"
#include "platforms/facebook.h"
#include "platforms/google.h"
#include "platforms/instagram.h"
#include "platforms/linkedin.h"
#include "platforms/mastodon.h"
#include "platforms/pinterest.h"
#include "platforms/telegram.h"
#include "platforms/threads.h"
#include "platforms/x.h"

const struct platform *const platforms[] = {
	&bluesky_platform,   &mastodon_platform,  &x_platform,       &linkedin_platform,
	&facebook_platform,  &instagram_platform, &google_platform,  &threads_platform,
	&pinterest_platform, &telegram_platform,  &discord_platform, NULL,
};

const struct platform *platform_find(const char *name)
{
	if (name == NULL)
		return NULL;
	for (size_t i = 0; platforms[i] != NULL; i++)
		if (strcmp(platforms[i]->name, name) == 0)
			return platforms[i];
	return NULL;
}

const char *settling_name(enum settling s)
{
	static const char *const names[] = {
		[SETTLE_BY_KEY] = "key",
		[SETTLE_BY_STAGE] = "stage",
		[SETTLE_BY_LIST] = "list",
		[SETTLE_BY_PERSON] = "person",
	};

	return (size_t)s < COUNT_OF(names) ? names[s] : "person";
}

void step_out_init(struct step_out *out)
{
	*out = (struct step_out){.arena = arena_new_wiped(), .verdict = STEP_FAILED};
}

void step_out_free(struct step_out *out)
{
	http_request_free(&out->request);
	json_free(&out->state);
	json_free(&out->facts);
	arena_free(&out->arena);
}

/* Cuts a character that the buffer's end has split. */
static void cut_at_border(char *s, size_t n)
{
	size_t start = n;

	while (start > 0 && ((unsigned char)s[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	start--;
	if (((unsigned char)s[start] >= 0xf0 && n - start < 4) ||
	    ((unsigned char)s[start] >= 0xe0 && n - start < 3) ||
	    ((unsigned char)s[start] >= 0xc0 && n - start < 2))
		s[start] = '\0';
}

void step_fail(struct step_out *out, enum err_class cls, enum err code,
	       const struct http_response *r, const char *platform_code, const char *fmt, ...)
{
	struct err_info *e = &out->error;
	va_list args;
	int n;

	out->verdict = STEP_FAILED;
	out->error_class = cls;
	*e = (struct err_info){.code = code, .http_status = r != NULL ? r->status : 0};
	snprintf(e->platform, sizeof(e->platform), "%s",
		 platform_code != NULL ? platform_code : "");
	cut_at_border(e->platform, strlen(e->platform));
	va_start(args, fmt);
	n = vsnprintf(e->text, sizeof(e->text), err_translate(fmt), args);
	va_end(args);
	if (n >= (int)sizeof(e->text))
		cut_at_border(e->text, strlen(e->text));
}

void problem_add(struct problems *p, const char *field, int64_t limit, int64_t actual,
		 const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), err_translate(fmt), args);
	va_end(args);
	cut_at_border(text, strlen(text));
	p->items = arena_grow(p->arena, p->items, p->n, sizeof(*p->items));
	p->items[p->n++] = (struct problem){
		.field = field,
		.limit = limit,
		.actual = actual,
		.message = arena_strdup(p->arena, text),
	};
}
