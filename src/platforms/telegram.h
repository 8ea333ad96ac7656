/* platforms/telegram.h - the adapter for Telegram channels (Bot API), and what its files share.
 *
 * telegram.c: the facts, the checks, the error table, the way to the operations. telegram_account.c: the bot and its
 * channel. telegram_post.c: publish, settle, take down.
 *
 * The bot's token is part of every address: BASE/bot<token>/METHOD. An account is one channel; its id is what was typed:
 * "@name" or "-100...". A post's id is "CHAT/MESSAGE", for an album "CHAT/MESSAGE,MESSAGE,...".
 * Layer: platforms. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_TELEGRAM_H
#define MASTHEAD_PLATFORMS_TELEGRAM_H

#include "platforms/judge.h"
#include "platforms/progress.h"

extern const struct platform telegram_platform;

#define TELEGRAM_API "https://api.telegram.org"

extern const struct judge telegram_judge;

/* Starts a call of the method in out->request. */
struct http_request *telegram_call(const struct step_in *in, struct step_out *out,
				   enum http_method method, const char *name);
/* The answer's result; NULL if it is no success of this API. The object, the caller's, goes to *whole. */
const struct json *telegram_result(const struct http_response *r, struct json **whole);
/* "@name" or a number, perhaps negative. */
bool telegram_is_chat(const char *s);

void telegram_login(const struct step_in *in, struct step_out *out);
void telegram_verify(const struct step_in *in, struct step_out *out);
void telegram_refresh(const struct step_in *in, struct step_out *out);
void telegram_revoke(const struct step_in *in, struct step_out *out);
void telegram_publish(const struct step_in *in, struct step_out *out);
void telegram_takedown(const struct step_in *in, struct step_out *out);

#endif
