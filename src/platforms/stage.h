/* platforms/stage.h - posts by way of a container (Instagram, Threads): made, waited for, published by its id.
 *
 *   several files: a container for each, waited for -> the container of all
 *   container -> wait until it is finished -> publish -> address -> first comment -> done
 *
 * Only the publishing is commit-like, and it is asked for only right after the platform has said that the container is
 * finished and not published. So nothing is published twice: a container that was is found out, its post looked for in
 * the account's list. Where the list does not show it the post is known by its container: remote id "container:ID".
 *
 * Beside what progress.h says the state has:
 *   media       for each of several files: id, ready
 *   container   its id; of: what it was made of; finished, published: what was last said of it
 *   url, looked the post's address; it was asked for
 *   reply       the comment's container; comment: it was sent, whatever came of it
 *
 * stage.c: publish. stage_settle.c: settle, take down.
 * Layer: platforms, not for its callers. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_STAGE_H
#define MASTHEAD_PLATFORMS_STAGE_H

#include "platforms/graph.h"
#include "platforms/progress.h"

#define STAGE_REMOTE_PREFIX "container:"

struct stage {
	const struct graph *g;
	const char *create, *publish; /* "media", "media_publish" */
	/* Where the container's state stands, which fields to ask for, and which one has the reason of a failure. */
	const char *status, *status_fields, *reason;
	const char *text; /* "caption": the text's name in the list */
	const char *list_fields;
	const char *list_since; /* the parameter for a list's oldest second; NULL: there is none */
	/* The text as it is sent. */
	const char *(*text_of)(struct arena *a, const struct post *post);
	/* What makes up a container: of one file of several, or of all. False: out is a failure. */
	bool (*fill_item)(struct progress *p, struct http_request *r, size_t i);
	bool (*fill)(struct progress *p, struct http_request *r);
	/* The first comment. staged: it is a container of its own, published like a post. */
	bool comment_staged;
	void (*fill_comment)(struct progress *p, struct http_request *r, const char *id);
};

/* "ID,ID": the containers of all files. */
const char *stage_children(struct progress *p);
/* image_url or video_url of a file. False: there is none, and out is a failure. */
bool stage_fill_url(struct progress *p, struct http_request *r, size_t i);

void stage_publish(const struct stage *s, const struct step_in *in, struct step_out *out);
void stage_settle(const struct stage *s, const struct step_in *in, struct step_out *out);
void stage_takedown(const struct stage *s, const struct step_in *in, struct step_out *out);

/* For stage's own files: what was said of a container, and a post looked for in a list. */
enum stage_word {
	STAGE_WORKING,
	STAGE_FINISHED,
	STAGE_PUBLISHED,
	STAGE_EXPIRED,
	STAGE_ERROR,
	STAGE_NOTHING
};
enum stage_word stage_word(const struct stage *s, const struct json *answer);
struct http_request *stage_ask_status(const struct stage *s, const struct step_in *in,
				      struct step_out *out, const char *container);
void stage_ask_list(const struct stage *s, const struct step_in *in, struct step_out *out);
/* False: it is not there. id and url are the arena's. */
bool stage_find(const struct stage *s, const struct step_in *in, struct arena *a,
		const struct json *answer, const char **id, const char **url);

#endif
