/* platforms/x.c - X: facts, checks, the way to the operations.
 *
 * Options of a post: x.reply_settings (following, mentionedUsers, subscribers, verified), x.reply_to (a post's id),
 * x.community_id, x.made_with_ai, x.paid_partnership (true or false), x.poll ("A|B|C"), x.poll_minutes (5 to
 * 10080; 1440), x.text_max (280 to 25000, for accounts that may write longer posts). */
#include "platforms/x.h"

#include <string.h>
#include <strings.h>

#include "base/rng.h"
#include "base/text.h"
#include "platforms/chain.h"

#define ALT_MAX 1000
#define IMAGES_MAX 4
#define IMAGE_BYTES_MAX ((int64_t)5 << 20)
#define GIF_BYTES_MAX ((int64_t)15 << 20)
#define VIDEO_BYTES_MAX ((int64_t)512 << 20)
#define VIDEO_MS_MIN 500
#define VIDEO_MS_MAX 140000
#define POLL_CHOICE_MAX 25
#define POLL_MINUTES_MIN 5
#define POLL_MINUTES_MAX 10080

static const char *const media_types[] = {
	"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/quicktime", NULL};
static const char *const options[] = {
	"reply_settings", "reply_to",     "community_id", "made_with_ai", "paid_partnership",
	"poll",           "poll_minutes", "text_max",     CHAIN_OPTION,   NULL};
static const char *const kept_options[] = {"text_max", NULL};

struct http_request *x_call(const struct step_in *in, struct step_out *out, enum http_method method,
			    const char *path)
{
	struct http_request *r = http_request_new(method);

	http_url(r, "%s/%s%s", adapter_base(in, X_API), adapter_version(in, X_VERSION), path);
	http_header(r, "Accept", "application/json");
	http_bearer(r, SLOT_ACCESS);
	out->request = r;
	out->verdict = STEP_SEND;
	out->commit_like = false;
	return r;
}

bool x_is_id(const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0;

	return n >= 1 && n <= 19 && strspn(s, "0123456789") == n;
}

const char *x_id(struct arena *a, const struct json *obj, const char *name)
{
	const char *id = json_text_of(json_get(obj, name));

	return x_is_id(id) ? arena_strdup(a, id) : NULL;
}

const char *x_url(struct arena *a, const char *id)
{
	return arena_printf(a, "%s/i/web/status/%s", X_SITE, id);
}

size_t x_poll(struct arena *a, const struct post *post, const char *choices[X_POLL_MAX + 1])
{
	return adapter_option_list(a, adapter_option(a, post, "x", "poll"), choices,
				   X_POLL_MAX + 1);
}

static void make_key(int64_t now_ms, char *out, size_t size)
{
	(void)now_ms;
	INVARIANT(size >= UUID_SIZE, "a key has room");
	rng_uuid(out);
}

static int64_t measure_one(const struct post *post, const struct connection *conn)
{
	struct arena *a = arena_new();
	int64_t n = x_length(adapter_text(a, post));

	(void)conn;
	arena_free(&a);
	return n;
}

static int64_t text_max(struct arena *a, const struct post *post)
{
	const char *told = adapter_option(a, post, "x", "text_max");
	int64_t n = told != NULL ? adapter_option_number(told, X_TEXT_MAX, X_TEXT_MAX_LONG) : -1;

	return n > 0 ? n : X_TEXT_MAX;
}

static void check_length(const struct post *post, const char *text, const char *field,
			 struct problems *out)
{
	int64_t max = text_max(out->arena, post), n = x_length(text);

	if (n > max)
		problem_add(out, field, max, n,
			    "the text counts %lld characters, more than the %lld that X takes",
			    (long long)n, (long long)max);
}

static void check_video(const struct media *m, struct problems *out)
{
	const char *name = m->name != NULL ? m->name : m->sha256;

	if (m->duration_ms > 0 && m->duration_ms < VIDEO_MS_MIN)
		problem_add(out, "media", VIDEO_MS_MIN, m->duration_ms,
			    "%s is shorter than half a second", name);
	if (m->duration_ms > VIDEO_MS_MAX)
		problem_add(out, "media", VIDEO_MS_MAX, m->duration_ms,
			    "%s runs longer than the %d seconds that X takes", name,
			    VIDEO_MS_MAX / 1000);
}

static void check_media(const struct post *post, struct problems *out)
{
	size_t alone = 0;

	for (size_t i = 0; i < post->n_media; i++) {
		const struct media *m = &post->media[i];
		bool gif = m->type != NULL && strcasecmp(m->type, "image/gif") == 0;
		bool video = adapter_is_video(m);

		adapter_check_file(m, media_types,
				   video ? VIDEO_BYTES_MAX
				   : gif ? GIF_BYTES_MAX
					 : IMAGE_BYTES_MAX,
				   ALT_MAX, UNIT_CHARACTERS, out);
		if (video)
			check_video(m, out);
		alone += video || gif;
	}
	if (alone > 0 && post->n_media > 1)
		problem_add(out, "media", 1, (int64_t)post->n_media,
			    "a GIF or a video is the only file of its post");
	else if (post->n_media > IMAGES_MAX)
		problem_add(out, "media", IMAGES_MAX, (int64_t)post->n_media,
			    "%zu files are more than the %lld that a post may have", post->n_media,
			    (long long)IMAGES_MAX);
}

static void check_poll(const struct post *post, struct problems *out)
{
	const char *choices[X_POLL_MAX + 1];
	size_t n = x_poll(out->arena, post, choices);
	const char *minutes = adapter_option(out->arena, post, "x", "poll_minutes");

	if (minutes != NULL &&
	    adapter_option_number(minutes, POLL_MINUTES_MIN, POLL_MINUTES_MAX) < 0)
		problem_add(out, "option", POLL_MINUTES_MAX, 0,
			    "x.poll_minutes is a number from %d to %d", POLL_MINUTES_MIN,
			    POLL_MINUTES_MAX);
	if (n == 0)
		return;
	if (n < 2 || n > X_POLL_MAX)
		problem_add(out, "option", X_POLL_MAX, (int64_t)n,
			    "a poll has two to four choices, with | between them");
	if (post->n_media > 0)
		problem_add(out, "option", 0, 0, "a post has either a poll or files");
	for (size_t i = 0; i < n; i++) {
		int64_t len = (int64_t)text_codepoints(choices[i], strlen(choices[i]));

		if (len == 0 || len > POLL_CHOICE_MAX)
			problem_add(out, "option", POLL_CHOICE_MAX, len,
				    "a poll's choice has 1 to %d characters", POLL_CHOICE_MAX);
	}
}

static void check_values(const struct post *post, struct problems *out)
{
	static const char *const settings[] = {"following", "mentionedUsers", "subscribers",
					       "verified"};
	static const char *const ids[] = {"reply_to", "community_id"};
	static const char *const flags[] = {"made_with_ai", "paid_partnership"};
	const char *v = adapter_option(out->arena, post, "x", "reply_settings");
	bool known = v == NULL;

	for (size_t i = 0; v != NULL && i < COUNT_OF(settings); i++)
		known = known || strcmp(v, settings[i]) == 0;
	if (!known)
		problem_add(out, "option", 0, 0,
			    "x.reply_settings is one of following, mentionedUsers, subscribers "
			    "and verified");
	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		v = adapter_option(out->arena, post, "x", ids[i]);
		if (v != NULL && !x_is_id(v))
			problem_add(out, "option", 0, 0, "x.%s is a number", ids[i]);
	}
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		adapter_check_flag(post, "x", flags[i], out);
	v = adapter_option(out->arena, post, "x", "text_max");
	if (v != NULL && adapter_option_number(v, X_TEXT_MAX, X_TEXT_MAX_LONG) < 0)
		problem_add(out, "option", X_TEXT_MAX_LONG, 0,
			    "x.text_max is a number from %d to %d", X_TEXT_MAX, X_TEXT_MAX_LONG);
}

static void check_one(const struct post *post, const struct connection *conn, struct problems *out)
{
	const char *comment = post->first_comment;

	(void)conn;
	adapter_check_text(post, out);
	check_length(post, adapter_text(out->arena, post), "text", out);
	if (adapter_has_text(comment)) {
		if (!text_is_plain(comment, strlen(comment), NULL))
			problem_add(out, "option", 0, 0, "the first comment is no plain text");
		check_length(post, comment, "option", out);
	}
	check_media(post, out);
	check_poll(post, out);
	check_values(post, out);
	adapter_check_public(post, x_platform.title, out);
	adapter_check_options(post, "x", options, out);
}

static const struct chain chain = {
	.platform = "x",
	.kept = kept_options,
	.publish = x_publish,
	.settle = x_settle,
	.takedown = x_takedown,
	.validate = check_one,
	.measure = measure_one,
};

static void publish(const struct step_in *in, struct step_out *out)
{
	chain_publish(&chain, in, out);
}

static void settle(const struct step_in *in, struct step_out *out)
{
	chain_settle(&chain, in, out);
}

static void takedown(const struct step_in *in, struct step_out *out)
{
	chain_takedown(&chain, in, out);
}

static void validate(const struct post *post, const struct connection *conn, struct problems *out)
{
	chain_validate(&chain, post, conn, out);
}

static size_t parts(const struct post *post, struct arena *a, const struct post **out)
{
	return chain_parts(&chain, post, a, out);
}

static int64_t measure(const struct post *post, const struct connection *conn)
{
	return chain_measure(&chain, post, conn);
}

static void step(const struct step_in *in, struct step_out *out)
{
	static adapter_operation *const operations[OP_COUNT] = {
		[OP_LOGIN] = x_login,     [OP_AUTHORIZE] = x_authorize, [OP_CODE] = x_code,
		[OP_REFRESH] = x_refresh, [OP_VERIFY] = x_verify,       [OP_REVOKE] = x_revoke,
		[OP_PUBLISH] = publish,   [OP_SETTLE] = settle,         [OP_TAKEDOWN] = takedown,
	};

	adapter_run(operations, in, out);
}

const struct platform x_platform = {
	.name = "x",
	.title = "X",
	.logins = LOGIN_OAUTH | LOGIN_TOKEN,
	.default_server = X_API,
	.server_is_choice = false,
	.secret_needed = false,
	.redirect = "loopback-fixed",
	.scopes = "tweet.read tweet.write users.read media.write offline.access",
	.version = X_VERSION,
	.limits =
		{
			.thread_parts_max = CHAIN_PARTS_MAX,
			.poll_choices_max = X_POLL_MAX,
			.text_max = X_TEXT_MAX,
			.text_unit = UNIT_WEIGHTED,
			.url_length = X_URL_LENGTH,
			.alt_max = ALT_MAX,
			.images_max = IMAGES_MAX,
			.videos_max = 1,
			.image_bytes_max = IMAGE_BYTES_MAX,
			.video_bytes_max = VIDEO_BYTES_MAX,
		},
	.media_types = media_types,
	.settling = SETTLE_BY_LIST,
	.key_life_ms = 0,
	.visibility_lag_ms = 5000,
	/* Tokens live two hours. */
	.refresh_ahead_ms = 10 * 60 * 1000,
	.quotas =
		"100 posts in 15 minutes for an account, 10,000 a day for an app; each post is paid for, "
		"one with a link more",
	.make_key = make_key,
	.validate = validate,
	.measure = measure,
	.parts = parts,
	.step = step,
};
