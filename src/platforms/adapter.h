/* platforms/adapter.h - what several adapters need to build requests and read answers.
 * Layer: platforms, not for its callers. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_ADAPTER_H
#define MASTHEAD_PLATFORMS_ADAPTER_H

#include "platforms/platform.h"

/* Does the operation that is asked for; one that the platform has not is E_UNSUPPORTED. Reads the answer's rate window. */
typedef void adapter_operation(const struct step_in *in, struct step_out *out);
void adapter_run(adapter_operation *const operations[OP_COUNT], const struct step_in *in,
		 struct step_out *out);

/* Where to send: the configuration's api_base, else the account's endpoint, else its server, else fallback. */
const char *adapter_base(const struct step_in *in, const char *fallback);

/* The API's version: the configuration's, else fallback. */
const char *adapter_version(const struct step_in *in, const char *fallback);
/* The same where it begins with "v", which the configuration may leave out. The arena's, or borrowed. */
const char *adapter_v_version(const struct step_in *in, struct arena *a, const char *fallback);
/* For a failure that says so: names the version, and where a newer one goes (E_CONFIG). */
void adapter_retired(const struct step_in *in, struct step_out *out, const char *title,
		     const char *platform, const char *version);

/* A second host of the platform (log-ins, uploads): its own while base is what the platform has by default, else
 * the same prefix that everything goes to. */
const char *adapter_host_base(const struct step_in *in, const char *fallback, const char *second);

/* Has the URL a loopback host: localhost, 127.0.0.0/8 or [::1]? Names are not looked up. */
bool adapter_is_loopback(const char *url);
/* An origin that an answer may send us to: https, a DNS name that says nothing of a local network, perhaps a port,
 * nothing else. */
bool adapter_is_public_origin(const char *url);
/* May a token go to this URL that an answer names? https and a host of the domain ("linkedin.com"); where everything goes
 * to a base of its own (see adapter_host_base), the same origin as that. */
bool adapter_is_trusted(const struct step_in *in, const char *fallback, const char *domain,
			const char *url);
/* The lower-cased host of a URL, "" if it has none. */
void adapter_host(const char *url, char *out, size_t size);

/* A whole answer of class 2xx. */
bool adapter_ok(const struct http_response *r);
/* The answer's body as a JSON object, the caller's; NULL if it is none or was cut off. */
struct json *adapter_object(const struct http_response *r) MUST_USE;
/* What to show of an answer that says nothing we understand: one line of it, at most 200 bytes. */
const char *adapter_snippet(struct arena *a, const struct http_response *r);

/* A token that a header can carry: visible ASCII, at most 16 KiB; else NULL. Borrowed. */
const char *adapter_token(const struct json *obj, const char *name);
/* When a JWT says that it expires, as UTC ms on our clock; 0 if it says nothing. The rest of it is opaque. */
int64_t adapter_jwt_expiry(const char *token, int64_t now_ms);

/* An id that a URL can carry: visible ASCII, at most 256 bytes; numbers as they were written; else NULL. The arena's. */
const char *adapter_id(struct arena *a, const struct json *obj, const char *name);
/* A name that can be shown: one line of plain text, at most 256 bytes, neither ',' nor space at its ends; else NULL.
 * Borrowed. */
const char *adapter_name(const struct json *obj, const char *name);

/* A name of any form brought into that one, the arena's; NULL if nothing is left of it. */
const char *adapter_shown_name(struct arena *a, const char *s);

/* The public address of a file, for a platform that fetches it. NULL: there is none, and out is a failure that says what to
 * configure. A rehearsal gets "<public URL of file N>". */
const char *adapter_media_url(const struct step_in *in, struct step_out *out, size_t i);

/* A key that only names the attempt: it means nothing to the platform. */
void adapter_make_key(int64_t now_ms, char *out, size_t size);

/* The text with the link on a line of its own, where the text has it not. */
const char *adapter_text(struct arena *a, const struct post *post);
bool adapter_has_link(const struct post *post);
bool adapter_is_video(const struct media *m);
/* Where a file stands, and the name that it is sent under. */
const char *adapter_file(struct arena *a, const struct step_in *in, const struct media *m);
const char *adapter_file_name(struct arena *a, const struct media *m, size_t i);
/* A file as a part of a multipart body. */
struct http_part *adapter_file_part(struct http_request *r, const struct step_in *in,
				    const char *name, const struct media *m, size_t i);
/* Enough time to send the post's files on a slow line, where they go with the commit-like request itself. */
int64_t adapter_send_ms(const struct post *post);
void adapter_text_part(struct http_request *r, const char *name, const char *value);

/* "OPTIONS" of the post for one platform: calls back for each "PLATFORM.KEY" of this name. */
void adapter_options(const struct post *post, const char *platform,
		     void (*each)(const char *key, const struct json *value, void *ctx), void *ctx);

/* One option's text, the arena's; NULL if it is not given, or "". */
const char *adapter_option(struct arena *a, const struct post *post, const char *platform,
			   const char *key);
/* "A|B|C" of an option cut into at most max pieces, the arena's; their number, max + 1 if there are more. */
size_t adapter_option_list(struct arena *a, const char *value, const char **out, size_t max);
/* Enough time for a file of this size on a slow line; 0 for a small one: the usual time. */
int64_t adapter_upload_ms(const struct media *m);
/* true, yes, false, no. False: it is none of them. */
bool adapter_option_bool(const char *value, bool *out);
/* A whole number within these bounds; -1: it is none. */
int64_t adapter_option_number(const char *value, int64_t min, int64_t max);
/* Refuses what is neither true nor false. */
void adapter_check_flag(const struct post *post, const char *platform, const char *key,
			struct problems *out);
/* Refuses options that are none of these; names ends in NULL. */
void adapter_check_options(const struct post *post, const char *platform, const char *const *names,
			   struct problems *out);

/* A BCP 47 language tag, by its form. */
bool adapter_is_language(const char *s);
/* Text that shows something: more than white space. */
bool adapter_has_text(const char *s);

/* Problems that all platforms have in common: text and alt texts that are no plain text, media of a
 * wrong type, empty, or more than n_max. bytes_max, alt_max 0: no limit; alt_unit: graphemes, else code points. */
void adapter_check_media(const struct post *post, const char *const *types, int64_t n_max,
			 int64_t bytes_max, int64_t alt_max, enum text_unit alt_unit,
			 struct problems *out);
/* A picture that is too large: problem_add, and what a copy that goes would have to keep to. */
void adapter_too_large(struct problems *out, const struct media *m, enum excess excess,
		       int64_t limit, int64_t actual, const char *fmt, ...) PRINTF_LIKE(6, 7);
void adapter_check_text(const struct post *post, struct problems *out);
/* One file of them. */
void adapter_check_file(const struct media *m, const char *const *types, int64_t bytes_max,
			int64_t alt_max, enum text_unit alt_unit, struct problems *out);
/* Things that a platform may not have. */
void adapter_check_public(const struct post *post, const char *title, struct problems *out);
void adapter_check_channel(const struct post *post, const char *title, struct problems *out);
void adapter_check_no_comment(const struct post *post, const char *title, struct problems *out);

#endif
