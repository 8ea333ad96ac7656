/* platforms/linkedin.c - LinkedIn: facts, checks, the way to the operations.
 *
 * Options of a post: linkedin.description (of the link's card), linkedin.no_reshare (true or false), linkedin.count
 * ("escaped", the default, or "raw": whether the backslashes of little text count; LinkedIn does not say).
 * The configuration's platform.linkedin.version is the version header, a year and a month. */
#include "platforms/linkedin.h"

#include <string.h>

#include "base/rng.h"
#include "base/text.h"
#include "platforms/adapter.h"

#define TEXT_MAX 3000
#define COMMENT_MAX 1250
#define ALT_MAX 4086
#define TITLE_MAX 400
#define IMAGES_MAX 20
#define PIXELS_MAX 36152320
#define VIDEO_BYTES_MAX ((int64_t)500 << 20)

static const char *const media_types[] = {"image/jpeg", "image/png", "image/gif", "video/mp4",
					  NULL};
static const char *const options[] = {"description", "no_reshare", "count", NULL};

struct http_request *linkedin_call(const struct step_in *in, struct step_out *out,
				   enum http_method method, const char *path)
{
	struct http_request *r = http_request_new(method);

	http_url(r, "%s%s", adapter_base(in, LINKEDIN_API), path);
	http_header(r, "Accept", "application/json");
	http_header(r, "LinkedIn-Version", "%s", adapter_version(in, LINKEDIN_VERSION));
	http_header(r, "X-Restli-Protocol-Version", "2.0.0");
	http_bearer(r, SLOT_ACCESS);
	out->request = r;
	out->verdict = STEP_SEND;
	out->commit_like = false;
	return r;
}

bool linkedin_is_urn(const char *s, const char *kind)
{
	size_t n = strlen(kind), len = s != NULL ? strlen(s) : 0;

	if (len <= n || len > 128 || strncmp(s, kind, n) != 0)
		return false;
	return strspn(s + n, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_:-") ==
	       len - n;
}

bool linkedin_is_post(const char *s)
{
	return linkedin_is_urn(s, "urn:li:share:") || linkedin_is_urn(s, "urn:li:ugcPost:");
}

bool linkedin_is_page(const struct connection *conn)
{
	return conn != NULL && linkedin_is_urn(conn->account_id, LINKEDIN_PAGE);
}

const char *linkedin_url(struct arena *a, const char *urn)
{
	return arena_printf(a, "%s/feed/update/%s/", LINKEDIN_SITE, urn);
}

static void make_key(int64_t now_ms, char *out, size_t size)
{
	(void)now_ms;
	INVARIANT(size >= UUID_SIZE, "a key has room");
	rng_uuid(out);
}

static int64_t measure(const struct post *post, const struct connection *conn)
{
	struct arena *a = arena_new();
	const char *how = adapter_option(a, post, "linkedin", "count");
	bool raw = how != NULL && strcmp(how, "raw") == 0;
	const char *text = !raw                      ? linkedin_commentary(a, post)
			   : linkedin_has_card(post) ? post->text
						     : adapter_text(a, post);
	int64_t n = text != NULL ? (int64_t)text_codepoints(text, strlen(text)) : 0;

	(void)conn;
	arena_free(&a);
	return n;
}

static void check_media(const struct post *post, struct problems *out)
{
	size_t videos = 0;

	for (size_t i = 0; i < post->n_media; i++) {
		const struct media *m = &post->media[i];

		videos += adapter_is_video(m);
		adapter_check_file(m, media_types, adapter_is_video(m) ? VIDEO_BYTES_MAX : 0,
				   ALT_MAX, UNIT_CHARACTERS, out);
		if (m->width > 0 && m->height > 0 &&
		    m->width >= (PIXELS_MAX + m->height - 1) / m->height)
			adapter_too_large(out, m, EXCESS_PIXELS, PIXELS_MAX - 1, 0,
					  "%s has more than the %lld pixels that the server takes",
					  m->name != NULL ? m->name : m->sha256,
					  (long long)PIXELS_MAX);
	}
	if (videos > 0 && post->n_media > 1)
		problem_add(out, "media", 1, (int64_t)post->n_media,
			    "a video is the only file of its post");
	else if (post->n_media > IMAGES_MAX)
		problem_add(out, "media", IMAGES_MAX, (int64_t)post->n_media,
			    "%zu files are more than the %lld that a post may have", post->n_media,
			    (long long)IMAGES_MAX);
}

static void check_values(const struct post *post, const struct connection *conn,
			 struct problems *out)
{
	const char *v = post->visibility, *o;

	if (v != NULL && v[0] != '\0' && strcmp(v, "public") != 0 &&
	    strcmp(v, "connections") != 0 && strcmp(v, "logged-in") != 0)
		problem_add(out, "visibility", 0, 0,
			    "'%s' is none of public, connections and logged-in", v);
	else if (v != NULL && strcmp(v, "connections") == 0 && linkedin_is_page(conn))
		problem_add(out, "visibility", 0, 0, "a page has no connections to show a post to");
	adapter_check_flag(post, "linkedin", "no_reshare", out);
	o = adapter_option(out->arena, post, "linkedin", "count");
	if (o != NULL && strcmp(o, "raw") != 0 && strcmp(o, "escaped") != 0)
		problem_add(out, "option", 0, 0, "linkedin.count is either escaped or raw");
}

static void check_short(const char *s, int64_t max, const char *field, struct problems *out)
{
	int64_t n = s != NULL ? (int64_t)text_codepoints(s, strlen(s)) : 0;

	if (s != NULL && !text_is_plain(s, strlen(s), NULL))
		problem_add(out, field, 0, 0, "the %s is no plain text",
			    strcmp(field, "title") == 0 ? "title" : "first comment");
	if (n > max)
		problem_add(out, field, max, n,
			    "%lld characters are more than the %lld that LinkedIn takes",
			    (long long)n, (long long)max);
}

static void validate(const struct post *post, const struct connection *conn, struct problems *out)
{
	int64_t n = measure(post, conn);

	adapter_check_text(post, out);
	if (n > TEXT_MAX)
		problem_add(out, "text", TEXT_MAX, n,
			    "the text has %lld characters, more than the %d that LinkedIn takes",
			    (long long)n, TEXT_MAX);
	check_short(post->title, TITLE_MAX, "title", out);
	check_short(post->first_comment, COMMENT_MAX, "option", out);
	check_media(post, out);
	check_values(post, conn, out);
	adapter_check_options(post, "linkedin", options, out);
}

static void step(const struct step_in *in, struct step_out *out)
{
	static adapter_operation *const operations[OP_COUNT] = {
		[OP_LOGIN] = linkedin_login,       [OP_AUTHORIZE] = linkedin_authorize,
		[OP_CODE] = linkedin_code,         [OP_REFRESH] = linkedin_refresh,
		[OP_VERIFY] = linkedin_verify,     [OP_REVOKE] = linkedin_revoke,
		[OP_PUBLISH] = linkedin_publish,   [OP_SETTLE] = linkedin_settle,
		[OP_TAKEDOWN] = linkedin_takedown,
	};

	adapter_run(operations, in, out);
}

const struct platform linkedin_platform = {
	.name = "linkedin",
	.title = "LinkedIn",
	.logins = LOGIN_OAUTH | LOGIN_TOKEN,
	.default_server = LINKEDIN_API,
	.server_is_choice = false,
	.secret_needed = true,
	.redirect = "loopback-fixed",
	.scopes = "openid profile w_member_social",
	.version = LINKEDIN_VERSION,
	.limits =
		{
			.text_max = TEXT_MAX,
			.text_unit = UNIT_CHARACTERS,
			.alt_max = ALT_MAX,
			.title_max = TITLE_MAX,
			.images_max = IMAGES_MAX,
			.videos_max = 1,
			.video_bytes_max = VIDEO_BYTES_MAX,
		},
	.media_types = media_types,
	/* A page's posts are listed; without that one identical resend tells (linkedin_settle.c). */
	.settling = SETTLE_BY_LIST,
	.key_life_ms = 0,
	.visibility_lag_ms = 5000,
	.refresh_ahead_ms = (int64_t)24 * 60 * 60 * 1000,
	.quotas =
		"150 calls a day for a member, 100,000 for an app, until midnight UTC; pages: what the "
		"developer portal says",
	.make_key = make_key,
	.validate = validate,
	.measure = measure,
	.step = step,
};
