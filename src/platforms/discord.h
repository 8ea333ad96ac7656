/* platforms/discord.h - the adapter for Discord's webhooks, and what its files share.
 *
 * discord.c: the facts, the checks, the error table, the webhook itself, the way to the operations. discord_post.c:
 * publish, take down.
 *
 * The webhook's address is the secret: what stands before its last '/' is the connection's server, the rest its
 * password. On Discord's own hosts the address is brought to the version of the API that we speak; another server is
 * called as it was given; a base of the configuration gets "/webhooks/ID/TOKEN" behind it.
 * Layer: platforms. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_DISCORD_H
#define MASTHEAD_PLATFORMS_DISCORD_H

#include "platforms/judge.h"
#include "platforms/progress.h"

extern const struct platform discord_platform;

#define DISCORD_SITE "https://discord.com"
#define DISCORD_VERSION "10"
#define DISCORD_TEXT_MAX 2000
#define DISCORD_FILES_MAX 10

/* A failure from an answer that is no success; commit: the request may have made the post visible. */
void discord_fail(const struct step_in *in, struct step_out *out, bool commit);

/* Starts a request to the webhook's address and what follows it. False: the address is none, and out is a failure. */
bool discord_call(const struct step_in *in, struct step_out *out, enum http_method method,
		  const char *tail);
/* Discord's numbers. */
bool discord_is_id(const char *s);

void discord_publish(const struct step_in *in, struct step_out *out);
void discord_takedown(const struct step_in *in, struct step_out *out);

#endif
