/* ops/internal.h - what the files of this layer share; nobody else includes it.
 *
 * struct app belongs to main; worker and screen only read it, but for what stands behind a lock: the publisher, so that a
 * worker may wake it while main starts or stops it, and which configuration is in force. A configuration that was replaced
 * is kept, for others may still read it. */
#ifndef MASTHEAD_OPS_INTERNAL_H
#define MASTHEAD_OPS_INTERNAL_H

#include "base/strbuf.h"
#include "ops/ops.h"

struct actor;
struct exchange;
struct media;
struct media_host;
struct platform;
struct publisher;
struct publisher_settings;
struct secret;
struct store;
struct transport;
struct workspace;
struct workspace_watch;

struct app {
	struct config *config;   /* app_config() */
	struct config **retired; /* those before it */
	size_t n_retired;
	char *config_path, **overrides; /* where it comes from */
	size_t n_overrides;
	char *config_dir, *dir, *key_file;
	char *tenant; /* as named with -T; NULL: not named */
	char *operator_name;
	char *terminal; /* NULL: none */
	bool readonly, no_create;
	char *new_key_command, *new_credential; /* how a workspace that is made is locked */
	bool new_secret_service, new_passphrase;
	int passphrase_fd; /* -1: none */
	enum err (*ask_passphrase)(bool fresh, struct strbuf *out, struct err_info *info);
	struct workspace *workspace;
	struct mutex *lock; /* guards the three below, config and retired */
	struct publisher *publisher;
	bool stopping;
	char how[16];
};

struct ops {
	struct app *app;
	struct store *store;
	struct workspace_watch *watch;
	struct transport *transport; /* made when first needed ... */
	int64_t timeout_ms; /* ... with this limit for an exchange; 0: the configuration's */
	bool readonly;
	int64_t tenant_id;
	char *tenant;
};

/* --- app.c --- */
void app_actor(const struct app *a, struct actor *out);
void app_settings(const struct app *a, struct publisher_settings *out);
void app_media_host(const struct app *a, struct media_host *out);
/* A store of its own in the service scope; the caller closes it. */
enum err app_service_store(struct app *a, struct store **s, struct err_info *info) MUST_USE;
/* A zone for what belongs to no brand: the configuration's, else the machine's. */
void app_zone(const struct app *a, char *out, size_t size);

/* --- vault.c --- */
struct key_change;
/* What a workspace that is made is locked with, as the command line says; free material. */
enum err app_new_key(struct app *a, struct key_change *out, struct secret **material,
		     struct err_info *info) MUST_USE;

/* --- scope.c --- */
/* A transaction of this operator: E_READONLY where nothing may be changed. */
enum err ops_begin(struct ops *o, struct err_info *info) MUST_USE;
/* Durable when OK; then the publisher of this process looks again. */
enum err ops_commit(struct ops *o, struct err_info *info) MUST_USE;
enum err ops_may_write(const struct ops *o, struct err_info *info) MUST_USE;
enum err ops_transport(struct ops *o, struct err_info *info) MUST_USE;
/* A copy of the request with a limit that the store takes. */
struct page_request ops_page(const struct page_request *r);
/* Stops at this many rows where a list is walked whole. */
#define OPS_WALK_ROWS 1000

/* TIME as typed, in the zone; E_PAST where it has passed. what: for the message. */
enum err ops_time(const char *typed, const char *zone, int64_t now_ms, int64_t *ms,
		  struct err_info *info) MUST_USE;
/* TIME of a filter: the past is welcome, also "-2d" and a day alone. */
enum err ops_filter_time(const char *typed, const char *zone, int64_t now_ms, int64_t *ms,
			 struct err_info *info) MUST_USE;

/* "northwind/bluesky/@alice.test" and "job 17 (northwind/bluesky/@alice.test)". */
#define OPS_LABEL_SIZE 320
void connection_label(const struct connection *c, char out[OPS_LABEL_SIZE]);
void job_label(const struct job *j, char out[OPS_LABEL_SIZE]);
/* "a, b or c" of what a set of states allows. */
void job_states_text(unsigned statuses, struct strbuf *out);

/* Finds an adapter by name; E_NOT_FOUND lists all. */
enum err ops_platform(const char *name, const struct platform **out,
		      struct err_info *info) MUST_USE;
/* Puts more words before a detail that a lower layer gave: "CONTEXT: text". */
void ops_context(struct err_info *info, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The edit distance of two short words, for "did you mean". */
size_t words_distance(const char *a, const char *b);

/* --- accounts.c: what connect, disconnect, takedown and check share --- */
struct account {
	struct connection conn;
	const struct platform *platform;
	struct secret *secrets[4]; /* by enum conn_field */
};
/* Reads a connection and opens its secrets; free with account_close. */
enum err account_open(struct ops *o, int64_t tenant_id, int64_t id, struct arena *a,
		      struct account *out, struct err_info *info) MUST_USE;
void account_close(struct account *x);
/* Fills in what every exchange for this account needs; the caller sets in.op and the rest. */
void account_exchange(const struct ops *o, const struct account *x, struct exchange *out);

/* --- media_host.c --- */
/* Adds what keeps a post's files from being put where its platform would fetch them. */
void media_host_problems(struct ops *o, const struct post *p, const struct platform *pf,
			 struct arena *a, struct target *t);
/* The requests that put them, for a rehearsal. */
struct json;
void media_host_rehearse(struct ops *o, const struct post *p, const struct platform *pf,
			 struct json *requests);

/* --- inspect.c --- */
/* A file of media, opened once and known by its content. Close with media_close. */
struct media_file {
	int fd;
	const char *path; /* as named; in the arena given */
	struct media *media;
};
enum err media_open(const char *path, const char *alt, struct arena *a, struct media_file *out,
		    struct err_info *info) MUST_USE;
/* Copies it into the workspace's media directory, under its hash; harmless when it is there. E_MEDIA: it changed since. */
enum err media_keep(const struct media_file *m, const char *media_dir,
		    struct err_info *info) MUST_USE;
void media_close(struct media_file *m);
/* Type and size in pixels from the first bytes of a file; NULL: none that we know. */
const char *media_sniff(const unsigned char *s, size_t n, int64_t *width, int64_t *height);

/* --- scale_fit.c --- */
bool scale_works(void); /* was libgd there? */

/* --- content.c: from a draft to posts that platforms can be asked about --- */
/* The problems that are the same everywhere, the platform's, and of the media host that it needs; measured and limit are
 * filled. */
void content_check(struct ops *o, const struct post *p, const struct platform *pf,
		   const struct connection *c, struct arena *a, struct target *t);
/* "PLATFORM.KEY=VALUE" entries over the JSON object `base` (NULL: none) -> a JSON object's text; NULL where it is empty. */
enum err content_options(const char *base, const char *const *options, size_t n, struct arena *a,
			 const char **out, struct err_info *info) MUST_USE;
/* Is this text what a post may hold? field is for the message. */
enum err content_plain(const char *field, const char *text, struct err_info *info) MUST_USE;
/* The requests that this post would make there, secrets left out, into t->requests (an array that is there); what is in the way
 * becomes a problem. */
void publish_rehearse(struct ops *o, const struct connection *c, const struct post *post,
		      int64_t now_ms, struct arena *a, struct target *t);
/* --- variant.c --- */
/* The draft's words for this platform alone; NULL: it has none. */
const struct draft_variant *variant_find(const struct draft *d, const char *platform);
/* Opens the post's files, then each variant's; on failure too the caller closes the *n_files that are open. */
enum err variant_open_files(const struct draft *d, struct arena *a, struct media_file **files,
			    size_t *n_files, struct err_info *info) MUST_USE;
/* Gives p the media that the draft names for it (platform NULL: for all); without any it keeps what it has. */
void variant_media(const struct draft *d, const char *platform, const struct media_file *files,
		   struct arena *a, struct post *p);
/* The first problem of a report as an error. */
enum err content_refuse(const struct target *targets, size_t n, struct err_info *info) MUST_USE;

#endif
