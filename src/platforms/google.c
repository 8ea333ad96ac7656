/* platforms/google.c - Google Business Profile: facts, checks, the way to the operations.
 *
 *   version     v4 for posts (platform.google_business.version), v1 for accounts and locations
 *   text        1500 characters; a phone number in it gets a post rejected
 *   images      one, JPEG or PNG up to 5 MB, at least 400 x 300 pixels; fetched by Google from a public address
 *               (media.host); no video, no alt text
 *   link        the button "Learn more", or the offer's address; see the options
 *   review      the answer is not the end: a post in review may still be rejected; it is looked at for some minutes
 *   quotas      300 calls in a minute for a project; access must be granted to the project, 0 means that it is not
 *   settling    by the list of posts: text, kind, button, event and coupon; not found proves nothing
 *   taking down yes
 *   login       OAuth with PKCE, any loopback port; the refresh token does not change; an app in testing lives 7 days
 *
 * Options of a post:
 *   google_business.type        standard, event or offer
 *   google_business.title       of an event or offer; else the post's title
 *   google_business.start, .end of an event or offer: YYYY-MM-DD or YYYY-MM-DD HH:MM, in the location's time
 *   google_business.cta         book, order, shop, learn_more, sign_up, call, or none; not with an offer
 *   google_business.cta_url     where it leads; else the post's link; not with call
 *   google_business.coupon      an offer's code
 *   google_business.redeem_url  where an offer is redeemed; else the post's link
 *   google_business.terms       an offer's terms */
#include "platforms/google.h"

#include <string.h>

#include "base/text.h"
#include "platforms/adapter.h"

#define IMAGE_BYTES_MAX ((int64_t)5 << 20)
#define WIDTH_MIN 400
#define HEIGHT_MIN 300

static const char *const media_types[] = {"image/jpeg", "image/png", NULL};

struct http_request *google_call(const struct step_in *in, struct step_out *out,
				 enum http_method method, const char *host, const char *path)
{
	struct http_request *r = http_request_new(method);

	http_url(r, "%s/%s", adapter_host_base(in, GOOGLE_API, host), path);
	http_header(r, "Accept", "application/json");
	http_bearer(r, SLOT_ACCESS);
	out->request = r;
	out->verdict = STEP_SEND;
	out->commit_like = false;
	return r;
}

struct http_request *google_call_posts(const struct step_in *in, struct step_out *out,
				       enum http_method method, const char *name, const char *more)
{
	const char *version = adapter_v_version(in, out->arena, GOOGLE_VERSION);

	return google_call(in, out, method, GOOGLE_API,
			   arena_printf(out->arena, "%s/%s%s", version, name, more));
}

/* Takes one part "word/ID" of a name; NULL if it is none. */
static const char *part(const char *s, const char *word)
{
	size_t n = strlen(word), len;

	if (s == NULL || strncmp(s, word, n) != 0 || s[n] != '/')
		return NULL;
	s += n + 1;
	len = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
	return len > 0 && len <= 100 && (s[len] == '/' || s[len] == '\0') ? s + len : NULL;
}

static const char *next(const char *s)
{
	return s != NULL && *s == '/' ? s + 1 : NULL;
}

static bool ends(const char *s)
{
	return s != NULL && *s == '\0';
}

bool google_is_account(const char *s)
{
	return ends(part(s, "accounts"));
}

bool google_is_location(const char *s)
{
	return ends(part(s, "locations"));
}

bool google_is_place(const char *s)
{
	return ends(part(next(part(s, "accounts")), "locations"));
}

bool google_is_post(const char *s)
{
	return ends(part(next(part(next(part(s, "accounts")), "locations")), "localPosts"));
}

static int64_t measure(const struct post *post, const struct connection *conn)
{
	struct arena *a = arena_new();
	const char *text = google_summary(a, post);
	int64_t n = (int64_t)text_codepoints(text, strlen(text));

	(void)conn;
	arena_free(&a);
	return n;
}

static void check_media(const struct post *post, struct problems *out)
{
	adapter_check_media(post, media_types, 1, IMAGE_BYTES_MAX, 0, UNIT_CHARACTERS, out);
	for (size_t i = 0; i < post->n_media; i++) {
		const struct media *m = &post->media[i];

		if (m->width > 0 && m->height > 0 &&
		    (m->width < WIDTH_MIN || m->height < HEIGHT_MIN))
			problem_add(out, "media", 0, 0,
				    "%s is %lld x %lld, and Google takes no image below %d x %d",
				    m->name != NULL ? m->name : m->sha256, (long long)m->width,
				    (long long)m->height, WIDTH_MIN, HEIGHT_MIN);
	}
}

static void validate(const struct post *post, const struct connection *conn, struct problems *out)
{
	int64_t n = measure(post, conn);

	adapter_check_text(post, out);
	if (n > GOOGLE_TEXT_MAX)
		problem_add(out, "text", GOOGLE_TEXT_MAX, n,
			    "the text has %lld characters, more than the %d that Google takes",
			    (long long)n, GOOGLE_TEXT_MAX);
	check_media(post, out);
	google_check_options(post, out);
	adapter_check_no_comment(post, google_platform.title, out);
	adapter_check_public(post, google_platform.title, out);
	adapter_check_options(post, "google_business", google_options, out);
}

static void step(const struct step_in *in, struct step_out *out)
{
	static adapter_operation *const operations[OP_COUNT] = {
		[OP_LOGIN] = google_login,       [OP_AUTHORIZE] = google_authorize,
		[OP_CODE] = google_code,         [OP_REFRESH] = google_refresh,
		[OP_VERIFY] = google_verify,     [OP_REVOKE] = google_revoke,
		[OP_PUBLISH] = google_publish,   [OP_SETTLE] = google_settle,
		[OP_TAKEDOWN] = google_takedown,
	};

	adapter_run(operations, in, out);
}

const struct platform google_platform = {
	.name = "google_business",
	.title = "Google Business",
	.logins = LOGIN_OAUTH | LOGIN_TOKEN,
	.default_server = GOOGLE_API,
	.server_is_choice = false,
	.media_by_url = true,
	.media_keep_ms = 10 * 60 * 1000,
	.secret_needed = false,
	.redirect = "loopback",
	.scopes = GOOGLE_SCOPE,
	.version = GOOGLE_VERSION,
	.limits =
		{
			.text_max = GOOGLE_TEXT_MAX,
			.text_unit = UNIT_CHARACTERS,
			.images_max = 1,
			.image_bytes_max = IMAGE_BYTES_MAX,
		},
	.media_types = media_types,
	.settling = SETTLE_BY_LIST,
	.key_life_ms = 0,
	.visibility_lag_ms = (int64_t)60 * 1000,
	/* Tokens live an hour. */
	.refresh_ahead_ms = (int64_t)5 * 60 * 1000,
	.quotas = "300 calls in a minute for a project; 10 changes in a minute for a location",
	.make_key = adapter_make_key,
	.validate = validate,
	.measure = measure,
	.step = step,
};
