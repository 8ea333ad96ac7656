/* platforms/mastodon.h - the adapter for Mastodon and servers that speak its API, and what its files share.
 *
 * mastodon.c: the facts, the way to the operations. mastodon_check.c: checks, options. mastodon_answer.c: the error table.
 * mastodon_account.c: login by token, verify, revoke. mastodon_facts.c: what an instance says of itself.
 * mastodon_post.c: publish. mastodon_settle.c: settle by listing, take down. mastodon_html.c: a listed post as text.
 * Layer: platforms. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_MASTODON_H
#define MASTHEAD_PLATFORMS_MASTODON_H

#include "platforms/platform.h"

extern const struct platform mastodon_platform;

#define MASTODON_OPTION_WARNING "content_warning"
#define MASTODON_OPTION_SENSITIVE "sensitive"

/* Mastodon keeps an idempotency key for one hour. */
#define MASTODON_KEY_LIFE_MS ((int64_t)60 * 60 * 1000)

/* What conn->facts says, defaults where it says nothing. */
struct mastodon_facts {
	bool known;  /* the instance was asked */
	bool proper; /* Mastodon itself, which honours keys; others may not */
	int64_t text_max, media_max, url_length, image_bytes_max, pixels_max, alt_max;
	int64_t video_bytes_max, video_pixels_max; /* pixels 0: not told */
	int64_t poll_choices_max, poll_choice_max, poll_seconds_min, poll_seconds_max;
	struct json *types; /* array of MIME types or NULL */
};
void mastodon_facts_read(const struct connection *conn, struct mastodon_facts *f);
void mastodon_facts_free(struct mastodon_facts *f);

/* Starts a request to base + path in out->request; auth adds the access token. False: no server is named, and out
 * is a failure. */
bool mastodon_call(const struct step_in *in, struct step_out *out, enum http_method method,
		   const char *path, bool auth);

enum mastodon_sent { MASTODON_FREE, MASTODON_COMMIT };
/* Makes out a failure from an answer that is no success. */
void mastodon_fail(const struct step_in *in, struct step_out *out, enum mastodon_sent sent);
void mastodon_fail_odd(const struct step_in *in, struct step_out *out, enum mastodon_sent sent,
		       const char *what);
bool mastodon_ok(const struct http_response *r);
/* Does the failure's text in out hold these words? */
bool mastodon_says(const struct step_out *out, const char *words);

/* The id of an object of the API as text (some servers send numbers); NULL if there is none that can be used. */
const char *mastodon_id(struct arena *a, const struct json *obj);

struct mastodon_options {
	const char *warning; /* content warning or NULL; the arena's */
	bool sensitive;
	/* The numbers tell how many were given, also beyond the room. */
	const char *focus[16], *choices[32];
	size_t n_focus, n_choices; /* no choices: no poll */
	int64_t poll_minutes;      /* -1: none that makes sense */
	bool poll_multiple, poll_hide_totals;
};
void mastodon_options_read(struct arena *a, const struct post *post, struct mastodon_options *o);

/* The types that we know; an instance takes some of them. NULL-terminated. */
extern const char *const mastodon_media_types[13];
void mastodon_check(const struct post *post, const struct connection *conn, struct problems *out);
int64_t mastodon_measure(const struct post *post, const struct connection *conn);

/* DONE with a status object. False if it has no id. */
bool mastodon_done(struct step_out *out, const struct json *status);

/* Appends the text that a status's HTML shows, and the same form of a text as it was written: white space folded,
 * "@user@host" as "@user". Two posts are the same text when these are equal. */
void mastodon_html_text(struct strbuf *out, const char *html);
void mastodon_plain_text(struct strbuf *out, const char *text);

void mastodon_login(const struct step_in *in, struct step_out *out);
void mastodon_refresh(const struct step_in *in, struct step_out *out);
void mastodon_verify(const struct step_in *in, struct step_out *out);
void mastodon_revoke(const struct step_in *in, struct step_out *out);
void mastodon_register(const struct step_in *in, struct step_out *out);
void mastodon_authorize(const struct step_in *in, struct step_out *out);
void mastodon_code(const struct step_in *in, struct step_out *out);

/* Whose the access token is: the question, and the answer that makes out DONE or a failure. */
void mastodon_ask_who(const struct step_in *in, struct step_out *out);
void mastodon_take_who(const struct step_in *in, struct step_out *out);
void mastodon_facts(const struct step_in *in, struct step_out *out);
void mastodon_publish(const struct step_in *in, struct step_out *out);
void mastodon_settle(const struct step_in *in, struct step_out *out);
void mastodon_takedown(const struct step_in *in, struct step_out *out);

#endif
