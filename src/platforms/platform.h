/* platforms/platform.h - what an adapter is: facts in a table, and one step function. No I/O.
 *
 * An adapter is asked to do an operation for a connection. It is called again and again: first without a response, then
 * with the answer to the request that it asked for. Each time it says what to do now:
 * send this request, look again at a time, or one of the ends. It keeps nothing between calls:
 * all that it must remember stands in `state`, a JSON object that the driver stores (durably before
 * the next request, for OP_PUBLISH and OP_SETTLE) and hands back. So a crash resumes in the middle, and an
 * adapter is tested from recorded exchanges.
 *
 * Rules that the driver relies on:
 *  1. A request is commit_like when its arrival may make the post visible. All others are free to repeat.
 *  2. OP_PUBLISH's commit-like request is built from content, key, state and attempt time only: the same
 *     inputs give the same bytes, so that a settled resend is identical.
 *  3. DONE of OP_PUBLISH needs a remote id that was parsed from the answer; a 2xx without
 *     one is CLASS_UNKNOWN. An error that the adapter does not know after a commit-like request is CLASS_UNKNOWN too.
 *  4. state never holds a secret.
 *  5. A post of several parts (a thread) says `partly` once a part is visible: then state knows what is, and
 *     OP_PUBLISH goes on after it, so a later failure is no reason to call the whole unknown.
 *  6. After STEP_CHOOSE the last call may come once more, with the same state and answer and with `choice`: the code
 *     of a login works once, so a person's choice goes on where the choice was offered.
 *
 * Layer: platforms. Threads: pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_PLATFORM_H
#define MASTHEAD_PLATFORMS_PLATFORM_H

#include "base/error.h"
#include "base/json.h"
#include "base/model.h"
#include "http/message.h"

enum platform_op {
	OP_LOGIN,   /* SLOT_PASSWORD (or SLOT_ACCESS for tokens) -> account, tokens */
	OP_REFRESH, /* SLOT_REFRESH -> new tokens */
	OP_VERIFY,  /* -> account; or failed with the class */
	OP_REVOKE,  /* disconnect */
	OP_PUBLISH,
	OP_SETTLE, /* an unclear OP_PUBLISH: DONE = it is there, ABSENT, or UNDECIDED */
	OP_TAKEDOWN,
	OP_FACTS, /* read the server's limits into connection.facts; DONE with facts */
	OP_REGISTER, /* OAuth, where the platform gives out clients by itself: -> client_id, client_secret */
	OP_AUTHORIZE, /* OAuth: -> authorize_url, usually without a request */
	OP_CODE,      /* OAuth: SLOT_CODE (and SLOT_VERIFIER) -> account, tokens */
	OP_COUNT
};

/* How an unknown outcome is settled (SUMMARY of DESIGN's classes). */
enum settling {
	SETTLE_BY_KEY,   /* look up / resend under the same key: absence can be proved */
	SETTLE_BY_STAGE, /* ask the stored container */
	SETTLE_BY_LIST,  /* found means published, absence proves nothing */
	SETTLE_BY_PERSON /* nothing can be asked */
};
const char *settling_name(enum settling s); /* "key" "stage" "list" "person" */

/* The connection's way in. */
/* LOGIN_WEBHOOK: the secret is an URL; what stands before its last '/' is the server, what follows the token. */
enum login_kind { LOGIN_APP_PASSWORD = 1, LOGIN_TOKEN = 2, LOGIN_OAUTH = 4, LOGIN_WEBHOOK = 8 };

/* What the post's text is measured in. */
enum text_unit { UNIT_GRAPHEMES, UNIT_CHARACTERS, UNIT_WEIGHTED, UNIT_UTF16, UNIT_BYTES };

struct platform_limits {
	int64_t text_max; /* in text_unit */
	enum text_unit text_unit;
	int64_t text_bytes_max; /* 0: none beside text_max */
	int64_t url_length;     /* what a URL counts as; 0: its own length */
	int64_t alt_max;
	int64_t title_max;
	int64_t images_max, videos_max;
	int64_t image_bytes_max, video_bytes_max;
	int64_t thread_parts_max; /* option "thread": a post as several; 0: not here */
	int64_t poll_choices_max; /* 0: no polls */
	bool media_required;      /* no text-only posts */
};

/* What the person's browser and ours agree on; borrowed. */
struct oauth_in {
	const char *client_id; /* NULL in OP_REGISTER */
	bool has_secret;       /* the client's secret stands in SLOT_CLIENT_SECRET */
	const char *redirect_uri;
	const char *state;
	const char *challenge;     /* S256, base64url, of the verifier in SLOT_VERIFIER */
	const char *challenge_hex; /* the same digest in hex (TikTok) */
	const char *client_name;   /* OP_REGISTER */
};

/* One of several accounts that a login reaches: pages, organisations, boards, locations. */
struct choice {
	const char *id, *name;
};

/* The posts of ours that a part of a thread answers. Versions: the platform's, NULL where it has none. */
struct answered {
	const char *root_id, *root_version;
	const char *parent_id, *parent_version;
};

/* Everything a step is told. Borrowed for the call. */
struct step_in {
	enum platform_op op;
	const struct connection *conn; /* server, endpoint, account, account_id, facts */
	const char *api_base; /* from the configuration; NULL: adapter's default / conn->server */
	const char *api_version; /* likewise */
	const char *video_base;  /* likewise: where videos go; "none": to no service of its own */
	const char *login_name;  /* OP_LOGIN: the handle typed */
	const char *
		choice; /* OP_LOGIN, OP_AUTHORIZE, OP_CODE: the id chosen after STEP_CHOOSE, or by --account; NULL */
	const struct oauth_in
		*oauth; /* OP_REGISTER, OP_AUTHORIZE, OP_CODE, and with the client's id
				       * OP_REFRESH and OP_REVOKE; NULL if there is no client */
	/* OP_PUBLISH, OP_SETTLE, OP_TAKEDOWN: */
	const struct post *post; /* with this platform's variant already applied */
	const char *media_dir;   /* media/<sha256> files stand here */
	const char *const
		*media_urls;   /* one public https URL for each of post->media, where the platform
					* fetches media itself (platform.media_by_url); NULL if none */
	const char *key;       /* idempotency or record key of this attempt */
	int64_t key_time_ms;   /* when the key was made: e.g. the record's createdAt */
	const char *remote_id; /* OP_TAKEDOWN; OP_SETTLE if one was learned */
	const struct answered *answered; /* set by chain_walk.c for the parts of a thread; NULL */
	const struct json *state;        /* what step_out said last; NULL at first */
	const struct http_response *response; /* answer to the last request; NULL at first */
	bool rehearsal; /* --dry-run: response stays NULL; go on as if the last request had succeeded,
					 * with "<...>" in place of what it would have told */
	int64_t now_ms;
};

enum step_verdict {
	STEP_SEND, /* request, commit_like */
	STEP_WAIT, /* look again at `at` (media still being processed): call again with response NULL */
	STEP_DONE,
	STEP_ABSENT, /* OP_SETTLE: this read shows that it is not there (whether that is believed is the driver's affair) */
	STEP_UNDECIDED, /* OP_SETTLE: cannot be told by this platform: a person decides */
	STEP_RESEND,    /* OP_SETTLE: one identical resend is provably safe now */
	STEP_GO_ON, /* OP_SETTLE: what was unclear is known now (state says it), and OP_PUBLISH goes on after it */
	STEP_CHOOSE, /* OP_LOGIN, OP_CODE: the login reaches several accounts and none was chosen: choices */
	STEP_FAILED
};

/* Everything a step answers. Strings live in `arena` (wiped when freed). */
struct step_out {
	struct arena *arena;
	enum step_verdict verdict;
	/* SEND */
	struct http_request *request;
	bool commit_like;
	/* WAIT; FAILED with CLASS_RATE_LIMITED: when to try again (0: not said) */
	int64_t at;
	/* any: replaces the stored state; NULL leaves it as it is */
	struct json *state;
	/* DONE of PUBLISH/SETTLE; beside partly of what is visible already */
	const char *remote_id, *remote_url;
	const char *remote_version; /* where the platform has one (a record's CID); else NULL */
	/* PUBLISH: a part is visible, and the state that goes with this answer knows all that is. */
	bool partly;
	/* DONE of LOGIN/REFRESH/VERIFY: NULL/0 = not told, keep the old */
	const char *account, *account_id, *endpoint, *scopes;
	/* The new tokens. With SEND in LOGIN, CODE and REFRESH: the driver puts them into their slots for the
	 * following requests of this operation (a code's token reads the account, Meta's chain of tokens);
	 * what was said last counts at DONE. client_*: OP_REGISTER. */
	const char *access, *refresh;
	const char *
		service; /* PUBLISH: a token for the requests after this one, SLOT_SERVICE; never stored */
	const char *client_id, *client_secret;
	const char *authorize_url;    /* OP_AUTHORIZE */
	const struct choice *choices; /* CHOOSE */
	size_t n_choices;
	int64_t access_expires_at, refresh_expires_at;
	struct json *facts;
	/* FAILED */
	enum err_class error_class;
	struct err_info error; /* code, http_status, platform's name and words */
	/* any answer */
	bool has_window;
	struct rate_window window;
};

/* Does this go, for this platform and this account's facts? Appends what is wrong.
 * field: "text", "media", "alt", "title", "link", "language", "visibility", "option". */
struct problem {
	const char *field;
	int64_t limit, actual; /* 0, 0 where numbers make no sense */
	const char *message;
	const struct media *file; /* with excess: the picture that a smaller copy could stand for */
	enum excess excess;
};
struct problems {
	struct arena *arena;
	struct problem *items;
	size_t n;
};
void problem_add(struct problems *p, const char *field, int64_t limit, int64_t actual,
		 const char *fmt, ...) PRINTF_LIKE(5, 6);

struct platform {
	const char *name;           /* "bluesky" */
	const char *title;          /* "Bluesky" */
	unsigned logins;            /* enum login_kind bits */
	const char *default_server; /* NULL: must be named */
	bool server_is_choice;      /* --server makes sense: many hosts */
	bool media_by_url;          /* fetches media from a public URL: a media host is needed */
	int64_t media_keep_ms; /* it may still fetch this long after it has taken the post; 0: it has them by then */
	bool secret_needed; /* OAuth: the client has a secret */
	bool registers;     /* OAuth: OP_REGISTER gives a client, none need be brought */
	const char *
		redirect; /* OAuth: "loopback" (any port), "loopback-fixed", "https" (the callback URL is pasted) */
	const char *scopes;  /* asked for, space-separated */
	const char *version; /* of the API, "" if it has none */
	struct platform_limits limits;
	const char *const *media_types; /* NULL-terminated MIME types, NULL: no media */
	enum settling settling;
	int64_t key_life_ms; /* how long the key protects a resend; 0: for ever (SETTLE_BY_KEY) */
	int64_t visibility_lag_ms; /* 0: the configuration's settle.lag */
	int64_t refresh_ahead_ms;  /* refresh this long before expiry */
	const char *quotas;        /* one line for `masthead platforms` and the manual */
	/* Makes a fresh key for an attempt; now_ms goes into it where the format has a time. */
	void (*make_key)(int64_t now_ms, char *out, size_t size);
	void (*validate)(const struct post *post, const struct connection *conn,
			 struct problems *out);
	/* How long the text is in the platform's own unit (links and mentions counted its way). */
	int64_t (*measure)(const struct post *post, const struct connection *conn);
	/* The posts that it goes out as, the arena's; their number. NULL: always one. */
	size_t (*parts)(const struct post *post, struct arena *a, const struct post **out);
	void (*step)(const struct step_in *in, struct step_out *out);
};
#define PLATFORM_KEY_SIZE 64

/* All adapters, in the order in which they are shown; NULL-terminated. */
extern const struct platform *const platforms[];
const struct platform *platform_find(const char *name); /* NULL if there is none */

/* Does a stored state (OP_PUBLISH's) say that a part of the post is out? Then it must outlive failures and retries.
 * *id, *url (may be NULL): of the first part, the arena's, NULL if not known. */
bool platform_begun(const char *state, struct arena *a, const char **id, const char **url);

/* A fresh answer with its arena; free ends request, state, facts and arena. */
void step_out_init(struct step_out *out);
void step_out_free(struct step_out *out);
/* Fills FAILED in one line. The platform's words (untrusted) go into error.text as they are. */
void step_fail(struct step_out *out, enum err_class cls, enum err code,
	       const struct http_response *r, const char *platform_code, const char *fmt, ...)
	PRINTF_LIKE(6, 7);

#endif
