/* publisher/media_host.h - the store where files are put for platforms that fetch media by public URL.
 *
 * S3 (any service that speaks it), WebDAV, or a command of the operator's. This is what the configuration says, how a
 * file is put and deleted, and what the answers mean; no I/O but where it is said.
 *
 * A file's name there is 128 random bits and its hash: nobody finds it who was not told. The secret stands in the vault
 * (SLOT_MEDIA_HOST), sealed for each tenant.
 *
 * Layer: publisher. Threads: pure functions, any thread. */
#ifndef MASTHEAD_PUBLISHER_MEDIA_HOST_H
#define MASTHEAD_PUBLISHER_MEDIA_HOST_H

#include "base/error.h"
#include "base/mem.h"
#include "base/model.h"
#include "http/message.h"

enum media_kind { MEDIA_NONE, MEDIA_S3, MEDIA_WEBDAV, MEDIA_COMMAND };

/* Strings are borrowed; NULL: not said. */
struct media_host {
	enum media_kind kind;
	const char *url; /* S3: the service's; WebDAV: the collection's */
	const char
		*public_url; /* before the names, as anybody fetches; NULL: where they were put */
	const char *user;    /* S3: access key id; WebDAV: user */
	const char *bucket, *region, *prefix, *acl; /* S3; prefix: WebDAV too */
	bool bucket_in_host;
	const char *command;
};

const char *media_kind_name(enum media_kind k); /* "none" "s3" "webdav" "command" */
/* Can files be put with this? E_CONFIG names the key that is missing or wrong. MEDIA_NONE: E_CONFIG too. */
enum err media_host_check(const struct media_host *h, struct err_info *info) MUST_USE;
/* Does it need a secret in the vault? */
bool media_host_has_secret(const struct media_host *h);
/* What it is called in a message: the URL's host, or the command's first word. */
const char *media_host_title(const struct media_host *h, struct arena *a);

/* A fresh name for a file. */
const char *media_host_name(struct arena *a, const char *sha256, const char *type);
/* Where it is put, and where it is fetched. NULL: only the command knows. */
const char *media_host_target(const struct media_host *h, struct arena *a, const char *name);
const char *media_host_public(const struct media_host *h, struct arena *a, const char *name);
/* Is this target one of the host as it is configured now? Its secret goes nowhere else. */
bool media_host_owns(const struct media_host *h, const char *kind, const char *target);
/* Is an address that a command printed fit to be named to a platform? E_PROTOCOL. */
enum err media_host_public_fits(const char *url, struct err_info *info) MUST_USE;

/* The caller's. */
struct http_request *media_host_put(const struct media_host *h, const char *target,
				    const struct media *m, const char *path) MUST_USE;
struct http_request *media_host_delete(const struct media_host *h, const char *target) MUST_USE;
/* How long a file may take on its way. */
int64_t media_host_send_ms(const struct media *m, int64_t timeout_ms);

/* What an answer means: CLASS_NONE is done, CLASS_TRANSIENT may be tried again (at *retry_at, 0: not said), CLASS_PERMANENT needs
 * a person. deleting: what is not there is deleted. info names the media host. */
enum err_class media_host_judge(const struct media_host *h, const struct http_response *r,
				bool deleting, int64_t *retry_at, struct err_info *info);

/* ---- media_command.c: blocks its thread ---------------------------------- */

/* "COMMAND put NAME FILE TYPE" prints the URL; "COMMAND delete NAME URL" ("" where it is not known). */
struct media_call {
	const char *command;
	bool deleting;
	const char *name, *file, *type, *url;
	int64_t timeout_ms;
};
struct flag;
/* put: *url is the caller's. */
enum err_class media_command_run(const struct media_call *c, const struct flag *abort_flag,
				 char **url, struct err_info *info);

#endif
