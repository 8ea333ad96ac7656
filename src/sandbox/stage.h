/* sandbox/stage.h - posts by way of a container, as Instagram and Threads have them. Internal to sandbox/.
 *
 * A container is made of a text and addresses of files, which this server fetches from the sandbox's media host, and
 * believes where they lead elsewhere; it is finished at once, one with a video after it was looked at, and is published once. It is kept as a blob whose "alt" is what it was made
 * of. */
#ifndef MASTHEAD_SANDBOX_STAGE_H
#define MASTHEAD_SANDBOX_STAGE_H

#include "sandbox/fields.h"
#include "sandbox/meta.h"

struct stage_rules {
	const char *text;   /* the parameter's name: "caption", "text" */
	const char *status; /* "status_code", "status" */
	bool text_alone;    /* needs no file */
	int64_t text_max;   /* characters */
	int64_t children_max;
	const char *site; /* of permalinks */
	bool named; /* they have the account's name: SITE/@NAME/post/CODE, else SITE/p/CODE/ */
	const char *exchange; /* grant types */
	const char *renew;
	const char *id_name; /* "user_id", "id" */
	const struct consent *consent;
};

void stage_create(struct call *c, const struct stage_rules *r);
void stage_publish_container(struct call *c, const struct stage_rules *r);
/* A container or a post, by its id. */
void stage_object(struct call *c, const struct stage_rules *r);
void stage_list(struct call *c, const struct stage_rules *r);
void stage_delete(struct call *c, const struct stage_rules *r);
void stage_me(struct call *c, const struct stage_rules *r);
void stage_quota(struct call *c, const char *name, int64_t total);

/* The chain of tokens: an hour, 60 days, renewed when a day old. */
void stage_code(struct call *c, const struct stage_rules *r);
void stage_exchange(struct call *c, const struct stage_rules *r);
void stage_renew(struct call *c, const struct stage_rules *r);

#endif
